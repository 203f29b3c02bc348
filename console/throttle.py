"""How often somebody may fail: after too many failures in a while, not for a while. Pure; times are passed in."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field

MOST_KEYS = 10_000
"""Of those remembered; the one that was longest quiet is forgotten first."""


@dataclass
class Throttle:
    most: int
    within_s: float
    _failures: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)

    def wait_s(self, key: str, now: float) -> float:
        """Return for how many seconds `key` may not try; 0: it may."""
        failures = self._failures.get(key)
        if not failures:
            return 0.0
        while failures and failures[0] <= now - self.within_s:
            failures.popleft()
        return failures[0] + self.within_s - now if len(failures) >= self.most else 0.0

    def failed(self, key: str, now: float) -> None:
        """Count a failure; what goes well isn't counted, however often it is done."""
        self._failures.setdefault(key, deque(maxlen=self.most)).append(now)
        self._failures.move_to_end(key)
        while len(self._failures) > MOST_KEYS:
            self._failures.popitem(last=False)

    def succeeded(self, key: str) -> None:
        """Forget the failures."""
        self._failures.pop(key, None)
