"""A simulated campaign of 20 agents over 8 hours: talk minutes an agent's hour, and callees abandoned, by pacing.

The pacing is the server's own; people are drawn from seeds (28 % answer, after 12 s on average; talks of 180 s,
wrap-ups of 10 s on average, so at most 56.8 talk minutes an hour). After half an hour of warm-up every window of 30
minutes is looked at, begun at each minute. Beside it: other sizes, other people, an answer rate that jumps.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import mean

from bench.report import Report, run, short
from campaigns.pacing import Mode
from campaigns.pacing_rules import PacingRules
from campaigns.simulation import Day, Population, document, simulate

MEASURED_ON = range(401, 416)
"""Seeds of the days that are reported. Seeds 1-50 were tuned on, 101-110, 201-215 and 316-330 were reported before, on
301-314 another pacing was tried."""
OTHERS = 2
"""Days of other sizes and people; each takes seconds to simulate."""


def _jumps(now: float) -> Population:
    return replace(Population(), human=0.14 if int(now // 5400) % 2 == 0 else 0.42)


DAYS: dict[str, tuple[Day, Sequence[Mode]]] = {
    "20 agents": (Day(), ("progressive", "ratio", "predictive")),
    "10 agents": (Day(agents=10), ("progressive", "predictive")),
    "50 agents": (Day(agents=50), ("progressive", "predictive")),
    "answers jump 14 % / 42 %": (Day(population=_jumps), ("ratio", "predictive")),
    "talks of 240 s": (Day(population=lambda _now: replace(Population(), talk_s=240.0)), ("ratio", "predictive")),
}  # fmt: skip


async def measure() -> Report:
    """Return the figure."""
    seeds = MEASURED_ON[:1] if short() else MEASURED_ON
    report = Report("campaign day", f"8 h, seeds {seeds[0]}-{seeds[-1]}, in simulated time")
    for name, (day, modes) in DAYS.items():
        for mode in modes:
            main = name == "20 agents" and mode == "predictive"
            of = seeds if main else seeds[:OTHERS]
            found = [document(simulate(day, mode, PacingRules(), seed)) for seed in of]
            here = f"{name}, {mode}:"
            report.add(
                f"{here} talk minutes an agent hour", _of(found, "talk_minutes", mean), "min", ">= 50" if main else ""
            )
            report.add(f"{here} abandoned", _of(found, "abandoned_percent", mean), "%", "<= 3" if main else "")
            worst = _of(found, "worst_window_percent", max)
            report.add(f"{here} worst window of all days", worst, "%", "<= 3" if main else "")
            if main:
                least = _of(found, "talk_minutes", min)
                report.add(f"{here} talk minutes on the worst day", least, "min", ">= 50")
    return report


def _of(found: list[dict[str, float | int | str]], key: str, how: Callable[[list[float]], float]) -> float:
    return how([float(one[key]) for one in found])


if __name__ == "__main__":
    sys.exit(run(measure))
