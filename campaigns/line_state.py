"""How lines are just now: calls on them, today's counts and spend, hours, rests, health. Pure; time is passed in."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from campaigns.line_figures import Column
from campaigns.line_plan import Line
from campaigns.line_selection import Live
from campaigns.rate_limit import RateLimit
from campaigns.shares import Cap, Held, Kind

FAILURES = 8
"""In a row, without any call that rang: then a line rests."""
REST_S, MOST_REST_S = 30.0, 600.0
"""The first rest, doubled with each one in a row, up to the second."""
HEALTH_S = 1.0
"""For which an answer about health is good."""
AGAIN_S = 1.0
"""After which a line is looked at again of which nobody knows when its rate allows a call."""
NEVER = float("-inf")
ATTEMPTS, ANSWERS, SHORT, SECONDS, COST = range(5)
"""Rows of a day's counts."""

Healthy = Callable[[str], bool]
"""Whether the trunk of this name answers its health checks."""


class Today(NamedTuple):
    """The day that it is for a line."""

    line: str
    day: str
    """2026-11-21, where the line is."""
    began: float
    """Unix seconds."""
    currency: str


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
        self.theirs: Column = np.zeros((5, count))
        """What other servers have on record of the day."""
        self._allowed: Column = np.full(count, np.inf)
        """What this server may spend today: its part of the limit."""
        self.rested_until: Column = np.full(count, NEVER)
        self.asked_to_rest: Column = np.full(count, NEVER)
        """Until when by Retry-After: nothing but time ends that."""
        self._failures = [0] * count
        self._rests = [0] * count
        self._next: Column = np.full(count, NEVER)
        self._down = np.zeros(count, dtype=bool)
        self._looked, self._looked_at = 0, NEVER
        self._closed = np.zeros(count, dtype=bool)
        self._hours_until: Column = np.array([NEVER if line.calendar else np.inf for line in lines], dtype=np.float64)
        self._day_until: Column = np.array([self._midnight(index, now) for index in range(count)], dtype=np.float64)
        self._days: list[tuple[str, float]] = [("", NEVER)] * count
        """The day that it is for each line, and until when."""
        self._soonest()

    def live(self, now: float) -> Live:
        """Return what the choice needs to know."""
        self._look_after_health(now)
        if now >= self._next_hours:
            self._look_at_hours(now)
        return Live(
            closed=self._closed,
            down=self._down,
            resting=np.maximum(self.rested_until, self.asked_to_rest) > now,
            full=self.running >= self._channels,
            too_fast=self._next > now,
            room=np.minimum(self._limit - self.theirs[COST], self._allowed) - self.today[COST] - self.reserved,
        )

    def new_days(self, now: float) -> list[int]:
        """Begin anew the days of lines whose midnight has passed; return these lines."""
        if now < self._next_midnight:
            return []
        ended = [int(line) for line in np.flatnonzero(now >= self._day_until)]
        for line in ended:
            self.today[:, line] = self.theirs[:, line] = 0
            self._day_until[line] = self._midnight(line, now)
        self._soonest()
        return ended

    def day(self, line: int, now: float) -> str:
        """Return the day that it is for a line: "2026-11-21"."""
        day, until = self._days[line]
        if not until - 82_800 <= now < until:
            day, until = datetime.fromtimestamp(now, self._zones[line]).date().isoformat(), self._midnight(line, now)
            self._days[line] = day, until
        return day

    def day_began(self, line: int, now: float) -> float:
        """Return when a line's day began, in Unix seconds."""
        today = datetime.fromtimestamp(now, self._zones[line]).date()
        return datetime.combine(today, time(), self._zones[line]).timestamp()

    def todays(self, now: float) -> list[Today]:
        """Return of each line the day that it is there."""
        return [
            Today(line.name, self.day(index, now), self.day_began(index, now), line.currency)
            for index, line in enumerate(self.lines)
        ]

    def began(self, line: int, estimate: float, now: float, leaves: bool = True) -> None:
        """Count a call that begins; where it doesn't leave now, `left` is to say when."""
        self.running[line] += 1
        self.reserved[line] += estimate
        self.today[ATTEMPTS, line] += 1
        self._rates[line].began(now, leaves)
        self._next[line] = self._rates[line].next_time()

    def left(self, line: int, now: float) -> None:
        """Count a call that had begun and leaves now."""
        self._rates[line].left(now)
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
        # Whose rate is used up nobody knows until when: other servers, or calls that leave in a moment, have it.
        paced = np.where(self._next == np.inf, now + AGAIN_S, self._next)
        times = np.concatenate([paced, self.rested_until, self.asked_to_rest, self._hours_until[self._closed]])
        later = times[times > now]
        return float(later.min()) if len(later) else np.inf

    def inherit(self, line: int, other: "LineState", old: int) -> None:
        """Take everything that is known of a line out of another row, where it was `old`."""
        for mine, others in ((self.running, other.running), (self.reserved, other.reserved)):
            mine[line] = others[old]
        self.today[:, line], self.theirs[:, line] = other.today[:, old], other.theirs[:, old]
        self.rested_until[line], self.asked_to_rest[line] = other.rested_until[old], other.asked_to_rest[old]
        self._rates[line].inherit(other._rates[old])
        self._next[line] = self._rates[line].next_time()
        self._failures[line], self._rests[line] = other._failures[old], other._rests[old]
        if self.lines[line].timezone == other.lines[old].timezone:
            self._day_until[line] = other._day_until[old]
            self._soonest()

    def restore(self, line: int, counts: Sequence[float]) -> None:
        """Take today's counts as they were kept."""
        self.today[:, line] = np.maximum(self.today[:, line], np.array(counts, dtype=np.float64))

    def own(self, line: int) -> list[float]:
        """Return this server's counts of the day; what running calls are estimated to cost is in it."""
        return [*map(float, self.today[:COST, line]), round(float(self.today[COST, line] + self.reserved[line]), 6)]

    def spent(self, line: int) -> float:
        """Return what was spent today, by all servers, with what this one's running calls are estimated to cost."""
        return float(self.today[COST, line] + self.reserved[line] + self.theirs[COST, line])

    def heard(self, counts: Mapping[tuple[str, str], Sequence[float]], now: float) -> None:
        """Take what other servers have on record, by line and day."""
        for index, line in enumerate(self.lines):
            if (known := counts.get((line.name, self.day(index, now)))) is not None:
                self.theirs[:, index] = known

    def caps(self, now: float) -> dict[str, Cap]:
        """Return the limits of lines as caps that may be shared."""
        caps, spent = dict[str, Cap](), self.today[COST] + self.reserved
        for index, line in enumerate(self.lines):
            if line.channels:
                mine = max(float(self._channels[index]), float(self.running[index]))
                caps[f"calls line {line.name}"] = Cap(Kind.SEATS, line.channels, mine)
            caps |= self._rates[index].caps(f"line {line.name}")
            if limit := line.spend_per_day:
                caps[f"spend line {line.name}"] = Cap(
                    Kind.MONEY, limit, min(float(self._allowed[index]), limit), float(spent[index]),
                    days=((line.name, self.day(index, now)),),
                )  # fmt: skip
        return caps

    def share(self, shares: Held | None, now: float) -> None:
        """Go by this server's part of what is limited; None: by all of it."""
        for index, line in enumerate(self.lines):
            self._rates[index].share(f"line {line.name}", shares, now)
            self._next[index] = self._rates[index].next_time()
            if line.channels:
                part = line.channels if shares is None else shares.get(f"calls line {line.name}", 0.0)
                self._channels[index] = min(part, line.channels)
            if line.spend_per_day:
                self._allowed[index] = np.inf if shares is None else shares.get(f"spend line {line.name}", 0.0)

    def document(self, line: int, now: float) -> dict[str, Any]:
        """Return how a line is, for the operator: its calls are this server's, the day's counts those of all."""
        attempts, answers, short, seconds, _ = (float(value) for value in self.today[:, line] + self.theirs[:, line])
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
            "seconds": seconds, "cost": round(self.spent(line), 6),
        }  # fmt: skip

    def _look_after_health(self, now: float) -> None:
        """Ask after a part of the trunks, in turn, so that each answer is fresh and no call waits for all of them."""
        count, passed = len(self._trunks), now - self._looked_at
        due = int(count * passed / HEALTH_S) if 0 <= passed < HEALTH_S else count
        if not due:
            return
        for at in range(self._looked, self._looked + due):
            line = at % count
            down = not self._healthy(self._trunks[line])
            if self._down[line] and not down:
                # A trunk that answers OPTIONS again needn't wait out what its failures had brought it.
                self.rested_until[line] = NEVER
            self._down[line] = down
        self._looked = (self._looked + due) % count
        self._looked_at = now if due == count else self._looked_at + due * HEALTH_S / count

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
