"""Queue events and kill -9: the distributor brings callers to 20 agents as fast as the database writes; 100 kills.

A process runs the real front desk, distributor, journal and book of agents over callers and phones that are only
simulated: agents answer at once, one caller in ten hangs up first. It says of each event that it happened when it was
told that the event is written, and of each phone that it rings. It is killed at a random moment, begins again with
what the database has, and so on. Counted in the end: events that were said to have happened and are not there (lost;
a phone that rang before its offer was written too), that are there twice (doubled), numbers left out, agents whose
presence isn't what their history ends in, callers whose row isn't what their events end in.
"""

import asyncio
import contextlib
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Executable, func, select

from bench.report import Report
from dialplans.exchange import Handover, Say
from models.agent import Agent, AgentChange, AgentPresence
from models.call import new_id
from models.cause import Cause
from models.database import migrate, open_engine
from models.queue_caller import QueueCaller
from models.queue_event import QueueEvent
from models.settings import SipSettings
from queues.agents import AgentBook
from queues.applying import apply
from queues.distributor import Distributor
from queues.front_desk import FrontDesk
from queues.journal import Journal
from queues.plan_reading import read_plan
from queues.plan_rows import writing
from voice.line import Party
from voice.people import AgentCall, Find, Shown, Talked, Where

AGENTS, CALLERS = 20, 25
HANG_UP = 0.1
"""Share of callers who don't wait for the answer."""
EVENTS = 10_000
LONGEST_S = 1.2
"""Of a life, after its first event."""
NODE, QUEUE = "bench", "billing"
Happened = tuple[str, str, str]
"""Name, call id, agent's state."""
LAST = {
    "queue.joined": "queued",
    "queue.offered": "offered",
    "queue.answered": "talking",
    "queue.ended": "served",
    "queue.abandoned": "abandoned",
}
"""What the row of a caller is after an event."""


class TellingJournal(Journal):
    """Says of each event of a call when it is written."""

    def __init__(self, engine: Engine, pipe: Pipe) -> None:
        super().__init__(engine)
        self._pipe = pipe

    def tell(
        self, name: str, *rows: Executable, queue: str = "", call_id: str = "", agent: str = "", **data: Any
    ) -> "asyncio.Future[None]":
        written = super().tell(name, *rows, queue=queue, call_id=call_id, agent=agent, **data)

        def told(future: "asyncio.Future[None]") -> None:
            if not future.cancelled() and future.exception() is None:
                self._pipe.send((name, call_id, data.get("state", "")))

        if call_id:
            written.add_done_callback(told)
        return written


class Ringing:
    """A phone that is answered after a moment (see `voice.people.AgentCall`)."""

    up = True

    def __init__(self, where: Where) -> None:
        self.id, self.where = new_id(), where

    async def answered(self) -> None:
        await asyncio.sleep(random.uniform(0, 0.005))

    async def whisper(self, say: Say) -> None:
        """Nobody hears it."""

    async def key(self, seconds: float) -> str:
        return ""

    def transfer_goes(self, code: int, words: str) -> None:
        """Nobody transfers."""

    def hang_up(self, cause: Cause) -> None:
        """Nothing is there to hang up."""

    async def ended(self) -> None:
        """Nobody ends it but us."""
        await asyncio.Event().wait()


class Visitor:
    """A caller without a telephone (see `voice.people.Guest`)."""

    def __init__(self, pipe: Pipe) -> None:
        self.call_id = new_id()
        self.caller = self.called = Party("")
        self.language = "en"
        self.hung_up = True
        self.handover = Handover("enqueue", QUEUE, "asked")
        self._pipe = pipe

    def music(self, file: str = "") -> None:
        """Nobody hears it."""

    def foresee(self, says: Sequence[Say], *, rings: bool = False) -> None:
        """Nobody hears it."""

    async def say(self, say: Say) -> None:
        """Nobody hears it."""

    async def key(self, seconds: float) -> str:
        await asyncio.sleep(seconds)
        return ""

    def event(self, name: str, **data: Any) -> None:
        """There is no record of the call."""

    def call(self, where: Where, shown: Shown, ring_seconds: float) -> Ringing:
        self._pipe.send(("queue.offered", self.call_id, ""))
        return Ringing(where)

    def when_learned(self, hear: Callable[[], None]) -> None:
        pass

    async def helped(self, own_key: Callable[[], str]) -> None:
        """No robot helps meanwhile."""

    def found(self) -> None:
        """Nobody has to be told."""

    async def talk(
        self, agent: AgentCall, agent_name: str, find: Find | None = None, *, swapped: bool = False
    ) -> Talked:
        await asyncio.sleep(random.uniform(0, 0.005))
        return Talked(0.0, "agent")


async def serve(url: str, pipe: Pipe) -> None:
    """Take callers until killed."""
    engine = open_engine(url)
    journal = TellingJournal(engine, pipe)
    book = AgentBook(engine, journal)
    distributor = Distributor(engine, journal, book)
    desk = FrontDesk(engine, book, distributor)
    journal.open(NODE)
    book.open()
    distributor.open(NODE)
    await book.come_back()
    for extension in book.agents:
        await book.phone(extension, True)
        await book.wish(extension, "ready")
    async with asyncio.TaskGroup() as group:
        group.create_task(distributor.run())
        for _ in range(CALLERS):
            group.create_task(_calls_again_and_again(desk, pipe))


async def _calls_again_and_again(desk: FrontDesk, pipe: Pipe) -> None:
    while True:
        patience = random.uniform(0, 0.01) if random.random() < HANG_UP else None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await desk.take(Visitor(pipe))


def _live(url: str, pipe: Pipe) -> None:
    random.seed()
    asyncio.run(serve(url, pipe))


def one_life(url: str, chance: random.Random) -> list[Happened]:
    """Let a process serve for a random while and kill it; return what it said to have happened."""
    ours, theirs = multiprocessing.get_context("fork").Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_live, args=(url, theirs))
    process.start()
    theirs.close()
    said: list[Happened] = []
    assert process.pid is not None
    if ours.poll(30):
        until = time.monotonic() + chance.uniform(0, LONGEST_S)
        while (left := until - time.monotonic()) > 0:
            if ours.poll(left):
                said.append(ours.recv())
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    try:
        while ours.poll():
            said.append(ours.recv())
    except (EOFError, OSError):
        pass  # all is read, the last of it perhaps cut by the kill
    return said


def count(engine: Engine, said: list[Happened]) -> dict[str, int]:
    """Return what is wrong in the database, by kind, and how many events there are."""
    with engine.connect() as connection:
        rows = connection.execute(
            select(QueueEvent.number, QueueEvent.name, QueueEvent.call_id, QueueEvent.data)
            .where(QueueEvent.node == NODE)
            .order_by(QueueEvent.id)
        ).all()
        changes = connection.scalar(select(func.count()).select_from(AgentChange)) or 0
        newest = select(func.max(AgentChange.id)).group_by(AgentChange.agent_id)
        ends = dict(
            connection.execute(select(AgentChange.agent_id, AgentChange.state).where(AgentChange.id.in_(newest))).all()
        )
        presences = connection.execute(
            select(AgentPresence.agent_id, AgentPresence.state).join(Agent, Agent.id == AgentPresence.agent_id)
        ).all()
        callers = connection.execute(select(QueueCaller.call_id, QueueCaller.state)).all()
    there = Counter((row.name, row.call_id, row.data.get("state", "")) for row in rows if row.call_id)
    last = {row.call_id: LAST[row.name] for row in rows if row.name in LAST}
    states = sum(row.name == "agent.state" for row in rows)
    numbers = [row.number for row in rows]
    return {
        "events": len(rows),
        "lost": sum(one not in there for one in said),
        "doubled": sum(times - 1 for times in there.values()) + len(numbers) - len(set(numbers)),
        "left out": (numbers[-1] if numbers else 0) - len(set(numbers)),
        "out of order": sum(a >= b for a, b in pairwise(numbers)),
        "presences": sum(state != ends.get(agent_id, state) for agent_id, state in presences) + abs(states - changes),
        "callers": sum(last.get(row.call_id) != row.state and row.state != "stopped" for row in callers),
    }


def main() -> int:
    """Kill and count."""
    short = "--short" in sys.argv
    kills, chance = 10 if short else 100, random.Random(time.time_ns())
    report = Report("Queue events and kill -9", " ".join((__doc__ or "").split("\n\n")[1].split()))
    with tempfile.TemporaryDirectory() as directory:
        url = f"sqlite:///{Path(directory) / 'hotline.sqlite'}"
        engine = open_engine(url)
        migrate(engine)
        agents = [{"extension": str(200 + n), "address": "sip:x@pbx.example"} for n in range(AGENTS)]
        queue = {"name": QUEUE, "wrap_up_s": 0, "announce_every_s": 0}
        with writing(engine) as connection:
            apply(connection, read_plan({"agents": agents, "queues": [queue]}), SipSettings())
        engine.dispose()
        said: list[Happened] = []
        for _ in range(kills):
            said += one_life(url, chance)
        found = count(open_engine(url), said)
    report.add("kills", kills, "")
    report.add("events in the database", found["events"], "", "" if short else f">= {EVENTS}")
    report.add("of them said to have happened", len(said), "")
    for kind in ("lost", "doubled", "left out", "out of order"):
        report.add(f"{kind}", found[kind], "", "<= 0")
    report.add("agents who are not what their history says", found["presences"], "", "<= 0")
    report.add("callers who are not what their events say", found["callers"], "", "<= 0")
    return report.show()


if __name__ == "__main__":
    sys.exit(main())
