"""The supply: the places there are at one decision, in the order that decides ties. Pure.

A place is a call that an agent can take now. Where most agents have just one, it has the number of the agent's row, so
that what is known of agents before a decision needs no translation in it. Elsewhere places are counted by turn: fewer
numbers make shorter bits.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from queues.candidates import Candidates
from queues.kinds import Fits, Numbers
from queues.ranks import Indices
from queues.scratch import Scratch


class Supply:
    """All places, each with a number and a turn: the order that decides ties."""

    def __init__(self, candidates: Candidates, rows: Indices, load: Numbers, now: float, scratch: Scratch) -> None:
        """`rows` and `load` by turn, as `Candidates.places` gives them; there is at least one."""
        self.scratch = scratch
        self.candidates, self.rows, self.load, self.now = candidates, rows, load, now
        self.loads = int(load[-1]) + 1
        """One more than the highest load."""
        every = len(candidates.extensions)
        nth = load - candidates.load[rows]
        self._most = int(nth.max()) + 1
        self._by_row = self._most == 1 and 2 * rows.size >= every
        self.number: Indices = rows if self._by_row else np.arange(rows.size)
        """By turn."""
        self.size = every if self._by_row else rows.size
        """More than the highest number of a place."""
        # A column more than there are rows: what is in row -1 is nowhere.
        self._turn: NDArray[np.intp] = np.full((self._most, every + 1), -1, dtype=np.intp)
        self._turn[nth, rows] = np.arange(rows.size)

    def pairs(self, fits: Fits) -> tuple[Indices, Indices]:
        """Return every pair of a kind and a place that fits: which pair of `fits` it comes from, and the place."""
        if self._most > 1:
            turn = self._turn[:, fits.row]
            nth, which = np.nonzero(turn >= 0)
            return which, turn[nth, which]
        turn = self.scratch.take("turn", self._turn[0], fits.row)
        which = np.flatnonzero(turn >= 0)
        return which, self.scratch.take("place", fits.row if self._by_row else turn, which)

    def bits(self, fits: Fits, live: list[int], kind_of: Numbers, place: Indices) -> list[int]:
        """Return the places that fit as bits by their numbers, for each kind.

        `kind_of` and `place` are all pairs, `live` the kinds that have any.
        """
        found = [0] * len(fits.kinds)
        if self._by_row:
            there = _as_bits(self._turn[:, :-1] >= 0)[0]
            for kind in live:
                found[kind] = fits.bits[kind] & there
            return found
        line_of = np.zeros(len(fits.kinds), dtype=np.intp)
        line_of[live] = np.arange(len(live))
        table = np.zeros((len(live), self.size), dtype=np.bool_)
        table[line_of.take(kind_of), place] = True
        for kind, bits in zip(live, _as_bits(table), strict=True):
            found[kind] = bits
        return found

    def turns(self, places: Indices | list[int]) -> Indices:
        """Return the turns of places."""
        return self._turn[0].take(places) if self._by_row else np.asarray(places, dtype=np.intp)

    def extensions(self, places: Iterable[int]) -> list[str]:
        """Return whose places these are."""
        named = self.candidates.extensions
        if self._by_row:
            return [named[place] for place in places]
        rows = self.rows.tolist()
        return [named[rows[place]] for place in places]

    def places(self, extension: str, fits: int) -> list[int]:
        """Return those places of an agent that are among `fits`, which is bits; none where none is."""
        row = self.candidates.row(extension)
        if row < 0:
            return []
        if self._by_row:
            return [row] if fits >> row & 1 else []
        return [turn for turn in self._turn[:, row].tolist() if turn >= 0 and fits >> turn & 1]


def _as_bits(table: NDArray[np.bool_]) -> list[int]:
    """Return each row of a table as the bits of one number."""
    packed = np.packbits(table, axis=1, bitorder="little")
    whole, width = packed.tobytes(), packed.shape[1]
    return [int.from_bytes(whole[at : at + width], "little") for at in range(0, len(whole), width)]
