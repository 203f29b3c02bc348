"""Talks of callers with persons, from the whisper over every transfer to the last goodbye."""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass
from typing import Protocol

from dialplans.exchange import Done
from models.cause import Cause
from models.errors import CannotDo
from queues.agents import AgentBook
from queues.distribution_events import Event, Note, TalkEnded
from queues.plan import Queue
from queues.stay import Stay, Won, where
from voice.people import AgentCall, Extension, Guest, Number, Shown, Talked, Transfer, Where
from voice.placing import CallRefused
from voice.transfer import hand_on, lets_go

RING_S = 30.0
"""For which a phone rings that is called directly."""
NUMBERS = frozenset("0123456789+")
Told = tuple[Stay, Queue]
"""Who whispers to agents what is known of a caller, and the queue that the caller was in."""


@dataclass(frozen=True)
class Onward:
    """The caller waits again."""

    queue: str
    joined: float | None = None
    """Since when the waiting counts; None: from now."""
    avoid: str = ""
    """Extension of the agent who was lost."""
    unheard: bool = False
    """Whether the caller never heard that agent."""


@dataclass
class _Side:
    """Whom the caller talks to."""

    call: AgentCall
    name: str
    extension: str = ""
    """"" for somebody who is no agent."""


@dataclass
class _Direct:
    """The part of somebody in a call whom no queue found, as it is noted."""

    floor: "Floor"
    call_id: str
    who: str
    """Extension or number."""
    since: float = 0.0
    over: bool = False

    def calls(self) -> None:
        self.since = self.floor.now()
        self._note("direct.called", agents=[self.who])

    def missed(self, why: str) -> None:
        self._note("direct.missed", why=why, waited=round(self.floor.now() - self.since, 3))

    def answered(self) -> None:
        now = self.floor.now()
        self._note("direct.answered", waited=round(now - (self.since or now), 3))
        self.since = now

    def ended(self) -> None:
        if not self.over:
            self.over = True
            self._note("direct.ended", talked=round(self.floor.now() - self.since, 3))

    def _note(self, name: str, **data: object) -> None:
        self.floor.note(Note(name, "", self.call_id, self.who, data))


class Floor(Protocol):
    """What talks ask of the distributor."""

    def tell(self, event: Event) -> list[Note]: ...

    def note(self, note: Note) -> object: ...

    def queue(self, call_id: str) -> Queue: ...

    def waited(self, call_id: str) -> float: ...

    def now(self) -> float: ...

    def unreachable(self, extension: str, why: str) -> None: ...

    def engaged(self, extension: str, call_id: str) -> AbstractContextManager[None]: ...


class Talks:
    def __init__(self, floor: Floor, book: AgentBook, users: Collection[str] = ()) -> None:
        """`book` knows extensions and queues; `users` have a phone registered with us and are no agents."""
        self._floor, self._book, self._users = floor, book, frozenset(users)

    # -- where somebody is -----------------------------------------------------------------------------------------

    def find(self, dialled: str) -> Where | None:
        """Return where an extension or number is, None for a queue; raise `CannotDo` for neither."""
        plan = self._book.plan
        if dialled in plan.queues:
            return None
        if agent := self._book.agents.get(dialled):
            return where(agent)
        if dialled in self._users:
            return Extension(dialled)
        if dialled and set(dialled) <= NUMBERS:
            return Number(dialled)
        raise CannotDo(f"'{dialled}' is no extension, queue or number that callers can be led to.")

    # -- talks -----------------------------------------------------------------------------------------------------

    async def won(self, guest: Guest, stay: Stay, won: Won) -> Done | Onward:
        """Let a caller talk to the agent whom the distribution found."""
        call_id, queue = guest.call_id, self._floor.queue(guest.call_id)
        waited, extension = self._floor.waited(call_id), won.agent.extension
        joined = self._floor.now() - waited
        shown = Shown(guest.caller.number, queue.name)
        side = _Side(won.call, won.agent.name, extension)
        ended = heard = False

        def over(unheard: str = "") -> None:
            nonlocal ended
            if not ended:
                ended = True
                self._floor.tell(TalkEnded(call_id, extension, unheard))

        guest.found()
        try:
            if not queue.accept_by_key:
                await stay.whisper(won.call, won.agent, queue)
            heard = True
            talked, side, onward = await self._with_transfers(guest, side, shown, over, (stay, queue))
        except CannotDo as fault:
            # The agent went during the whisper: the caller, who has heard nothing of it, keeps the place.
            guest.event("agent-lost", agent=extension, why=str(fault))
            won.call.hang_up(Cause.CANCELLED)
            over("" if heard else "lost")
            return Onward(queue.name, joined, extension, not heard)
        finally:
            over("" if heard else "hung-up")
        if onward is not None:
            return onward
        if talked.ended_by == "lost":
            return Onward(queue.name, joined, side.extension)
        values = {"queue": queue.name, "waited_s": round(waited, 1)}
        return _done(talked, side, values)

    async def direct(self, guest: Guest, dialled: str, customer: str = "") -> Done:
        """Call one person, and let the caller talk to them; who isn't reached is said in the `why`.

        `customer`: whose name the phone shows, where the company knows it.
        """
        place = self.find(dialled)
        if place is None:
            raise CannotDo(f"'{dialled}' is a queue: callers are enqueued there.")
        guest.music()
        shown = Shown(guest.caller.number, customer or guest.caller.name or guest.caller.number)
        call = guest.call(place, shown, RING_S)
        part = _Direct(self._floor, guest.call_id, dialled)
        part.calls()
        try:
            await call.answered()
        except (CallRefused, CannotDo) as fault:
            part.missed(str(fault))
            return Done(False, {"outcome": "not-reached"}, str(fault))
        except BaseException:
            part.missed("the caller hung up")
            call.hang_up(Cause.CANCELLED)
            raise
        part.answered()
        try:
            with self._floor.engaged(dialled, guest.call_id):
                side = _Side(call, self._named(place, dialled), dialled)
                talked, side, onward = await self._with_transfers(guest, side, shown, part.ended)
        finally:
            part.ended()
        if onward is not None:
            return Done(False, {"outcome": f"queue:{onward.queue}", "queue": onward.queue}, "led to a queue")
        if talked.ended_by == "lost":
            return Done(False, {"outcome": "lost"}, talked.why or "the line broke off")
        return _done(talked, side, {})

    async def _with_transfers(
        self, guest: Guest, side: _Side, shown: Shown, leaves: Callable[[], None], told: Told | None = None
    ) -> tuple[Talked, _Side, Onward | None]:
        """Let them talk, and the caller go on as often as somebody sends them on.

        `leaves` is called when the first one's part is over. An agent to whom a caller of `told` is sent unannounced
        hears what is known, before they talk. Returns how the last talk ended, whom it was with, and the
        queue that the caller was sent into.
        """
        with ExitStack() as engaged:
            while True:
                talked = await guest.talk(side.call, side.name, self.find)
                if talked.ended_by == "lost" and side.extension in self._book.agents:
                    self._floor.unreachable(side.extension, talked.why or "it was lost in a talk")
                transfer = talked.transfer
                if talked.ended_by != "transfer" or transfer is None:
                    return talked, side, None
                if transfer.to in self._book.plan.queues:
                    lets_go(side.call)
                    self._transferred(guest, side, transfer.to)
                    leaves()
                    guest.event("transferred", to=transfer.to, attended=False)
                    return talked, side, Onward(transfer.to)
                agent = self._book.agents.get(transfer.to) if transfer.call is None else None
                if told is not None and agent is not None:
                    told[0].foresee(agent, told[1])
                onto = await self._hand_on(guest, side, transfer, shown)
                if onto is None:
                    why = "neither the new one nor the old one is there"
                    return Talked(talked.seconds, "lost", None, why), side, None
                if onto.call is not side.call:
                    self._transferred(guest, side, transfer.to)
                    leaves()
                    engaged.close()
                    engaged.enter_context(self._floor.engaged(onto.extension, guest.call_id))
                    part = _Direct(self._floor, guest.call_id, onto.extension)
                    part.answered()
                    leaves = part.ended
                    engaged.callback(part.ended)
                    if told is not None and agent is not None:
                        await told[0].whisper(onto.call, agent, told[1])
                side = onto

    async def _hand_on(self, guest: Guest, side: _Side, transfer: Transfer, shown: Shown) -> _Side | None:
        """Ring whom the caller is sent to; return whom they talk to next, None where nobody is left."""
        place = self.find(transfer.to) if transfer.call is None else transfer.call.where
        assert place is not None, "queues are told apart before"
        handed = await hand_on(guest, side.call, transfer, place, shown, RING_S)
        if handed.call is None:
            return None
        if not handed.done:
            return _Side(handed.call, side.name, side.extension)
        return _Side(handed.call, self._named(place, transfer.to), transfer.to)

    def _transferred(self, guest: Guest, side: _Side, to: str) -> None:
        queue = ""
        with suppress(CannotDo):
            queue = self._floor.queue(guest.call_id).name
        self._floor.note(Note("queue.transferred", queue, guest.call_id, side.extension, {"to": to}))

    def _named(self, place: Where, dialled: str) -> str:
        agent = self._book.agents.get(place.user if isinstance(place, Extension) else dialled)
        return agent.name if agent else dialled


def _done(talked: Talked, side: _Side, more: dict[str, object]) -> Done:
    """Return what the flow is told of a talk that was had."""
    values = {"agent": side.extension, "agent_name": side.name, "seconds": round(talked.seconds, 1)}
    return Done(True, {**values, "outcome": "served", "ended_by": talked.ended_by, **more})
