"""The distribution: who gets whom, when; events in, actions out. Pure: the time is passed in, nothing is waited for.

A caller waits, is offered, talks. An offer rings at one agent, or at all; the first who takes it has the caller, the
others are withdrawn; when the last has missed it, the caller waits again with all the waiting time, and those who had
their chance come last. An offer ends exactly once, and what is told of one that is over is answered with `Withdraw`
where a phone may still be busy with it. Whoever can't be served overflows; nobody is forgotten. The same object runs
the server and the simulation, and is made anew from `Stored` after a restart.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from queues.desk import Desk
from queues.desks import Desks
from queues.distribution_events import (
    Action,
    AgentBusy,
    AgentFree,
    AgentGone,
    DayBegan,
    Edited,
    Event,
    Joined,
    Left,
    Note,
    Offer,
    OfferMissed,
    OfferTaken,
    PauseAgent,
    Pressed,
    Stored,
    TalkEnded,
    Tick,
    Withdraw,
    WrappedUp,
    WrapUp,
    WrapUpOver,
)
from queues.expected_wait import ExpectedWait
from queues.hall import Asked, Hall, callback_key
from queues.matching import Matching, Pair
from queues.plan import Agent, Queue
from queues.presence import MISSED
from queues.reservations import Reservations
from queues.timetable import Timetable
from queues.waiting_room import Caller, Credit, Place
from queues.ways_out import GO_ON

GRACE_S = 5.0
"""After the ring time, within which the end of an offer must have been told; else it counts as missed."""
NOT_THEIRS = frozenset({"unreachable", "busy"})
"""Why an offer was missed without the agent's doing."""


@dataclass(frozen=True)
class Talking:
    """A caller who talks."""

    agent: str
    place: Place
    """That which the caller waited in."""
    began: float


@dataclass
class _Ringing:
    """An open offer."""

    call_id: str
    agents: list[str]
    """Who still rings."""


class Distribution:
    """All queues and agents of one server."""

    def __init__(
        self,
        queues: Mapping[str, Queue],
        agents: Mapping[str, Agent],
        *,
        is_open: Asked = lambda _queue, _now: True,
        may_come: Asked = lambda _queue, _now: False,
        stored: Stored | None = None,
    ) -> None:
        """`may_come`: whether somebody who isn't logged in is planned to come and serve the queue."""
        stored = stored or Stored()
        self._matching = Matching()
        self._times = Timetable()
        self._actions: list[Action] = []
        self._desks = Desks(agents, stored.desks, self._matching)
        self._hall = Hall(queues, self._desks, self._matching, self._times, self._do, is_open, may_come)
        self._hall.room.give(stored.credits)
        self._hall.expected |= {name: ExpectedWait(gaps) for name, gaps in stored.gaps.items()}
        self._ringing: dict[str, _Ringing] = {}
        """Open offers, by id."""
        self._reserved = Reservations(self._desks, self._times, self._do)
        self._offers = 0
        """There have been so many."""
        self._talking: dict[str, Talking] = {}
        """By call id."""
        self._gone: set[str] = set()
        """Agents who are no more, and still talk."""

    # -- what others ask -------------------------------------------------------------------------------------------

    def receive(self, event: Event, now: float) -> list[Action]:
        """Take an event that happened at `now`, and whatever is due; return what is to be done, in order."""
        self._actions.clear()
        self._take(event, now)
        self._settle(now)
        return list(self._actions)

    def next_tick(self, now: float) -> float | None:
        """Return when `Tick` must come at the latest, None if never."""
        times = [time for time in (self._times.next(), self._matching.next_change(now)) if time is not None]
        return max(now, min(times)) if times else None

    def waiting(self, queue: str = "") -> list[Place]:
        """Return who waits or is being offered, in one queue or all."""
        return [place for place in self._hall.room.places.values() if not queue or place.queue.name == queue]

    def talking(self) -> dict[str, Talking]:
        """Return who talks, by call id."""
        return dict(self._talking)

    def desk(self, agent: str) -> Desk | None:
        """Return what is known of an agent."""
        return self._desks.get(agent)

    def position(self, call_id: str, now: float) -> int:
        """Return the place of a caller who waits, the first being 1; 0: doesn't wait."""
        return self._hall.room.position(call_id, now) if call_id in self._hall.room.places else 0

    def expected_wait(self, queue: str, position: int, now: float) -> tuple[float, float] | None:
        """Return low and high seconds for a place in a queue; None where too little is known."""
        return self._hall.expects(queue).range(position, now)

    def stored(self, now: float) -> Stored:
        """Return what should outlive the process; who waits just now has a credit in it."""
        owed = {(credit.queue, credit.number): credit for credit in self._credits(now)}
        for place in self._hall.room.places.values():
            if place.caller.number and place.queue.credit_s > 0 and not place.caller.away:
                key = (place.queue.name, place.caller.number)
                owed[key] = Credit(*key, now - place.joined, now)
        gaps = {name: tuple(expected.gaps) for name, expected in self._hall.expected.items() if expected.gaps}
        return Stored(self._desks.stored(), tuple(owed[key] for key in sorted(owed)), gaps)

    def _credits(self, now: float) -> list[Credit]:
        """Return what is owed to callers who hung up; what is too old for every queue is forgotten."""
        longest = max((queue.credit_s for queue in self._hall.queues.values()), default=0.0)
        return self._hall.room.credits(now, longest)

    # -- events ----------------------------------------------------------------------------------------------------

    def _take(self, event: Event, now: float) -> None:
        match event:
            case Joined():
                self._left(event.caller.call_id, "joined-again", now)
                self._joined(event.caller, now)
            case Left():
                self._left(event.call_id, event.why, now)
            case Pressed():
                self._pressed(event.call_id, event.key, now)
            case AgentFree():
                self._free(event, now)
            case AgentBusy():
                self._stop(event.agent, now, logged_in=True, why="busy")
            case AgentGone():
                self._stop(event.agent, now, logged_in=False, why="unreachable")
            case OfferTaken():
                self._taken(event.offer, event.agent, now)
            case OfferMissed():
                self._missed(event.offer, event.agent, event.why, now)
            case TalkEnded():
                self._talk_ended(event.call_id, event.agent, now, event.unheard)
            case WrapUpOver():
                self._wrapped_up(event.agent)
            case Edited():
                self._edited(event, now)
            case DayBegan():
                self._desks.new_day()
                self._credits(now)
            case Tick():
                pass

    def _settle(self, now: float) -> None:
        """Offer whom can be offered, and do what is due, until nothing is."""
        while True:
            for pair in self._matching.decide(now):
                self._offer(pair, now)
            due = self._times.due(now)
            if not due:
                return
            for what, whose in due:
                self._due(what, whose, now)

    def _due(self, what: str, whose: str, now: float) -> None:
        if what == "ring":
            # Whoever carries out the offer has not told of its end in time.
            for agent in list(self._ringing[whose].agents if whose in self._ringing else ()):
                self._missed(whose, agent, "no-answer", now, rings=True)
        elif what == "reserved":
            self._reserved.give_back(whose)
        elif what == "wrap-up":
            self._wrapped_up(whose)
            self._do(WrappedUp(whose))
        else:
            self._hall.due(what, whose, now)

    def _joined(self, caller: Caller, now: float) -> None:
        kept = self._reserved.take_over(caller.instead_of)
        self._hall.join(caller, now)
        if kept and caller.call_id in self._hall.room.places:
            self._offer(Pair(caller.call_id, (kept.agent,)), now)
        elif kept:
            # The queue is gone: whoever was kept for the caller is free again, and must be told.
            self._do(Withdraw(kept.offer, kept.agent))

    def _left(self, call_id: str, why: str, now: float) -> None:
        self._reserved.give_back(call_id)
        if call_id in self._talking:
            self._talk_ended(call_id, self._talking[call_id].agent, now)
        place = self._hall.room.places.get(call_id)
        if place is None:
            return
        waited = round(now - place.joined, 3)
        if not place.caller.away:
            # Also who was ended by us gets the place back.
            self._hall.room.owe(place, now)
        if not place.caller.away and why == "hung-up":
            self._note("queue.abandoned", place.queue.name, call_id, waited=waited)
        elif not place.caller.away:
            self._note("queue.ended", place.queue.name, call_id, waited=waited, why=why)
        self._withdraw_all(place)
        self._hall.forget(place, now, leaves=True)

    def _pressed(self, call_id: str, key: str, now: float) -> None:
        place = self._hall.room.places.get(call_id)
        if place is None or place.caller.away or not key:
            return
        asked = place.callback_offered and key == callback_key(place.queue)
        if asked or key == place.queue.way_out_key:
            self._hall.overflow(place, "callback" if asked else GO_ON, "asked" if asked else "way-out", now)
            self._withdraw_all(place)

    def _edited(self, event: Edited, now: float) -> None:
        self._note("queue.edited", queues=sorted(event.queues), agents=len(event.agents))
        for extension in self._desks.edited(event.agents):
            self._stop(extension, now, logged_in=False, why="unreachable")
            if self._desks[extension].talks:
                self._gone.add(extension)
            else:
                self._desks.drop(extension)
        self._gone.difference_update(name for name, agent in event.agents.items() if agent.enabled)
        self._hall.edited(event.queues, now)
        self._hall.look_at_all(now)

    # -- offers ----------------------------------------------------------------------------------------------------

    def _offer(self, pair: Pair, now: float) -> None:
        place = self._hall.room.places[pair.call_id]
        queue = place.queue
        place.tries += 1
        self._offers += 1
        # Counted over all callers: one who comes into a queue again must not have the same offer again.
        offer = f"{pair.call_id}/{self._offers}"
        if place.caller.away:
            self._hall.forget(place, now, leaves=True)
            self._reserved.keep(place, pair.agents[0], offer, now)
            return
        place.offer = offer
        self._ringing[place.offer] = _Ringing(pair.call_id, list(pair.agents))
        self._times.set(("ring", place.offer), now + queue.ring_s + GRACE_S)
        self._matching.leave(pair.call_id)
        for extension in pair.agents:
            self._desks[extension].rings(place.offer, now)
            self._desks.put(self._desks[extension])
        data = {"offer": place.offer, "agents": list(pair.agents), **place.score(now)}
        self._do(Note("queue.offered", queue.name, pair.call_id, pair.agents[0], data))
        self._do(Offer(place.offer, pair.call_id, pair.agents, queue.ring_s))

    def _taken(self, offer: str, agent: str, now: float) -> None:
        ringing = self._ringing.get(offer)
        if ringing is None or agent not in ringing.agents:
            # The caller left, or somebody else was sooner: that phone must not be left alone with nobody.
            self._do(Withdraw(offer, agent))
            return
        place = self._hall.room.places[ringing.call_id]
        queue = place.queue
        ringing.agents.remove(agent)
        self._desks[agent].takes(offer, ringing.call_id)
        self._desks.put(self._desks[agent])
        self._talking[ringing.call_id] = Talking(agent, place, now)
        times = {"waited": round(now - place.joined, 3), "in_queue": round(now - place.entered, 3)}
        gap = self._hall.expects(queue.name).answered(now)
        self._note("queue.answered", queue.name, ringing.call_id, agent, offer=offer, gap=gap, **times)
        self._withdraw_all(place)
        self._hall.forget(place, now, leaves=True)

    def _withdraw_all(self, place: Place) -> None:
        """End a caller's open offer, if there is one, at every phone that still rings."""
        offer, place.offer = place.offer, ""
        ringing = self._ringing.pop(offer, None)
        if ringing is None:
            return
        self._times.clear(("ring", offer))
        for extension in ringing.agents:
            self._desks[extension].misses(offer, counts=False)
            self._desks.put(self._desks[extension])
            self._do(Withdraw(offer, extension))

    def _missed(self, offer: str, agent: str, why: str, now: float, *, rings: bool = False) -> None:
        """Go on to the next agent; `rings`: that phone must be told to stop."""
        ringing = self._ringing.get(offer)
        if ringing is None or agent not in ringing.agents:
            return
        place = self._hall.room.places[ringing.call_id]
        desk, queue = self._desks[agent], place.queue
        ringing.agents.remove(agent)
        missed = desk.misses(offer, counts=why not in NOT_THEIRS)
        place.avoid |= {agent}
        self._note("queue.offer-missed", queue.name, ringing.call_id, agent, offer=offer, why=why, missed=missed)
        if rings:
            self._do(Withdraw(offer, agent))
        if queue.pause_after_missed and missed >= queue.pause_after_missed and desk.ready:
            desk.ready = False
            self._do(PauseAgent(agent, MISSED))
        self._desks.put(desk)
        if ringing.agents:
            return
        del self._ringing[offer]
        self._times.clear(("ring", offer))
        place.offer = ""
        if queue.name in self._hall.queues:
            self._hall.wait(place, now)
            self._hall.look(place, now)
        else:
            self._hall.dismiss(place, now)

    # -- agents ----------------------------------------------------------------------------------------------------

    def _free(self, event: AgentFree, now: float) -> None:
        desk = self._desks.get(event.agent)
        if desk is not None and event.agent not in self._gone and desk.comes(now, event.idle_since):
            self._times.clear(("wrap-up", event.agent))
            self._desks.put(desk)

    def _stop(self, agent: str, now: float, *, logged_in: bool, why: str) -> None:
        """Offer nothing more to an agent, and let nothing ring there any more."""
        desk = self._desks.get(agent)
        if desk is None:
            return
        desk.logged_in, desk.ready = logged_in, False
        if desk.wrap_up:
            desk.wrap_up = False
            self._times.clear(("wrap-up", agent))
        self._desks.put(desk)
        self._reserved.lose(agent)
        for offer in sorted(desk.offers):
            self._missed(offer, agent, why, now, rings=True)
        if not logged_in:
            self._hall.look_at_all(now)

    def _talk_ended(self, call_id: str, agent: str, now: float, unheard: str = "") -> None:
        talking = self._talking.get(call_id)
        if talking is None or talking.agent != agent:
            return
        del self._talking[call_id]
        desk, queue = self._desks[agent], talking.place.queue
        desk.ends(call_id, now, now - talking.began, heard=not unheard)
        if unheard:
            self._hall.lost(talking.place, agent, unheard, talking.began, now)
        else:
            self._note("queue.ended", queue.name, call_id, agent, talked=round(now - talking.began, 3))
        if not desk.logged_in:
            if agent in self._gone and not desk.talks:
                self._gone.discard(agent)
                self._desks.drop(agent)
            return
        wrap_up_s = queue.wrap_up_s if desk.ready else 0.0
        if wrap_up_s > 0:
            desk.wrap_up = True
            self._times.set(("wrap-up", agent), now + wrap_up_s)
        self._do(WrapUp(agent, wrap_up_s))
        self._desks.put(desk)

    def _wrapped_up(self, agent: str) -> None:
        if (desk := self._desks.get(agent)) is not None and desk.wrap_up:
            desk.wrap_up = False
            self._times.clear(("wrap-up", agent))
            self._desks.put(desk)

    # -- actions ---------------------------------------------------------------------------------------------------

    def _do(self, action: Action) -> None:
        self._actions.append(action)

    def _note(self, name: str, queue: str = "", call_id: str = "", agent: str = "", **data: object) -> None:
        self._do(Note(name, queue, call_id, agent, data))
