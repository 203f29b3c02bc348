"""Ranks: sorting by numbers where equals keep their order, by the quick sort that doesn't keep it. Pure.

numpy's quick sort uses the processor's vectors, and takes a quarter of the time of the one that keeps equals.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


def in_order(numbers: Floats, before: NDArray[np.int64] | None = None) -> Indices:
    """Return where the lowest of `numbers` is, then the next; of equals the one that comes first.

    `before`: whole numbers from 0 that count more than `numbers`.
    """
    by = numbers.argsort()
    ranked = numbers[by]
    differ = ranked[1:] != ranked[:-1]
    if before is None and differ.all():
        return by
    low = numbers.size.bit_length()
    keys = _counted(by, differ)
    if before is not None:
        keys += before << low
    keys <<= low
    keys += np.arange(numbers.size)
    keys.sort()
    keys &= (1 << low) - 1
    return keys


def dense(numbers: Floats) -> NDArray[np.int64]:
    """Return how many lower ones there are to each, equal ones counted once."""
    by = numbers.argsort()
    ranked = numbers[by]
    return _counted(by, ranked[1:] != ranked[:-1])


def _counted(by: Indices, differ: NDArray[np.bool_]) -> NDArray[np.int64]:
    count = np.zeros(by.size, dtype=np.int64)
    differ.cumsum(out=count[1:])
    rank = np.empty_like(count)
    rank[by] = count
    return rank
