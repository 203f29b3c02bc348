"""The charts of the quality board, as options of ECharts. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from quality.boards import BUCKETS, Tally

TENTHS = (*(f"{tenth * 10}–{tenth * 10 + 10}" for tenth in range(BUCKETS)),)
ENDS = (*(tenth * 10 + 9.99 for tenth in range(BUCKETS - 1)), 100.0)
"""The highest score in each."""
SCORE, COUNT = "#1f8fa5", "#8a97a1"
"""Enough contrast on white and on the dark paper (3 : 1, WCAG 1.4.11)."""
LINE = {"lineStyle": {"color": "#8a97a155"}}
Options = dict[str, Any]


def trend(days: Sequence[tuple[date, Tally]], mean: str, scored: str) -> Options:
    """Return mean scores as a line over the number of scored calls as bars."""
    return {
        **_frame(),
        "legend": {"top": 0},
        "xAxis": {"type": "category", "data": [day.strftime("%m-%d") for day, _ in days]},
        "yAxis": [
            {"type": "value", "min": 0, "max": 100, "splitLine": LINE},
            {"type": "value", "minInterval": 1, "splitLine": {"show": False}},
        ],
        "series": [
            {
                "name": mean, "type": "line", "data": [_rounded(tally.mean) for _, tally in days],
                "connectNulls": True, "color": SCORE, "lineStyle": {"width": 3}, "symbolSize": 7, "z": 3,
            },
            {
                "name": scored, "type": "bar", "yAxisIndex": 1, "data": [tally.scored for _, tally in days],
                "color": COUNT, "itemStyle": {"opacity": 0.45}, "barMaxWidth": 26,
            },
        ],
    }  # fmt: skip


def distribution(counts: Sequence[int], calls: str) -> Options:
    """Return how many calls have how many points."""
    return {
        **_frame(),
        "xAxis": {"type": "category", "data": list(TENTHS)},
        "yAxis": {"type": "value", "minInterval": 1, "splitLine": LINE},
        "series": [{"name": calls, "type": "bar", "data": list(counts), "color": SCORE, "barCategoryGap": "12%"}],
    }


def compared(rows: Sequence[tuple[str, Tally]], mean: str) -> Options:
    """Return mean scores side by side, the best on top; at most twenty."""
    scored = sorted((one for one in rows if one[1].scored), key=lambda one: one[1].mean or 0.0)[-20:]
    names = [name if len(name) <= 18 else f"{name[:17]}…" for name, _ in scored]
    return {
        **_frame(),
        "xAxis": {"type": "value", "min": 0, "max": 100, "splitLine": LINE},
        "yAxis": {"type": "category", "data": names},
        "series": [
            {
                "name": mean, "type": "bar", "data": [_rounded(tally.mean) for _, tally in scored], "color": SCORE,
                "label": {"show": True, "position": "right"}, "barMaxWidth": 22,
            }
        ],
    }  # fmt: skip


def _frame() -> Options:
    return {
        "animation": False,
        "grid": {"left": 8, "right": 34, "top": 34, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "axis", "renderMode": "richText", "confine": True},
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
