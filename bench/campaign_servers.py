"""Two real servers dial two campaigns on one PostgreSQL over two lines; one is killed, the other ended and begun again.

What became of it is read where it can't be made up: in the database, and at the two sipp networks that were called.
Calls of a server that was killed are taken for over at that moment. Some callees press 9: the other campaign has their
numbers too, further down its list, and whichever server comes to them mustn't call.
"""

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import time
from typing import Any

from sqlalchemy import func, select, update

from bench.campaign_calls import densest
from bench.hotline_under_test import FLOWS
from bench.report import Report, run, short
from bench.telephone_network import BECOMES, Network, Span, prepare, telephone_network
from models.attempt import Attempt
from models.database import open_engine, table_of
from models.do_not_call import OptOut
from models.lead import Lead
from tests.live_server import QUICK
from tests.postgresql import cluster
from voice.server_process import ServerProcess, free_port

SERVERS = ("127.0.50.10", "127.0.50.20")
NETWORKS = {"first": "127.0.50.11", "second": "127.0.50.12"}
CAPS = {"one": (8, 6), "two": (12, 8), "first": (9, 6), "second": (10, 7), "all": (15, 10)}
"""Calls at once and a second: of campaigns, lines, and the whole. A call that goes over a second line is one more."""
BEGINNING = {"one": "+861391", "two": "+861392"}
SHARED = "+861393000"
"""Numbers of both campaigns: who presses 9."""
LONGEST_S = 400
LEAD, ATTEMPT = table_of(Lead), table_of(Attempt)
SOON = ("busy", "congestion", "lost", "stopped")


@dataclass
class Seen:
    """What happened to the servers, and what was seen of them."""

    killed: list[float] = field(default_factory=list)
    """Unix seconds."""
    nodes: set[str] = field(default_factory=set)


async def measure() -> Report:
    """Return the figure."""
    leads = 60 if short() else 300
    how = f"{2 * leads} leads, two campaigns, lines and servers, PostgreSQL; a kill -9 and a stop in the middle"
    report = Report("campaign servers", how)
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name, _database() as url:
        directory, ports = Path(name), {line: free_port(address) for line, address in NETWORKS.items()}
        shared = [f"{SHARED}{number:02d}98" for number in range(leads // 20)]
        for campaign, beginning in BEGINNING.items():
            numbers = [f"{beginning}{number:07d}" for number in range(leads) if number % 100 != 98] + shared
            lines = [_line(line) for line in NETWORKS] if campaign == "one" else []
            prepare(url, _plan(campaign, FLOWS / "calling.yaml"), numbers, lines)
        _rank(url)
        trunks = [
            {"name": line, "host": f"{address}:{ports[line]}", "health_check": 0, "caller_number": "4000100"}
            for line, address in NETWORKS.items()
        ]
        at_once, rate = CAPS["all"]
        settings = {
            **QUICK, "DATABASE__URL": url, "SIP__TRUNKS": json.dumps(trunks), "LOG__LEVEL": "info",
            "CAMPAIGNS__MAX_CALLS": str(at_once), "CAMPAIGNS__CALLS_PER_SECOND": str(rate),
            "LIMITS__DRAIN_SECONDS": "4",
        }  # fmt: skip
        servers = [ServerProcess(directory / address, address, settings) for address in SERVERS]
        for line in NETWORKS:
            (directory / line).mkdir()
        async with (
            telephone_network(NETWORKS["first"], ports["first"], directory / "first") as first,
            telephone_network(NETWORKS["second"], ports["second"], directory / "second") as second,
        ):
            networks = {"first": first, "second": second}
            seen = await _meddled(servers, url)
            _add(report, networks, url, seen)
        report.notes += _words(servers)
    return report


@contextmanager
def _database() -> Iterator[str]:
    if url := os.environ.get("HOTLINE_BENCH_DATABASE", ""):
        yield url
        return
    with cluster() as server:
        yield server.format("postgres")


def _plan(name: str, flow: Path) -> dict[str, Any]:
    at_once, rate = CAPS[name]
    never = dict.fromkeys(("no-answer", "declined", "hung-up-early", "silent"), "never")
    again = {one: {"after": ["2s"], "most": 2 if one in ("busy", "congestion") else 20} for one in SOON}
    return {
        "name": name, "country": "CN", "flows": [str(flow)], "holidays": "", "hours": ["mon-sun 00:00-24:00"],
        "max_calls": at_once, "calls_per_second": rate, "ring_seconds": 15, "frequency": [{"times": 50, "days": 1}],
        "breaker": {"share": 1.1}, "retry": {**never, **again},
    }  # fmt: skip


def _line(name: str) -> dict[str, Any]:
    channels, rate = CAPS[name]
    return {"name": name, "channels": channels, "calls_per_second": rate}


def _rank(url: str) -> None:
    """Have those who press 9 called early by one campaign, and come up last in the other."""
    engine = open_engine(url)
    campaigns = select(LEAD.c.campaign_id).distinct().order_by(LEAD.c.campaign_id)
    with engine.begin() as connection:
        for campaign, rank in zip(connection.scalars(campaigns).all(), (90, 10), strict=True):
            mine = LEAD.c.campaign_id == campaign, LEAD.c.number.startswith(SHARED)
            connection.execute(update(LEAD).where(*mine).values(rank=rank, priority=rank))
    engine.dispose()


async def _meddled(servers: Sequence[ServerProcess], url: str) -> Seen:
    """Let both dial to the end of the lists; kill one in the middle, and later end the other as an operator would."""
    seen = Seen()
    engine = open_engine(url)

    def over() -> float:
        with engine.connect() as connection:
            states = connection.execute(select(LEAD.c.state, func.count()).group_by(LEAD.c.state)).all()
            seen.nodes |= set(connection.scalars(select(ATTEMPT.c.node).distinct()))
        counts = {str(state): int(count) for state, count in states}
        return (counts.get("done", 0) + counts.get("refused", 0)) / sum(counts.values())

    async def until(share: float) -> None:
        for _ in range(LONGEST_S * 2):
            if over() >= share:
                return
            await asyncio.sleep(0.5)

    try:
        await asyncio.gather(*(one.start() for one in servers))
        await until(0.25)
        seen.killed.append(time())
        await servers[1].stop(by=signal.SIGKILL)
        await servers[1].start()
        await until(0.6)
        await servers[0].stop()
        await servers[0].start()
        await until(1.0)
    finally:
        for one in servers:
            await one.stop()
        engine.dispose()
    return seen


def _add(report: Report, networks: dict[str, Network], url: str, seen: Seen) -> None:
    engine = open_engine(url)
    with engine.connect() as connection:
        leads = connection.execute(select(LEAD)).all()
        attempts = connection.execute(select(ATTEMPT)).all()
        proofs = {row.number: row.at for row in connection.execute(select(OptOut.number, OptOut.at))}
    engine.dispose()
    spans = {line: _ended(network.spans(), seen.killed) for line, network in networks.items()}
    everything = [one for of in spans.values() for one in of]
    wrong = [(one.number, one.state, one.disposition) for one in leads if not _true(one)]
    report.add("leads without their one true final disposition", len(wrong), "", "<= 0")
    report.add("servers that dialled", len(seen.nodes), "", ">= 2")
    placed, tried = Counter(one.number for one in everything), Counter[str]()
    vague = set[str]()
    for one in attempts:
        tried[one.number] += max(1, len(one.lines))
        if one.state == "lost":
            vague.add(one.number)
    unlike = [one for one in placed | tried if placed[one] != tried[one] and one not in vague]
    report.add("attempts whose calls aren't as on record", len(unlike), "", "<= 0")
    beyond = sum(placed[one] > tried[one] + 1 for one in vague)
    report.add("leads of the kill with calls beyond the record", beyond, "", "<= 0")
    report.add("attempts left open", sum(one.state not in ("ended", "lost") for one in attempts), "", "<= 0")
    report.add("attempts lost in the kill", sum(one.state == "lost" for one in attempts))
    talks = Counter((one.campaign_id, one.number) for one in attempts if one.disposition == "completed")
    report.add("talked to twice", sum(count > 1 for count in talks.values()), "", "<= 0")
    late = [one for one in everything if one.number in proofs and one.at > proofs[one.number].timestamp()]
    report.add("who opted out", len(proofs), "", f">= {len({one.number for one in leads if _keys(one.number)})}")
    report.add("called after their opt-out", len(late), "", "<= 0")
    for name, of in _by_cap(spans).items():
        at_once, rate = CAPS[name]
        report.add(f"{name}: calls in any second", densest(sorted(one.at for one in of)), "", f"<= {rate}")
        report.add(f"{name}: calls at once", most_at_once(of), "", f"<= {at_once}")
    times = sorted(one.at for one in everything)
    report.add("calls", len(times))
    report.add("the last after", times[-1] - times[0], "s")
    report.notes.append(f"wrong: {wrong[:9]}; unlike: {[(one, placed[one], tried[one]) for one in unlike[:9]]}")


def _ended(spans: Sequence[Span], killed: Sequence[float]) -> list[Span]:
    """Return the calls with the ends of those whose server was killed; others that never ended go on for good."""
    return [
        Span(one.at, min((at for at in killed if at > one.at), default=float("inf")), one.number)
        if one.until is None
        else one
        for one in spans
    ]


def _keys(number: str) -> bool:
    """Tell whether who has that number presses 9."""
    return number.startswith(SHARED)


def _true(lead: Any) -> bool:
    if _keys(lead.number):
        return bool(lead.disposition == "opted-out")
    return bool(lead.state == "done" and lead.disposition == BECOMES[lead.number[-1]])


def _by_cap(spans: dict[str, list[Span]]) -> dict[str, list[Span]]:
    everything = [one for of in spans.values() for one in of]
    campaigns = {name: [one for one in everything if one.number.startswith(of)] for name, of in BEGINNING.items()}
    return {**spans, **campaigns, "all": everything}


def most_at_once(spans: Sequence[Span]) -> int:
    """Return the most calls that were there at a time."""
    steps = [(one.at, 1) for one in spans] + [(one.until, -1) for one in spans if one.until is not None]
    most = here = 0
    for _, step in sorted(steps):
        here += step
        most = max(most, here)
    return most


def _words(servers: Sequence[ServerProcess]) -> list[str]:
    """Return what the servers' logs say of trouble."""
    bad = Counter(
        str(line.get("message", line))[:150]
        for one in servers
        for line in one.lines
        if str(line.get("level", "")).lower() in ("warning", "error", "critical")
    )
    return [f"{count} x {words}" for words, count in bad.most_common(12)]


if __name__ == "__main__":
    sys.exit(run(measure))
