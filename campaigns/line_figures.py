"""What is known of lines by their calls: answers, short calls, delay, talk; by destination, fading with time. Pure.

How likely a line's next call brings an answer that lasts is no number but a belief, the Beta distribution of those that
did and those that did not (unanswered, or hung up at once). The choice draws one value out of each line's belief and
takes the best (Thompson 1933; Chapelle and Li 2011): a line that is known to be bad is left alone, one that is little
known now and then gets a call. Lines change, so each call counts less as it gets older (Raj and Kalyani 2017), by time
and by the calls behind it; what fades becomes unsure, and is tried again.

A destination with few calls of its own begins with what the line does elsewhere, as if that had been `BORROWED` calls.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]
ANSWERED, UNANSWERED, SHORT, LONG, DELAY, RINGS, TALK = range(7)
"""Rows of the sums: calls, calls, answers, answers, seconds, calls that rang, seconds."""
ROWS = 7
BORROWED = 10.0
"""Calls."""
FIRST = 4.0
"""What is believed of a line without any call: as if it had had so many, answered as all lines together answer."""
FIRST_DELAY_S, FIRST_TALK_S = 2.0, 45.0
"""As if one call had been so."""
MEMORY = 300.0
"""Calls; of a line that is used much, those before its last few hundred are forgotten: it is noticed soon that its
numbers were marked as spam."""
FADE_S = 1.0
"""What is known fades in steps of so long: half-lives are hours, and a choice shouldn't wait for it."""
FADED = 1e-3
"""Calls; what is left of less is forgotten."""


class Belief(NamedTuple):
    """Of all lines, for one destination."""

    good: Column
    bad: Column
    """Parameters of the Beta distribution of answers that last."""
    answered: Column
    """Mean share of calls that are answered, also of those that are hung up at once."""
    delay_s: Column
    """Until it rings."""
    talk_s: float
    """Of an answered call, over all lines."""


@dataclass
class _Sums:
    values: NDArray[np.float64]
    """(ROWS, lines)."""
    at: float
    """Up to when they have faded."""


class Figures:
    """What is known of a fixed row of lines."""

    def __init__(self, lines: int, half_life_s: float, now: float) -> None:
        """Begin without knowledge; `now` in seconds of any clock that the other methods are told."""
        self._lines, self._half_life_s = lines, half_life_s
        self._total = _Sums(np.zeros((ROWS, lines)), now)
        self._by_destination: dict[str, _Sums] = {}
        self._changed: set[tuple[int, str]] = set()

    def note(
        self,
        line: int,
        destination: str,
        now: float,
        *,
        delay_s: float | None,
        talk_s: float | None,
        short: bool = False,
        calls: float = 1.0,
    ) -> None:
        """Take the end of a call: `delay_s` None where it never rang, `talk_s` None where nobody answered."""
        self._changed.add((line, destination))
        sums = self._faded(self._own(destination, now), now)
        for values in (sums, self._faded(self._total, now)):
            values[:, line] *= 1.0 - 1.0 / MEMORY
            values[UNANSWERED if talk_s is None else ANSWERED, line] += calls
            if talk_s is not None:
                values[SHORT if short else LONG, line] += calls
                values[TALK, line] += calls * talk_s
            if delay_s is not None:
                values[DELAY, line] += calls * delay_s
                values[RINGS, line] += calls

    def belief(self, destination: str, now: float, short: float = 1.0) -> Belief:
        """Return what is believed of all lines for `destination`; `short`: how much is lost with a short answer."""
        total = self._faded(self._total, now)
        known = self._by_destination.get(destination)
        own = self._faded(known, now) if known is not None else _NOTHING
        of_all = np.add.reduce(total, axis=1).tolist()
        all_calls = of_all[ANSWERED] + of_all[UNANSWERED]
        answered, hung_up = _rate(of_all[ANSWERED], all_calls), short * _rate(of_all[SHORT], all_calls, 0.0)
        known_calls = total[ANSWERED] + total[UNANSWERED] + FIRST
        lent = np.minimum(1.0, BORROWED / known_calls)
        weight = known_calls * lent + own[ANSWERED] + own[UNANSWERED]
        answers = (total[ANSWERED] + FIRST * answered) * lent + own[ANSWERED]
        good = answers - short * (total[SHORT] * lent + own[SHORT]) - FIRST * hung_up * lent
        delay_s = (total[DELAY] + FIRST_DELAY_S) / (total[RINGS] + 1.0)
        talk_s = (of_all[TALK] + FIRST_TALK_S) / (of_all[SHORT] + of_all[LONG] + 1.0)
        return Belief(good, weight - good, answers / weight, delay_s, talk_s)

    def rows(self, now: float) -> Iterator[tuple[int, str, tuple[float, ...]]]:
        """Yield line, destination and the seven sums as they are now, to be kept; what has faded is left out."""
        for destination, known in list(self._by_destination.items()):
            values = self._faded(known, now)
            for line in np.flatnonzero(values[ANSWERED] + values[UNANSWERED] > FADED):
                yield int(line), destination, tuple(map(float, values[:, line]))

    def changes(self, now: float) -> Iterator[tuple[int, str, tuple[float, ...]]]:
        """Yield the same of what calls changed since it was asked for the last time."""
        changed, self._changed = self._changed, set()
        for line, destination in changed:
            values = self._faded(self._by_destination[destination], now)
            yield line, destination, tuple(map(float, values[:, line]))

    def restore(self, line: int, destination: str, sums: tuple[float, ...], at: float, now: float) -> None:
        """Take what was kept at the time `at`, in seconds of the same clock as `now`."""
        left = np.array(sums) * 0.5 ** (max(0.0, now - at) / self._half_life_s)
        self._faded(self._own(destination, now), now)[:, line] += left
        total = self._faded(self._total, now)
        total[:, line] += left
        calls = total[ANSWERED, line] + total[UNANSWERED, line]
        if calls > MEMORY:
            total[:, line] *= MEMORY / calls

    def _own(self, destination: str, now: float) -> _Sums:
        known = self._by_destination.get(destination)
        if known is None:
            known = self._by_destination[destination] = _Sums(np.zeros((ROWS, self._lines)), now)
        return known

    def _faded(self, sums: _Sums, now: float) -> Column:
        # A clock that was set back makes nothing grow.
        if now >= sums.at + FADE_S:
            sums.values *= 0.5 ** ((now - sums.at) / self._half_life_s)
            sums.at = now
        return sums.values


_NOTHING = np.zeros((ROWS, 1))


def _rate(part: float, calls: float, first: float = 0.5) -> float:
    """Return the share of all lines together; without any call `first`."""
    return (part + 2 * first) / (calls + 2)
