"""Kinds of waiters: those who ask for the same things just now, and who fits them. Pure."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from queues.candidates import Candidates
from queues.ranks import Indices
from queues.strategies import FrozenStrategy, asks_for, familiar_weight
from queues.waiter import Waiter

Asked = tuple[tuple[tuple[str, int], ...], str, tuple[str, ...], FrozenStrategy]
"""Levels of skills, language, the skills that count for ability, strategy."""
Numbers = NDArray[np.int64]
FIRST_PAIRS = 256


def none() -> Indices:
    """Return no numbers."""
    return np.zeros(0, dtype=np.intp)


@dataclass
class Kind:
    """Waiters who ask for the same just now."""

    asked: Asked
    number: int = -1
    """That no other kind has at the same time, once it is among the `Fits`."""
    callers: dict[str, Waiter] = field(default_factory=dict)
    """By call id."""
    fit: Indices = field(default_factory=none)
    """Rows of the agents who fit, free or not."""
    bits: int = 0
    """The same as bits of one number."""
    ability: Numbers = field(default_factory=none)
    """Of each of `fit`: the sum of the levels that count; 0 where the strategy doesn't look at them."""

    def __post_init__(self) -> None:
        self.strategy: FrozenStrategy = self.asked[3]
        self.weight = familiar_weight(self.strategy)
        self.needed = max(1, len(self.asked[2]))
        """Skills that count for ability."""

    def learn(self, candidates: Candidates) -> None:
        """Work out who fits."""
        levels, language, skills, _ = self.asked
        fitting = candidates.fitting(levels, language)
        self.fit = np.flatnonzero(fitting)
        self.bits = int.from_bytes(np.packbits(fitting, bitorder="little").tobytes(), "little")
        self.ability = np.zeros(self.fit.size, dtype=np.int64)
        if asks_for(self.strategy, "ability"):
            for name in skills:
                self.ability += candidates.levels[candidates.skill(name), self.fit]


class Ways:
    """The strategies by which kinds go now, each with a number: shorter to compare."""

    def __init__(self) -> None:
        """There is none."""
        self._number: dict[FrozenStrategy, int] = {}
        self._users: list[int] = []
        """Kinds that go by it; this and what follows by number."""
        self.strategies: list[FrozenStrategy] = []

    def take(self, strategy: FrozenStrategy) -> int:
        """Return the number of a strategy by which one more kind goes."""
        number = self._number.get(strategy)
        if number is None:
            number = self._users.index(0) if 0 in self._users else len(self._users)
            if number == len(self._users):
                self._users.append(0)
                self.strategies.append(strategy)
            self._number[strategy], self.strategies[number] = number, strategy
        self._users[number] += 1
        return number

    def give_back(self, strategy: FrozenStrategy) -> None:
        """Forget one of the kinds that go by a strategy; with the last the strategy, too."""
        number = self._number[strategy]
        self._users[number] -= 1
        if not self._users[number]:
            del self._number[strategy]


class Fits:
    """Every pair of a kind and an agent who fits, free or not; kept while kinds come and go."""

    def __init__(self) -> None:
        """Nobody fits anywhere."""
        self.kinds: list[Kind | None] = []
        """By their numbers; None where none has it now."""
        self._unused: list[int] = []
        """Numbers of kinds that were, to be given again."""
        self._begin: list[int] = []
        """Of a kind's pairs, by its number."""
        self._size = self._dead = 0
        self._columns = np.zeros((3, FIRST_PAIRS), dtype=np.int64)
        self.bits: list[int] = []
        """Rows of those who fit, as bits; this and what follows by number of the kind."""
        self._ways = Ways()
        self.way: Indices = none()
        """Number of the strategy."""
        self.needed: Numbers = none()

    @property
    def kind(self) -> Numbers:
        """The number of each pair's kind."""
        return self._columns[0, : self._size]

    @property
    def row(self) -> Numbers:
        """The row of each pair's agent; -1: a pair that is none, as its kind is gone."""
        return self._columns[1, : self._size]

    @property
    def ability(self) -> Numbers:
        """Of each pair, 0 where the kind's strategy doesn't look at it."""
        return self._columns[2, : self._size]

    def strategies(self, kinds: NDArray[np.bool_]) -> dict[int, FrozenStrategy]:
        """Return the strategies of those of the kinds that are, each by its number."""
        ways = np.bincount(self.way[kinds], minlength=1).nonzero()[0].tolist() if self.way.size else []
        return {way: self._ways.strategies[way] for way in ways}

    def add(self, kind: Kind) -> None:
        """Take up a kind, and give it a number."""
        if not self._unused:
            self._unused.append(len(self.kinds))
            self.kinds.append(None)
            self._begin.append(0)
            self.bits.append(0)
            self.way, self.needed = np.append(self.way, 0), np.append(self.needed, 1)
        kind.number = self._unused.pop()
        self.kinds[kind.number] = kind
        self.way[kind.number], self.needed[kind.number] = self._ways.take(kind.strategy), kind.needed
        self._take_up(kind)

    def drop(self, kind: Kind) -> None:
        """Forget a kind."""
        begin, self.kinds[kind.number], self.bits[kind.number] = self._begin[kind.number], None, 0
        self._columns[1, begin : begin + kind.fit.size] = -1
        self._ways.give_back(kind.strategy)
        self._dead += kind.fit.size
        self._unused.append(kind.number)
        if 2 * self._dead > self._size:
            self.renew()

    def renew(self) -> None:
        """Take up all kinds anew."""
        self._size = self._dead = 0
        for kind in self.kinds:
            if kind:
                self._take_up(kind)

    def _take_up(self, kind: Kind) -> None:
        size, begin = kind.fit.size, self._size
        while begin + size > self._columns.shape[1]:
            self._columns = np.concatenate((self._columns, np.zeros_like(self._columns)), axis=1)
        self._size = begin + size
        self._begin[kind.number] = begin
        self._columns[0, begin : self._size] = kind.number
        self._columns[1, begin : self._size] = kind.fit
        self._columns[2, begin : self._size] = kind.ability
        self.bits[kind.number] = kind.bits
