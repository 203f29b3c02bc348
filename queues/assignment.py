"""Which waiter gets which place: in the order of priority, each the best that costs nobody before the own. Pure.

Who is served is a greedy choice in a transversal matroid (Edmonds and Fulkerson 1965): the next waiter is added
whenever an augmenting path houses all so far, which gives the first in order most and the greatest number in all. Who
gets which place is decided once that is known: the first takes the best place with which all of them can still be
served, then the second, and so on. Wishes are strict orders, so there is one answer, whatever path was found first.

A place is a bit of an `int`, so that one `&` looks at all places at once.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

REMEMBERED = 12
"""Closed sets of places that are kept in mind: from their holders, moves lead to nowhere but the same set."""


@dataclass(frozen=True)
class Demand:
    """What is asked of the places; waiters come best first."""

    orders: Sequence[Sequence[int]]
    """Places, best first; waiters who wish the same share one."""
    order_of: Sequence[int]
    """Of each waiter."""
    group_of: Sequence[int]
    """Of each waiter: those of a group fit into the same places, though in another order."""
    fits: Sequence[int]
    """Bits of the places that fit, by group."""
    places: int


class _Search(NamedTuple):
    """What a search saw: `end` is the place it reached, -1 none."""

    end: int
    group: int
    """That which moves into `end`."""
    came: dict[int, tuple[int, int]]
    """Group -> the place through whose holder it was met, and the group that wants that place; (-1, -1): the start."""
    seen: int = 0


class Assignment:
    """One assignment in the making."""

    def __init__(self, demand: Demand) -> None:
        """Nobody has a place yet."""
        self._demand = demand
        self._holder = [-1] * demand.places
        self._free = (1 << demand.places) - 1
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
        demand, holder = self._demand, self._holder
        next_of = [0] * len(demand.orders)
        stuck: set[int] = set()
        for waiter, (group, which) in enumerate(zip(demand.group_of, demand.order_of, strict=True)):
            if group in stuck:
                continue
            order, at = demand.orders[which], next_of[which]
            while at < len(order) and holder[order[at]] >= 0:
                at += 1
            next_of[which] = at
            if at < len(order):
                place = order[at]
                holder[place], self.given[waiter] = waiter, place
                self._free ^= 1 << place
                continue
            found = self._search(group, self._free, self._lost)
            if found.end < 0:
                stuck.update(found.came)
                self._lost |= found.seen
            else:
                self._moved = True
                self._shift(found, waiter)

    def _improve(self) -> None:
        """Let each in order have the best place with which those behind still get one."""
        demand = self._demand
        fixed, is_fixed = 0, bytearray(demand.places)
        closed = deque([self._lost], REMEMBERED)
        next_of = [0] * len(demand.orders)
        for waiter, (own, which) in enumerate(zip(self.given, demand.order_of, strict=True)):
            if own < 0:
                continue
            order, at = demand.orders[which], next_of[which]
            while is_fixed[order[at]]:
                at += 1
            next_of[which] = at
            if order[at] != own:
                self._better(waiter, order, at, fixed, closed)
                own = self.given[waiter]
            is_fixed[own] = 1
            fixed |= 1 << own

    def _better(self, waiter: int, order: Sequence[int], at: int, fixed: int, closed: deque[int]) -> None:
        """Give a waiter the best place from `order[at]` on that is free, or whose holder can move."""
        demand, own = self._demand, self.given[waiter]
        here = 1 << own
        # Moves within a closed set may still end where this waiter is, if that is in it.
        known = fixed
        for shut in closed:
            if not shut & here:
                known |= shut
        hopeless = known
        while (place := order[at]) != own:
            bit = 1 << place
            if not hopeless & bit:
                later = self._holder[place]
                if later < 0:
                    self._leave(own)
                    self._take(waiter, place)
                    break
                group, wanted, shut = demand.group_of[later], self._free | here, hopeless | bit
                if reached := demand.fits[group] & wanted & ~shut:
                    # As most searches end: at their beginning.
                    self._leave(own)
                    self._take(later, (reached & -reached).bit_length() - 1)
                    self._take(waiter, place)
                    break
                found = self._search(group, wanted, shut)
                if found.end >= 0:
                    self._leave(own)
                    self._shift(found, later)
                    self._take(waiter, place)
                    break
                hopeless |= found.seen | bit
            at += 1
        if hopeless != known:
            closed.append(hopeless)

    def _search(self, start: int, wanted: int, closed: int) -> _Search:
        """Look for a chain of moves that lets somebody of group `start` in and ends at one of the `wanted` places."""
        fits, group_of, holder = self._demand.fits, self._demand.group_of, self._holder
        came = {start: (-1, -1)}
        wanted &= ~closed
        if reached := fits[start] & wanted:
            return _Search((reached & -reached).bit_length() - 1, start, came)
        open_, seen = ~closed, 0
        ahead = [start]
        # The list grows while it is walked through: it is a queue of which nothing is taken out.
        for group in ahead:
            new = fits[group] & open_
            seen |= new
            open_ &= ~new
            while new:
                place = new.bit_length() - 1
                new ^= 1 << place
                other = group_of[holder[place]]
                if other in came:
                    continue
                came[other] = (place, group)
                if reached := fits[other] & wanted:
                    return _Search((reached & -reached).bit_length() - 1, other, came, seen)
                ahead.append(other)
        return _Search(-1, -1, came, seen)

    def _shift(self, found: _Search, waiter: int) -> None:
        """Move everybody along the chain; `waiter` is who comes in at its beginning."""
        end, group = found.end, found.group
        while True:
            place, before = found.came[group]
            if place < 0:
                self._take(waiter, end)
                return
            self._take(self._holder[place], end)
            end, group = place, before

    def _take(self, waiter: int, place: int) -> None:
        self._holder[place] = waiter
        self.given[waiter] = place
        self._free &= ~(1 << place)

    def _leave(self, place: int) -> None:
        self._holder[place] = -1
        self._free |= 1 << place


def assign(demand: Demand) -> list[int]:
    """Return the place of each waiter, -1 where none is left."""
    return Assignment(demand).make()
