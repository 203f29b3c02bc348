"""The last seconds of one stream's audio, addressed by sample. Pure."""

import numpy as np
from numpy.typing import NDArray


class Tape:
    """16-bit samples from `begin` up to `end`, without holes."""

    __slots__ = ("_data", "begin", "end")

    def __init__(self) -> None:
        self.begin = self.end = 0
        self._data = bytearray()

    def append(self, at: int, data: bytes) -> bool:
        """Add the samples (little-endian) that begin at sample `at`; what is there already is left out.

        Returns False where they don't join on: the tape then begins anew with them.
        """
        joins = at <= self.end
        if not joins or not self._data:
            joins = joins or not self._data
            self.begin = self.end = at
            self._data.clear()
        fresh = data[2 * (self.end - at) :]
        self._data += fresh
        self.end += len(fresh) // 2
        return joins

    def cut(self, begin: int, until: int) -> NDArray[np.int16]:
        """Return a copy of the samples from `begin` up to `until`, as far as they are here."""
        begin, until = max(begin, self.begin), min(until, self.end)
        if until <= begin:
            return np.zeros(0, np.int16)
        return np.frombuffer(bytes(self._data[2 * (begin - self.begin) : 2 * (until - self.begin)]), np.int16)

    def forget_before(self, sample: int) -> None:
        if sample > self.begin:
            sample = min(sample, self.end)
            del self._data[: 2 * (sample - self.begin)]
            self.begin = sample
