"""The 20 ms beat, in absolute deadlines, and what to do when one is late. Pure; times are monotonic seconds.

A tick that comes late by less than one period runs at once, and the next is due as if nothing had happened. When
deadlines were missed, at most two ticks are run together (40 ms of audio leave at once, which every jitter buffer
takes); those before them are *skipped*: nothing is sent for them and the RTP time stamps go on, so a peer hears a
short hole instead of a burst and a growing delay.
"""

from dataclasses import dataclass

PERIOD = 0.02
LATE = 0.01
"""Seconds after which the begin of a tick is counted as late."""
_TOGETHER = 2


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be done now."""

    skip: int
    run: int


class Beat:
    """When ticks are due."""

    def __init__(self, now: float) -> None:
        self.next = now + PERIOD
        self.late = 0
        """Ticks that began more than `LATE` late, since the start."""
        self.worst = 0.0
        """Seconds that a tick began late at most, since `forget`."""

    def due(self, now: float) -> Due:
        """Return the ticks to do at `now`, which is not before `next`."""
        lateness = now - self.next
        missed = int(lateness / PERIOD)
        self.next += (missed + 1) * PERIOD
        if lateness > LATE:
            self.late += 1
        self.worst = max(self.worst, lateness)
        run = min(missed + 1, _TOGETHER)
        return Due(missed + 1 - run, run)

    def forget(self) -> float:
        """Return `worst` and begin it anew."""
        worst, self.worst = self.worst, 0.0
        return worst
