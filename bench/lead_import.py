"""Import: a list of 1,000,000 rows (CSV in GB18030, XLSX) into SQLite and PostgreSQL: time, memory, and again.

Every row has a number, a name, a priority and three further columns; a hundredth has no proper number. Each import runs
in a process of its own, whose greatest memory is measured (not by getrusage, which has its parent's in it, too);
PostgreSQL's own is not in it. PostgreSQL writes to disk as one does that matters (fsync, synchronous_commit,
full_page_writes on).
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.campaign_lists import database, write_csv, write_office_sheet, write_sheet
from bench.report import Report, short

ROWS = 20_000 if short() else 1_000_000
BOUNDS = {"sqlite": "<= 90", "postgresql": "<= 60"}
"""Seconds. Both databases, unless one is named: --sqlite, --postgresql; --xlsx: only those lists."""
CHILD = """
import json, re, sys, time
from pathlib import Path
from bench.campaign_lists import NOON, campaign_in
from campaigns.lead_import import ImportOrder, import_leads
from models.database import open_engine
engine = open_engine(sys.argv[1])
campaign = campaign_in(engine, "CN")
began, cpu = time.monotonic(), time.process_time()
done = import_leads(engine, campaign, ImportOrder(Path(sys.argv[2])), NOON)
print(json.dumps({"s": time.monotonic() - began, "cpu": time.process_time() - cpu, "added": done.added,
                  "known": done.known, "refused": sum(done.refused.values()),
                  "mb": int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024}))
"""


def imported(url: str, path: Path) -> dict[str, Any]:
    """Import a list in a process of its own; return what it says."""
    said = subprocess.run([sys.executable, "-c", CHILD, url, path], check=True, capture_output=True, text=True)
    return dict(json.loads(said.stdout.splitlines()[-1]))


LISTS: dict[str, Callable[[Path, int], None]] = {
    "list.csv": write_csv, "list.xlsx": write_sheet, "office.xlsx": write_office_sheet,
}  # fmt: skip
NAMES = {"list.csv": "CSV", "list.xlsx": "XLSX", "office.xlsx": "XLSX of an office program"}


def measure() -> Report:
    """Import everything that there is to import."""
    report = Report("lead_import", f"{ROWS:,} rows; MB: greatest memory of the importing process")
    only = [kind for kind in BOUNDS if f"--{kind}" in sys.argv] or list(BOUNDS)
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name:
        directory = Path(name)
        for file, write in LISTS.items():
            if "--xlsx" in sys.argv and not file.endswith("xlsx"):
                continue
            write(directory / file, ROWS)
            for kind in only:
                _measure_one(report, kind, directory, file)
    return report


def _measure_one(report: Report, kind: str, directory: Path, file: str) -> None:
    (directory / "hotline.sqlite").unlink(missing_ok=True)
    with database(kind, directory) as url:
        first = imported(url, directory / file)
        _add(report, f"{kind}, {NAMES[file]}", first, BOUNDS[kind])
        report.notes.append(f"{kind}, {NAMES[file]}: {first['added']:,} new, {first['refused']:,} refused.")
        if file == "list.csv":
            again = imported(url, directory / file)
            _add(report, f"{kind}, the same again", again, "")
            report.notes.append(
                f"{kind}, again: {again['added']:,} new, {again['known']:,} known, {again['refused']:,} refused."
            )


def _add(report: Report, name: str, found: dict[str, Any], bound: str) -> None:
    report.add(name, found["s"], "s", bound if not short() else "")
    report.add(f"{name}, processor", found["cpu"], "s")
    report.add(f"{name}, memory", found["mb"], "MB", "<= 500")


if __name__ == "__main__":
    sys.exit(measure().show())
