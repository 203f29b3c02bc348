"""A sound to play, cut into 20 ms frames once, and coded once for all streams that play it."""

import audioop
from collections.abc import Callable

from voice.media.codec import FRAME

_BYTES = 2 * FRAME
_CODERS: dict[str, Callable[[bytes], bytes]] = {
    "PCMU": lambda linear: audioop.lin2ulaw(linear, 2),
    "PCMA": lambda linear: audioop.lin2alaw(linear, 2),
}
_PIECE = 50
"""Frames coded at once, so that no other thread waits long for the interpreter."""


class Sound:
    """Frames of 16-bit linear audio at 8 kHz; the last one is filled up with silence."""

    __slots__ = ("_coded", "frames")

    def __init__(self, linear: bytes) -> None:
        linear += bytes(-len(linear) % _BYTES)
        self.frames = [linear[begin : begin + _BYTES] for begin in range(0, len(linear), _BYTES)]
        self._coded: dict[str, list[bytes]] = {}

    def prepare(self, codec: str) -> None:
        """Code the frames for PCMU or PCMA; nothing for a codec whose frames depend on each other."""
        if codec in _CODERS and codec not in self._coded:
            self._coded[codec] = self._encode(_CODERS[codec])

    def coded(self, codec: str) -> list[bytes] | None:
        """Return the frames coded, where they were prepared; else the tick codes one after the other."""
        return self._coded.get(codec)

    def _encode(self, coder: Callable[[bytes], bytes]) -> list[bytes]:
        coded: list[bytes] = []
        for begin in range(0, len(self.frames), _PIECE):
            block = coder(b"".join(self.frames[begin : begin + _PIECE]))
            coded += [block[at : at + FRAME] for at in range(0, len(block), FRAME)]
        return coded
