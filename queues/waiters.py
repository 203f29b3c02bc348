"""Waiters as columns of numbers, so that all are put in order at once; one row a waiter."""

import numpy as np
from numpy.typing import NDArray

from queues.candidates import Bools
from queues.ranks import Floats, Indices
from queues.waiter import Waiter

FIRST_ROWS = 64
COLUMNS = ("points", "per_s", "joined", "kind", "own")


class Waiters:
    """Everybody who waits, each of a kind that has a number."""

    def __init__(self) -> None:
        """Nobody waits."""
        self._row_of: dict[str, int] = {}
        self._unused = list(range(FIRST_ROWS - 1, -1, -1))
        self.call_ids = [""] * FIRST_ROWS
        """By row; "" where nobody is."""
        self.points, self.per_s, self.joined = (np.zeros(FIRST_ROWS) for _ in range(3))
        self.kind: NDArray[np.intp] = np.full(FIRST_ROWS, -1, dtype=np.intp)
        """Number of the kind; -1 where nobody is."""
        self.own: Bools = np.zeros(FIRST_ROWS, dtype=np.bool_)
        """Who may like places in another order than others of the kind."""

    def put(self, waiter: Waiter, kind: int, own: bool) -> None:
        """Add a waiter, who isn't there yet."""
        if not self._unused:
            self._grow()
        row = self._row_of[waiter.call_id] = self._unused.pop()
        self.call_ids[row] = waiter.call_id
        self.points[row], self.per_s[row], self.joined[row] = waiter.points, waiter.points_per_s, waiter.joined
        self.kind[row], self.own[row] = kind, own

    def drop(self, call_id: str) -> None:
        """Forget a waiter."""
        row = self._row_of.pop(call_id)
        self.call_ids[row] = ""
        self.kind[row] = -1
        self._unused.append(row)

    def order(self, now: float, wanted: Bools) -> Indices:
        """Return the rows of those whose kind is `wanted` (by its number): who goes first, first.

        By score, then by who joined first, then by call id.
        """
        rows = np.flatnonzero(np.append(wanted, False)[self.kind])
        # Just as `Waiter.score`: equal scores must be equal here, too.
        score = self.points[rows] + self.per_s[rows] * (now - self.joined[rows])
        by = score.argsort()[::-1]
        rows, score = rows[by], score[by]
        same = score[1:] == score[:-1]
        return self._by_joined(rows, same) if same.any() else rows

    def _by_joined(self, rows: Indices, same: Bools) -> Indices:
        """Put runs of equals, each the `same` as the one before, by who joined first, then by call id."""
        rows = rows.copy()
        starts = np.flatnonzero(np.diff(np.concatenate(([False], same, [False])).astype(np.int8)))
        for begin, end in starts.reshape(-1, 2).tolist():
            run = rows[begin : end + 1].tolist()
            rows[begin : end + 1] = sorted(run, key=lambda row: (self.joined[row], self.call_ids[row]))
        return rows

    def _grow(self) -> None:
        """Double the rows."""
        before = len(self.call_ids)
        self._unused = list(range(2 * before - 1, before - 1, -1))
        self.call_ids += [""] * before
        columns: dict[str, Floats | Indices | Bools] = {name: getattr(self, name) for name in COLUMNS}
        for name, column in columns.items():
            setattr(self, name, np.concatenate((column, np.zeros_like(column))))
        self.kind[before:] = -1
