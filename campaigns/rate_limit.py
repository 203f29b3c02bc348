"""Rate limits: calls at once, and calls a second without bursts. Pure; time is passed in.

A second is any second, not one that begins at a full one, and carriers count at their own end, where calls arrive a
little closer together or further apart than they were sent: so the limit is kept over a second and that much more.
"""

from collections import deque

SPREAD_S = 0.06
"""By which a call may take longer to the carrier than the one behind it."""


class RateLimit:
    """Calls of a campaign, of a line, or of the whole server."""

    def __init__(self, at_once: int = 0, a_second: float = 0.0) -> None:
        """0: no limit. `a_second` below 1: one call in so many seconds."""
        self.at_once, self.a_second = at_once, a_second
        self.running = 0
        self._last = float("-inf")
        self._placed: deque[float] = deque()

    def room(self, now: float) -> int:
        """Return how many calls may begin at this moment; a rate allows one, until `next_time`."""
        room = self.at_once - self.running if self.at_once else 1_000_000
        if self.a_second and now < self.next_time():
            return 0
        return max(0, min(room, 1) if self.a_second else room)

    def next_time(self) -> float:
        """Return from when on the rate allows a call."""
        if not self.a_second:
            return float("-inf")
        most = max(1, int(self.a_second))
        # None closer than the rate, and not more than it in any second: both, or a late loop would burst.
        earliest = self._last + 1 / self.a_second
        if self.a_second >= 1 and len(self._placed) >= most:
            earliest = max(earliest, self._placed[-most] + 1.0 + SPREAD_S)
        return earliest

    def began(self, now: float) -> None:
        """Count a call that begins."""
        self.running += 1
        if self.a_second:
            self._last = now
            self._placed.append(now)
            while len(self._placed) > max(1, int(self.a_second)):
                self._placed.popleft()

    def ended(self) -> None:
        """Count a call that is over."""
        self.running -= 1


class Limits:
    """Several limits that all hold."""

    def __init__(self, *limits: RateLimit) -> None:
        self.limits = limits

    def room(self, now: float) -> int:
        """Return how many calls may begin at this moment."""
        return min((limit.room(now) for limit in self.limits), default=1_000_000)

    def next_time(self) -> float:
        """Return from when on the rates allow a call."""
        return max((limit.next_time() for limit in self.limits), default=float("-inf"))

    def began(self, now: float) -> None:
        """Count a call that begins, everywhere."""
        for limit in self.limits:
            limit.began(now)

    def ended(self) -> None:
        """Count a call that is over, everywhere."""
        for limit in self.limits:
            limit.ended()
