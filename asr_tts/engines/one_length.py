"""Which texts an encoder works out together: those of one length, whose vectors the company doesn't change."""

from collections import defaultdict
from collections.abc import Mapping, Sequence


def of_one_length(pieces: Mapping[int, Sequence[int]]) -> list[list[int]]:
    """Return the rows of `pieces` (row -> numbers of a text's pieces), those of equal length together.

    Texts of different lengths stay apart: what fills the shorter ones up moves their vectors by a hair.
    """
    by_length: dict[int, list[int]] = defaultdict(list)
    for row, each in pieces.items():
        by_length[len(each)].append(row)
    return list(by_length.values())
