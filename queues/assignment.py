"""Which waiter gets which place: in the order of priority, each the best that costs nobody before the own. Pure.

Who is served is a greedy choice in a transversal matroid (Edmonds and Fulkerson 1965): the next waiter is added
whenever an augmenting path houses all so far, which gives the first in order most and the greatest number in all. Who
gets which place is decided once that is known: the first takes the best place with which all of them can still be
served, then the second, and so on. Wishes are strict orders, so there is one answer, whatever path was found first.

A place is a bit of an `int`, so that one `&` looks at all places at once. Who of a group is moved makes no difference
to who can be housed, so searches go from group to group (`blocks.py` says where they needn't look at all).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from queues.bits import bits_up_to
from queues.blocks import Blocks

START = (-1, -1)


@dataclass(frozen=True)
class Demand:
    """What is asked of the places; waiters come best first."""

    orders: Sequence[Sequence[int]]
    """Places, best first; waiters who wish the same share one. What comes a second time counts for nothing."""
    order_of: Sequence[int]
    """Of each waiter."""
    group_of: Sequence[int]
    """Of each waiter: those of a group fit into the same places, though in another order."""
    fits: Sequence[int]
    """Bits of the places that fit, by group."""
    places: int


class _Search(NamedTuple):
    """What a search saw."""

    end: int
    """The place that it reached, -1 none."""
    group: int
    """That which moves into `end`; -1: none."""
    came: dict[int, tuple[int, int]]
    """Group -> the place through whose holder it was met, and the group that wants that place; `START`: the start."""


class Assignment:
    """One assignment in the making."""

    def __init__(self, demand: Demand) -> None:
        """Nobody has a place yet."""
        self._bit = bits_up_to(demand.places)
        self._demand = demand
        self._holder = [-1] * demand.places
        self._at = [-1] * demand.places
        """Group of each holder."""
        self._all = self._free = (1 << demand.places) - 1
        self._rest = [self._all] * len(demand.fits)
        """Of each group: the places that none of it holds, as bits. None is below 0: those take twice as long."""
        self._moved = False
        self._lost = 0
        """A closed set of places: from their holders no move leads to a free one, nor ever will."""
        self.given = [-1] * len(demand.order_of)
        """Place of each waiter; -1: none."""

    def make(self) -> list[int]:
        """Return the place of each waiter, -1 where none is left."""
        self._serve()
        if self._moved:
            self._improve()
        return self.given

    def _serve(self) -> None:
        """Give each a place in order; move others only where nobody could be served otherwise."""
        demand, holder, at, rest, given, free = (
            self._demand, self._holder, self._at, self._rest, self.given, self._free,
        )  # fmt: skip
        untouched = bytearray(b"\1") * demand.places
        # A place that is taken is never free again here, so each list is walked through once.
        walks = [filter(untouched.__getitem__, order) for order in demand.orders]
        stuck: set[int] = set()
        for waiter, (group, which) in enumerate(zip(demand.group_of, demand.order_of, strict=True)):
            if group in stuck:
                continue
            place = next(walks[which], -1)
            if place >= 0:
                holder[place], at[place], given[waiter] = waiter, group, place
                untouched[place] = 0
                bit = self._bit[place]
                rest[group] ^= bit
                free ^= bit
                continue
            found = self._search(group, free, self._all ^ self._lost)
            if found.end < 0:
                stuck.update(found.came)
                self._lost |= self._seen(found)
            else:
                self._moved = True
                untouched[found.end] = 0
                free ^= self._bit[found.end]
                self._shift(found, waiter)
        self._free = free

    def _improve(self) -> None:
        """Let each in order have the best place with which those behind still get one."""
        demand, given = self._demand, self.given
        blocks = Blocks(demand.places, self._lost)
        block_of, open_ = blocks.of, blocks.open
        next_of = [0] * len(demand.orders)
        for waiter, which in enumerate(demand.order_of):
            own = given[waiter]
            if own < 0:
                continue
            order, nth = demand.orders[which], next_of[which]
            while block_of[order[nth]] < 0:
                nth += 1
            next_of[which] = nth
            if order[nth] != own:
                self._better(waiter, order, nth, blocks)
                own = given[waiter]
            open_[block_of[own]] ^= self._bit[own]
            block_of[own] = -1

    def _better(self, waiter: int, order: Sequence[int], nth: int, blocks: Blocks) -> None:
        """Give a waiter the best place from `order[nth]` on that is free, or whose holder can move."""
        own, fits, at, block_of = self.given[waiter], self._demand.fits, self._at, blocks.of
        block, here = block_of[own], self._bit[own]
        # All that are free are in block 0.
        wanted = here if block else here | self._free
        while (place := order[nth]) != own:
            nth += 1
            if block_of[place] != block:
                continue
            later = at[place]
            if later < 0:
                break
            if reached := fits[later] & wanted:
                # As most searches end: at their beginning.
                end = reached.bit_length() - 1
                self._holder[end] = mover = self._holder[place]
                at[end], self.given[mover] = later, end
                self._rest[later] ^= self._bit[place] | self._bit[end]
                break
            found = self._search(later, wanted, blocks.open[block])
            if found.end >= 0:
                end = found.end
                self._shift(found, self._holder[place])
                self._rest[later] ^= self._bit[place]
                break
            blocks.part(block, self._seen(found))
        if place != own:
            self._move(waiter, place, place if later < 0 else end)

    def _move(self, waiter: int, place: int, end: int) -> None:
        """Move a waiter to a place whose holder has gone; of the free places `end` is taken, if it was one."""
        group, own = self._demand.group_of[waiter], self.given[waiter]
        here = self._bit[own]
        if end != own:
            self._holder[own] = self._at[own] = -1
            self._free ^= here | self._bit[end]
        self._rest[group] ^= here | self._bit[place]
        self._holder[place], self._at[place], self.given[waiter] = waiter, group, place

    def _search(self, start: int, wanted: int, open_: int) -> _Search:
        """Look in `open_` for a chain of moves that lets one more of group `start` in and ends at a `wanted` place."""
        fits, at, rest = self._demand.fits, self._at, self._rest
        came = {start: START}
        ahead = [start]
        wanted &= open_
        # From all holders of one group the same moves lead on, so one of them is enough.
        open_ &= rest[start]
        # The list grows while it is walked through: it is a queue of which nothing is taken out.
        for group in ahead:
            new = fits[group] & open_
            while new:
                place = new.bit_length() - 1
                other = at[place]
                came[other] = place, group
                if reached := fits[other] & wanted:
                    return _Search(reached.bit_length() - 1, other, came)
                ahead.append(other)
                others = rest[other]
                new &= others
                open_ &= others
        return _Search(-1, -1, came)

    def _seen(self, found: _Search) -> int:
        """Return the places of all whom a search met, as bits."""
        others = self._all
        for group in found.came:
            others &= self._rest[group]
        return self._all ^ others

    def _shift(self, found: _Search, waiter: int) -> None:
        """Move everybody along the chain; `waiter` is who comes in at its beginning."""
        end, group, came, holder, at, rest = found.end, found.group, found.came, self._holder, self._at, self._rest
        while True:
            place, before = came[group]
            mover = waiter if place < 0 else holder[place]
            holder[end], at[end], self.given[mover] = mover, group, end
            rest[group] ^= self._bit[end]
            if place < 0:
                return
            rest[group] ^= self._bit[place]
            end, group = place, before


def assign(demand: Demand) -> list[int]:
    """Return the place of each waiter, -1 where none is left."""
    return Assignment(demand).make()
