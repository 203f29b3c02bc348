"""Percentages by contract: which lines are owed calls, of those that each could have carried. Pure.

A share is a promise of at least so many percent. A line that is behind its promise goes before lines that are better;
one that is ahead competes like the others.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from campaigns.line_figures import Column

BEHIND = 0.5
"""Calls; whoever is owed more goes first."""
MOST_OWED = 20.0
"""Calls that a line catches up on at most: who couldn't be used for hours must not get all calls for an hour."""


class Contracts:
    """The shares of one campaign, or of all, over the lines that a book has."""

    def __init__(self, lines: Sequence[str], percent: Mapping[str, float]) -> None:
        """`percent` by the name of a line; a line that isn't there has no contract."""
        self._share: Column = np.array([percent.get(name, 0.0) / 100 for name in lines], dtype=np.float64)
        self._owed: Column = np.zeros(len(lines))
        self.any = bool(self._share.any())

    def most_owed(self, fitting: NDArray[np.intp]) -> int:
        """Return which of the `fitting` lines must get the next call; -1 where none is behind its promise."""
        if not self.any or not len(fitting):
            return -1
        owed = (self._owed + self._share)[fitting]
        best = int(owed.argmax())
        return int(fitting[best]) if owed[best] >= BEHIND else -1

    def placed(self, line: int, could: NDArray[np.bool_]) -> None:
        """Take note of a call over `line` that all lines in `could` might have carried."""
        if self.any:
            self._owed[could] += self._share[could]
            self._owed[line] -= 1.0
            np.clip(self._owed, -MOST_OWED, MOST_OWED, out=self._owed)
            self._owed[self._share == 0] = 0.0

    def owed(self, line: int) -> float:
        """Return how many calls a line is behind its promise; below 0: ahead."""
        return float(self._owed[line])
