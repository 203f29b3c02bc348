"""How lines are just now: calls on them, today's counts and spend, hours, rests, health. Pure; time is passed in."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from campaigns.line_figures import Column
from campaigns.line_plan import Line
from campaigns.line_selection import Live
from campaigns.rate_limit import RateLimit

FAILURES = 8
"""In a row, without any call that rang: then a line rests."""
REST_S, MOST_REST_S = 30.0, 600.0
"""The first rest, doubled with each one in a row, up to the second."""
HEALTH_S = 1.0
"""For which an answer about health is good."""
NEVER = float("-inf")
ATTEMPTS, ANSWERS, SHORT, SECONDS, COST = range(5)
"""Rows of a day's counts."""

Healthy = Callable[[str], bool]
"""Whether the trunk of this name answers its health checks."""


class LineState:
    """Of a fixed row of lines."""

    def __init__(self, lines: Sequence[Line], healthy: Healthy, now: float) -> None:
        count = len(lines)
        self.lines = tuple(lines)
        self._healthy = healthy
        self._trunks = [line.way_out for line in lines]
        self._channels: Column = np.array([line.channels or np.inf for line in lines], dtype=np.float64)
        self._limit: Column = np.array([line.spend_per_day or np.inf for line in lines], dtype=np.float64)
        self._rates = [RateLimit(0, line.calls_per_second) for line in lines]
        self._zones = [ZoneInfo(line.timezone) for line in lines]
        self.running: Column = np.zeros(count)
        self.reserved: Column = np.zeros(count)
        """What running calls are estimated to cost."""
        self.today: Column = np.zeros((5, count))
        self.rested_until: Column = np.full(count, NEVER)
        self.asked_to_rest: Column = np.full(count, NEVER)
        """Until when by Retry-After: nothing but time ends that."""
        self._failures = [0] * count
        self._rests = [0] * count
        self._next: Column = np.full(count, NEVER)
        self._down = np.zeros(count, dtype=bool)
        self._down_at = NEVER
        self._closed = np.zeros(count, dtype=bool)
        self._hours_until: Column = np.array([NEVER if line.calendar else np.inf for line in lines], dtype=np.float64)
        self._day_until: Column = np.array([self._midnight(index, now) for index in range(count)], dtype=np.float64)
        self._soonest()

    def live(self, now: float) -> Live:
        """Return what the choice needs to know."""
        if now >= self._down_at + HEALTH_S or now < self._down_at:
            self._look_after_health(now)
        if now >= self._next_hours:
            self._look_at_hours(now)
        return Live(
            closed=self._closed,
            down=self._down,
            resting=np.maximum(self.rested_until, self.asked_to_rest) > now,
            full=self.running >= self._channels,
            too_fast=self._next > now,
            room=self._limit - self.today[COST] - self.reserved,
        )

    def new_days(self, now: float) -> list[int]:
        """Begin anew the days of lines whose midnight has passed; return these lines."""
        if now < self._next_midnight:
            return []
        ended = [int(line) for line in np.flatnonzero(now >= self._day_until)]
        for line in ended:
            self.today[:, line] = 0
            self._day_until[line] = self._midnight(line, now)
        self._soonest()
        return ended

    def day(self, line: int, now: float) -> str:
        """Return the day that it is for a line: "2026-11-21"."""
        return datetime.fromtimestamp(now, self._zones[line]).date().isoformat()

    def day_began(self, line: int, now: float) -> float:
        """Return when a line's day began, in Unix seconds."""
        today = datetime.fromtimestamp(now, self._zones[line]).date()
        return datetime.combine(today, time(), self._zones[line]).timestamp()

    def began(self, line: int, estimate: float, now: float) -> None:
        """Count a call that begins."""
        self.running[line] += 1
        self.reserved[line] += estimate
        self.today[ATTEMPTS, line] += 1
        self._rates[line].began(now)
        self._next[line] = self._rates[line].next_time()

    def ended(self, line: int, estimate: float, cost: float) -> None:
        """Count a call that is over."""
        self.running[line] -= 1
        self._rates[line].ended()
        self.reserved[line] = max(0.0, self.reserved[line] - estimate)
        self.today[COST, line] += cost

    def failed(self, line: int, now: float) -> float:
        """Take a failure of the line; return for how many seconds it rests now, 0 for not at all."""
        self._failures[line] += 1
        if self._failures[line] < FAILURES:
            return 0.0
        rest_s: float = min(REST_S * 2 ** self._rests[line], MOST_REST_S)
        self._failures[line] = 0
        self._rests[line] += 1
        self.rested_until[line] = now + rest_s
        return rest_s

    def asked(self, line: int, rest_s: float, now: float) -> None:
        """Leave a line alone, as it asked."""
        self.asked_to_rest[line] = max(self.asked_to_rest[line], now + rest_s)

    def worked(self, line: int) -> None:
        """Take a success: what was counted against the line is forgiven."""
        self._failures[line] = self._rests[line] = 0
        self.rested_until[line] = NEVER

    def why_resting(self, line: int, now: float) -> str:
        """Return why a line rests, "" where it doesn't."""
        if self.asked_to_rest[line] > now:
            return "it asked for it (503 with Retry-After)"
        return f"{FAILURES} calls in a row failed" if self.rested_until[line] > now else ""

    def next_change(self, now: float) -> float:
        """Return when a line that paces, rests or is closed may be free again; inf where only calls can tell."""
        times = np.concatenate([self._next, self.rested_until, self.asked_to_rest, self._hours_until[self._closed]])
        later = times[times > now]
        return float(later.min()) if len(later) else np.inf

    def inherit(self, line: int, other: "LineState", old: int) -> None:
        """Take everything that is known of a line out of another row, where it was `old`."""
        for mine, others in ((self.running, other.running), (self.reserved, other.reserved)):
            mine[line] = others[old]
        self.today[:, line] = other.today[:, old]
        self.rested_until[line], self.asked_to_rest[line] = other.rested_until[old], other.asked_to_rest[old]
        self._failures[line], self._rests[line] = other._failures[old], other._rests[old]
        if self.lines[line].timezone == other.lines[old].timezone:
            self._day_until[line] = other._day_until[old]
            self._soonest()

    def restore(self, line: int, counts: Sequence[float]) -> None:
        """Take today's counts as they were kept."""
        self.today[:, line] = np.maximum(self.today[:, line], np.array(counts, dtype=np.float64))

    def document(self, line: int, now: float) -> dict[str, Any]:
        """Return how a line is, for the operator."""
        attempts, answers, short, seconds, cost = (float(value) for value in self.today[:, line])
        live = self.live(now)
        state = "ready"
        for flag, word in (
            (live.full[line], "full"), (live.resting[line], "resting"), (live.closed[line], "closed"),
            (live.down[line], "down"), (not self.lines[line].enabled, "off"),
        ):  # fmt: skip
            state = word if flag else state
        return {
            "state": state, "why": self.why_resting(line, now), "calls": int(self.running[line]),
            "attempts": int(attempts), "answers": int(answers), "short": int(short),
            "seconds": seconds, "cost": round(cost + float(self.reserved[line]), 6),
        }  # fmt: skip

    def _look_after_health(self, now: float) -> None:
        healthy = self._healthy
        down = np.array([not healthy(trunk) for trunk in self._trunks], dtype=bool)
        # A trunk that answers OPTIONS again needn't wait out what its failures had brought it.
        self.rested_until[self._down & ~down] = NEVER
        self._down, self._down_at = down, now

    def _look_at_hours(self, now: float) -> None:
        moment = datetime.fromtimestamp(now, UTC)
        for index in np.flatnonzero(now >= self._hours_until):
            calendar = self.lines[index].calendar
            if calendar is None:
                continue
            opened = calendar.is_open(moment)
            change = calendar.closes(moment) if opened else calendar.opens(moment)
            self._closed[index] = not opened
            # Who never opens within the calendar's sight is looked at again tomorrow.
            self._hours_until[index] = change.timestamp() if change else now + 86_400
        self._soonest()

    def _soonest(self) -> None:
        self._next_hours = float(self._hours_until.min(initial=np.inf))
        self._next_midnight = float(self._day_until.min(initial=np.inf))

    def _midnight(self, line: int, now: float) -> float:
        local = datetime.fromtimestamp(now, self._zones[line])
        return datetime.combine(local.date() + timedelta(days=1), time(), self._zones[line]).timestamp()
