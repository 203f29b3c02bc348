"""The live board: 50 people look at 30 running calls with text coming; what the console costs, and how soon they see.

A console in a process of its own on a fresh SQLite database; the calls are told to the real call log by the bench,
which also is the 50 people (real sockets, as NiceGUI's script speaks; no browser draws anything).
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, insert

from bench.board_viewer import BoardViewer
from bench.processes import usage
from bench.report import Report, run, short
from bench.running_calls import RunningCalls
from console.sessions import begin
from models.account import Account
from models.call_log import CallLog
from models.database import migrate, open_engine
from models.errors import OurFault
from models.settings import SipSettings
from queues.applying import apply
from queues.plan_reading import read_plan
from queues.plan_rows import writing

PEOPLE, CALLS = 50, 30
SECONDS = 15 if short() else 60
TURN_EVERY_S, ALERT_EVERY_S = 4.0, 3.0
ADDRESS = "127.0.0.37:9469"
SETTLES_S = 8.0
"""After the last of them has come."""
LAST_S = 1.5
TEAMS = ("blue", "green", "red")
AGENTS = [str(extension) for extension in range(201, 231)]


@dataclass(frozen=True)
class _Cost:
    cpu: float
    memory: float
    wall: float


async def measure() -> Report:
    """Have people watch, and count."""
    with tempfile.TemporaryDirectory() as directory:
        data = Path(directory)
        engine = open_engine(f"sqlite:///{data / 'hotline.sqlite'}")
        migrate(engine)
        cookies = _people(engine)
        log = CallLog(f"sqlite:///{data / 'hotline.sqlite'}", data)
        await log.start()
        try:
            async with _console(data) as (pid, base):
                return await _watched(engine, log, pid, [BoardViewer(base, cookie) for cookie in cookies])
        finally:
            await log.close()
            engine.dispose()


async def _watched(engine: Engine, log: CallLog, pid: int, people: Sequence[BoardViewer]) -> Report:
    made = RunningCalls(log, engine, AGENTS)
    ready = [asyncio.Event() for _ in people]
    async with asyncio.TaskGroup() as group:
        lasting = SETTLES_S * 3 + SECONDS
        calls = group.create_task(made.run(CALLS, lasting + 60, TURN_EVERY_S, ALERT_EVERY_S))
        watching = [group.create_task(one.watch(event)) for one, event in zip(people, ready, strict=True)]
        async with asyncio.timeout(60):
            await asyncio.gather(*(one.wait() for one in ready))
        await asyncio.sleep(SETTLES_S)
        before, since = _cost(pid), time.time()
        await asyncio.sleep(SECONDS)
        after, until = _cost(pid), time.time()
        await asyncio.sleep(3)
        for task in (calls, *watching):
            task.cancel()
    made.end()
    return _report(made, people, before, after, since, until)


def _report(
    made: RunningCalls, people: Sequence[BoardViewer], before: _Cost, after: _Cost, since: float, until: float
) -> Report:
    report = Report("Live board", f"{len(people)} people on the live board, {CALLS} running calls, {SECONDS} s")
    share = 100 * (after.cpu - before.cpu) / (after.wall - before.wall)
    report.add("console, of one core", round(share, 1), "%", "<= 30")
    report.add("console, memory", round(after.memory), "MB")
    # What is said in a call's last moments is never on a board of running calls.
    told = {
        key: at
        for key, at in made.told.items()
        if since <= at <= until and made.ended.get(key.partition("/")[0], until + LAST_S) >= at + LAST_S
    }
    waits = [one.lines[key] - at for one in people for key, at in told.items() if key in one.lines]
    report.spread("text visible after it was told", [round(wait, 3) for wait in waits], "s", p95="<= 2")
    warned = {key: at for key, at in made.alerted.items() if since <= at <= until}
    waits = [one.alerts[key] - at for one in people for key, at in warned.items() if key in one.alerts]
    report.spread("alert visible after it was told", [round(wait, 3) for wait in waits], "s", p95="<= 2")
    everything = people[1::2]
    missed = sum(key not in one.lines for one in everything for key in told)
    missed += sum(key not in one.alerts for one in everything for key in warned)
    report.add("text and alerts that who sees all calls never saw", missed, "", "<= 0")
    report.add("texts told meanwhile", len(told))
    report.add("alerts told meanwhile", len(warned))
    report.add("messages to one of them", round(sum(one.messages for one in people) / len(people)))
    report.notes.append("Every second of them sees all calls, the others those of their team.")
    return report


def _cost(pid: int) -> _Cost:
    processes = usage(pid)
    return _Cost(sum(one.cpu_seconds for one in processes), sum(one.memory_mb for one in processes), time.monotonic())


def _people(engine: Engine) -> list[str]:
    """Make accounts of both kinds, all signed in; return their cookies."""
    now = datetime.now(UTC)
    agents = [
        {"extension": one, "name": f"Agent {one}", "team": TEAMS[place % 3], "password": f"secret-{one}"}
        for place, one in enumerate(AGENTS)
    ]
    with writing(engine) as connection:
        apply(connection, read_plan({"agents": agents, "queues": [{"name": "sales"}]}), SipSettings(), prune=True)
    with engine.begin() as connection:
        for number in range(PEOPLE):
            connection.execute(insert(Account).values(
                name=f"p{number}", shown=f"P{number}", password_hash="", roles=["qa" if number % 2 else "supervisor"],
                team="" if number % 2 else TEAMS[number % 3], extension="",
                language="zh" if number % 3 else "en", theme="", enabled=True, created_at=now, password_at=None,
            ))  # fmt: skip
        return [begin(connection, f"p{number}", "127.0.0.1", now) for number in range(PEOPLE)]


@asynccontextmanager
async def _console(data: Path) -> AsyncIterator[tuple[int, str]]:
    config = data / "hotline.toml"
    config.write_text(f'[data]\ndirectory = "{data}"\n[console]\nlisten = "{ADDRESS}"\ntoken = ""\n', encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "console", "console", "--config", str(config), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            line = await process.stdout.readline()
        if not line:
            raise OurFault("The console didn't start; its last words are above.")
        yield process.pid, f"http://{ADDRESS}"
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


if __name__ == "__main__":
    sys.exit(run(measure))
