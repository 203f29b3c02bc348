"""A dialler with a real database, law and lines in virtual time; the people it calls are simulated."""

import asyncio
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Engine, select

from campaigns.campaign_rows import StoredCampaign
from campaigns.dialer import Dialer
from campaigns.dialer_ports import Agents, NoAgents, Ports
from campaigns.lead_row import Happened
from campaigns.lead_store import LeadStore
from campaigns.line_book import LineBook
from campaigns.line_plan import Line
from campaigns.permission import Permission
from campaigns.rate_limit import RateLimit
from dialplans.flow import Flow
from dialplans.loader import loads
from models.attempt import Attempt
from models.cause import Cause
from models.lead import Lead
from models.settings import LineSettings
from tests.unit.campaigns.conftest import NOON
from voice.call_outcome import Outcome
from voice.campaign_call import Outgoing, Progress

FLOW = "languages: [en]\nsteps:\n  - step: hello\n    hangup: Hello and goodbye.\n"


@dataclass
class Person:
    """What becomes of calls to a number, each in turn; the last one goes on."""

    outcomes: list[Outcome]
    rings_s: float = 2.0


BUSY = Outcome("", Cause.BUSY, 486, ringing_s=0.5)
NOBODY = Outcome("", Cause.NO_ANSWER, ringing_s=0.5)
TALKS = Outcome("", Cause.ROBOT_HUNG_UP, ringing_s=0.5, answered_s=2.0, talk_s=20.0, answered_by="human", turns=4)
NO_LINE = Outcome("", Cause.CONGESTION, 503)


@dataclass
class Phones:
    """The telephone network as `CampaignCalls` brings it."""

    people: dict[str, Person] = field(default_factory=dict)
    others: Person = field(default_factory=lambda: Person([TALKS]))
    refuses: str = ""
    placed: list[tuple[float, str, str, str]] = field(default_factory=list)
    """When, attempt, number, line."""
    running: int = 0
    most: int = 0
    on_answer: Callable[[Outgoing, str], None] = lambda outgoing, call_id: None

    def __post_init__(self) -> None:
        self._calls: dict[str, asyncio.Future[Cause]] = {}
        self._times: dict[str, int] = {}

    async def prepare(self, flow: Flow) -> list[str]:
        return []

    def refusal(self) -> str:
        return self.refuses

    def hang_up(self, call_id: str, cause: Cause = Cause.OPERATOR_HUNG_UP) -> None:
        if not self._calls[call_id].done():
            self._calls[call_id].set_result(cause)

    async def call(self, outgoing: Outgoing) -> Outcome:
        loop, number = asyncio.get_running_loop(), outgoing.permit.number
        call_id = f"call-{len(self.placed)}"
        self.placed.append((loop.time(), outgoing.attempt, number, outgoing.line))
        stopped = self._calls[call_id] = loop.create_future()
        self.running += 1
        self.most = max(self.most, self.running)
        person = self.people.get(number, self.others)
        time = self._times[number] = self._times.get(number, 0) + 1
        outcome = replace(person.outcomes[min(time, len(person.outcomes)) - 1], call_id=call_id)
        outgoing.on_progress(Progress("placed", call_id, 0.0))
        try:
            if outcome.code in (486, 503):
                return await self._until(stopped, 0.1, outcome)
            outgoing.on_progress(Progress("ringing", call_id, 0.0))
            if outcome.answered_s is None:
                return await self._until(stopped, outgoing.ring_seconds, outcome)
            cut = await self._until(stopped, outcome.answered_s, outcome)
            if cut is not outcome:
                return cut
            outgoing.on_progress(Progress("answered", call_id, outcome.answered_s))
            self.on_answer(outgoing, call_id)
            cut = await self._until(stopped, outcome.talk_s, outcome)
            return cut if cut is outcome else replace(cut, answered_s=outcome.answered_s, answered_by="human")
        finally:
            self.running -= 1

    async def _until(self, stopped: "asyncio.Future[Cause]", seconds: float, outcome: Outcome) -> Outcome:
        done, _ = await asyncio.wait([stopped], timeout=seconds)
        return Outcome(outcome.call_id, stopped.result()) if done else outcome


class Campaign:
    """One campaign being dialled from noon in Shanghai on; a second of the loop is a second of the world."""

    def __init__(
        self,
        engine: Engine,
        stored: StoredCampaign,
        phones: Phones,
        *,
        lines: LineBook | None = None,
        agents: Agents | None = None,
        whole: RateLimit | None = None,
        began: float | None = None,
    ) -> None:
        self.engine, self.phones, self.told = engine, phones, list[Happened]()
        self.states: list[str] = []
        self._began = NOON.timestamp() if began is None else began
        self.writing_s: Iterator[float] = itertools.repeat(0.001)
        """How long the database takes to write each attempt that is to leave."""
        self.lines = lines or LineBook([Line(name="a"), Line(name="b")], LineSettings(seed=3), self._began)
        self.ports = Ports(
            LeadStore(engine), Permission(engine), phones, self.lines, agents or NoAgents(), whole or RateLimit(),
            self._flow, self._work, self.told.append, self.clock, lambda: asyncio.get_running_loop().time(), "here",
        )  # fmt: skip
        self.dialer = Dialer(stored, self.ports, on_breaker=lambda state: self.states.append(str(state)))

    def clock(self) -> float:
        return self._began + asyncio.get_running_loop().time()

    async def _flow(self, name: str) -> Flow:
        return loads(FLOW, f"{name}.yaml")

    async def _work(self, what: Callable[..., Any], *args: Any, **values: Any) -> Any:
        await asyncio.sleep(next(self.writing_s) if what == self.ports.store.dialling else 0.001)
        return what(*args, **values)

    async def run(self, seconds: float = 3600 * 24 * 9) -> bool | None:
        """Run until the list is done (True), the dialler has left (False), or the time is over (None)."""
        task = asyncio.ensure_future(self.dialer.run())
        done, _ = await asyncio.wait([task], timeout=seconds)
        if done:
            return task.result()
        task.cancel()
        await asyncio.wait([task])
        return None

    def leads(self) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(select(Lead.__table__).order_by(Lead.id)))

    def attempts(self) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(select(Attempt.__table__).order_by(Attempt.placed_at)))
