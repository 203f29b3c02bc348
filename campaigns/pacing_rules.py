"""What an administrator may say of pacing, and what the law says of it. Pure values; `pacing.py` goes by them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from models.errors import OperatorFault


class Abandon(Protocol):
    """What the law says of abandoned calls (`campaigns.plan.AbandonRules`)."""

    @property
    def cap_percent(self) -> float: ...
    @property
    def connect_s(self) -> float: ...


AGENT_MODES = frozenset({"progressive", "predictive", "ratio", "preview"})
"""In which people of ours talk."""


@dataclass(frozen=True)
class PacingRules:
    """What an administrator may say of pacing."""

    ratio: float = 2.0
    """Calls for each free agent in mode ratio."""
    least_agents: int = 6
    """Below so many logged in, predictive dials progressively: chance doesn't even out among few."""
    least_calls: int = 100
    """Ended calls below which nothing is predicted."""
    least_talks: int = 15
    """Talks below which nothing is predicted."""
    window_s: float = 1800.0
    """In each of which abandonment stays below the cap, besides the days of the law."""
    cap: float = 0.03
    """Share of the calls that people answered."""
    most_risk: float = 0.025
    """That predictive takes with a call while the windows can bear four abandoned calls more."""
    connect_s: float = 2.0
    """Within which an agent has whoever answered."""


NUMBERS = ("ratio", "least_agents", "least_calls", "least_talks", "most_risk")
"""What may be written; the law's part comes from `abandon`."""


def written_pacing(written: Any) -> dict[str, Any]:
    """Return a plan's `pacing` where it is one. Raises `OperatorFault` in words."""
    if not isinstance(written, Mapping):
        raise OperatorFault("pacing should be a section such as {least_agents: 8}, or be left out.")
    for key, value in written.items():
        if key not in NUMBERS:
            raise OperatorFault(f"pacing has no '{key}'; there are {', '.join(NUMBERS)}.")
        # NaN is above nothing.
        if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
            raise OperatorFault(f"pacing.{key} should be a number above 0, not '{value}'.")
    return dict(written)


def pacing_rules(written: Mapping[str, Any], abandon: Abandon) -> PacingRules:
    """Read a plan's `pacing`; the law's part comes from its `abandon`. Raises `OperatorFault` in words."""
    return PacingRules(cap=abandon.cap_percent / 100, connect_s=abandon.connect_s, **written_pacing(written))
