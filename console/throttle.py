"""How often somebody may try: after too many failures in a while, not for a while. Pure; times are passed in."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field

MOST_KEYS = 10_000
"""Of those remembered; the one that was longest quiet is forgotten first."""


@dataclass
class Throttle:
    most: int
    within_s: float
    _tries: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)

    def wait_s(self, key: str, now: float) -> float:
        """Return for how many seconds `key` may not try; 0: it may."""
        tries = self._tries.get(key)
        if not tries:
            return 0.0
        while tries and tries[0] <= now - self.within_s:
            tries.popleft()
        return tries[0] + self.within_s - now if len(tries) >= self.most else 0.0

    def failed(self, key: str, now: float) -> None:
        """Count a failure."""
        self._tries.setdefault(key, deque(maxlen=self.most)).append(now)
        self._tries.move_to_end(key)
        while len(self._tries) > MOST_KEYS:
            self._tries.popitem(last=False)

    def succeeded(self, key: str) -> None:
        """Forget the failures."""
        self._tries.pop(key, None)
