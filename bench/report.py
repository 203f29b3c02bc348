"""What a bench says in the end: a table for people or one JSON document, with the machine's load beside it."""

import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import asdict, dataclass, field

from rich.console import Console
from rich.table import Table

from models.errors import HotlineError


@dataclass(frozen=True)
class Row:
    """One measured value."""

    name: str
    value: float | None
    """None where nothing could be measured."""
    unit: str = ""
    bound: str = ""
    """What is asked for, as in "<= 500"; "" where nothing is."""

    @property
    def kept(self) -> bool:
        """Whether the value keeps its bound; nothing measured keeps none."""
        if not self.bound:
            return True
        if self.value is None:
            return False
        relation, limit = self.bound.split()
        return self.value <= float(limit) if relation == "<=" else self.value >= float(limit)


@dataclass
class Report:
    """The result of one bench."""

    figure: str
    how: str
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._began = time.monotonic()
        self._load = os.getloadavg()[0]
        self._busy = _busy_seconds()

    def add(self, name: str, value: float | None, unit: str = "", bound: str = "") -> None:
        """Add a row."""
        self.rows.append(Row(name, value, unit, bound))

    def spread(self, name: str, values: Sequence[float], unit: str, p50: str = "", p95: str = "") -> None:
        """Add median and 95th percentile of `values` as rows, without a value where there are none."""
        self.add(f"{name} p50", percentile(values, 50) if values else None, unit, p50)
        self.add(f"{name} p95", percentile(values, 95) if values else None, unit, p95)

    def machine(self) -> dict[str, float]:
        """Return cores, load before, and the share of all cores that was busy while the bench ran."""
        took = time.monotonic() - self._began
        cores = os.cpu_count() or 1
        busy = (_busy_seconds() - self._busy) / max(took * cores, 0.001)
        return {"cores": cores, "load_before": round(self._load, 2), "busy": round(busy, 2), "seconds": round(took, 1)}

    def show(self) -> int:
        """Print it (as JSON with --json on the command line); return 0 when every bound was kept, else 1."""
        machine = self.machine()
        kept = all(row.kept for row in self.rows)
        if "--json" in sys.argv:
            rows = [{**asdict(row), "kept": row.kept} for row in self.rows]
            document = {"figure": self.figure, "how": self.how, "rows": rows, "notes": self.notes, "machine": machine}
            print(json.dumps(document, ensure_ascii=False))
            return 0 if kept else 1
        table = Table(title=self.figure, caption=self.how, title_justify="left", caption_justify="left")
        for column in ("", "value", "unit", "asked", ""):
            table.add_column(column, justify="right" if column == "value" else "left")
        for row in self.rows:
            mark = "" if not row.bound else "kept" if row.kept else "[red]missed[/red]"
            value = "nothing" if row.value is None else f"{row.value:,.4g}"
            table.add_row(row.name, value, row.unit, row.bound, mark)
        console = Console(width=110)
        console.print(table)
        for note in self.notes:
            console.print(f"- {note}", highlight=False)
        console.print(
            f"machine: {machine['cores']} cores, load {machine['load_before']} before, {machine['busy']:.0%} busy "
            f"meanwhile, {machine['seconds']:.0f} s",
            highlight=False,
        )
        return 0 if kept else 1


def run(measure: Callable[[], Coroutine[None, None, Report]]) -> int:
    """Measure and show; a fault is a sentence, and 1 is returned."""
    try:
        return asyncio.run(measure()).show()
    except HotlineError as fault:
        print(fault, file=sys.stderr)
        return 1


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` percent of `values` lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * int(share) // 100) - 1))]


def mean(values: Sequence[float]) -> float:
    """Return the mean, 0 of nothing."""
    return statistics.fmean(values) if values else 0.0


def short() -> bool:
    """Tell whether a quick run was asked for."""
    return "--short" in sys.argv


def _busy_seconds() -> float:
    """CPU seconds that all cores of the machine have worked since it started."""
    with open("/proc/stat", encoding="ascii") as stat:
        fields = [int(value) for value in stat.readline().split()[1:]]
    return (sum(fields[:3]) + sum(fields[5:8])) / os.sysconf("SC_CLK_TCK")
