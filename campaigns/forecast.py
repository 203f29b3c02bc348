"""The forecast: how many people will have answered, and how many agents will be free, some seconds from now. Pure.

What is learned is a duration with a chance: how long calls ring before a person answers or they end otherwise, how long
agents talk, how long they wrap up. Durations are counted in bins, old ones fade, and a prior stands in for what isn't
known yet, so that a forecast from few data is a cautious one. Each call and each agent is then an independent chance
(a Poisson binomial sum), whose tail is taken by the normal approximation with correction of skewness (A. Yu. Volkova,
Theory of Probability and its Applications 40 (1996) 791).
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Seconds = NDArray[np.float64]
FADE = 0.997
"""What is left of the weight of a duration when the next one is known: about 330 of them count."""


class Durations:
    """How long something lasts, learned; each ends in what matters ("hits") or in something else.

    `hazard` is the chance of a hit within so many seconds for what has lasted `age` already.
    """

    def __init__(self, bin_s: float, bins: int, mean_s: float, prior: float, chance: float = 1.0) -> None:
        """It begins with `prior` made-up durations, exponential around `mean_s`, of which `chance` are hits."""
        self._bin_s, self._bins = bin_s, bins
        edges = np.arange(bins + 1) * bin_s
        spread = np.exp(-edges[:-1] / mean_s) - np.exp(-edges[1:] / mean_s)
        spread[-1] += math.exp(-edges[-1] / mean_s)
        self._prior_hits, self._prior_ends = prior * chance * spread, prior * spread
        self._hits = np.zeros(bins)
        self._ends = np.zeros(bins)
        self.known = 0
        """Durations that were taken, faded ones too."""
        self._sum = self._square = self._weight = 0.0
        self._left: Seconds | None = None

    def take(self, seconds: float, hit: bool = True) -> None:
        """Learn from one that is over."""
        self._hits *= FADE
        self._ends *= FADE
        self._sum, self._square, self._weight = self._sum * FADE, self._square * FADE, self._weight * FADE
        place = min(self._bins - 1, int(max(0.0, seconds) / self._bin_s))
        self._ends[place] += 1
        if hit:
            self._hits[place] += 1
            self._sum, self._square, self._weight = self._sum + seconds, self._square + seconds**2, self._weight + 1
        self.known += 1
        self._left = None

    @property
    def share(self) -> float:
        """The share of hits."""
        return float((self._hits.sum() + self._prior_hits.sum()) / (self._ends.sum() + self._prior_ends.sum()))

    @property
    def doubt(self) -> float:
        """The standard deviation of `share`, as of a beta distribution."""
        count, share = float(self._ends.sum() + self._prior_ends.sum()), self.share
        return math.sqrt(max(share * (1 - share), 1e-6) / (count + 1))

    @property
    def mean(self) -> float:
        """Seconds that a hit takes on average; 0 where none is known."""
        return self._sum / self._weight if self._weight else 0.0

    @property
    def deviation(self) -> float:
        """The standard deviation of a hit's seconds."""
        return math.sqrt(max(0.0, self._square / self._weight - self.mean**2)) if self._weight else 0.0

    def spread(self) -> tuple[Seconds, Seconds]:
        """Return when hits come: the middles of bins in seconds, and the share of hits in each."""
        hits = self._hits + self._prior_hits
        return np.asarray((np.arange(self._bins) + 0.5) * self._bin_s), np.asarray(hits / hits.sum())

    def chances(self, ages: Seconds, within: Seconds) -> Seconds:
        """Return for each age (rows) the chance of a hit within each of so many seconds (columns)."""
        if self._left is None:
            self._tables()
        assert self._left is not None
        at = np.minimum(ages / self._bin_s, self._bins - 1)
        until = np.minimum((ages[:, None] + within[None, :]) / self._bin_s, float(self._bins))
        grid = np.arange(self._bins + 1)
        begun, over = np.interp(at, grid, self._came), np.interp(until, grid, self._came)
        left = np.maximum(np.interp(at, grid, self._left), 1e-9)
        # Whoever has lasted longer than anything that is known goes on as one at the end of what is known.
        return np.clip((over - begun[:, None]) / left[:, None], 0.0, 1.0)

    def _tables(self) -> None:
        ends, hits = self._ends + self._prior_ends, self._hits + self._prior_hits
        self._came: Seconds = np.concatenate(([0.0], np.cumsum(hits)))
        self._left = np.maximum(ends.sum() - np.concatenate(([0.0], np.cumsum(ends))), 0.0)


def tail(chances: Sequence[Seconds], threshold: Seconds) -> Seconds:
    """Return the chance that the sum of independent chances exceeds `threshold`, for each column.

    `chances`: matrices of chances, things by horizons; `threshold`: a whole number a horizon.
    """
    mean = sum((one.sum(axis=0) for one in chances), np.zeros(len(threshold)))
    variance = sum(((one * (1 - one)).sum(axis=0) for one in chances), np.zeros(len(threshold)))
    third = sum(((one * (1 - one) * (1 - 2 * one)).sum(axis=0) for one in chances), np.zeros(len(threshold)))
    return exceeds(mean, variance, third, threshold)


_ERF = np.frompyfunc(math.erf, 1, 1)


def exceeds(mean: Seconds, variance: Seconds, third: Seconds, threshold: Seconds) -> Seconds:
    """Return the chance that a sum with these moments exceeds a whole number."""
    deviation = np.sqrt(np.maximum(variance, 1e-9))
    x = (threshold + 0.5 - mean) / deviation
    density = np.exp(-np.minimum(x * x, 700.0) / 2) / math.sqrt(2 * math.pi)
    below = (
        0.5 * (1 + np.asarray(_ERF(x / math.sqrt(2)), dtype=float)) + third / deviation**3 * (1 - x * x) * density / 6
    )
    certain = np.where(mean > threshold + 0.5, 0.0, 1.0)
    return 1 - np.clip(np.where(variance < 1e-6, certain, below), 0.0, 1.0)
