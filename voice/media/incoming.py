"""The incoming half of a stream: RTP packets in as they come, one frame of linear audio out a tick.

No socket and no clock: the stream passes packets, their source and the time in.
"""

from collections.abc import Callable

from voice.media import codec as codecs
from voice.media.arrivals import Arrivals
from voice.media.codec import SILENCE, Codec
from voice.media.concealment import FRAMES, Concealment
from voice.media.dtmf import DigitReceiver, Press
from voice.media.inband import InBandDetector
from voice.media.jitter import JitterBuffer
from voice.media.noise import comfort_noise
from voice.media.rtp import HEAD, PLAIN, payload_of

QUIET = 200
"""Effective value (linear) below which a frame may be dropped or doubled unheard (-44 dBov)."""
_PRESSING = 100
"""Ticks after which a frame is dropped also while somebody speaks."""

_unpack = HEAD.unpack_from


def _nobody(press: Press, in_band: bool) -> None:
    """Who hears of the keys of a closed stream."""


class Incoming:
    """One peer's audio and digits."""

    __slots__ = (
        "_before", "_codec", "_concealment", "_decode", "_digits", "_digits_type", "_holes", "_in_band", "_last",
        "_noise", "_noise_type", "_older", "_on_press", "_payload_type", "_pressing", "_ssrc", "arrivals", "bad",
        "bursts", "concealed", "jitter", "made_up",
    )  # fmt: skip

    def __init__(self, on_press: Callable[[Press, bool], None]) -> None:
        """`on_press` gets each key press, and whether it was found in band."""
        self.arrivals = Arrivals()
        self.jitter = JitterBuffer()
        self.bad = 0
        self.concealed = 0
        """Frames that were made up for lost or late packets."""
        self.bursts = 0
        """Holes, however long."""
        self.made_up = False
        """Whether the last frame was made up."""
        self._on_press = on_press
        self._digits = DigitReceiver()
        self._in_band: InBandDetector | None = None
        self._codec: Codec | None = None
        self._decode: Callable[[bytes, int], bytes] = lambda coded, width: SILENCE
        self._payload_type = self._digits_type = self._noise_type = -1
        self._ssrc = -1
        self._last = self._before = self._older = SILENCE
        self._holes = FRAMES + 1
        """Frames missing in a row up to now; more than `FRAMES` is silence."""
        self._concealment: Concealment | None = None
        self._noise = -1
        self._pressing = 0

    @property
    def ssrc(self) -> int:
        """The source we hear, -1 before the first packet."""
        return self._ssrc

    def negotiated(self, codec: str, payload_type: int, digits_type: int, noise_type: int) -> None:
        """Use what SDP says; a running source goes on where the codec is the same."""
        if self._codec is None or self._codec.name != codec:
            self._codec = codecs.make(codec)
            self._decode = self._codec.decode
            self.jitter.fill = self._codec.silence
            self.jitter.reset()
        self._payload_type, self._digits_type, self._noise_type = payload_type, digits_type, noise_type
        if digits_type >= 0:
            self._in_band = None
        elif self._in_band is None:
            self._in_band = InBandDetector()

    def valid(self, packet: bytes) -> bool:
        """Tell whether this is RTP of a type that was negotiated."""
        payload = payload_of(packet)
        kind = packet[1] & 127 if payload is not None else -2
        return kind >= 0 and kind in (self._payload_type, self._digits_type, self._noise_type)

    def packet(self, packet: bytes, now: float) -> None:
        """Take a packet of more than 12 bytes from the right source."""
        first, kind, sequence, stamp, ssrc = _unpack(packet)
        if ssrc == self._ssrc and kind == self._payload_type and first == PLAIN:
            if self.arrivals.audio(sequence, stamp, now):
                self.jitter.put(stamp, ssrc, False, packet[12:])
            if self._noise >= 0:
                self._noise = -1
        else:
            self._other_packet(packet, now)

    def _other_packet(self, packet: bytes, now: float) -> None:
        """Take a packet that is not simply the next piece of audio."""
        payload = payload_of(packet)
        if not payload:
            self.bad += 1
            return
        _, kind, sequence, stamp, ssrc = _unpack(packet)
        if ssrc != self._ssrc:
            if self._ssrc >= 0:
                self.arrivals.restart()
            self._ssrc = ssrc
        marker, kind = kind > 127, kind & 127
        if kind == self._payload_type:
            if self.arrivals.audio(sequence, stamp, now):
                self.jitter.put(stamp, ssrc, marker, payload)
            self._noise = -1
        elif kind == self._digits_type:
            if self.arrivals.count(sequence):
                press = self._digits.packet(stamp, payload)
                if press is not None:
                    self._on_press(press, False)
        elif kind == self._noise_type:
            if self.arrivals.count(sequence):
                self._noise = payload[0] & 127
        else:
            self.bad += 1

    def frame(self) -> bytes:
        """Return the 20 ms whose turn it is."""
        jitter = self.jitter
        coded = jitter.take()
        if coded is None:
            return self._missing()
        frame = self._decode(coded, 2)
        if self._holes:
            if self._concealment is not None:
                frame = self._concealment.blend(frame)
                self._concealment = None
            self._holes = 0
            self.made_up = False
        self._older, self._before, self._last = self._before, self._last, frame
        if jitter.surplus:
            self._hurry(frame)
        if self._in_band is not None:
            self._listen_for_keys(frame)
        return frame

    def close(self) -> None:
        """Tell nobody of anything any more."""
        self._on_press = _nobody

    def _missing(self) -> bytes:
        if self._digits.active:
            press = self._digits.tick()
            if press is not None:
                self._on_press(press, False)
            self._holes = FRAMES + 1
            self._concealment = None
        self._holes += 1
        if self._noise >= 0:
            noise = comfort_noise(self._noise)
            self.made_up, self._concealment = False, None
            return noise[self._holes % len(noise)]
        if self._holes > FRAMES:
            if self._in_band is not None:
                self._listen_for_keys(SILENCE)
            return SILENCE
        if self._concealment is None:
            self._concealment = Concealment(self._older + self._before + self._last)
            self.bursts += 1
        self.made_up = True
        self.concealed += 1
        return self._concealment.frame()

    def _hurry(self, frame: bytes) -> None:
        """Save delay where it is not heard, or anyway when that chance doesn't come."""
        self._pressing += 1
        if self._pressing > _PRESSING or codecs.loudness(frame) < QUIET:
            self.jitter.drop()
            self._pressing = 0

    def _listen_for_keys(self, frame: bytes) -> None:
        assert self._in_band is not None
        press = self._in_band.frame(frame)
        if press is not None:
            self._on_press(press, True)
