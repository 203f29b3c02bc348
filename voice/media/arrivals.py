"""What sequence numbers and arrival times tell: lost, duplicate, jitter (RFC 3550 appendix A.1, A.3 and A.8). Pure."""

_WINDOW = (1 << 128) - 1
_RATE = 8000


class Arrivals:
    """Counts of one incoming RTP source; `restart` begins a new one and keeps the sums."""

    __slots__ = (
        "_base",
        "_fraction_mark",
        "_highest",
        "_lost_before",
        "_received_before",
        "_seen",
        "_transit",
        "jitter",
        "received",
    )

    def __init__(self) -> None:
        self.jitter = 0.0
        """Interarrival jitter in samples."""
        self._lost_before = self._received_before = 0
        self.received = 0
        """Packets of the present source, without duplicates."""
        self._fraction_mark = (0, 0)
        self._base = self._highest = -1
        self._seen = 0
        self._transit: float | None = None

    def restart(self) -> None:
        """The peer began a new sequence (another SSRC)."""
        self._lost_before, self._received_before = self.lost, self.total
        self.received, self._seen = 0, 0
        self._base = self._highest = -1
        self._transit = None
        self._fraction_mark = (0, 0)

    def count(self, sequence: int) -> bool:
        """Note a packet; False: it is a duplicate."""
        highest = self._highest
        step = (sequence - highest) & 0xFFFF
        if step == 1 and highest >= 0:
            self._highest = highest + 1
            self._seen = (self._seen << 1 | 1) & _WINDOW
        elif not self._count_disordered(sequence, step):
            return False
        self.received += 1
        return True

    def _count_disordered(self, sequence: int, step: int) -> bool:
        if self._highest < 0:
            self._base = self._highest = sequence
            self._seen = 1
            return True
        if step < 0x8000 and step:
            self._highest += step
            self._seen = (self._seen << step | 1) & _WINDOW if step < 128 else 1
            return True
        bit = 1 << (0x10000 - step if step else 0)
        if bit > _WINDOW:
            return True
        if self._seen & bit:
            return False
        self._seen |= bit
        return True

    def audio(self, sequence: int, stamp: int, now: float) -> bool:
        """Note an audio packet with its time stamp and when it came (seconds); False: it is a duplicate."""
        highest = self._highest + 1
        if sequence == highest & 0xFFFF and highest:
            self._highest = highest
            self._seen = (self._seen << 1 | 1) & _WINDOW
            self.received += 1
        elif not self.count(sequence):
            return False
        transit = now * _RATE - stamp
        if self._transit is not None:
            distance = abs(transit - self._transit)
            if distance < _RATE:
                self.jitter += (distance - self.jitter) / 16
        self._transit = transit
        return True

    @property
    def total(self) -> int:
        """Packets received, without duplicates, of all sources."""
        return self._received_before + self.received

    @property
    def highest(self) -> int:
        """Extended highest sequence number, for reports."""
        return max(self._highest, 0) & 0xFFFFFFFF

    @property
    def expected(self) -> int:
        """Packets of the present source that should have come."""
        return self._highest - self._base + 1 if self._highest >= 0 else 0

    @property
    def lost(self) -> int:
        """Packets of all sources that never came."""
        return self._lost_before + self.lost_now

    @property
    def lost_now(self) -> int:
        """Packets of the present source that never came."""
        return max(self.expected - self.received, 0)

    def fraction_lost(self) -> float:
        """Return the share lost since this was last asked (RFC 3550 A.3), 0-1."""
        expected, received = self.expected, self.received
        before_expected, before_received = self._fraction_mark
        self._fraction_mark = (expected, received)
        expected, received = expected - before_expected, received - before_received
        return max(expected - received, 0) / expected if expected > 0 else 0.0
