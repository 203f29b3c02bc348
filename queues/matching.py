"""Matching: which waiting callers are offered to which agents now, over all queues in one decision. Pure and exact.

Callers come in the order of their score (then who joined first, then by call id). Nobody waits for whom an agent can be
found, even if somebody before must be given another agent for it; then each in order gets the best agent by the
queue's strategy with which nobody before or behind loses theirs. The answer depends on what is passed in, not on its
order. `strategies.py` says which agent is best, `assignment.py` decides.

Callers who ask for the same things just now are of one kind, and whoever fits a kind is worked out once, not at every
decision; so a decision costs what the kinds and the free agents are, not their product with the callers.
"""

import gc
from collections.abc import Iterable
from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np

from queues.assignment import Demand, assign
from queues.candidates import Candidate, Candidates
from queues.preferences import Asked, Kind, Preferences, Supply
from queues.strategies import FrozenStrategy
from queues.waiter import Waiter
from queues.waiters import Waiters


class Pair(NamedTuple):
    """A caller and who is to ring."""

    call_id: str
    agents: tuple[str, ...]
    """The first is the one matched; more only where a queue rings all."""


make = tuple.__new__
"""Makes a `Pair` in a third of the time: of many at once that is felt."""


class Matching:
    """All waiters and candidates, kept from one decision to the next."""

    def __init__(self) -> None:
        """Nobody waits and nobody is there."""
        self.candidates = Candidates()
        self._waiters = Waiters()
        self._kind_of: dict[str, Kind] = {}
        self._kinds: dict[Asked, Kind] = {}
        self._numbers: list[int] = []
        """Numbers of kinds that were, to be given again."""
        self._most = 0
        """Numbers of kinds that were ever given."""
        self._changes: list[tuple[float, str, float]] = []
        """When a waiter asks for less: time, call id, when that one joined."""
        self._ways: dict[FrozenStrategy, int] = {}
        self._version = -1
        """Of `candidates`, when it was last worked out who fits."""
        self._fits = np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
        """All pairs of a kind (by its number among `_kinds`) and the row of an agent who fits."""
        self._known = False
        """Whether `_fits` is of these kinds."""

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
        self._waiters.drop(call_id)
        del kind.callers[call_id]
        if not kind.callers:
            del self._kinds[kind.asked]
            self._numbers.append(kind.number)
            self._known = False

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
        if not self._kinds:
            return []
        # Thousands of small things are made and dropped here and none of them in a circle: a look for circles in the
        # middle finds nothing, and takes longer than the decision.
        pausing = gc.isenabled()
        gc.disable()
        try:
            return self._decide(now)
        finally:
            if pausing:
                gc.enable()

    def _decide(self, now: float) -> list[Pair]:
        self._relax(now)
        rows, load = self.candidates.places()
        if not rows.size:
            return []
        self._learn()
        supply = Supply(self.candidates, rows, load, now)
        kind_of, place_of = supply.fitting(*self._fits)
        if not place_of.size:
            return []
        kinds = list(self._kinds.values())
        some = np.bincount(kind_of, minlength=len(kinds)) > 0
        kind_of = (np.cumsum(some) - 1)[kind_of]
        live = [kinds[nth] for nth in np.flatnonzero(some).tolist()]
        return self._pair(live, Preferences(live, supply, kind_of, place_of))

    # -- who asks for what -----------------------------------------------------------------------------------------

    def _settle(self, waiter: Waiter, now: float) -> None:
        wish = waiter.wish
        skills = tuple(need.skill for need in wish.needs)
        asked = (wish.levels(waiter.joined, now), wish.tongue(waiter.joined, now), skills, wish.strategy)
        kind = self._kinds.get(asked)
        if kind is None:
            way = self._ways.setdefault(wish.strategy, len(self._ways))
            if not self._numbers:
                self._numbers.append(self._most)
                self._most += 1
            kind = self._kinds[asked] = Kind(asked, way=way, number=self._numbers.pop())
            self._known = False
            if self._version == self.candidates.version:
                kind.learn(self.candidates)
        kind.callers[waiter.call_id] = waiter
        own_order = waiter.avoid or (waiter.familiar and (kind.weight or waiter.keeps_agent))
        self._waiters.put(waiter, kind.number, bool(own_order))
        self._kind_of[waiter.call_id] = kind

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
        """Work out anew who fits whom if an agent is not what the agent was, or if kinds came or went."""
        if self._version != self.candidates.version:
            for kind in self._kinds.values():
                kind.learn(self.candidates)
            self._version = self.candidates.version
            self._known = False
        if not self._known:
            fits = [kind.fit for kind in self._kinds.values()]
            self._fits = np.repeat(np.arange(len(fits)), [fit.size for fit in fits]), np.concatenate(fits)
            self._known = True

    # -- who gets whom ---------------------------------------------------------------------------------------------

    def _pair(self, live: list[Kind], preferences: Preferences) -> list[Pair]:
        supply, waiters = preferences.supply, self._waiters
        # One more than there are: whoever is of kind -1 is nobody.
        nth_of = np.full(self._most + 1, -1, dtype=np.intp)
        nth_of[[kind.number for kind in live]] = np.arange(len(live))
        rows = waiters.order(supply.now, nth_of >= 0)
        group_of = nth_of[waiters.kind[rows]].tolist()
        callers = [waiters.there[row] for row in rows.tolist()]
        order_of = group_of.copy()
        for turn in np.flatnonzero(waiters.own[rows]).tolist():
            order_of[turn] = preferences.order_of(group_of[turn], callers[turn])
        given = assign(Demand(preferences.orders, order_of, group_of, preferences.fits, supply.rows.size))
        rows_of, extensions = supply.rows.tolist(), self.candidates.extensions
        if all(kind.strategy != "ring-all" for kind in live):
            return [
                make(Pair, (caller.call_id, (extensions[rows_of[place]],)))
                for caller, place in zip(callers, given, strict=True)
                if place >= 0
            ]
        left = set(range(supply.rows.size)).difference(given)
        pairs = []
        for caller, nth, which, place in zip(callers, group_of, order_of, given, strict=True):
            if place < 0:
                continue
            agents = {extensions[rows_of[place]]: None}
            if live[nth].strategy == "ring-all":
                # Only whom nobody is waiting for rings along.
                along = [other for other in preferences.orders[which] if other in left]
                left.difference_update(along)
                agents |= {extensions[rows_of[other]]: None for other in along}
            pairs.append(Pair(caller.call_id, tuple(agents)))
        return pairs


def match(waiters: Iterable[Waiter], candidates: Iterable[Candidate], now: float) -> list[Pair]:
    """Decide from scratch; pairs come in the order of the callers. A `Matching` gives the same answer sooner."""
    matching = Matching()
    for candidate in candidates:
        matching.put(candidate)
    for waiter in waiters:
        matching.join(waiter)
    return matching.decide(now)
