"""Preferences: which of the free places each kind of waiter likes best, for all kinds at once. Pure.

Nearly every strategy puts agents in one order for everybody, so a place is a rank, and the lists of all kinds come out
of one sort of whole numbers: the kind, then what only the kind sees in the place, then the rank.
"""

from bisect import insort
from collections.abc import Sequence

import numpy as np

from queues.kinds import Fits, Kind, Numbers
from queues.ranks import Floats, Indices, dense, in_order
from queues.strategies import FIRST_OF_ALL, FrozenStrategy, Mix, asks_for, ranking, shares
from queues.supply import Supply
from queues.waiter import Waiter


class Preferences:
    """The orders in which kinds of waiters, and waiters with wishes of their own, like the places."""

    def __init__(self, fits: Fits, supply: Supply) -> None:
        """Work out the order of each kind of `fits`."""
        self._fits, self._supply = fits, supply
        which, place = supply.pairs(fits)
        kind_of = supply.scratch.take("kind", fits.kind, which)
        count = np.bincount(kind_of, minlength=len(fits.kinds))
        self.some = count > 0
        """Whether a kind fits anywhere; by its number."""
        live = np.flatnonzero(self.some).tolist()
        self.strategies = fits.strategies(self.some)
        """Of the kinds that fit anywhere, by their numbers."""
        self.fits = supply.bits(fits, live, kind_of, place)
        """Places that fit, as bits by their numbers; by number of the kind."""
        self.orders: list[Sequence[int]] = [[]] * len(fits.kinds)
        """Numbers of places, best first: of each kind by its number, then of waiters with an order of their own."""
        if live:
            # Nobody looks far down these lists: a view makes a number of what is looked at, and of nothing else.
            ability = supply.scratch.take("ability", fits.ability, which)
            places = self._in_order(kind_of, place, ability).data
            ends = count.cumsum().tolist()
            for number, begin in zip(live, [0, *map(ends.__getitem__, live)], strict=False):
                self.orders[number] = places[begin : ends[number]]

    def order_of(self, kind: Kind, waiter: Waiter) -> int:
        """Return which of `orders` is that of a waiter of a kind."""
        places, fits = self._supply.places, self.fits[kind.number]
        known: list[int] = []
        weight = FIRST_OF_ALL if waiter.keeps_agent else kind.weight
        if waiter.familiar and weight:
            known = [place for name in waiter.familiar for place in places(name, fits)]
        avoided = {place for name in waiter.avoid for place in places(name, fits)}
        if not known and not avoided:
            return kind.number
        order = self._with_known(kind, known, weight) if known else self.orders[kind.number]
        if avoided:
            order = [place for place in order if place not in avoided] + [place for place in order if place in avoided]
        self.orders.append(order)
        return len(self.orders) - 1

    def _with_known(self, kind: Kind, known: list[int], weight: float) -> Sequence[int]:
        order = self.orders[kind.number]
        if weight == FIRST_OF_ALL or isinstance(kind.strategy, str):
            # That they come again further down does no harm: nobody asks for a place a second time.
            return [*known, *order]
        familiar = set(known)
        others = [place for place in order if place not in familiar]
        # Only the known ones move: among the others the order stands.
        turns = self._supply.turns(np.asarray(order))
        ability = np.zeros(len(self._supply.candidates.extensions), dtype=np.int64)
        ability[kind.fit] = kind.ability
        points = self._points(kind.strategy, turns, ability[self._supply.rows[turns]], kind.needed)
        worth = zip(self._supply.load[turns].tolist(), (-points).tolist(), turns.tolist(), strict=True)
        key_of = dict(zip(order, worth, strict=True))

        def key(place: int) -> tuple[int, float, int]:
            load, number, turn = key_of[place]
            return load, number - weight if place in familiar else number, turn

        for place in known:
            insort(others, place, key=key)
        return others

    def _in_order(self, kind_of: Numbers, place: Indices, ability: Numbers) -> Indices:
        """Return the places of all pairs, kind by kind, the best first."""
        supply, fits, scratch = self._supply, self._fits, self._supply.scratch
        # Of each strategy: ranks by place, and places by rank.
        rank = np.empty((len(self.strategies), supply.size), dtype=np.int64)
        ranked = np.empty((len(self.strategies), supply.rows.size), dtype=np.int64)
        line_of_way = np.zeros(int(fits.way.max()) + 1, dtype=np.intp)
        # Seen by the kind alone: the ability that is missing or, in a mix with ability, how far down the points are.
        most = int(ability.max(initial=0))
        seen, span = np.subtract(most, ability, out=scratch.room("seen", ability.size)), most + 1
        for line, (way, strategy) in enumerate(self.strategies.items()):
            line_of_way[way] = line
            ranked[line] = supply.number.take(self._by_turn(strategy))
            rank[line, ranked[line]] = np.arange(supply.rows.size)
            if not isinstance(strategy, str) and asks_for(strategy, "ability"):
                mixed = np.flatnonzero((fits.way == way).take(kind_of))
                turns = supply.turns(place.take(mixed))
                needed = fits.needed.take(kind_of.take(mixed))
                seen[mixed] = dense(-self._points(strategy, turns, ability.take(mixed), needed))
                span = max(span, mixed.size)
        if supply.loads > 1:
            seen += supply.load[supply.turns(place)] * span
            span *= supply.loads
        low, high = supply.rows.size.bit_length(), span.bit_length()
        line_of = line_of_way.take(fits.way)
        at = scratch.take("at", line_of * supply.size, kind_of)
        at += place
        ranks = scratch.take("rank", rank.reshape(-1), at)
        keys = np.left_shift(kind_of, high, out=at)
        keys |= seen
        keys <<= low
        keys |= ranks
        keys.sort()
        kind_of = np.right_shift(keys, high + low, out=ranks)
        keys &= (1 << low) - 1
        keys += scratch.take("seen", line_of * supply.rows.size, kind_of)
        return scratch.take("kind", ranked.reshape(-1), keys)

    def _by_turn(self, strategy: FrozenStrategy) -> Indices:
        """Return the turns in the order in which a strategy likes the agents, whoever calls; lower loads first."""
        supply = self._supply
        numbers: Floats | None = None
        if isinstance(strategy, str):
            numbers = ranking(strategy, supply.rows, supply.candidates)
        elif not asks_for(strategy, "ability"):
            numbers = -self._points(strategy, np.arange(supply.rows.size))
        if numbers is None:
            return np.arange(supply.rows.size)
        return in_order(numbers, supply.load if supply.loads > 1 else None)

    def _points(self, mix: Mix, turns: Indices, ability: Numbers | None = None, needed: Numbers | int = 1) -> Floats:
        """Return the points that a mix gives to places, whose agents have `ability` in so many skills `needed`."""
        supply = self._supply
        points = np.zeros(turns.size)
        for name, weight in mix:
            if name != "ability":
                points += weight * shares(name, supply.rows, supply.candidates, supply.now)[turns]
            elif ability is not None:
                points += weight * (ability / (10.0 * needed))
        return points
