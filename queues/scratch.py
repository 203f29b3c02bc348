"""Scratch: room for the numbers of one decision, kept for the next one. Pure.

Room that is given back to the system and asked for anew comes page by page: a third of a decision over 1,000 callers
and 2,000 agents.
"""

import numpy as np
from numpy.typing import NDArray

from queues.ranks import Indices


class Scratch:
    """Named rooms; each has what was written into it until it is asked for again."""

    def __init__(self) -> None:
        """There is none yet."""
        self._rooms: dict[str, Indices] = {}

    def room(self, name: str, size: int) -> Indices:
        """Return room for `size` numbers, with anything in it."""
        room = self._rooms.get(name)
        if room is None or room.size < size:
            room = self._rooms[name] = np.empty(max(size, 2 * (0 if room is None else room.size)), dtype=np.int64)
        return room[:size]

    def take(self, name: str, numbers: NDArray[np.int64], at: Indices) -> Indices:
        """Return `numbers[at]` in a room; an index of -1 is the last, and none may lie outside."""
        return numbers.take(at, out=self.room(name, at.size), mode="wrap")
