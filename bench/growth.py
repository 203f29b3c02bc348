"""What processes gained while calls came and went: memory since the first 1,000 calls, descriptors, UDP ports."""

from collections.abc import Sequence

from bench.processes import Usage
from bench.report import Report

SETTLED = 1000
"""Calls after which memory must be level."""


def add(report: Report, history: Sequence[Sequence[Usage]], ports: Sequence[int], step: int) -> None:
    """Add the figures to `report`: `history` and `ports` before the first call and after every `step` calls."""
    settled, last = history[SETTLED // step], history[-1]
    for early, late in zip(settled, last, strict=True):
        report.add(f"{late.name}: memory after {SETTLED:,} calls", early.memory_mb, "MB")
        report.add(f"{late.name}: growth since", 100 * (late.memory_mb / early.memory_mb - 1), "%", "<= 5")
        report.add(f"{late.name}: descriptors more", late.descriptors - early.descriptors, "", "<= 5")
    report.add("UDP ports more than before the first call", ports[-1] - ports[0], "", "<= 0")
    for name in [one.name for one in last]:
        course = [f"{one.memory_mb:.1f}" for moment in history for one in moment if one.name == name]
        report.notes.append(f"{name}, MB every {step} calls: {' '.join(course)}")
