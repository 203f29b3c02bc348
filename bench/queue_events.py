"""Queue events and kill -9: 20 agents take callers, one after the other, as fast as the database writes; 100 kills.

A process writes through the journal, the book of agents and the rows of callers, as a server does, and says of each
event that it happened only when it was told that the event is written. It is killed at a random moment, begins again
with what the database has, and so on. Counted in the end: events that were said to have happened and are not there
(lost), that are there twice (doubled), numbers left out, agents whose presence isn't what their history ends in,
callers whose row isn't what their events end in. Telephones and the distribution are not in it.
"""

import asyncio
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from itertools import pairwise
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

from sqlalchemy import Engine, func, select

from bench.report import Report
from models.agent import Agent, AgentChange, AgentMove, AgentPresence
from models.call import new_id
from models.database import migrate, open_engine
from models.queue_caller import QueueCaller, QueueCallerMove
from models.queue_event import QueueEvent
from models.settings import SipSettings
from queues.agents import AgentBook
from queues.applying import apply
from queues.caller_rows import StayRow, stop_all
from queues.journal import Journal
from queues.plan_reading import read_plan
from queues.plan_rows import writing
from queues.waiting_room import Caller

AGENTS = 20
EVENTS = 10_000
LONGEST_S = 1.2
"""Of a life, after its first event."""
NODE, QUEUE = "bench", "billing"
Happened = tuple[str, str, str]
"""Name, call id, agent's state."""
LAST = {"queue.joined": "queued", "queue.offered": "offered", "queue.answered": "talking", "queue.ended": "served"}
"""What the row of a caller is after an event."""


async def serve(url: str, pipe: Pipe) -> None:
    """Take callers until killed."""
    engine = open_engine(url)
    journal = Journal(engine)
    book = AgentBook(engine, journal)
    journal.open(NODE)
    book.open()
    with engine.begin() as connection:
        stop_all(connection, NODE, time.time())
    await book.come_back()
    async with asyncio.TaskGroup() as group:
        for extension in book.agents:
            group.create_task(_work(book, journal, extension, pipe))


async def _work(book: AgentBook, journal: Journal, extension: str, pipe: Pipe) -> None:
    await book.phone(extension, True)
    await book.wish(extension, "ready")

    async def tell(name: str, stay: StayRow, call_id: str, move: QueueCallerMove) -> None:
        await journal.tell(name, *stay.move(move, time.time(), extension), queue=QUEUE, call_id=call_id)
        pipe.send((name, call_id, ""))

    async def moves(move: AgentMove, call_id: str) -> None:
        await book.move(extension, move, call_id=call_id)
        pipe.send(("agent.state", call_id, str(book.presence(extension).state)))

    while True:
        call_id, stay, now = new_id(), StayRow(NODE), time.time()
        begin = stay.begin(Caller(call_id, QUEUE), QUEUE, now, now, {})
        await journal.tell("queue.joined", begin, queue=QUEUE, call_id=call_id)
        pipe.send(("queue.joined", call_id, ""))
        await tell("queue.offered", stay, call_id, QueueCallerMove.OFFER)
        await moves(AgentMove.OFFER, call_id)
        await tell("queue.answered", stay, call_id, QueueCallerMove.ANSWER)
        await moves(AgentMove.ANSWER, call_id)
        await tell("queue.ended", stay, call_id, QueueCallerMove.END)
        await moves(AgentMove.END, call_id)
        await book.wrapped_up(extension)


def _live(url: str, pipe: Pipe) -> None:
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
        with writing(engine) as connection:
            apply(connection, read_plan({"agents": agents}), SipSettings())
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
