"""The next lead out of 1,000,000 with rules, beside 10,000,000 do-not-call numbers, on SQLite and PostgreSQL.

A list of American numbers in fifteen areas (seven time zones), four priorities; it is 13 o'clock in New York, so that
Honolulu isn't open yet. About every twelfth number is on the national list, a tenth waits for a retry of later, one in
a thousand has an appointment. "Next lead": one lead taken with its lease (lists asked, rules kept), and the permit for
its number (lists, refusals, how often, hours). Beside it what follows: the attempt written, and settled. PostgreSQL
writes to disk as one does that matters.
"""

import gc
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine, text

from bench.campaign_lists import NOON, campaign_in, database, write_american_csv, write_do_not_call
from bench.report import Report, percentile, short
from campaigns.campaign_rows import StoredCampaign
from campaigns.do_not_call_import import import_list
from campaigns.lead_import import ImportOrder, import_leads
from campaigns.lead_row import LeadChange, LeadRow
from campaigns.lead_store import LeadStore
from campaigns.permission import Permission, Permit
from models.call import new_id
from models.database import open_engine
from models.lead import LeadMove
from models.writing import writing

LEADS, NUMBERS, TIMES = (20_000, 100_000, 500) if short() else (1_000_000, 10_000_000, 2_000)
KINDS = ("sqlite", "postgresql")
"""Both, unless one is named: --sqlite, --postgresql."""
BATCH = 50
T = TypeVar("T")


class _Clock:
    """What each kind of step took, in milliseconds."""

    def __init__(self) -> None:
        self.took: dict[str, list[float]] = {}

    def time(self, name: str, step: Callable[[], T]) -> T:
        began = time.perf_counter()
        found = step()
        self.took.setdefault(name, []).append((time.perf_counter() - began) * 1000)
        return found


def fill(engine: Engine, directory: Path, report: Report, kind: str) -> StoredCampaign:
    """Bring the list and the national file in; return the campaign."""
    campaign = campaign_in(engine, "US")
    began = time.monotonic()
    import_leads(engine, campaign, ImportOrder(directory / "list.csv"), NOON)
    listed = time.monotonic()
    done = import_list(engine, directory / "national.txt", "national", "US", NOON)
    report.add(f"{kind}: do-not-call file of {done.numbers:,} numbers", time.monotonic() - listed, "s")
    report.notes.append(f"{kind}: the list of {LEADS:,} leads took {listed - began:.0f} s.")
    with writing(engine) as connection:
        later, soon = (f"{NOON + timedelta(hours=hours):%Y-%m-%d %H:%M:%S.%f}" for hours in (5, 1))
        connection.execute(text(f"UPDATE lead SET state = 'waiting', due_at = '{later}' WHERE id % 10 = 3"))
        connection.execute(text(f"UPDATE lead SET rank = 100, due_at = '{soon}' WHERE id % 1000 = 7"))
    if kind == "postgresql":
        # Autovacuum would do it within a minute.
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE lead"))
    return campaign


def measure_on(kind: str, directory: Path, report: Report) -> None:
    """Take leads one by one and in batches."""
    with database(kind, directory) as url:
        engine = open_engine(url)
        campaign = fill(engine, directory, report, kind)
        store, permission, clock = LeadStore(engine), Permission(engine), _Clock()
        now, chance = NOON, random.Random(4)
        gc.collect()
        gc.freeze()
        store.take(campaign.id, now, 1, "warm")
        refused = 0
        for n in range(TIMES):
            now += timedelta(milliseconds=20)
            began = time.perf_counter()
            [lead] = clock.time("take", partial(store.take, campaign.id, now, 1, "bench"))
            answer = clock.time("ask", partial(permission.ask, lead, lead.number, campaign, now))
            clock.took.setdefault("next lead", []).append((time.perf_counter() - began) * 1000)
            if isinstance(answer, Permit):
                _call(store, lead, now, clock, chance)
            else:
                refused += 1
            if n % 10 == 9:
                clock.time(f"batch of {BATCH}", partial(store.take, campaign.id, now, BATCH, "bench"))
        engine.dispose()
    for name in ("next lead", "take", "ask", f"batch of {BATCH}", "dialling", "settle"):
        took = clock.took[name]
        report.add(f"{kind}: {name} p50", percentile(took, 50), "ms")
        report.add(f"{kind}: {name} p99", percentile(took, 99), "ms", "<= 5" if name == "next lead" else "")
    report.notes.append(f"{kind}: {refused} of {TIMES} refused by the permit; slowest next lead "
                        f"{max(clock.took['next lead']):.1f} ms.")  # fmt: skip


def _call(store: LeadStore, lead: LeadRow, now: Any, clock: _Clock, chance: random.Random) -> None:
    attempt = {"id": new_id(), "campaign_id": lead.campaign_id, "lead_id": lead.id, "node": "bench",
               "number": lead.number, "placed_at": now}  # fmt: skip
    clock.time("dialling", lambda: store.dialling(attempt))
    again = chance.random() < 0.6
    move, due = (LeadMove.RETRY, now + timedelta(hours=2)) if again else (LeadMove.FINISH, None)
    disposition = "no-answer" if again else "completed"
    ended = {"id": attempt["id"], "ended_at": now, "disposition": disposition}
    clock.time("settle", lambda: store.settle(ended, LeadChange(lead.id, move, disposition, due)))


def measure() -> Report:
    """Measure on both databases."""
    report = Report("next_lead", f"{LEADS:,} leads, {NUMBERS:,} do-not-call numbers, {TIMES:,} takings")
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name:
        directory = Path(name)
        write_american_csv(directory / "list.csv", LEADS)
        write_do_not_call(directory / "national.txt", NUMBERS)
        for kind in [kind for kind in KINDS if f"--{kind}" in sys.argv] or KINDS:
            measure_on(kind, directory, report)
    return report


if __name__ == "__main__":
    sys.exit(measure().show())
