"""The outgoing half of a stream: one frame a tick becomes RTP packets of the length the peer wants. No socket."""

import secrets
from collections.abc import Callable

from voice.media import codec as codecs
from voice.media.codec import FRAME, SILENCE, Codec
from voice.media.keys import Keys
from voice.media.rtp import HEAD, MARKER, PLAIN

_STAMPS = 0xFFFFFFFF
Send = Callable[[bytes], object]
_pack = HEAD.pack


class Outgoing:
    """Sequence numbers, time stamps, coding and digits of what one peer gets."""

    __slots__ = (
        "_codec",
        "_digits_type",
        "_encode",
        "_payload_type",
        "_rest",
        "_rest_stamp",
        "_silence",
        "_size",
        "_talking",
        "keys",
        "packets",
        "send",
        "sequence",
        "ssrc",
        "stamp",
    )  # fmt: skip

    def __init__(self, send: Send) -> None:
        self.send = send
        """Takes each packet; may be replaced (another address)."""
        self.ssrc = secrets.randbits(32)
        self.sequence = secrets.randbits(16)
        self.stamp = secrets.randbits(32)
        """Time stamp of the present tick."""
        self.packets = 0
        self.keys = Keys()
        self._codec: Codec | None = None
        self._encode: Callable[[bytes], bytes] = lambda linear: b""
        self._silence = b""
        self._payload_type = 0
        self._digits_type = -1
        self._size = FRAME
        """Bytes of a packet's audio."""
        self._rest = b""
        """Coded audio that doesn't fill a packet yet."""
        self._rest_stamp = 0
        self._talking = False
        """False: the next packet is the first after a pause and gets the marker."""

    @property
    def codec(self) -> str:
        return self._codec.name if self._codec is not None else ""

    def negotiated(self, codec: str, payload_type: int, ptime_ms: int, digits_type: int) -> None:
        """Use what SDP says from the next packet on; `ptime_ms` is 10-60."""
        if self.codec != codec:
            self._codec = codecs.make(codec)
            self._encode = self._codec.encode
            self._silence = self._encode(SILENCE) if self._codec.stateless else b""
            self._rest = b""
        self._payload_type, self._digits_type = payload_type, digits_type
        self.keys.in_band = digits_type < 0
        size = 8 * min(max(ptime_ms, 10), 60)
        if size != self._size:
            self._size, self._rest = size, b""

    def audio(self, linear: bytes, coded: bytes | None) -> None:
        """Send this tick's frame (`coded`: the same, where it was coded before) and go on to the next tick."""
        if coded is None:
            coded = self._silence if linear is SILENCE and self._silence else self._encode(linear)
        stamp = self.stamp
        self.stamp = (stamp + FRAME) & _STAMPS
        if self._size != FRAME:
            self._regroup(stamp, coded)
            return
        kind = self._payload_type
        if not self._talking:
            kind |= MARKER
            self._talking = True
        sequence = self.sequence
        self.sequence = (sequence + 1) & 0xFFFF
        try:
            self.send(_pack(PLAIN, kind, sequence, stamp, self.ssrc) + coded)
        except OSError:
            # A full buffer or an unreachable peer: RTP is not sent twice, RTCP and the silence limit tell of it.
            pass
        self.packets += 1

    def press(self) -> bytes:
        """Send this tick's part of the key presses under way; return what it sounds like."""
        step = self.keys.take(self.stamp)
        if step is None or not step[1]:
            sound = SILENCE if step is None else step[2]
            self.audio(sound, None)
            return sound
        marker, payload, sound = step
        self._rest = b""
        self._packet(self._digits_type | (MARKER if marker else 0), self.keys.stamp, payload)
        self.stamp = (self.stamp + FRAME) & _STAMPS
        self._talking = False
        return sound

    def skip(self, frames: int) -> None:
        """Let time pass without sending (late ticks, hold, nothing negotiated)."""
        self.stamp = (self.stamp + frames * FRAME) & _STAMPS
        self._talking = False
        self._rest = b""

    def _regroup(self, stamp: int, coded: bytes) -> None:
        """Send packets of another length than ours."""
        if not self._rest:
            self._rest_stamp = stamp
        rest, size = self._rest + coded, self._size
        while len(rest) >= size:
            self._packet(self._payload_type | (0 if self._talking else MARKER), self._rest_stamp, rest[:size])
            self._talking = True
            self._rest_stamp = (self._rest_stamp + size) & _STAMPS
            rest = rest[size:]
        self._rest = rest

    def _packet(self, kind: int, stamp: int, payload: bytes) -> None:
        try:
            self.send(_pack(PLAIN, kind, self.sequence, stamp, self.ssrc) + payload)
        except OSError:
            pass
        self.sequence = (self.sequence + 1) & 0xFFFF
        self.packets += 1
