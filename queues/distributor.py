"""The distributor of a running server: the distribution with its wires, to callers, agents, journal and clock.

Every event goes into the distribution at once; what it notes is written first, and only then is done what it wants.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, Executable
from sqlalchemy.engine import Row

from models.agent import AgentMove, AgentState
from models.errors import CannotDo
from queues.agent_moves import OF_OFFERS, AgentMoves
from queues.agents import AgentBook, Changed
from queues.caller_rows import credits_since, stop_all
from queues.distribution import Distribution
from queues.distribution_events import (
    Action,
    AgentBusy,
    AgentFree,
    AgentGone,
    Announce,
    DayBegan,
    Edited,
    Event,
    Note,
    Offer,
    Overflow,
    Stored,
    Summon,
    Tick,
    Withdraw,
)
from queues.journal import Journal
from queues.plan import Agent, Plan, Queue
from queues.recollection import day_of_queues, loads_of_agents, recent_answers
from queues.staffing import is_open, nobody_will_come, opens
from queues.stay import Stay
from queues.stay_record import StayRecord
from queues.tally import Tally
from queues.waiting_room import Caller
from voice.people import Guest

log = logging.getLogger(__name__)
WRITTEN_S = 1.0
"""For which callers wait for a database that is busy, once until it has caught up."""
CANT_BE_CALLED = "phone can't be called"


@dataclass(frozen=True)
class _Here:
    """A caller who waits or talks."""

    stay: Stay
    record: StayRecord


class Distributor:
    """Carries out what the distribution decides; one a server. What stays and talks ask of it are its `Floor`s."""

    def __init__(
        self,
        engine: Engine,
        journal: Journal,
        book: AgentBook,
        timezone: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`timezone`: IANA name of where a day ends at midnight, "": the machine's. `clock` doesn't jump."""
        self._zone = ZoneInfo(timezone) if timezone else None
        self._engine, self._journal, self._book, self._clock = engine, journal, book, clock
        self._moves = AgentMoves(book)
        self._ahead = time.time() - clock()
        self._node = ""
        self._here: dict[str, _Here] = {}
        self._direct: dict[str, Stay] = {}
        """Callers who are led straight to somebody."""
        self._wanted: asyncio.Queue[tuple[asyncio.Future[None] | None, list[Action]]] = asyncio.Queue()
        self._retimed = asyncio.Event()
        self._distribution = Distribution({}, {})
        self._last: dict[str, Note] = {}
        """Of each agent, how the last talk was answered."""
        self._listeners: list[Callable[[Note], None]] = []
        self._summon: Callable[[Summon], None] = lambda _summon: None

    def open(self, node: str) -> list[Row[Any]]:
        """Take up what is stored; blocks for a moment. Returns the stays of callers whom a killed server left."""
        self._node, now = node, self.now()
        plan = self._book.plan
        longest = max((queue.credit_s for queue in plan.queues.values()), default=0.0)
        with self._engine.begin() as connection:
            left = stop_all(connection, node, now)
            credits = credits_since(connection, datetime.fromtimestamp(now, UTC) - timedelta(seconds=longest))
            desks = loads_of_agents(connection, self.midnight())
            gaps = recent_answers(connection, node, now)
        self._distribution = Distribution(
            plan.queues, plan.agents, is_open=self._is_open, may_come=self._may_come,
            stored=Stored(tuple(desks), tuple(credits), gaps),
        )  # fmt: skip
        self._book.subscribe(self._agent_changed)
        self._book.follow(self._edited)
        return left

    async def run(self) -> None:
        """Do what the distribution wants, and let time pass for it, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._carry_out(), name="distribute")
            group.create_task(self._tick(), name="time of the queues")
            group.create_task(self._days(), name="days of the queues")

    def now(self) -> float:
        """Return Unix seconds on a clock that doesn't jump."""
        return self._clock() + self._ahead

    def midnight(self) -> float:
        """Return when today began where the hotline is."""
        return _midnight(self.local(self.now())).timestamp()

    # -- callers ---------------------------------------------------------------------------------------------------

    def enter(self, guest: Guest, caller: Caller, queue: Queue, record: StayRecord | None = None) -> Stay:
        """Take a caller in, who is to join `queue`; return what waits with them.

        `record` is that of the same stay, which goes on: an agent was lost before the caller heard them.
        """
        stay = Stay(guest, caller, self)
        record = record or StayRecord(self._node, caller, guest.handover, queue, self.now())
        here = self._here[guest.call_id] = _Here(stay, record)
        guest.when_learned(lambda: self._learned(here))
        return stay

    def _learned(self, here: _Here) -> None:
        """Write what the robot has learned of a caller who waits, while they do."""
        if self._here.get(here.stay.guest.call_id) is here:
            self._journal.put(*here.record.learned(here.stay.guest.handover))
            here.stay.foresee_all()

    def leave(self, call_id: str) -> StayRecord | None:
        """Forget a caller, of whom everything was told; return what is known of the stay."""
        here = self._here.pop(call_id, None)
        return here.record if here else None

    def stay(self, call_id: str) -> Stay | None:
        """Return a caller who is with the queues, or is led straight to somebody; None for one who is neither."""
        return self._here[call_id].stay if call_id in self._here else self._direct.get(call_id)

    @contextmanager
    def led_straight(self, guest: Guest, caller: Caller) -> Iterator[None]:
        """Know a caller meanwhile who waits in no queue."""
        self._direct[guest.call_id] = Stay(guest, caller, self)
        try:
            yield
        finally:
            del self._direct[guest.call_id]

    def number(self, call_id: str) -> str:
        """Return the number of a caller who is with the queues; "" for none."""
        return self._here[call_id].stay.caller.number if call_id in self._here else ""

    def planned(self, queue: str) -> Queue | None:
        """Return a queue as it is planned now, None for one that is no more."""
        return self._book.plan.queues.get(queue)

    def takes_away(self, queue: Queue, number: str) -> bool:
        """Tell whether who was promised a callback may wait now: the queue is open, and they don't wait by phone."""
        on_the_line = (
            place.caller.number == number and not place.caller.away for place in self._distribution.waiting(queue.name)
        )
        return self._is_open(queue, self.now()) and not any(on_the_line)

    def stands(self, call_id: str) -> bool:
        """Tell whether somebody waits under this id."""
        return any(place.caller.call_id == call_id for place in self._distribution.waiting())

    def summon_by(self, summon: Callable[[Summon], None]) -> None:
        """Have `summon` called for everybody whose turn comes and who isn't on the line; at once."""
        self._summon = summon

    def opens(self, queue: str) -> datetime | None:
        """Return when a queue opens next; None where it is open now, or isn't known to open any more."""
        plan = self._book.plan.queues.get(queue)
        return opens(self._book.plan, plan, self.local(self.now())) if plan else None

    def subscribe(self, listener: Callable[[Note], None]) -> None:
        """Let `listener` hear of whatever is written of the queues, at once."""
        self._listeners.append(listener)

    def waiting(self) -> dict[str, float]:
        """Return how many callers wait in each queue now."""
        counts = dict.fromkeys(self._book.plan.queues, 0.0)
        for place in self._distribution.waiting():
            counts[place.queue.name] = counts.get(place.queue.name, 0.0) + 1
        return counts

    def day(self) -> dict[str, Tally]:
        """Return the figures of the queues since midnight, from the database; blocks for a moment."""
        with self._engine.connect() as connection:
            return day_of_queues(connection, self._book.plan.queues, self.midnight())

    def note(self, note: Note, *rows: Executable) -> "asyncio.Future[None]":
        """Write down what happened, and tell who listens; return when it is written."""
        for listener in self._listeners:
            listener(note)
        return self._journal.tell(
            note.name, *rows, queue=note.queue, call_id=note.call_id, agent=note.agent, **note.data
        )

    def dispose(self, extension: str, code: str) -> bool:
        """Keep what an agent says became of the last talk; tell whether there was one."""
        last = self._last.get(extension)
        if last is None:
            return False
        self.note(Note("queue.disposition", last.queue, last.call_id, extension, {"code": code}))
        return True

    # -- stay.Floor ------------------------------------------------------------------------------------------------

    def tell(self, event: Event) -> list[Note]:
        """Let the distribution know of `event`; what it wants follows when that is written. Returns what it noted."""
        now = self.now()
        actions = self._distribution.receive(event, now)
        written = None
        for action in actions:
            written = self._write(action, now) or written
        self._wanted.put_nowait((written, actions))
        self._retimed.set()
        for action in actions:
            self._moves.follow(action, self._distribution)
            if isinstance(action, Summon):
                self._summon(action)
        return [action for action in actions if isinstance(action, Note)]

    def _write(self, action: Action, now: float) -> "asyncio.Future[None] | None":
        """Have written what `action` says of a caller; return when it is."""
        here = self._here.get(action.call_id) if isinstance(action, Note | Overflow) else None
        match action:
            case Note():
                if action.name == "queue.answered":
                    self._last[action.agent] = action
                return self.note(action, *(here.record.take(action, now) if here else []))
            case Overflow() if here and action.to.startswith("queue:"):
                queue = self._book.plan.queues[action.to.removeprefix("queue:")]
                return self._journal.put(here.record.goes_on(queue, action, now))
            case _:
                return None

    def agent(self, extension: str) -> Agent:
        """Return an agent; raise `CannotDo` for an extension that nobody has."""
        return self._book.agent(extension)

    def unreachable(self, extension: str, why: str) -> None:
        """Take an agent off whose phone can't be called, until it shows a sign of life (`Reachability`)."""
        log.warning("agent %s's phone can't be called: %s", extension, why)
        self._book.phone(extension, False, CANT_BE_CALLED)

    def queue(self, call_id: str) -> Queue:
        """Return the queue in which a caller is, or was last; raise `CannotDo` for one who is gone."""
        return self._of(call_id).queue

    def waited(self, call_id: str) -> float:
        """Return the seconds that a caller has waited, those of a credit included."""
        return self._of(call_id).waited(self.now())

    def _of(self, call_id: str) -> StayRecord:
        here = self._here.get(call_id)
        if here is None:
            raise CannotDo("The caller isn't with the queues any more.")
        return here.record

    # -- what is done ----------------------------------------------------------------------------------------------

    async def _carry_out(self) -> None:
        late: asyncio.Future[None] | None = None
        while True:
            written, actions = await self._wanted.get()
            if written is not None and (late is None or late.done()):
                # Callers are served all the same; the journal says in the log what it lacks. Events are written in
                # order: while an earlier one isn't, nobody waits for a later one again.
                await asyncio.wait({written}, timeout=WRITTEN_S)
                late = written
            for action in actions:
                if isinstance(action, Offer | Withdraw | Announce | Overflow) and action.call_id in self._here:
                    self._here[action.call_id].stay.take(action)

    @contextmanager
    def engaged(self, extension: str, call_id: str) -> Iterator[None]:
        """Count an agent who is called directly as busy meanwhile; an extension that is nobody's is left alone."""
        if extension not in self._book.agents:
            yield
            return
        self.tell(AgentBusy(extension, "called directly"))
        for move in (AgentMove.OFFER, AgentMove.ANSWER):
            self._moves.make(extension, move, call_id)
        try:
            yield
        finally:
            self._moves.make(extension, AgentMove.END, call_id)
            self._moves.wrapped_up(extension)

    # -- agents, time ----------------------------------------------------------------------------------------------

    def _agent_changed(self, changed: Changed) -> None:
        extension, after = changed.agent.extension, changed.after
        if changed.told.move in OF_OFFERS:
            return
        match after.state:
            case AgentState.READY:
                self.tell(AgentFree(extension, after.idle_since if changed.told.move == "phone-back" else None))
            case AgentState.PAUSED:
                self.tell(AgentBusy(extension, after.reason))
            case AgentState.OFFLINE | AgentState.REMOVED:
                self.tell(AgentGone(extension, after.reason))
            case AgentState.TALKING if after.after_call:
                self.tell(AgentBusy(extension, after.after_call_reason))
            case _:
                pass

    def _edited(self, before: Plan, plan: Plan) -> None:
        self.tell(Edited(plan.queues, plan.agents))

    def _is_open(self, queue: Queue, now: float) -> bool:
        return is_open(self._book.plan, queue, self.local(now))

    def _may_come(self, queue: Queue, now: float) -> bool:
        return not nobody_will_come(self._book.plan, queue, (), self.local(now))

    def local(self, now: float) -> datetime:
        """Return a moment (Unix seconds) where the hotline is."""
        return datetime.fromtimestamp(now, UTC).astimezone(self._zone)

    async def _tick(self) -> None:
        while True:
            self._retimed.clear()
            due = self._distribution.next_tick(self.now())
            wait = None if due is None else max(due - self.now(), 0.0)
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._retimed.wait()
                continue
            self.tell(Tick())

    async def _days(self) -> None:
        while True:
            local = self.local(self.now())
            # In the middle of the next day, whichever hour a change of clocks leaves out.
            noon = _midnight(local) + timedelta(days=1, hours=12)
            await asyncio.sleep(_midnight(noon).timestamp() - local.timestamp())
            self.tell(DayBegan())


def _midnight(local: datetime) -> datetime:
    return local.replace(hour=0, minute=0, second=0, microsecond=0)
