"""The hall: callers in their queues; what they are told, how they overflow, how queues change under them. Pure."""

from collections.abc import Callable, Mapping

from queues.desks import Desks
from queues.distribution_events import Action, Announce, Note, Overflow
from queues.expected_wait import ExpectedWait
from queues.matching import Matching
from queues.plan import Queue
from queues.timetable import Timetable
from queues.waiting_room import Caller, Place, WaitingRoom
from queues.ways_out import GO_ON, looks, way, way_of_the_removed

Tell = Callable[[Action], None]
Asked = Callable[[Queue, float], bool]
ROUNDING_S = 1e-6
"""Times are set as sums; a difference may fall short of them by so much."""

AGAIN_S = 60.0
"""While nobody is here, it is asked so often whether still somebody may come."""
SOONEST_S = 1.0
"""The least time between two announcements to a caller."""


class Hall:
    """Those who wait or are being offered. Offers themselves are the distribution's."""

    def __init__(
        self, queues: Mapping[str, Queue], desks: Desks, matching: Matching, times: Timetable, tell: Tell,
        is_open: Asked, may_come: Asked,
    ) -> None:  # fmt: skip
        """`tell` takes what is to be done; times are set under the caller's id."""
        self.queues = dict(queues)
        self.room = WaitingRoom()
        self.expected: dict[str, ExpectedWait] = {}
        self._desks, self._matching, self._times, self._tell = desks, matching, times, tell
        self._is_open, self._may_come = is_open, may_come

    def join(self, caller: Caller, now: float) -> None:
        """Take a caller in, or lead the caller elsewhere at once."""
        queue = self.queues.get(caller.queue)
        if queue is None and caller.away:
            return
        if queue is None:
            gone = {"to": GO_ON, "why": "removed", "waited": 0.0}
            self._tell(Note("queue.overflowed", caller.queue, caller.call_id, data=gone))
            self._tell(Overflow(caller.call_id, GO_ON, "removed", now))
            return
        # Asked before the caller is in: who comes to a full queue is one too many.
        full = self.room.full(queue)
        place = self.room.enter(caller, queue, now)
        if not caller.away:
            data = {"joined": place.joined, **place.score(now)}
            self._tell(Note("queue.joined", queue.name, caller.call_id, data=data))
        self._enter(place, full, now)

    def _enter(self, place: Place, full: bool, now: float) -> None:
        """Begin to wait in the queue of `place`, or go on to where it leads."""
        queue, call_id = place.queue, place.caller.call_id
        place.entered, place.told, place.callback_offered = now, 0, False
        if not place.caller.away:
            # Whom we have called ourselves isn't one too many.
            if full and not place.caller.instead_of:
                self.overflow(place, way(queue, "full"), "full", now)
                return
            if not place.caller.instead_of and not self._is_open(queue, now):
                self.overflow(place, way(queue, "closed"), "closed", now)
                return
            self._set_times(place)
            self._times.set(("announce", call_id), now)
        self.wait(place, now)
        self.look(place, now)

    def _set_times(self, place: Place) -> None:
        queue, call_id = place.queue, place.caller.call_id
        for seconds in looks(queue):
            self._times.set((f"look {seconds}", call_id), place.entered + seconds)
        if queue.callback_after_s > 0 and not place.callback_offered:
            self._times.set(("callback", call_id), place.entered + queue.callback_after_s)

    def _clear_times(self, place: Place) -> None:
        for what in ("callback", "look again", *(f"look {seconds}" for seconds in looks(place.queue))):
            self._times.clear((what, place.caller.call_id))

    def wait(self, place: Place, now: float) -> None:
        """Let matching see a caller, who has no offer any more."""
        place.offer = ""
        self._matching.join(place.waiter())
        if place.tries:
            self.expects(place.queue.name).waits(now, anybody=True)

    def look(self, place: Place, now: float) -> None:
        """Let a caller overflow who has waited too long, or for whom nobody is here."""
        if place.offer or place.caller.away:
            return
        queue, waited = place.queue, now - place.entered + ROUNDING_S
        if to := way(queue, "waited", waited):
            self.overflow(place, to, "waited", now)
            return
        if self._desks.serve(queue, place.caller.language):
            return
        self._times.set(("look again", place.caller.call_id), now + AGAIN_S)
        if not self._may_come(queue, now) and (to := way(queue, "nobody", waited)):
            self.overflow(place, to, "nobody", now)

    def look_at_all(self, now: float) -> None:
        """Look at everybody, for somebody may have gone for whom they wait."""
        for place in list(self.room.places.values()):
            if place.caller.call_id in self.room.places:
                self.look(place, now)

    def overflow(self, place: Place, to: str, why: str, now: float) -> None:
        """Lead a caller, who has no open offer, into another queue or out of our hands."""
        call_id, queue = place.caller.call_id, place.queue
        place.been_in |= {queue.name}
        target = self.queues.get(to.removeprefix("queue:")) if to.startswith("queue:") else None
        if to.startswith("queue:") and (target is None or target.name in place.been_in):
            to, target = GO_ON, None
        self.forget(place, now, leaves=target is None)
        data = {"to": to, "why": why, "waited": round(now - place.joined, 3)}
        self._tell(Note("queue.overflowed", queue.name, call_id, data=data))
        self._tell(Overflow(call_id, to, why, place.joined))
        if target is not None:
            full = self.room.full(target)
            place.queue, place.avoid = target, frozenset()
            self._enter(place, full, now)

    def lost(self, place: Place, agent: str, how: str, answered: float, now: float) -> None:
        """Note that a caller was answered and never heard anybody; who hung up is owed the wait."""
        call_id, queue = place.caller.call_id, place.queue.name
        data = {"why": how, "in_queue": round(answered - place.entered, 3)}
        self._tell(Note("queue.lost", queue, call_id, agent, data))
        if how == "hung-up":
            self.room.owe(place, now)
            waited = {"waited": round(now - place.joined, 3)}
            self._tell(Note("queue.abandoned", queue, call_id, data=waited))

    def forget(self, place: Place, now: float, *, leaves: bool) -> None:
        """Take a caller out of the present queue, or out of the hall."""
        self._clear_times(place)
        self._times.clear(("announce", place.caller.call_id))
        self._matching.leave(place.caller.call_id)
        if leaves:
            self.room.leave(place.caller.call_id)
        others = any(other is not place for other in self.room.of(place.queue.name))
        self.expects(place.queue.name).waits(now, others)

    def due(self, what: str, call_id: str, now: float) -> None:
        """Do what was set for a caller: an announcement, the offer of a callback, or a look at how long it took."""
        place = self.room.places.get(call_id)
        if place is None:
            return
        if what == "announce":
            self._announce(place, now)
        elif what == "callback":
            self._offer_callback(place, now)
        else:
            self.look(place, now)

    def _announce(self, place: Place, now: float) -> None:
        queue, call_id = place.queue, place.caller.call_id
        if queue.announce_every_s > 0:
            self._times.set(("announce", call_id), now + max(SOONEST_S, queue.announce_every_s))
        if place.offer:
            return
        # Only now it is sure that nobody was free: who is offered at once says nothing of how long others wait.
        self.expects(queue.name).waits(now, anybody=True)
        values: dict[str, object] = {"first": place.told == 0}
        if queue.announce_position or queue.announce_wait:
            position = self.room.position(call_id, now)
            if queue.announce_position:
                values["position"] = position
            known = self.expects(queue.name).range(position, now) if queue.announce_wait else None
            if known:
                values["low_s"], values["high_s"] = known
        if queue.way_out_key:
            values["way_out"] = queue.way_out_key
        place.told += 1
        self._tell(Announce(call_id, "position", values))

    def _offer_callback(self, place: Place, now: float) -> None:
        if place.offer:
            # Somebody rings: asked again only if nobody takes it.
            self._times.set(("callback", place.caller.call_id), now + max(SOONEST_S, place.queue.ring_s))
            return
        place.callback_offered = True
        self._tell(Announce(place.caller.call_id, "callback", {"key": callback_key(place.queue)}))

    def edited(self, queues: Mapping[str, Queue], now: float) -> None:
        """Take up other queues: callers stay with what is new of theirs, or overflow as the old one said."""
        self.queues = dict(queues)
        for place in list(self.room.places.values()):
            queue = self.queues.get(place.queue.name)
            if place.caller.call_id not in self.room.places or queue is place.queue:
                continue
            if queue is None:
                self.dismiss(place, now)
            elif queue != place.queue:
                self._clear_times(place)
                place.queue = queue
                if not place.caller.away:
                    self._set_times(place)
                if not place.offer:
                    self.wait(place, now)

    def dismiss(self, place: Place, now: float) -> None:
        """Let the caller of a queue that is no more overflow, unless somebody rings: then if nobody takes it."""
        if place.caller.away:
            # Nobody is on the line to be led anywhere; who promised to call them hears of the edit, too.
            self.forget(place, now, leaves=True)
        elif not place.offer:
            self.overflow(place, way_of_the_removed(place.queue), "removed", now)

    def expects(self, queue: str) -> ExpectedWait:
        """Return what is known of the wait in a queue."""
        return self.expected.setdefault(queue, ExpectedWait())


def callback_key(queue: Queue) -> str:
    """Return the key by which an offered callback is accepted."""
    return "1" if queue.way_out_key != "1" else "2"
