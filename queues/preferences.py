"""Preferences: which of the free places each kind of waiter likes best, for all kinds at once. Pure.

Nearly every strategy puts agents in one order for everybody, so a place is a rank, and the lists of all kinds come out
of one sort of (kind, rank) as whole numbers. Only mixes, whose points are fractions, are sorted by themselves.
"""

from bisect import insort
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from queues.candidates import Candidates, Floats, Indices
from queues.strategies import FIRST_OF_ALL, FrozenStrategy, familiar_weight, ranking, shares
from queues.waiter import Waiter

Asked = tuple[tuple[tuple[str, int], ...], str, tuple[str, ...], FrozenStrategy]
"""Levels of skills, language, the skills that count for ability, strategy."""
Numbers = NDArray[np.int64]


def _none() -> Indices:
    return np.zeros(0, dtype=np.intp)


def _short(numbers: Numbers) -> NDArray[np.integer]:
    """Return small numbers in two bytes where they fit, by which numpy sorts in one go."""
    return numbers.astype(np.int16) if numbers.max(initial=0) <= np.iinfo(np.int16).max else numbers


@dataclass
class Kind:
    """Waiters who ask for the same just now."""

    asked: Asked
    callers: dict[str, Waiter] = field(default_factory=dict)
    """By call id."""
    fit: Indices = field(default_factory=_none)
    """Rows of the agents who fit, free or not."""
    skills: list[int] = field(default_factory=list)
    """Rows of the skills that count for ability."""
    number: int = 0
    """That no other kind has at the same time."""
    way: int = 0
    """Number of the strategy, the same for the same one: shorter to compare."""

    def __post_init__(self) -> None:
        self.strategy: FrozenStrategy = self.asked[3]
        self.weight = familiar_weight(self.strategy)

    def learn(self, candidates: Candidates) -> None:
        """Work out who fits."""
        levels, language, skills, _ = self.asked
        self.fit = np.flatnonzero(candidates.fitting(levels, language))
        self.skills = [candidates.skill(name) for name in skills]


class Supply:
    """The places there are at one decision, in the order that decides ties."""

    def __init__(self, candidates: Candidates, rows: Indices, load: Numbers, now: float) -> None:
        """`rows` and `load` as `Candidates.places` gives them."""
        self.candidates, self.rows, self.load, self.now = candidates, rows, load, now
        self.loads = int(load[-1]) + 1
        """One more than the highest load."""
        self.several = self.loads > 1 or int(np.bincount(rows).max()) > 1
        """Whether an agent may have several places, or calls in hand."""
        self._place_of = np.full(len(candidates.extensions), -1, dtype=np.intp)
        """By row, where nobody has several."""
        if not self.several:
            self._place_of[rows] = np.arange(rows.size)

    def fitting(self, kind_of: Numbers, rows: Indices) -> tuple[Numbers, Indices]:
        """Return every pair of a kind and a place, given those of a kind and an agent's row; kinds stay in order."""
        place_of = self._place_of
        if not self.several:
            places = place_of[rows]
            there = places >= 0
            return kind_of[there], places[there]
        by_row = np.argsort(self.rows, kind="stable")
        first = np.searchsorted(self.rows[by_row], np.arange(place_of.size + 1))
        count = (first[1:] - first[:-1])[rows]
        nth = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
        kinds, places = np.repeat(kind_of, count), by_row[np.repeat(first[rows], count) + nth]
        by = np.lexsort((places, kinds))
        return kinds[by], places[by]

    def places(self, extension: str) -> list[int]:
        """Return the places of an agent; an empty list for who has none, or isn't there."""
        row = self.candidates.row(extension)
        if row < 0:
            return []
        if self.several:
            return np.flatnonzero(self.rows == row).tolist()
        place = int(self._place_of[row])
        return [place] if place >= 0 else []


class Preferences:
    """The orders in which kinds of waiters, and waiters with wishes of their own, like the places."""

    def __init__(self, kinds: list[Kind], supply: Supply, kind_of: Numbers, place_of: Indices) -> None:
        """Work out the order of each kind; `kind_of` and `place_of` are all pairs that fit, in the order of kinds."""
        self._kinds, self.supply = kinds, supply
        self._numbers: dict[int, list[float]] = {}
        """Numbers by which a mix ordered its places; by kind."""
        self.orders: list[list[int]] = [[] for _ in kinds]
        """Places, best first: of each kind, then of waiters with an order of their own."""
        self._way = np.array([kind.way for kind in kinds])
        self._strategies = {kind.way: kind.strategy for kind in kinds}
        self._skills = self._skills_of_kinds()
        mixes = [way for way, strategy in self._strategies.items() if not isinstance(strategy, str)]
        if mixes:
            mixed = np.isin(self._way, mixes)[kind_of]
            self._order_by_points(kind_of[mixed], place_of[mixed])
            self._order_by_rank(kind_of[~mixed], place_of[~mixed])
        else:
            self._order_by_rank(kind_of, place_of)
        self.fits = self._bits(kind_of, place_of)
        """Places that fit, as bits, by kind."""

    def order_of(self, kind: int, waiter: Waiter) -> int:
        """Return which of `orders` is that of a waiter of a kind."""
        places, fits = self.supply.places, self.fits[kind]
        known: list[int] = []
        weight = FIRST_OF_ALL if waiter.keeps_agent else self._kinds[kind].weight
        if waiter.familiar and weight:
            known = [place for name in waiter.familiar for place in places(name) if fits >> place & 1]
        avoided = {place for name in waiter.avoid for place in places(name) if fits >> place & 1}
        if not known and not avoided:
            return kind
        order = self._with_known(kind, known, weight) if known else self.orders[kind]
        if avoided:
            order = [place for place in order if place not in avoided] + [place for place in order if place in avoided]
        self.orders.append(order)
        return len(self.orders) - 1

    def _with_known(self, kind: int, known: list[int], weight: float) -> list[int]:
        familiar = set(known)
        others = [place for place in self.orders[kind] if place not in familiar]
        if weight == FIRST_OF_ALL:
            return known + others
        # Only the known ones move: among the others the order stands.
        order, number, load = self.orders[kind], self._numbers[kind], self.supply.load

        def key(place: int) -> tuple[int, float, int]:
            points = number[order.index(place)]
            return int(load[place]), points - weight if place in familiar else points, place

        for place in known:
            insort(others, place, key=key)
        return others

    def _order_by_rank(self, kind_of: Numbers, place_of: Indices) -> None:
        """Order by strategies that give every place a rank: one sort of whole numbers, from which places are read."""
        supply = self.supply
        names = {way: name for way, name in self._strategies.items() if isinstance(name, str)}
        ranks = np.empty((len(names), supply.rows.size), dtype=np.int64)
        places = np.empty_like(ranks)
        row_of = np.zeros(max(self._strategies) + 1, dtype=np.intp)
        able = np.zeros(len(self._kinds), dtype=np.bool_)
        for nth, (number, name) in enumerate(names.items()):
            row_of[number] = nth
            numbers = ranking(name, supply.rows, supply.candidates)
            places[nth] = np.arange(supply.rows.size) if numbers is None else self._sorted(numbers, supply.load)
            ranks[nth, places[nth]] = np.arange(supply.rows.size)
            if name == "ability":
                able = self._way == number
        way = row_of[self._way]
        # (kind, load, missing ability, rank); without ability the rank says it all.
        missing = np.zeros(place_of.size, dtype=np.int64)
        if able.any():
            which = able[kind_of]
            ability = self._ability(kind_of[which], place_of[which])
            missing[which] = supply.load[place_of[which]] * (int(ability.max(initial=0)) + 1) + ability.max(initial=0)
            missing[which] -= ability
        low, high = supply.rows.size.bit_length(), int(missing.max(initial=0)).bit_length()
        keys = (kind_of << high | missing) << low | ranks[way[kind_of], place_of]
        keys.sort()
        kinds = keys >> high + low
        self._deal(kinds, places[way[kinds], keys & (1 << low) - 1])

    def _order_by_points(self, kind_of: Numbers, place_of: Indices) -> None:
        """Order by mixes: the most points first, those with fewer calls in hand before."""
        supply = self.supply
        numbers = np.zeros(place_of.size)
        way = self._way[kind_of]
        for number, strategy in self._strategies.items():
            if isinstance(strategy, str):
                continue
            which = way == number
            kinds, places = kind_of[which], place_of[which]
            points = np.zeros(places.size)
            for name, weight in strategy:
                if name == "ability":
                    needed = np.array([max(1, len(kind.skills)) for kind in self._kinds])
                    points += weight * (self._ability(kinds, places) / (10.0 * needed[kinds]))
                else:
                    points += weight * shares(name, supply.rows, supply.candidates, supply.now)[places]
            numbers[which] = -points
        # Pairs come in the order of agents' rows; among equals the place decides, as everywhere.
        keys = [_short(place_of), numbers, _short(kind_of)]
        if supply.loads > 1:
            keys.insert(2, supply.load[place_of])
        by = np.lexsort(keys)
        self._deal(kind_of[by], place_of[by], numbers[by])

    def _sorted(self, numbers: Floats, load: Numbers) -> Indices:
        """Return which place comes first: lower load, then lower number, then what comes first already."""
        if self.supply.loads > 1:
            return np.lexsort((numbers, load))
        by = numbers.argsort()
        found = numbers[by]
        # The quick sort doesn't keep the order of equals, and usually there are none.
        return numbers.argsort(kind="stable") if (found[1:] == found[:-1]).any() else by

    def _skills_of_kinds(self) -> Indices:
        """Return the rows of the skills that count for ability, by kind; filled up with that which nobody has."""
        most = max(len(kind.skills) for kind in self._kinds)
        fill = [[0] * missing for missing in range(most + 1)]
        rows = [kind.skills + fill[most - len(kind.skills)] for kind in self._kinds]
        return np.array(rows, dtype=np.intp).reshape(len(rows), most)

    def _ability(self, kind_of: Numbers, place_of: Indices) -> Numbers:
        """Return the sum of levels that the agent of a place has in what a kind needs."""
        rows, levels = self.supply.rows[place_of], self.supply.candidates.levels
        total = np.zeros(place_of.size, dtype=np.int64)
        for column in range(self._skills.shape[1]):
            total += levels[self._skills[kind_of, column], rows]
        return total

    def _deal(self, kinds: Numbers, places: Indices, numbers: Floats | None = None) -> None:
        """Cut what was sorted into the orders of the kinds."""
        ends = np.searchsorted(kinds, np.arange(len(self._kinds) + 1)).tolist()
        dealt = places.tolist()
        values = [] if numbers is None else numbers.tolist()
        for kind, (begin, end) in enumerate(pairwise(ends)):
            if begin == end:
                continue
            self.orders[kind] = dealt[begin:end]
            if numbers is not None:
                self._numbers[kind] = values[begin:end]

    def _bits(self, kind_of: Numbers, place_of: Indices) -> list[int]:
        fit = np.zeros((len(self._kinds), self.supply.rows.size), dtype=np.bool_)
        fit[kind_of, place_of] = True
        packed = np.packbits(fit, axis=1, bitorder="little")
        whole, width = packed.tobytes(), packed.shape[1]
        return [int.from_bytes(whole[at : at + width], "little") for at in range(0, len(whole), width)]
