"""An adaptive jitter buffer over encoded audio, pure: packets in as they come, one 20 ms frame out a tick.

The buffer never sees a clock. It counts the frames that were taken and notes how many frames before its turn each
packet came; the histogram of that (with slow forgetting, as in WebRTC's NetEq) says how much delay lets 98.5 of 100
packets come in time. Too little delay is mended at once by one frame more (`take` returns None and stays
where it is); too much is mended by `drop`, which the owner calls when the line is quiet. So clock drift between the
two ends is mended too. All codecs here have one byte per time stamp unit, so frames are cut from packets of any
length (10-60 ms) by bytes.
"""

from voice.media.rtp import HALF, signed

FRAME = 160
FIRST_DELAY = 2
"""Frames kept back at the start of a source, until the histogram knows better."""
FARTHEST = 75
"""A packet that is this many frames early belongs to another time scale."""
_TOO_LATE = 0.015
"""Share of packets that may come after their turn."""
_MEMORY = 0.9
"""What remains of the histogram each second."""
_IDLE = 10
"""Frames without any packet after which a time stamp of the past means that the peer's clock stood still."""
_LATE_RUN = 3
"""Late packets in a row that mean that the peer's clock jumped back."""
_HOPELESS = -5
"""Frames that those must be late; less is a matter of delay."""
_NEAR = 8000
"""Samples within which two stray packets are of one time scale."""
_STEP = 5
"""Frames of delay that are added at once, at most."""
_SECOND = 50

Fragments = list[tuple[int, bytes]]
"""(offset, bytes) pieces of one frame."""


class JitterBuffer:
    """One source's packets, in the order they are to be heard."""

    __slots__ = (
        "_anchor", "_ask_at", "_deficit", "_frames", "_key",
        "_late_ahead",
        "_late_now", "_late_run", "_next", "_puts", "_spread", "_ssrc",
        "_stray", "_taken", "_touched", "delay_sum", "fill", "late", "puts", "started", "surplus",
    )  # fmt: skip

    def __init__(self, fill: int = 0xFF) -> None:
        """`fill` is the encoded byte that stands for silence where half a frame is missing."""
        self.fill = fill
        self.started = False
        self.surplus = 0
        """Frames of delay that could be saved by `drop`."""
        self.late = 0
        """Packets that came after their turn."""
        self.puts = 0
        self.delay_sum = 0
        """Frames that all packets together waited (for the mean delay)."""
        self._ssrc = -1
        self._frames: dict[int, bytes | Fragments] = {}
        self._anchor = 0
        self._next = 0
        self._taken = 0
        self._touched = 0
        """When the last packet came."""
        self._key = 0
        """The least lead of the packets of that tick: after a stall a whole burst comes, which counts as one."""
        self._deficit = 0
        self._late_run = 0
        self._late_ahead = 0
        self._late_now = 0
        self._stray: int | None = None
        self._spread: dict[int, float] = {}
        self._puts = 0
        self._ask_at = _SECOND

    def put(self, stamp: int, ssrc: int, marker: bool, payload: bytes) -> None:
        """Take a packet's payload; one that can't be played any more is counted in `late`."""
        if ssrc != self._ssrc:
            self._begin(stamp, ssrc)
        offset = stamp - self._anchor
        if not -HALF < offset < HALF:
            offset = signed(offset)
        slot = offset // FRAME
        rest = offset - slot * FRAME
        ahead = slot - self._next
        if ahead < 0 or ahead > FARTHEST:
            if self._is_another_time(stamp, ahead, marker):
                self._begin(stamp, ssrc)
                slot, rest, ahead = 0, 0, FIRST_DELAY
            elif abs(ahead) > FARTHEST:
                return
        elif self._late_run:
            self._late_run = 0
        key = slot - self._taken
        if self._touched == self._taken:
            self._key = min(self._key, key)
        else:
            spread = self._spread
            try:
                spread[self._key] += 1.0
            except KeyError:
                spread[self._key] = 1.0
            self._touched, self._key = self._taken, key
            self._puts += 1
            if self._puts >= self._ask_at:
                self._adapt()
        self.puts += 1
        self.delay_sum += ahead
        if rest == 0 and len(payload) == FRAME and ahead >= 0:
            self._frames[slot] = payload
        else:
            self._put_pieces(slot, rest, payload)

    def take(self) -> bytes | None:
        """Return the encoded frame whose turn it is, None where there is none (lost, late, or more delay is needed)."""
        self._taken += 1
        if self._deficit:
            self._deficit -= 1
            return None
        slot = self._next
        self._next = slot + 1
        frame = self._frames.pop(slot, None)
        return self._joined(frame) if type(frame) is list else frame  # type: ignore[return-value]

    def drop(self) -> None:
        """Throw away the next frame: one frame less of delay."""
        self._frames.pop(self._next, None)
        self._next += 1
        self.surplus = max(self.surplus - 1, 0)

    def reset(self) -> None:
        """Forget the source (another codec); the counts stay."""
        self._ssrc = -1
        self.started = False
        self._frames.clear()
        self.surplus = self._deficit = 0

    @property
    def waiting(self) -> int:
        """Frames that are here and not yet taken."""
        return len(self._frames)

    def _begin(self, stamp: int, ssrc: int) -> None:
        """Count time from this packet on, keeping what the delay was good for."""
        self._ssrc, self._anchor = ssrc, stamp
        self._frames.clear()
        self._spread.clear()
        self._next = -FIRST_DELAY
        self._touched, self._key = self._taken, -self._taken
        self._late_run = self._late_now = self._deficit = self.surplus = self._puts = 0
        self._ask_at = _SECOND
        self._stray = None
        self.started = True

    def _is_another_time(self, stamp: int, ahead: int, marker: bool) -> bool:
        """Judge a packet outside the buffer: has the peer's time scale changed, or is it only late or broken?"""
        if abs(ahead) > FARTHEST:
            near = self._stray is not None and abs(signed(stamp - self._stray)) < _NEAR
            self._stray = stamp
            return near or marker
        # After a stall a burst of late packets comes, each less late than the one before; after a jump of the
        # peer's clock all are equally late.
        self._late_run = self._late_run + 1 if ahead < self._late_ahead + 2 else 1
        if self._late_run == 1:
            self._late_ahead = ahead
        asleep = self._taken - self._touched > _IDLE
        return marker or asleep or (self._late_run >= _LATE_RUN and ahead < _HOPELESS)

    def _put_pieces(self, slot: int, rest: int, payload: bytes) -> None:
        """Cut a packet that is not exactly one frame of our grid."""
        begin, placed = 0, False
        while begin < len(payload):
            piece = payload[begin : begin + FRAME - rest]
            if slot >= self._next:
                placed = True
                if len(piece) == FRAME:
                    self._frames[slot] = piece
                else:
                    pieces = self._frames.setdefault(slot, [])
                    if isinstance(pieces, list):
                        pieces.append((rest, piece))
            begin += len(piece)
            slot, rest = slot + 1, 0
        if not placed:
            self.late += 1
            self._late_now += 1
            if self._late_now >= 3:
                self._adapt()

    def _joined(self, pieces: Fragments) -> bytes:
        frame = bytearray([self.fill]) * FRAME
        for offset, piece in pieces:
            frame[offset : offset + len(piece)] = piece
        return bytes(frame)

    def _adapt(self) -> None:
        """Compare the delay with what the histogram asks for."""
        spread = self._spread
        allowed = sum(spread.values()) * _TOO_LATE
        needed = max(spread)
        gone = 0.0
        for key in sorted(spread):
            gone += spread[key]
            if gone > allowed:
                needed = key
                break
        now = self._next - self._taken
        """Keys below this are late."""
        self.surplus = max(needed - now, 0)
        self._deficit = min(max(now - needed, 0), _STEP)
        self._late_now = 0
        if self._puts >= self._ask_at:
            self._ask_at = self._puts + _SECOND
            self._spread = {key: weight * _MEMORY for key, weight in spread.items() if weight > 0.02}
