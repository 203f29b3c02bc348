"""Keeps inspection from disturbing calls: it waits while the machine has other things to do.

The process asks the kernel for the idle policy besides, so that it only ever gets what nobody else wants (sched(7)).
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

BUSY = 0.75
"""Share of the cores that others use from which it waits."""
LOOK_S = 0.5
LONGEST_S = 600.0
"""Of one wait: a machine that is always busy is inspected slowly, not never."""

Ticks = tuple[float, float]
"""Seconds of processor time since the machine's start: all that passed, and what others than this process used."""


def stand_back() -> bool:
    """Let every other process go first; return whether the kernel allowed it."""
    os.nice(19)
    try:
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    except (OSError, AttributeError):
        return False
    return True


def ticks() -> Ticks:
    """Read /proc/stat and the own process's time."""
    fields = [float(one) for one in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    hertz = os.sysconf("SC_CLK_TCK")
    idle = (fields[3] + fields[4]) / hertz
    whole = sum(fields) / hertz
    return whole, whole - idle - time.process_time()


class BackPressure:
    """Waits while others keep the machine busy."""

    def __init__(
        self,
        read: Callable[[], Ticks] = ticks,
        sleep: Callable[[float], None] = time.sleep,
        busy: float = BUSY,
    ) -> None:
        self._read, self._sleep, self._busy = read, sleep, busy
        self._last = read()

    def rest(self) -> None:
        """Return when others leave enough of the cores, or after `LONGEST_S`."""
        waited = 0.0
        while self._share() > self._busy and waited < LONGEST_S:
            self._sleep(LOOK_S)
            waited += LOOK_S

    def _share(self) -> float:
        """Share of the cores that others used since the last look."""
        now = self._read()
        passed, used = now[0] - self._last[0], now[1] - self._last[1]
        if passed <= 0.05:
            return 0.0
        self._last = now
        return used / passed
