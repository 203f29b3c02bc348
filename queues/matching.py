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
from itertools import compress, repeat
from typing import NamedTuple

import numpy as np

from queues.assignment import Demand, assign
from queues.candidates import Candidate, Candidates
from queues.kinds import Asked, Fits, Kind
from queues.preferences import Preferences
from queues.scratch import Scratch
from queues.supply import Supply
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
        self._changes: list[tuple[float, str, float]] = []
        """When a waiter asks for less: time, call id, when that one joined."""
        self._version = -1
        """Of `candidates`, when it was last worked out who fits."""
        self._fits = Fits()
        self._scratch = Scratch()

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
            self._fits.drop(kind)

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
        if self._version != self.candidates.version:
            self._learn()
        supply = Supply(self.candidates, rows, load, now, self._scratch)
        return self._pair(supply, Preferences(self._fits, supply), now)

    # -- who asks for what -----------------------------------------------------------------------------------------

    def _settle(self, waiter: Waiter, now: float) -> None:
        wish = waiter.wish
        skills = tuple(need.skill for need in wish.needs)
        asked = (wish.levels(waiter.joined, now), wish.tongue(waiter.joined, now), skills, wish.strategy)
        kind = self._kinds.get(asked)
        if kind is None:
            kind = self._kinds[asked] = Kind(asked)
            if self._version == self.candidates.version:
                kind.learn(self.candidates)
            self._fits.add(kind)
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
        """Work out anew who fits whom, as an agent is not what the agent was."""
        for kind in self._kinds.values():
            kind.learn(self.candidates)
        self._fits.renew()
        self._version = self.candidates.version

    # -- who gets whom ---------------------------------------------------------------------------------------------

    def _pair(self, supply: Supply, preferences: Preferences, now: float) -> list[Pair]:
        waiters = self._waiters
        if not preferences.some.any():
            return []
        rows = waiters.order(now, preferences.some)
        kind_of = waiters.kind[rows].tolist()
        callers = [waiters.call_ids[row] for row in rows.tolist()]
        order_of = kind_of.copy()
        for turn in np.flatnonzero(waiters.own[rows]).tolist():
            kind = self._kind_of[callers[turn]]
            order_of[turn] = preferences.order_of(kind, kind.callers[callers[turn]])
        given = assign(Demand(preferences.orders, order_of, kind_of, preferences.fits, supply.size))
        if "ring-all" in preferences.strategies.values():
            return self._loud(supply, preferences, callers, order_of, given)
        served = [place for place in given if place >= 0]
        whom = compress(callers, [place >= 0 for place in given])
        rung = zip(supply.extensions(served), strict=True)
        return [*map(make, repeat(Pair), zip(whom, rung, strict=True))]

    def _loud(
        self, supply: Supply, preferences: Preferences, callers: list[str], order_of: list[int], given: list[int]
    ) -> list[Pair]:
        """Return the pairs where queues may ring all: those whom nobody waits for ring along."""
        left = set(supply.number.tolist()).difference(given)
        pairs = []
        for call_id, which, place in zip(callers, order_of, given, strict=True):
            if place < 0:
                continue
            along: list[int] = []
            if self._kind_of[call_id].strategy == "ring-all":
                along = [other for other in preferences.orders[which] if other in left]
                left.difference_update(along)
            pairs.append(Pair(call_id, tuple(dict.fromkeys(supply.extensions([place, *along])))))
        return pairs


def match(waiters: Iterable[Waiter], candidates: Iterable[Candidate], now: float) -> list[Pair]:
    """Decide from scratch; pairs come in the order of the callers. A `Matching` gives the same answer sooner."""
    matching = Matching()
    for candidate in candidates:
        matching.put(candidate)
    for waiter in waiters:
        matching.join(waiter)
    return matching.decide(now)
