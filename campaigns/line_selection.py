"""The choice of a line for one call, and why it was that one. Pure; numbers in columns, one entry a line.

Allowed -> well -> free -> the best. Of lines that fit, one that is behind its contract goes first; else each gets a
score in answers, and the highest wins:

    answer      that lasts; drawn from what is believed of the line for this destination (`line_figures.py`)
    - cost      what the call will cost by that, in answers
    - delay     until it rings
    + local     the line has a caller number near the callee
    + spread    its caller numbers were not shown much today
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from campaigns.caller_numbers import CallerNumbers
from campaigns.line_contracts import Contracts
from campaigns.line_figures import Column, Figures
from campaigns.line_plan import Line
from campaigns.toll_guard import Kind, calling_code, kind_of, longest
from models.settings import LineSettings

Flags = NDArray[np.bool_]
NARROW = 3
"""Digits behind the calling code that tell destinations apart where lines' answers are learned."""
LONGEST_DELAY_S = 15.0
MOST_KNOWN = 1000
"""Kinds of calls of which is kept what lines are to them."""


class Verdict(IntEnum):
    """Why a line isn't asked; the reason that can be changed the least is named."""

    FITS = 0
    NUMBERS_USED_UP = 1
    SPENT = 2
    TOO_FAST = 3
    FULL = 4
    RESTING = 5
    DOWN = 6
    CLOSED = 7
    NOT_ALLOWED = 8
    OFF = 9
    TRIED = 10
    NOT_OURS = 11


# An enumeration's member costs a microsecond each time that it meets an array.
_FITS, _NUMBERS_USED_UP, _SPENT, _TOO_FAST, _FULL, _RESTING, _DOWN, _CLOSED = map(int, list(Verdict)[:8])
WORDS = {
    Verdict.FITS: "fits",
    Verdict.NUMBERS_USED_UP: "its caller numbers were all shown as often as they may be today",
    Verdict.SPENT: "the day's spend limit leaves no room for the call",
    Verdict.TOO_FAST: "its calls a second are up",
    Verdict.FULL: "its channels are all in use",
    Verdict.RESTING: "it rests after failures or as it asked",
    Verdict.DOWN: "its trunk doesn't answer health checks",
    Verdict.CLOSED: "it is outside its hours",
    Verdict.NOT_ALLOWED: "it may not call this number",
    Verdict.OFF: "it is switched off",
    Verdict.TRIED: "it was tried already",
    Verdict.NOT_OURS: "the campaign doesn't use it",
}


@dataclass(frozen=True)
class Wanted:
    """The call that wants a line."""

    number: str
    """E.164 with "+"."""
    country: str = ""
    """The campaign's, ISO 3166; "": any, by the lines' prefixes alone."""
    region: str = ""
    """The lead's: CN-SH, or a country."""
    lines: tuple[str, ...] = ()
    """The campaign's; (): all."""
    tried: frozenset[str] = frozenset()


@dataclass
class Live:
    """How lines are just now."""

    closed: Flags
    down: Flags
    resting: Flags
    full: Flags
    too_fast: Flags
    room: Column
    """What may still be spent today, in the line's currency; inf without a limit."""


@dataclass(frozen=True)
class _Destination:
    """What lines are to numbers that begin alike."""

    covered: Flags
    open: Flags
    """Neither refused, nor without a price, nor outside the line's prefixes."""
    per_minute: Column
    first_s: Column
    next_s: Column
    fee: Column

    def cost(self, talk_s: float) -> Column:
        """Return what an answered call of so many seconds costs (`line_prices.Price.cost`)."""
        further = np.ceil(np.maximum(0.0, talk_s - self.first_s) / self.next_s) * self.next_s
        return np.asarray(self.fee + self.per_minute * (self.first_s + further) / 60.0)


@dataclass(frozen=True)
class _Planned:
    """What plans say of lines for calls of one kind, whatever they do just now."""

    destination: _Destination
    could: Flags
    """Which may carry it."""
    verdicts: NDArray[np.int8]
    """Of those that may not."""


@dataclass(frozen=True)
class Chosen:
    """The line that was chosen (-1: none fits), with all that was weighed."""

    line: int
    number: int
    """Index of the caller number."""
    destination: str
    """By which its end is learned from."""
    estimate: float
    """What it will cost if it is answered."""
    could: Flags
    """Which lines might have carried it, by what is planned: those that contracts count."""
    names: Sequence[str]
    verdicts: NDArray[np.int8]
    fitting: NDArray[np.intp]
    scores: Column
    parts: dict[str, Column] = field(repr=False)
    by_contract: bool = False

    def explanation(self) -> list[tuple[str, str, dict[str, float]]]:
        """Return each line with its verdict, and the parts of its score where it fits: the best first."""
        order = sorted(range(len(self.fitting)), key=lambda at: (self.fitting[at] != self.line, -self.scores[at]))
        found = []
        for at in order:
            line = int(self.fitting[at])
            parts = {name: round(float(values[at]), 4) for name, values in self.parts.items()}
            how = "fits" if line != self.line else "chosen by contract" if self.by_contract else "chosen"
            found.append((self.names[line], how, {"score": round(float(self.scores[at]), 4), **parts}))
        rest = [(self.names[line], Verdict(verdict)) for line, verdict in enumerate(self.verdicts.tolist()) if verdict]
        return found + [(name, WORDS[verdict], {}) for name, verdict in rest]

    def document(self, most: int = 5) -> dict[str, Any]:
        """Return it for the event log: the best `most` with their parts, and who wasn't asked, by reason."""
        lines = self.explanation()
        fits = [{"line": name, "verdict": how, **parts} for name, how, parts in lines[: len(self.fitting)]]
        others: dict[str, list[str]] = {}
        for name, why, _ in lines[len(self.fitting) :]:
            others.setdefault(why, []).append(name)
        for names in others.values():
            if len(names) > most:
                names[most:] = [f"… {len(names)} in all"]
        return {"fit": len(fits), "lines": fits[:most], "others": others}


class LineSelection:
    """Chooses among a fixed row of lines."""

    def __init__(self, lines: Sequence[Line], weights: LineSettings) -> None:
        self._lines, self._weights = tuple(lines), weights
        self.names = tuple(line.name for line in lines)
        self._index = {name: index for index, name in enumerate(self.names)}
        self._off: Flags = np.array([not line.enabled for line in lines], dtype=bool)
        self._premium: Flags = np.array([line.premium for line in lines], dtype=bool)
        written = {prefix for line in lines for prefix in (*line.prefixes, *line.refused)}
        written |= {price.prefix for line in lines for price in line.prices}
        self._prefixes = frozenset(written)
        self._lengths = sorted({len(prefix) for prefix in written}, reverse=True)
        self._known: dict[str, _Destination] = {}
        self._plans: dict[tuple[str, bool, bool, bool, tuple[str, ...]], _Planned] = {}

    def choose(
        self,
        wanted: Wanted,
        live: Live,
        figures: Figures,
        numbers: CallerNumbers,
        contracts: Contracts,
        chance: np.random.Generator,
        now: float,
    ) -> Chosen:
        """Return the line for a call at `now`; the same chance in the same state chooses the same."""
        narrow = destination_of(wanted.number)
        planned = self._planned(wanted, self._key(wanted.number))
        could = planned.could
        belief = figures.belief(narrow, now, self._weights.short)
        cost = planned.destination.cost(belief.talk_s)
        verdicts = self._verdicts(wanted, live, numbers, planned, cost)
        fitting = (verdicts == _FITS).nonzero()[0]
        if not len(fitting):
            return Chosen(-1, -1, narrow, 0.0, could, self.names, verdicts, fitting, np.zeros(0), {})
        weights = self._weights
        # Where all fit, nothing has to be copied.
        mine: slice | NDArray[np.intp] = fitting if len(fitting) < len(self._lines) else slice(None)
        parts = {
            "answer": chance.beta(belief.good[mine], belief.bad[mine]),
            "cost": belief.answered[mine] * cost[mine] * (-1.0 / weights.answer_worth),
            "delay": np.minimum(belief.delay_s[mine], LONGEST_DELAY_S) * -weights.delay,
            "local": numbers.nearness(wanted.number, wanted.region)[mine] * weights.local,
            "spread": numbers.freshness()[mine] * weights.spread,
        }
        scores = parts["answer"] + parts["cost"] + parts["delay"] + parts["local"] + parts["spread"]
        owed = contracts.most_owed(fitting)
        line = owed if owed >= 0 else int(fitting[scores.argmax()])
        number = numbers.choose(line, wanted.number, wanted.region, chance, now)
        estimate = round(float(cost[line]), 6)
        return Chosen(
            line, number, narrow, estimate, could, self.names, verdicts, fitting, scores, parts, by_contract=owed >= 0
        )

    def may(self, wanted: Wanted) -> list[str]:
        """Return the lines that may call a number by what is planned of them, whatever they do just now."""
        planned = self._planned(wanted, self._key(wanted.number))
        return [self.names[line] for line in np.flatnonzero(planned.could)]

    def _planned(self, wanted: Wanted, key: str) -> _Planned:
        """Return what plans say of lines for a call: the same for all numbers of a kind and a longest prefix."""
        kind = kind_of(wanted.number)
        abroad = bool(wanted.country) and kind.country != wanted.country
        what = key, bool(kind.trouble), kind.costly, abroad, wanted.lines
        found = self._plans.get(what)
        if found is None:
            if len(self._plans) >= MOST_KNOWN:
                self._plans.clear()
            found = self._plans[what] = self._planned_anew(wanted, key, kind, abroad)
        return found

    def _planned_anew(self, wanted: Wanted, key: str, kind: Kind, abroad: bool) -> _Planned:
        destination = self._destination(key)
        ours = np.array([not wanted.lines or name in wanted.lines for name in self.names], dtype=bool)
        could = destination.open & ~self._off & ours & (not kind.trouble)
        if kind.costly:
            could &= self._premium & destination.covered
        elif abroad:
            could &= destination.covered
        verdicts = np.where(could, Verdict.FITS, Verdict.NOT_ALLOWED).astype(np.int8)
        verdicts[self._off] = Verdict.OFF
        verdicts[~ours] = Verdict.NOT_OURS
        return _Planned(destination, could, verdicts)

    def _verdicts(
        self, wanted: Wanted, live: Live, numbers: CallerNumbers, planned: _Planned, cost: Column
    ) -> NDArray[np.int8]:
        now = np.zeros(len(self._lines), dtype=np.int8)
        now[~numbers.free()] = _NUMBERS_USED_UP
        now[live.room < cost] = _SPENT
        now[live.too_fast] = _TOO_FAST
        now[live.full] = _FULL
        now[live.resting] = _RESTING
        now[live.down] = _DOWN
        now[live.closed] = _CLOSED
        for name in wanted.tried:
            if name in self._index:
                now[self._index[name]] = Verdict.TRIED
        # The reason that can be changed the least is the highest.
        return np.maximum(planned.verdicts, now)

    def _key(self, number: str) -> str:
        """Return the longest prefix of a number that any line has written: numbers with the same one are alike."""
        return next((number[:length] for length in self._lengths if number[:length] in self._prefixes), "")

    def _destination(self, key: str) -> _Destination:
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._columns(key)
        return found

    def _columns(self, key: str) -> _Destination:
        covered = [bool(longest(line.prefixes, key)) for line in self._lines]
        opened = [
            (covers or not line.prefixes)
            and not longest(line.refused, key)
            and (not line.prices or bool(longest(line.ways.priced, key)))
            for covers, line in zip(covered, self._lines, strict=True)
        ]
        prices = [line.price(key) for line in self._lines]
        return _Destination(
            np.array(covered, dtype=bool),
            np.array(opened, dtype=bool),
            *(
                np.array([float(getattr(price, name)) for price in prices])
                for name in ("per_minute", "first_s", "next_s", "fee")
            ),
        )


def destination_of(number: str) -> str:
    """Return by which beginning answers to an E.164 number are learned: its calling code and three digits more."""
    return number[: len(calling_code(number)) + NARROW]
