"""How long a caller will wait, as an honest range from recent answers, or nothing where too few are known. Pure.

A caller in place 3 waits for three answers. What three answers took lately, each stretch of three in a row, gives a low
and a high value between which four of five such waits lay. Only time in which somebody waited counts: a pause in which
nobody called says nothing of how fast callers are answered.
"""

from collections import deque
from collections.abc import Iterable

import numpy as np

LEAST = 10
"""Answers that must be known before anything is said."""
APART = 4
"""So many stretches that don't overlap must be known, too."""
KEPT = 200
OLDEST_S = 3600.0
SHARES = (0.1, 0.9)


class ExpectedWait:
    """Recent answers of one queue."""

    def __init__(self, gaps: Iterable[tuple[float, float]] = ()) -> None:
        """`gaps`: when each was answered, and seconds since the one before or since somebody waited; oldest first."""
        self.gaps: deque[tuple[float, float]] = deque(gaps, maxlen=KEPT)
        self._since: float | None = None
        """Since when the next answer is waited for."""

    def waits(self, now: float, anybody: bool) -> None:
        """Tell that from now on somebody waits, or nobody."""
        if not anybody:
            self._since = None
        elif self._since is None:
            self._since = now

    def answered(self, now: float) -> float | None:
        """Tell that a caller who waited was answered; return what is known by that: seconds, or None for nothing."""
        if self._since is None:
            return None
        gap = max(0.0, now - self._since)
        self.gaps.append((now, gap))
        self._since = now
        return gap

    def range(self, position: int, now: float) -> tuple[float, float] | None:
        """Return low and high seconds for a caller in that place, the first being 1; None: too little is known."""
        gaps = np.array([gap for at, gap in self.gaps if now - at <= OLDEST_S])
        if position < 1 or gaps.size < max(LEAST, APART * position):
            return None
        totals = np.concatenate(([0.0], np.cumsum(gaps)))
        stretches = totals[position:] - totals[:-position]
        # Weibull's positions: of few values, the next one lies outside of them more often than the plain ones say.
        low, high = np.quantile(stretches, SHARES, method="weibull")
        return float(low), float(high)
