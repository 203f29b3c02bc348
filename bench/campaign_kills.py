"""100 random kills -9 of a process that dials a campaign: no lead lost, none called twice for one attempt.

The process has the real dialler, lead store, law and lines on a real database; the telephone network is this bench,
told of every call by a datagram before it answers, so that it knows what was called even where the process died at
once. Each time the process is killed at a random moment; the next one completes what it left and goes on.
"""

import asyncio
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bench.killed_dialler import be_killed
from bench.report import Report, run, short
from bench.telephone_network import prepare
from models.attempt import Attempt
from models.database import open_engine, table_of
from models.lead import Lead

LEADS = 4000
LEAD, ATTEMPT = table_of(Lead), table_of(Attempt)
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["bench.killed_dialler"])


class _Network(asyncio.DatagramProtocol):
    """Hears of every call."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        """Attempt and number."""
        self.ready = asyncio.Event()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        said = data.decode().split()
        if said[0] == "ready":
            self.ready.set()
        else:
            self.calls.append((said[1], said[2]))


async def measure() -> Report:
    """Return the figure."""
    kills = 5 if short() else 100
    url = os.environ.get("HOTLINE_BENCH_DATABASE", "")
    kind = "PostgreSQL" if url else "SQLite"
    report = Report("campaign kills", f"{kills} kills -9 at random moments, {LEADS} leads, {kind}")
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name:
        url = url or f"sqlite:///{Path(name) / 'hotline.sqlite'}"
        plan = {
            "name": "kills", "country": "CN", "flows": ["kills"], "holidays": "", "max_calls": 60,
            "hours": ["mon-sun 00:00-24:00"], "calls_per_second": 200, "frequency": [{"times": 900, "days": 1}],
            "retry": {
                "busy": {"after": ["1s"], "most": 2}, "lost": {"after": ["1s"], "most": 50}, "any": {"most": 200},
            },
        }  # fmt: skip
        numbers = [f"+861391{number:07d}" for number in range(LEADS if kills > 5 else 200)]
        prepare(url, plan, numbers, [], start=False)
        loop = asyncio.get_running_loop()
        transport, network = await loop.create_datagram_endpoint(_Network, ("127.0.0.1", 0))
        port = transport.get_extra_info("sockname")[1]
        chance, killed = random.Random(time.time()), 0
        began = datetime.now(UTC)
        while killed < kills and _open_leads(url):
            killed += await _killed_once(url, port, network, chance)
        while _open_leads(url):
            await _killed_once(url, port, network, chance, 60.0)
        transport.close()
        _add(report, url, network, killed, kills, numbers)
        report.notes.append(f"took {(datetime.now(UTC) - began).total_seconds():.0f} s; {len(network.calls)} calls")
    return report


async def _killed_once(url: str, port: int, network: _Network, chance: random.Random, after: float = 0.0) -> int:
    """Let a process dial and kill it; return whether it was killed, not over before."""
    network.ready.clear()
    process = FORKS.Process(target=be_killed, args=(url, port), daemon=True)
    process.start()
    async with asyncio.timeout(60):
        await network.ready.wait()
    await asyncio.to_thread(process.join, after or chance.uniform(0.02, 1.5))
    alive = process.is_alive()
    process.kill()
    await asyncio.to_thread(process.join)
    return int(alive)


def _open_leads(url: str) -> int:
    engine = open_engine(url)
    with engine.connect() as connection:
        states = connection.scalars(select(LEAD.c.state)).all()
    engine.dispose()
    return sum(state not in ("done", "refused") for state in states)


def _add(report: Report, url: str, network: _Network, killed: int, kills: int, numbers: list[str]) -> None:
    engine = open_engine(url)
    with engine.connect() as connection:
        leads = {row.number: row for row in connection.execute(select(LEAD))}
        attempts = {row.id: row for row in connection.execute(select(ATTEMPT))}
    engine.dispose()
    calls = Counter(attempt for attempt, _ in network.calls)
    ended = Counter(row.number for row in attempts.values() if row.state == "ended" and row.disposition == "completed")
    report.add("kills", killed, "", f">= {kills}")
    report.add("leads lost", sum(number not in leads for number in numbers), "", "<= 0")
    report.add("leads without a final disposition", sum(row.state != "done" for row in leads.values()), "", "<= 0")
    report.add("attempts called twice", sum(count > 1 for count in calls.values()), "", "<= 0")
    report.add("calls without an attempt on record", sum(one not in attempts for one in calls), "", "<= 0")
    report.add("leads with two completed talks", sum(count > 1 for count in ended.values()), "", "<= 0")
    report.add("attempts left open", sum(row.state not in ("ended", "lost") for row in attempts.values()), "", "<= 0")
    report.add("attempts lost in a kill, and tried again", sum(row.state == "lost" for row in attempts.values()))
    report.add("attempts lost before their call left", sum(one not in calls for one in attempts))


if __name__ == "__main__":
    sys.exit(run(measure))
