"""Which texts an encoder works out in one go: a few of one length, whose vectors the company doesn't change."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

MOST = 4
"""So many go together: they cost twice as much as one, eight three times. Who waits for a sentence waits so long."""


def of_one_length(pieces: Mapping[int, Sequence[int]]) -> Iterator[list[int]]:
    """Yield the rows of `pieces` (row -> numbers of a text's pieces), those of equal length together, `MOST` at a time.

    Texts of different lengths stay apart: what fills the shorter ones up moves their vectors by a hair.
    """
    by_length: dict[int, list[int]] = defaultdict(list)
    for row, each in pieces.items():
        by_length[len(each)].append(row)
    for rows in by_length.values():
        yield from few(rows)


def few(rows: Sequence[int]) -> Iterator[list[int]]:
    """Yield the rows, `MOST` at a time."""
    for begin in range(0, len(rows), MOST):
        yield list(rows[begin : begin + MOST])
