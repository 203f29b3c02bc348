"""Keypad digits as telephone events (RFC 4733), in and out. Pure."""

from collections.abc import Iterator
from struct import Struct

EVENT = Struct(">BBH")
"""Event code, end bit with volume, duration in samples."""
CODES = "0123456789*#ABCD"
_END = 0x80
_VOLUME = 10
"""-10 dBm0."""
_PATIENCE = 6
"""Ticks without a packet of an event after which it is over although no end was seen (120 ms)."""
_LONGEST = 0xFFFF

Press = tuple[str, int]
"""A digit and how long it was pressed, in ms."""


class DigitReceiver:
    """Turns the many packets of each key press into one `Press`."""

    __slots__ = ("_code", "_done", "_duration", "_idle", "_stamp", "active")

    def __init__(self) -> None:
        self.active = False
        """Whether a key is down now."""
        self._code = -1
        self._stamp = 0
        self._duration = 0
        self._idle = 0
        self._done: int | None = None
        """Time stamp of the last press that was reported, whose repeated ends still come."""

    def packet(self, stamp: int, payload: bytes) -> Press | None:
        """Take an event packet with the RTP time stamp `stamp` (the beginning of the press)."""
        if len(payload) < EVENT.size:
            return None
        code, flags, duration = EVENT.unpack_from(payload)
        if code >= len(CODES) or stamp == self._done:
            return None
        before = None
        if self.active and stamp != self._stamp:
            if code == self._code and stamp == (self._stamp + _LONGEST) & 0xFFFFFFFF:
                duration = min(duration + _LONGEST, 10 * _LONGEST)
            else:
                before = self._finish()
        self.active, self._code, self._stamp, self._idle = True, code, stamp, 0
        self._duration = max(duration, self._duration if before is None else 0)
        if flags & _END:
            press = self._finish()
            return press if before is None else before
        return before

    def tick(self) -> Press | None:
        """20 ms passed (needed only while `active`)."""
        self._idle += 1
        return self._finish() if self.active and self._idle > _PATIENCE else None

    def _finish(self) -> Press:
        press = CODES[self._code], self._duration // 8
        self._done, self.active, self._duration = self._stamp, False, 0
        return press


def press_packets(digit: str, duration_ms: int) -> Iterator[tuple[bool, bytes]]:
    """Yield (marker, payload) of a key press: one packet a tick, the last with the end bit, then that twice more.

    All of them carry the time stamp of the first. Raises `ValueError` for what is no key.
    """
    code = CODES.index(digit.upper())
    frames = max(duration_ms // 20, 2)
    for frame in range(1, frames):
        yield frame == 1, EVENT.pack(code, _VOLUME, min(160 * frame, _LONGEST))
    for _ in range(3):
        yield False, EVENT.pack(code, _VOLUME | _END, min(160 * frames, _LONGEST))
