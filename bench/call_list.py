"""The list of calls over 1,000,000 calls: any combination of filters and words, pages far down, a team lead's view.

Each kind of page is asked for with several values; the figure is a whole first page: 50 rows, their snippets where
words were searched, and the count. Every page is asked for twice in the same order, and both count: the first time what
the index needs may not be in memory yet. Calls that a page quotes get their transcripts before. With --keep=FILE the
database is made there, or taken from there. With --pages the same questions are asked of a console by HTTP too: the
whole answer, from the request to its last byte, of somebody who is signed in. With --postgresql all of it is asked of a
PostgreSQL cluster of its own, by the same calls.
"""

import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection, Engine

from bench.console_under_test import console_on
from bench.copied_calls import SETTINGS, copied
from bench.listed_calls import AGENTS, NOW, PRODUCTS, QUEUES, listen, made
from bench.report import Report, percentile, short
from models.errors import Refused
from quality.call_entries import key_from
from quality.call_filter import CallFilter
from quality.call_search import Page, listed
from quality.scope import ALL, Scope
from tests.postgresql import cluster

CALLS = 20_000 if short() else 1_000_000
ASKED_MS = "<= 300"
WEEK, MONTH = timedelta(days=7), timedelta(days=30)


@dataclass(frozen=True)
class Question:
    """One page that somebody opens."""

    kind: str
    wanted: CallFilter = field(default_factory=CallFilter)
    scope: Scope = ALL
    deep: float = 0.0
    """How far down, as a share of the year."""
    order: str = ""


def questions(chance: random.Random) -> Iterator[Question]:
    """Yield them, each kind with several values."""
    agents = chance.sample(list(AGENTS), 6)
    common_words = ("refund", "order", '"thank you"', '"I want to"', "waiting invoice", "appointment")
    chinese = ("退款", "我要转人工", "款", '"请稍等"', "订单 短信", "发票又开错了")
    for place in range(6):
        since = NOW - WEEK * (1 + 3 * place)
        week: dict[str, Any] = {"since": since, "until": since + WEEK}
        agent, queue, rule = agents[place], QUEUES[place], f"rule-{place * 3}"
        yield Question("all calls", CallFilter(since=None if place == 0 else since))
        yield Question("a week", CallFilter(**week))
        yield Question("queue, language, direction", CallFilter(queue=queue, language="zh", direction="inbound"))
        flow = ("order_status", "survey", "out_of_hours")[place % 3]
        yield Question("queue, flow, end", CallFilter(queue=queue, flow=flow, cause="busy"))
        yield Question("agent, score, week", CallFilter(agent=agent, score_from=50, score_to=75, **week))
        yield Question("agent, broken rule", CallFilter(agent=agent, rule=rule))
        yield Question("score, length, language", CallFilter(score_to=40 - place, seconds_from=300, language="en"))
        yield Question("rare score", CallFilter(score_from=12.5 + place, score_to=13 + place))
        yield Question("rule kept, yet not good", CallFilter(rule=f"{rule}:kept", good=False, queue=queue))
        yield Question("fatal, campaign", CallFilter(fatal=True, campaign=f"campaign {place}"))
        six: dict[str, Any] = {
            "direction": "outbound",
            "language": "en",
            "good": True,
            "talk": "agent",
            "flow": flow,
            "rule": rule,
        }
        yield Question("six common ones, few calls", CallFilter(**six))
        yield Question("number, last four", CallFilter(number=f"*{chance.randrange(10**4):04}"))
        yield Question("number, beginning", CallFilter(number=f"+86138{chance.randrange(100):02}*"))
        yield Question("reviews", CallFilter(reviewed=("open", "done", "appealed")[place % 3], queue=queue))
        yield Question("words, common", CallFilter(words=common_words[place]))
        yield Question("words, rare", CallFilter(words=PRODUCTS[-1 - place]))
        yield Question("words, Chinese", CallFilter(words=chinese[place]))
        yield Question("words, queue, week", CallFilter(words=common_words[place], queue=queue, **week))
        yield Question("words, agent, score", CallFilter(words=chinese[place], agent=agent, score_to=60))
        lead = Scope(teams=(f"team {place}",), agents=(agent,))
        yield Question("team lead, all", scope=lead)
        yield Question("team lead, words", CallFilter(words=common_words[place]), lead)
        yield Question("operator, campaigns' week", CallFilter(**week), Scope(campaigns=True))
        day: dict[str, Any] = {"since": since, "until": since + timedelta(days=2)}
        yield Question("worst first, agent", CallFilter(agent=agent), order="worst")
        yield Question("longest first, two days", CallFilter(**day), order="longest")
        most: dict[str, Any] = {"since": since, "until": since + timedelta(hours=84)}
        yield Question("worst first, ten thousand", CallFilter(**most), order="worst")
        yield Question("shortest first, ten thousand", CallFilter(**most), order="shortest")
        yield Question("best first, words", CallFilter(words=PRODUCTS[-1 - place]), order="best")
        yield Question("worst first, rule broken", CallFilter(rule="rule-12"), order="worst")
        yield Question("longest first, of all: too many", order="longest")
        depth = 0.15 * (place + 1)
        yield Question("far down", deep=depth)
        yield Question("far down, queue", CallFilter(queue=queue), deep=depth)
        yield Question("far down, words", CallFilter(words="refund"), deep=depth)


def measure() -> Report:
    """Ask for all of them."""
    keep = next((Path(option.partition("=")[2]) for option in sys.argv if option.startswith("--keep=")), None)
    if "--postgresql" in sys.argv:
        with cluster(*SETTINGS) as server:
            return _asked_of("PostgreSQL", lambda: copied(server.format("postgres"), CALLS))
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as directory:
        file = keep or Path(directory) / "hotline.sqlite"
        return _asked_of(f"SQLite {sqlite3.sqlite_version}", lambda: made(file, CALLS), file)


def _asked_of(database: str, make: Callable[[], Engine], file: Path | None = None) -> Report:
    report = Report("call_list", f"{CALLS:,} calls; 50 rows a page with their count; {database}")
    began = time.monotonic()
    engine = make()
    size = f", {file.stat().st_size / 1e9:.2f} GB" if file else ""
    report.notes.append(f"Made in {time.monotonic() - began:.0f} s{size}.")
    asked = [(one, _begin(one)) for one in questions(random.Random(5))]
    with engine.connect() as connection:
        for one, after in asked:
            rows = _page(connection, one, after).rows
            listen(connection, [row.id for row in rows] if one.wanted.words else [])
    # A process that begins has nothing in its own memory yet.
    engine.dispose()
    took = _measured(engine, asked)
    engine.dispose()
    served = _served(file, asked) if file and "--pages" in sys.argv else []
    for kind, times in took.items():
        report.spread(kind, times, "ms")
    everything = [one for times in took.values() for one in times]
    for name, times in (("a page", everything), ("a page by HTTP", served)):
        if times:
            report.add(f"{name} p50", percentile(times, 50), "ms")
            report.add(f"{name} p95", percentile(times, 95), "ms", ASKED_MS if file else "")
            report.add(f"{name}, slowest", max(times), "ms")
    return report


def _begin(question: Question) -> str:
    """Return where a page far down begins; counting is done by then."""
    if not question.deep:
        return ""
    return f"{key_from(NOW - timedelta(days=365 * question.deep)):x}-10000-"


def _page(connection: Connection, one: Question, after: str) -> Page:
    """Return a page; the newest first where too many pass for the order, as the console shows it."""
    try:
        return listed(connection, one.wanted, scope=one.scope, after=after, order=one.order)
    except Refused:
        return listed(connection, one.wanted, scope=one.scope, after=after)


def _measured(engine: Engine, asked: list[tuple[Question, str]]) -> dict[str, list[float]]:
    took: dict[str, list[float]] = {}
    for one, after in [*asked, *asked]:
        began = time.perf_counter()
        with engine.connect() as connection:
            _page(connection, one, after)
        took.setdefault(one.kind, []).append((time.perf_counter() - began) * 1000)
    return took


def _served(file: Path, asked: list[tuple[Question, str]]) -> list[float]:
    """Ask a console of its own for the pages; those of who doesn't see everything are asked for by a supervisor."""
    took: list[float] = []
    with console_on(file) as console:
        for one, after in [*asked, *asked]:
            query = {**one.wanted.query(), **{name: of for name, of in (("after", after), ("order", one.order)) if of}}
            began = time.perf_counter()
            console.get(f"/calls?{urlencode(query)}", "all" if one.scope.everything else "lead")
            took.append((time.perf_counter() - began) * 1000)
    return took


if __name__ == "__main__":
    sys.exit(measure().show())
