"""Import: a list of 1,000,000 rows (CSV in GB18030, XLSX) into SQLite and PostgreSQL: time, memory, and again.

Every row has a number, a name, a priority and three further columns; a hundredth has no proper number. Each import runs
in a process of its own, whose greatest memory is measured; PostgreSQL's own is not in it. PostgreSQL writes to disk as
one does that matters (fsync, synchronous_commit, full_page_writes on).
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.campaign_lists import database, write_csv, write_sheet
from bench.report import Report, short

ROWS = 20_000 if short() else 1_000_000
CHILD = """
import json, resource, sys, time
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
                  "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def imported(url: str, path: Path) -> dict[str, Any]:
    """Import a list in a process of its own; return what it says."""
    said = subprocess.run([sys.executable, "-c", CHILD, url, path], check=True, capture_output=True, text=True)
    return dict(json.loads(said.stdout.splitlines()[-1]))


def measure() -> Report:
    """Import everything that there is to import."""
    report = Report("lead_import", f"{ROWS:,} rows; MB: greatest memory of the importing process")
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name:
        directory = Path(name)
        write_csv(directory / "list.csv", ROWS)
        for kind, bound in (("sqlite", "<= 90"), ("postgresql", "<= 60")):
            if any(f"--{one}" in sys.argv for one in ("sqlite", "postgresql")) and f"--{kind}" not in sys.argv:
                continue
            with database(kind, directory) as url:
                first, again = (imported(url, directory / "list.csv") for _ in range(2))
            _add(report, f"{kind}, CSV", first, bound)
            _add(report, f"{kind}, the same again", again, "")
            report.notes.append(
                f"{kind}: {first['added']:,} new, {first['refused']:,} refused; again: {again['added']:,} new, "
                f"{again['known']:,} known, {again['refused']:,} refused."
            )
        if "--postgresql" in sys.argv:
            return report
        write_sheet(directory / "list.xlsx", ROWS)
        (directory / "hotline.sqlite").unlink()
        with database("sqlite", directory) as url:
            _add(report, "sqlite, XLSX", imported(url, directory / "list.xlsx"), "<= 90")
    return report


def _add(report: Report, name: str, found: dict[str, Any], bound: str) -> None:
    report.add(name, found["s"], "s", bound if not short() else "")
    report.add(f"{name}, processor", found["cpu"], "s")
    report.add(f"{name}, memory", found["mb"], "MB", "<= 500")


if __name__ == "__main__":
    sys.exit(measure().show())
