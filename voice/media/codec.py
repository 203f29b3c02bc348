"""The codecs on the wire: G.711 (PCMU, PCMA) and G.722, all 64 kbit/s.

In all three one byte is 1/8000 s and the RTP clock runs at 8000 Hz (for G.722 too: RFC 3551 section 4.5.2), so
160 bytes are one 20 ms frame and bytes can be counted as time stamps. G.722 is used in its 8 kHz mode: the upper
half band is neither sent nor kept. `audioop` left Python in 3.13; the package audioop-lts brings the same module.
"""

import audioop
from array import array
from collections.abc import Callable
from dataclasses import dataclass

from G722 import G722

FRAME = 160
"""Samples in 20 ms, and bytes of an encoded frame."""
SILENCE = bytes(2 * FRAME)
"""One frame of 16-bit linear silence."""


@dataclass(frozen=True, slots=True)
class Codec:
    """One direction-less codec of one stream (G.722 keeps state, so streams don't share it)."""

    name: str
    decode: Callable[[bytes, int], bytes]
    """Encoded bytes, and 2, to 16-bit linear, twice as long (audioop's own function: a call less a packet)."""
    encode: Callable[[bytes], bytes]
    silence: int
    """The byte that fills a hole."""
    stateless: bool
    """Whether a frame can be encoded once for all streams."""


def make(name: str) -> Codec:
    """Return a new codec; raise `KeyError` for a name that is not "PCMU", "PCMA" or "G722"."""
    return _MAKERS[name]()


def _pcmu() -> Codec:
    ulaw2lin, lin2ulaw = audioop.ulaw2lin, audioop.lin2ulaw
    return Codec("PCMU", ulaw2lin, lambda linear: lin2ulaw(linear, 2), 0xFF, True)


def _pcma() -> Codec:
    alaw2lin, lin2alaw = audioop.alaw2lin, audioop.lin2alaw
    return Codec("PCMA", alaw2lin, lambda linear: lin2alaw(linear, 2), 0xD5, True)


def _g722() -> Codec:
    coder, decoder = G722(8000, 64000), G722(8000, 64000)

    def decode(coded: bytes, width: int) -> bytes:
        linear: bytes = decoder.decode(coded).tobytes()
        return linear

    def encode(linear: bytes) -> bytes:
        coded: bytes = coder.encode(array("h", linear))
        return coded

    return Codec("G722", decode, encode, 0xFA, False)


_MAKERS: dict[str, Callable[[], Codec]] = {"PCMU": _pcmu, "PCMA": _pcma, "G722": _g722}


def loudness(frame: bytes) -> int:
    """Return the effective value of linear audio, 0-32767."""
    return audioop.rms(frame, 2)
