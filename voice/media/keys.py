"""Digits on their way out: key presses and the gaps between them, a tick at a time. Pure."""

from collections import deque
from collections.abc import Iterator

from voice.media import tones
from voice.media.dtmf import CODES, press_packets

_AFTER = 2
"""Ticks of repeated end packets that follow a press; they are part of the gap."""


class Keys:
    """What is still to be pressed on one stream."""

    __slots__ = ("_gap", "_presses", "_running", "_tone", "busy", "in_band", "stamp")

    def __init__(self) -> None:
        self.busy = False
        """Whether anything is still to be sent, gaps included."""
        self.in_band = False
        """Send the two frequencies as audio instead of telephone events."""
        self.stamp = 0
        """Time stamp of the present press."""
        self._presses: deque[tuple[str, int, int]] = deque()
        self._running: Iterator[tuple[bool, bytes, bytes]] | None = None
        self._gap = 0

    def press(self, digits: str, duration_ms: int, gap_ms: int) -> None:
        """Queue digits; what is no key is passed over."""
        for digit in digits.upper():
            if digit in CODES:
                self._presses.append((digit, duration_ms, gap_ms))
                self.busy = True

    def clear(self) -> None:
        """Press nothing more."""
        self._presses.clear()
        self._running, self._gap, self.busy = None, 0, False

    def take(self, stamp: int) -> tuple[bool, bytes, bytes] | None:
        """Return (marker, event payload, audio of 20 ms) for this tick; None: a gap, or done.

        In band the payload is empty; otherwise an audio of silence is what the recording keeps for end packets.
        """
        if self._running is not None:
            step = next(self._running, None)
            if step is not None:
                return step
            self._running = None
        if self._gap > 0:
            self._gap -= 1
            self.busy = self._gap > 0 or bool(self._presses)
            return None
        if not self._presses:
            self.busy = False
            return None
        digit, duration_ms, gap_ms = self._presses.popleft()
        self.stamp = stamp
        self._gap = max(gap_ms // 20 - (0 if self.in_band else _AFTER), 0)
        self._running = self._in_band(digit, duration_ms) if self.in_band else self._events(digit, duration_ms)
        return next(self._running)

    def _in_band(self, digit: str, duration_ms: int) -> Iterator[tuple[bool, bytes, bytes]]:
        frames = tones.key(digit).frames
        for frame in range(max(duration_ms // 20, 2)):
            yield False, b"", frames[frame % len(frames)]

    def _events(self, digit: str, duration_ms: int) -> Iterator[tuple[bool, bytes, bytes]]:
        frames = tones.key(digit).frames
        for frame, (marker, payload) in enumerate(press_packets(digit, duration_ms)):
            heard = frames[frame % len(frames)] if frame < max(duration_ms // 20, 2) else bytes(320)
            yield marker, payload, heard
