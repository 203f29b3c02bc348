"""Our numbers that callees see: near the callee, each so often a day, and rather not those marked as spam. Pure.

A number that many people marked as spam is answered less than the others, so it is learned of numbers what is learned
of lines (`line_figures.py`), with a longer memory, and a number is drawn by it. Nobody has to be told of the mark.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from campaigns.line_figures import FADED, Column
from campaigns.line_plan import CallerNumber, Line
from campaigns.toll_guard import calling_code
from models.settings import LineSettings

HALF_LIFE_S = 2 * 86_400.0
"""Marks stay for long."""
NEARBY, SAME_COUNTRY = 1.0, 0.5
FADE_S = 60.0
"""What was heard fades in steps of so long."""
UNLIMITED = 1e9
MOST_KNOWN = 1000
"""Places whose nearness is kept."""


class CallerNumbers:
    """All caller numbers of a row of lines, those of one line side by side."""

    def __init__(self, lines: Sequence[Line], weights: LineSettings, now: float) -> None:
        """A line without any has one without digits: the trunk's own."""
        self._weights = weights
        self.numbers: list[CallerNumber] = []
        owners, caps = [], []
        for index, line in enumerate(lines):
            for number in line.numbers or (CallerNumber(number=""),):
                self.numbers.append(number)
                owners.append(index)
                caps.append(line.cap_of(number) or UNLIMITED)
        self._owner = np.array(owners, dtype=np.int64)
        self._starts = np.searchsorted(self._owner, np.arange(len(lines)))
        self._cap: Column = np.array(caps, dtype=np.float64)
        self._capped = self._cap < UNLIMITED
        self._used: Column = np.zeros(len(owners))
        self._heard: Column = np.zeros((2, len(owners)))
        """Answered and unanswered calls, faded."""
        self._heard_at = now
        self._changed: set[int] = set()
        self._areas = np.array([number.area for number in self.numbers])
        self._known = frozenset(number.area for number in self.numbers)
        self._lengths = sorted({len(area) for area in self._known if area}, reverse=True)
        self._codes = np.array([calling_code(number.area) for number in self.numbers])
        self._regions = np.array([number.region for number in self.numbers])
        self._countries = np.array([number.region[:2] for number in self.numbers])
        self._near: dict[tuple[str, str], Column] = {}
        self._near_lines: dict[tuple[str, str], Column] = {}
        self._count_up()

    def free(self) -> NDArray[np.bool_]:
        """Tell of each line whether a number may still be shown today."""
        return self._free

    def nearness(self, called: str, region: str) -> Column:
        """Return of each line how near its nearest number is that may be shown: 1 local, 0.5 the country's, 0.

        `called`: an E.164 number; `region` of its owner: CN-SH, CN, or "" for what the number says.
        """
        key = self._place(called), region
        found = self._near_lines.get(key)
        if found is None:
            near = np.where(self._used < self._cap, self._nearness(*key), 0.0)
            found = self._near_lines[key] = np.asarray(np.maximum.reduceat(near, self._starts))
        return found

    def freshness(self) -> Column:
        """Return of each line how much of what its numbers may be shown today is left, 0 to 1; 1 without a limit."""
        return self._fresh

    def choose(self, line: int, called: str, region: str, chance: np.random.Generator, now: float) -> int:
        """Return which number a call over `line` is to show, by its index; the line must have a free one."""
        begin, end = self._range(line)
        if end - begin == 1:
            return begin
        mine = slice(begin, end)
        heard = self._faded(now)[:, mine] + 1.0
        near = self._nearness(called, region)[mine]
        used = self._share[mine]
        # What is used up evens out: a number near its limit gives way to a fresh one that is a little worse.
        score = chance.beta(heard[0], heard[1]) + near * self._weights.local - used * self._weights.spread
        if used.max() >= 1.0:
            score[used >= 1.0] = -np.inf
        return begin + int(score.argmax())

    def shown(self, number: int) -> None:
        """Count a call with this number."""
        self._used[number] += 1
        self._changed.add(number)
        if not self._capped[number]:
            return
        if self._used[number] == self._cap[number]:
            self._count_up()
            return
        self._share[number] = self._used[number] / self._cap[number]
        line = int(self._owner[number])
        begin, end = self._range(line)
        self._fresh[line] = 1.0 - self._share[begin:end].min()

    def heard(self, number: int, answered: bool, now: float) -> None:
        """Take what became of a call with this number."""
        self._faded(now)[0 if answered else 1, number] += 1
        self._changed.add(number)

    def new_day(self, line: int) -> None:
        """Begin the day of a line: its numbers may be shown again."""
        self._used[self._owner == line] = 0
        self._count_up()

    def rows(self, now: float) -> list[dict[str, Any]]:
        """Return each number that was ever used, to be kept: its line's index, calls today, answered, unanswered."""
        return self._rows(np.flatnonzero(self._used + self._faded(now).sum(axis=0) > FADED).tolist(), now)

    def changes(self, now: float) -> list[dict[str, Any]]:
        """Return the same of those that calls changed since it was asked for the last time."""
        changed, self._changed = self._changed, set()
        return self._rows(sorted(changed), now)

    def _rows(self, which: list[int], now: float) -> list[dict[str, Any]]:
        heard = self._faded(now)
        return [
            {
                "line": int(self._owner[index]), "number": self.numbers[index].number, "used": int(self._used[index]),
                "answered": float(heard[0, index]), "unanswered": float(heard[1, index]),
            }
            for index in which
        ]  # fmt: skip

    def restore(self, line: int, number: str, used: int, heard: tuple[float, float], age_s: float) -> None:
        """Take what was kept of a number `age_s` seconds ago; one that the line has no more is forgotten."""
        for index in np.flatnonzero(self._owner == line):
            if self.numbers[index].number == number:
                self._used[index] += used
                self._heard[:, index] += np.array(heard) * 0.5 ** (max(0.0, age_s) / HALF_LIFE_S)
        self._count_up()

    def rate(self, number: int, now: float) -> tuple[float, float]:
        """Return the answer rate that is believed of a number, and how many calls tell so."""
        answered, unanswered = (float(value) for value in self._faded(now)[:, number])
        return (answered + 1) / (answered + unanswered + 2), answered + unanswered

    def used(self, number: int) -> int:
        """Return how often a number was shown today."""
        return int(self._used[number])

    def _range(self, line: int) -> tuple[int, int]:
        end = int(self._starts[line + 1]) if line + 1 < len(self._starts) else len(self.numbers)
        return int(self._starts[line]), end

    def _count_up(self) -> None:
        """Say anew of all lines what is left of their numbers, after a change that more than one count goes by."""
        self._near_lines.clear()
        self._free: NDArray[np.bool_] = np.zeros(0, dtype=bool)
        self._fresh: Column = np.zeros(0)
        self._share: Column = np.zeros(0)
        """Of each number, how much of what it may be shown today was shown; 0 without a limit."""
        if not len(self._starts):
            return
        self._free = np.asarray(np.logical_or.reduceat(self._used < self._cap, self._starts))
        self._share = np.where(self._capped, self._used / self._cap, 0.0)
        self._fresh = np.asarray(1.0 - np.minimum.reduceat(self._share, self._starts))

    def _faded(self, now: float) -> Column:
        if now >= self._heard_at + FADE_S:
            self._heard *= 0.5 ** ((now - self._heard_at) / HALF_LIFE_S)
            self._heard_at = now
        return self._heard

    def _nearness(self, called: str, region: str) -> Column:
        """Return of each number how near it is to a called one and its region."""
        key = self._place(called), region
        found = self._near.get(key)
        if found is None:
            if len(self._near) >= MOST_KNOWN:
                self._near.clear()
                self._near_lines.clear()
            found = self._near[key] = self._nearness_anew(*key)
        return found

    def _place(self, called: str) -> str:
        """Return the beginning of a number that nearness goes by: an area of our numbers, or its calling code."""
        area = next((called[:length] for length in self._lengths if called[:length] in self._known), "")
        return area or calling_code(called)

    def _nearness_anew(self, called: str, region: str) -> Column:
        same_code = (self._codes == calling_code(called)) & (self._codes != "")
        country = np.where((self._regions != "") & (region != ""), self._countries == region[:2], same_code)
        # A calling code alone is no area.
        area = np.isin(self._areas, [called[:length] for length in range(2, len(called) + 1)])
        local = country & area & (self._areas != self._codes)
        if "-" in region:
            local |= self._regions == region
        return np.where(local, NEARBY, np.where(country, SAME_COUNTRY, 0.0))
