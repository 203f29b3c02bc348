"""The circuit breaker: stops dialling when failures jump, and tries again with a few calls. Pure; time is passed in.

A failure is nothing that a callee did (no line takes the call, no sound comes back): going on would burn the list. It
opens when among the attempts of the last `window_s` seconds at least `least` are known and `share` of them failed;
after `rest_s` it is half open: `trial` calls go out, and closes when all of them came through (Nygard, Release It!).
"""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class BreakerRules:
    """When dialling stops, and for how long."""

    window_s: float = 60.0
    share: float = 0.5
    """Of the attempts in the window that failed, 0 to 1; above 1: never."""
    least: int = 20
    """Attempts in the window below which nothing is concluded."""
    rest_s: float = 120.0
    """From opening to the trial; doubles with each trial that fails, up to eight times."""
    trial: int = 3
    """Calls of a trial."""


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


MOST_DOUBLINGS = 3


class Breaker:
    """One campaign's breaker. Times are seconds on any one clock."""

    def __init__(self, rules: BreakerRules = BreakerRules()) -> None:
        self.rules = rules
        self.state = BreakerState.CLOSED
        self.opened: float | None = None
        """When it opened last."""
        self._ended: deque[tuple[float, bool]] = deque()
        self._failed_trials = 0
        self._trials: set[str] = set()
        """Attempts of the trial that aren't over."""
        self._begun = self._through = 0

    def room(self, now: float) -> int | None:
        """Return how many attempts may begin now; None: any number. Turns from open to half-open when time has come."""
        if self.state is BreakerState.OPEN and now >= self.until:
            self.state, self._begun, self._through = BreakerState.HALF_OPEN, 0, 0
            self._trials.clear()
        match self.state:
            case BreakerState.CLOSED:
                return None
            case BreakerState.HALF_OPEN:
                return max(0, self.rules.trial - self._begun)
            case _:
                return 0

    @property
    def until(self) -> float:
        """Until when it stays open."""
        rest: float = self.rules.rest_s * 2 ** min(self._failed_trials, MOST_DOUBLINGS)
        return (self.opened or 0.0) + rest

    def trip(self, now: float) -> None:
        """Open it: it was open when another server process that had it ended."""
        self._open(now)

    def begun(self, attempt: str) -> None:
        """Let it know that an attempt begins."""
        if self.state is BreakerState.HALF_OPEN:
            self._begun += 1
            self._trials.add(attempt)

    def taken_back(self, attempt: str) -> None:
        """Let it know that an attempt came to nothing before it was placed, or says nothing about the lines."""
        if attempt in self._trials:
            self._trials.discard(attempt)
            self._begun -= 1

    def ended(self, attempt: str, failed: bool, now: float) -> BreakerState | None:
        """Take what an attempt came to; return the new state where it changed."""
        if self.state is BreakerState.HALF_OPEN:
            return self._trial_ended(attempt, failed, now)
        if self.state is BreakerState.OPEN:
            return None
        self._ended.append((now, failed))
        while self._ended and self._ended[0][0] <= now - self.rules.window_s:
            self._ended.popleft()
        failures = sum(failed for _, failed in self._ended)
        if len(self._ended) >= self.rules.least and failures >= self.rules.share * len(self._ended):
            return self._open(now)
        return None

    def share(self, now: float) -> float:
        """Return the share of failures in the window; 0 where nothing is known."""
        known = [failed for at, failed in self._ended if at > now - self.rules.window_s]
        return sum(known) / len(known) if known else 0.0

    def _trial_ended(self, attempt: str, failed: bool, now: float) -> BreakerState | None:
        if attempt not in self._trials:
            # Begun before it opened: says nothing about how it is now.
            return None
        self._trials.discard(attempt)
        if failed:
            self._failed_trials += 1
            return self._open(now)
        self._through += 1
        if self._through < self.rules.trial:
            return None
        self.state, self._failed_trials = BreakerState.CLOSED, 0
        return self.state

    def _open(self, now: float) -> BreakerState:
        self.state, self.opened = BreakerState.OPEN, now
        self._ended.clear()
        self._trials.clear()
        return self.state
