"""A timetable: what is due when, each thing at most once, asked with the time passed in. Pure."""

from heapq import heapify, heappop, heappush

Key = tuple[str, str]
"""What is due, and whose it is: ("ring", offer), ("announce", call id) …"""


class Timetable:
    """Times in seconds, on whatever clock `now` is of."""

    def __init__(self) -> None:
        """Nothing is due."""
        self._times: dict[Key, float] = {}
        self._heap: list[tuple[float, Key]] = []

    def set(self, key: Key, time: float) -> None:
        """Have `key` be due at `time`, and not at the time it was due before."""
        self._times[key] = time
        heappush(self._heap, (time, key))
        if len(self._heap) > 64 + 4 * len(self._times):
            self._heap = [(time, key) for key, time in self._times.items()]
            heapify(self._heap)

    def clear(self, key: Key) -> None:
        """Have `key` not be due."""
        self._times.pop(key, None)

    def next(self) -> float | None:
        """Return when something is due next, None if nothing is."""
        while self._heap and self._times.get(self._heap[0][1]) != self._heap[0][0]:
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def due(self, now: float) -> list[Key]:
        """Return what is due by now, the earliest first, and forget it."""
        found = []
        while (time := self.next()) is not None and time <= now:
            key = heappop(self._heap)[1]
            del self._times[key]
            found.append(key)
        return found
