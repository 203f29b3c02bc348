"""Matching: which waiting callers are offered to which agents now, over all queues in one decision. Pure and exact.

Callers come in the order of their score (then who joined first, then by call id). Nobody waits for whom an agent can be
found, even if somebody before must be given another agent for it; then each in order gets the best agent by the
queue's strategy with which nobody before or behind loses theirs. The answer depends on what is passed in, not on its
order. `strategies.py` says which agent is best, `assignment.py` decides.

Callers who ask for the same things just now are of one kind, and whoever fits a kind is worked out once, not at every
decision; so a decision costs what the kinds and the free agents are, not their product with the callers.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from queues.assignment import Demand, assign
from queues.candidates import Bools, Candidate, Candidates, Indices
from queues.strategies import FIRST_OF_ALL, FrozenStrategy, familiar_weight, ranking
from queues.waiter import Waiter

Asked = tuple[tuple[tuple[str, int], ...], str, tuple[str, ...], FrozenStrategy]
"""Levels of skills, language, the skills that count for ability, strategy."""


@dataclass(frozen=True)
class Pair:
    """A caller and who is to ring."""

    call_id: str
    agents: tuple[str, ...]
    """The first is the one matched; more only where a queue rings all."""


@dataclass
class _Kind:
    """Callers who ask for the same just now."""

    asked: Asked
    row: int
    """In the matrix of who fits."""
    callers: dict[str, Waiter] = field(default_factory=dict)


@dataclass(frozen=True)
class _Supply:
    """The places there are at a decision, in the order that decides ties."""

    rows: Indices
    """Row in `Candidates`, by place."""
    load: NDArray[np.int64]
    """Calls that the agent has in hand once this place is taken, less one."""
    fit: Bools
    """Whether it fits; kind by place."""
    now: float
    _places: dict[int, list[int]] = field(default_factory=dict)

    def places_of(self, row: int) -> list[int]:
        """Return the places of the agent in a row of `Candidates`."""
        if not self._places:
            for place, held in enumerate(self.rows.tolist()):
                self._places.setdefault(held, []).append(place)
        return self._places.get(row, [])


class Matching:
    """All waiters and candidates, kept from one decision to the next."""

    def __init__(self) -> None:
        """Nobody waits and nobody is there."""
        self.candidates = Candidates()
        self._kind_of: dict[str, _Kind] = {}
        self._kinds: dict[Asked, _Kind] = {}
        self._changes: list[tuple[float, str, float]] = []
        """When a waiter asks for less: time, call id, when that one joined."""
        self._fit: Bools = np.zeros((16, 0), dtype=np.bool_)
        self._fit_version = -1
        self._unused = list(range(15, -1, -1))

    def join(self, waiter: Waiter) -> None:
        """Add a waiter, or replace what was known of one."""
        self.leave(waiter.call_id)
        self._settle(waiter, waiter.joined)
        for time in waiter.wish.changes(waiter.joined):
            heappush(self._changes, (time, waiter.call_id, waiter.joined))

    def leave(self, call_id: str) -> None:
        """Forget a waiter; who isn't known is forgotten already."""
        kind = self._kind_of.pop(call_id, None)
        if kind is None:
            return
        del kind.callers[call_id]
        if not kind.callers:
            del self._kinds[kind.asked]
            self._unused.append(kind.row)
            self._fit[kind.row] = False

    def put(self, candidate: Candidate) -> None:
        """Add an agent, or replace what was known of one."""
        self.candidates.put(candidate)

    def drop(self, extension: str) -> None:
        """Forget an agent."""
        self.candidates.drop(extension)

    def next_change(self, now: float) -> float | None:
        """Return when somebody will ask for less than now, None for never."""
        while self._changes and not self._stands(self._changes[0]):
            heappop(self._changes)
        return max(self._changes[0][0], now) if self._changes else None

    def decide(self, now: float) -> list[Pair]:
        """Return who is to be offered to whom, in the order of the callers; nothing changes by that."""
        self._relax(now)
        rows, load = self.candidates.places()
        if not rows.size or not self._kinds:
            return []
        self._learn()
        supply = _Supply(rows, load, np.take(self._fit, rows, axis=1), now)
        some = set(np.flatnonzero(supply.fit.any(axis=1)).tolist())
        live = [kind for kind in self._kinds.values() if kind.row in some]
        return self._pair(live, supply) if live else []

    # -- who asks for what -----------------------------------------------------------------------------------------

    def _settle(self, waiter: Waiter, now: float) -> None:
        wish = waiter.wish
        skills = tuple(need.skill for need in wish.needs)
        asked = (wish.levels(waiter.joined, now), wish.tongue(waiter.joined, now), skills, wish.strategy)
        kind = self._kinds.get(asked)
        if kind is None:
            kind = self._kinds[asked] = _Kind(asked, self._row())
            if self._fit_version == self.candidates.version:
                self._fit[kind.row] = self.candidates.fitting(asked[0], asked[1])
        kind.callers[waiter.call_id] = waiter
        self._kind_of[waiter.call_id] = kind

    def _row(self) -> int:
        if not self._unused:
            rows = len(self._fit)
            self._fit = np.concatenate((self._fit, np.zeros_like(self._fit)))
            self._unused += range(2 * rows - 1, rows - 1, -1)
        return self._unused.pop()

    def _stands(self, change: tuple[float, str, float]) -> bool:
        kind = self._kind_of.get(change[1])
        return kind is not None and kind.callers[change[1]].joined == change[2]

    def _relax(self, now: float) -> None:
        due = {}
        while self._changes and self._changes[0][0] <= now:
            change = heappop(self._changes)
            if self._stands(change):
                due[change[1]] = self._kind_of[change[1]].callers[change[1]]
        for call_id, waiter in due.items():
            self.leave(call_id)
            self._settle(waiter, now)

    def _learn(self) -> None:
        """Work out anew who fits whom if an agent is not what the agent was."""
        if self._fit_version == self.candidates.version:
            return
        self._fit = np.zeros((len(self._fit), len(self.candidates.extensions)), dtype=np.bool_)
        for kind in self._kinds.values():
            self._fit[kind.row] = self.candidates.fitting(kind.asked[0], kind.asked[1])
        self._fit_version = self.candidates.version

    # -- who gets whom ---------------------------------------------------------------------------------------------

    def _pair(self, live: list[_Kind], supply: _Supply) -> list[Pair]:
        now = supply.now
        callers = sorted(
            (-waiter.score(now), waiter.joined, call_id, nth, waiter)
            for nth, kind in enumerate(live)
            for call_id, waiter in kind.callers.items()
        )
        orders, order_of = self._orders(live, [(nth, waiter) for _, _, _, nth, waiter in callers], supply)
        packed = np.packbits(supply.fit, axis=1, bitorder="little")
        fits = [int.from_bytes(packed[kind.row].tobytes(), "little") for kind in live]
        given = assign(Demand(orders, order_of, [nth for _, _, _, nth, _ in callers], fits, supply.rows.size))
        extensions, rows = self.candidates.extensions, supply.rows.tolist()
        left = set(range(supply.rows.size)).difference(given)
        pairs = []
        for (_, _, call_id, nth, _), which, place in zip(callers, order_of, given, strict=True):
            if place < 0:
                continue
            agents = {extensions[rows[place]]: None}
            if live[nth].asked[3] == "ring-all":
                # Only whom nobody is waiting for rings along.
                along = [other for other in orders[which] if other in left]
                left.difference_update(along)
                agents |= {extensions[rows[other]]: None for other in along}
            pairs.append(Pair(call_id, tuple(agents)))
        return pairs

    def _orders(
        self, live: list[_Kind], callers: list[tuple[int, Waiter]], supply: _Supply
    ) -> tuple[list[list[int]], list[int]]:
        """Return the orders of places there are, and which is whose."""
        sorters = [_Sorter(kind, self.candidates, supply) for kind in live]
        orders = [sorter.order for sorter in sorters]
        order_of = []
        for nth, waiter in callers:
            if (waiter.familiar and sorters[nth].familiar_weight) or waiter.avoid:
                own = sorters[nth].personal(waiter)
                if own is not None:
                    order_of.append(len(orders))
                    orders.append(own)
                    continue
            order_of.append(nth)
        return orders, order_of


class _Sorter:
    """Puts the places that fit a kind in order, best first."""

    def __init__(self, kind: _Kind, candidates: Candidates, supply: _Supply) -> None:
        _, _, skills, strategy = kind.asked
        self._candidates, self._supply = candidates, supply
        self.familiar_weight = familiar_weight(strategy)
        places = np.flatnonzero(supply.fit[kind.row])
        self._numbers = ranking(strategy, supply.rows[places], candidates, skills, supply.now)
        if self._numbers is not None:
            load = supply.load[places]
            by = np.lexsort((self._numbers, load)) if load[-1] else self._numbers.argsort(kind="stable")
            places, self._numbers = places[by], self._numbers[by]
        self.order: list[int] = places.tolist()
        self._fitting = frozenset(self.order)

    def personal(self, waiter: Waiter) -> list[int] | None:
        """Return the order for a waiter who knows or avoids some; None: there are none of these."""
        known = self._places(waiter.familiar) if self.familiar_weight else []
        avoided = set(self._places(waiter.avoid))
        if not known and not avoided:
            return None
        order = self._with_known(known) if known else self.order
        return [place for place in order if place not in avoided] + [place for place in order if place in avoided]

    def _with_known(self, known: list[int]) -> list[int]:
        familiar = set(known)
        if self.familiar_weight == FIRST_OF_ALL or self._numbers is None:
            return known + [place for place in self.order if place not in familiar]
        load = self._supply.load
        keyed = [
            (int(load[place]), number - self.familiar_weight * (place in familiar), place)
            for place, number in zip(self.order, self._numbers.tolist(), strict=True)
        ]
        return [place for _, _, place in sorted(keyed)]

    def _places(self, extensions: Iterable[str]) -> list[int]:
        """Return those of the order that belong to these agents."""
        rows = (self._candidates.row(extension) for extension in extensions)
        return [place for row in rows for place in self._supply.places_of(row) if place in self._fitting]


def match(waiters: Iterable[Waiter], candidates: Iterable[Candidate], now: float) -> list[Pair]:
    """Decide from scratch; pairs come in the order of the callers. A `Matching` gives the same answer sooner."""
    matching = Matching()
    for candidate in candidates:
        matching.put(candidate)
    for waiter in waiters:
        matching.join(waiter)
    return matching.decide(now)
