"""Rate limits: calls at once, and calls a second without bursts. Pure; time is passed in.

A second is any second, not one that begins at a full one, and carriers count at their own end, where calls arrive a
little closer together or further apart than they were sent: so the limit is kept over a second and that much more.
What counts is when a call leaves. One that is being written first, however long, may leave at any moment: until then it
takes a place in every second.
"""

from collections import deque

from campaigns.shares import Cap, Held, Kind

SPREAD_S = 0.06
"""By which a call may take longer to the carrier than the one behind it."""


class RateLimit:
    """Calls of a campaign, of a line, or of the whole."""

    def __init__(self, at_once: int = 0, a_second: float = 0.0) -> None:
        """0: no limit. `a_second` below 1: one call in so many seconds."""
        self.at_once, self.a_second = at_once, a_second
        self.running = 0
        self._leaving = 0
        """Calls that have begun and haven't left."""
        self._last = float("-inf")
        self._placed: deque[float] = deque()
        self._seats: float = float("inf")
        """This server's part of `at_once`, and of `a_second`; inf: all."""
        self._rate: float = float("inf")

    def room(self, now: float) -> int:
        """Return how many calls may begin at this moment; a rate allows one, until `next_time`."""
        room = int(min(self.at_once, self._seats)) - self.running if self.at_once else 1_000_000
        if self.a_second and now < self.next_time():
            return 0
        return max(0, min(room, 1) if self.a_second else room)

    def next_time(self) -> float:
        """Return from when on the rate allows a call; inf: other servers, or calls about to leave, have all."""
        if not self.a_second:
            return float("-inf")
        rate, free = min(self.a_second, self._rate), self._most() - self._leaving
        if free <= 0:
            return float("inf")
        # None closer than the rate, and not more than it in any second: both, or a late loop would burst.
        earliest = self._last + 1 / rate
        if len(self._placed) >= free:
            earliest = max(earliest, self._placed[-free] + (1.0 + SPREAD_S if rate >= 1 else 1 / rate))
        return earliest

    def began(self, now: float, leaves: bool = True) -> None:
        """Count a call that begins; where it doesn't leave now, `left` is to say when."""
        self.running += 1
        self._leaving += 1
        self._last = now
        if leaves:
            self.left(now)

    def left(self, now: float) -> None:
        """Count a call that had begun and leaves now."""
        self._leaving -= 1
        if self.a_second:
            self._placed.append(now)
            self._forget()

    def again(self, now: float) -> None:
        """Count that a running call leaves once more, over another line."""
        self.began(now)
        self.ended()

    def ended(self) -> None:
        """Count a call that is over."""
        self.running -= 1

    # -- with other servers --------------------------------------------------------------------------------------

    def caps(self, of: str) -> dict[str, Cap]:
        """Return both limits as the caps of what is called `of`."""
        caps = {}
        if self.at_once:
            caps[f"calls {of}"] = Cap(Kind.SEATS, self.at_once, max(self.running, min(self.at_once, self._seats)))
        if self.a_second:
            caps[f"rate {of}"] = Cap(Kind.RATE, self.a_second, min(self.a_second, self._rate))
        return caps

    def share(self, of: str, shares: Held | None, now: float) -> None:
        """Go by this server's part of both from now on; None: by all of both."""
        rate, most = min(self.a_second, self._rate), self._most()
        none = float("inf") if shares is None else 0.0
        self._seats = none if shares is None else shares.get(f"calls {of}", none)
        self._rate = none if shares is None else shares.get(f"rate {of}", none)
        if min(self.a_second, self._rate) > rate:
            # Until now others may have used what is ours from now on: as if we had.
            self._last = now
            self._placed.extend([now] * (self._most() - most))
            self._forget()

    @property
    def without(self) -> bool:
        """Whether other servers have all of it."""
        return self._seats < 1 or self._rate <= 0

    def inherit(self, other: "RateLimit") -> None:
        """Go on after another one, whose calls count here too."""
        self._last, self._placed, self._leaving = other._last, other._placed, other._leaving

    def _most(self) -> int:
        """Return how many calls any second may have."""
        rate = min(self.a_second, self._rate)
        return max(1, int(rate)) if rate > 0 else 0

    def _forget(self) -> None:
        while len(self._placed) > max(1, int(self.a_second)):
            self._placed.popleft()


class Limits:
    """Several limits that all hold."""

    def __init__(self, *limits: RateLimit) -> None:
        self.limits = limits

    def room(self, now: float) -> int:
        """Return how many calls may begin at this moment."""
        return min((limit.room(now) for limit in self.limits), default=1_000_000)

    @property
    def why(self) -> str:
        """Why no call may begin, where none may."""
        if any(limit.without for limit in self.limits):
            return "other servers on this database have this cap just now"
        return "a cap is reached"

    def next_time(self) -> float:
        """Return from when on the rates allow a call."""
        return max((limit.next_time() for limit in self.limits), default=float("-inf"))

    def began(self, now: float, leaves: bool = True) -> None:
        """Count a call that begins, everywhere."""
        for limit in self.limits:
            limit.began(now, leaves)

    def left(self, now: float) -> None:
        """Count a call that had begun and leaves now, everywhere."""
        for limit in self.limits:
            limit.left(now)

    def again(self, now: float) -> None:
        """Count that a running call leaves once more, everywhere."""
        for limit in self.limits:
            limit.again(now)

    def ended(self) -> None:
        """Count a call that is over, everywhere."""
        for limit in self.limits:
            limit.ended()
