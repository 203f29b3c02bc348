"""RTCP reports of one stream (RFC 3550 section 6): built and read. Pure; times are passed in.

Every 5 s on average (half to one and a half times that, so that streams don't report in step) a sender or receiver
report with SDES goes out, and a BYE at the end. What the peer reports about us gives its loss and jitter, and the
round trip by the clock of our own last report (A.3 of the LSR and DLSR fields).
"""

from struct import Struct

from voice.media.rtp import signed

INTERVAL = 5.0
_SENDER, _RECEIVER, _SDES, _BYE = 200, 201, 202, 203
_HEAD = Struct(">BBHI")
_SENT = Struct(">IIIII")
"""NTP seconds and fraction, RTP time stamp, packets, bytes."""
_BLOCK = Struct(">IIIIII")
"""SSRC, share and sum of lost packets, highest sequence number, jitter, LSR, DLSR."""
_NTP_EPOCH = 2_208_988_800
_MOST_BLOCKS = 31


class Reports:
    """What RTCP says in both directions; all times in seconds of one monotonic clock."""

    __slots__ = (
        "_name",
        "_peer_report",
        "_peer_report_at",
        "_wall",
        "remote_jitter_ms",
        "remote_lost",
        "round_trip_ms",
    )

    def __init__(self, name: str, wall: float) -> None:
        """`name` is the CNAME, `wall` the wall clock at monotonic zero; it stays, whatever the clock does."""
        self._name = name.encode()[:255]
        self._peer_report = 0
        self._peer_report_at = 0.0
        self._wall = wall
        self.remote_lost = 0
        """Packets of ours that the peer missed so far."""
        self.remote_jitter_ms = 0.0
        self.round_trip_ms = 0.0

    def sender(self, now: float, ssrc: int, stamp: int, packets: int, sent_bytes: int, block: bytes) -> bytes:
        """Return SR and SDES; `stamp` is the RTP time stamp of this moment, `block` from `about_peer` or empty."""
        seconds, fraction = self._ntp(now)
        body = _SENT.pack(seconds, fraction, stamp, packets & 0xFFFFFFFF, sent_bytes & 0xFFFFFFFF) + block
        return self._packet(_SENDER, ssrc, body, 1 if block else 0) + self._description(ssrc)

    def receiver(self, ssrc: int, block: bytes) -> bytes:
        """Return RR and SDES, for a stream that sends nothing."""
        return self._packet(_RECEIVER, ssrc, block, 1 if block else 0) + self._description(ssrc)

    def goodbye(self, ssrc: int) -> bytes:
        """Return an empty RR and a BYE."""
        return self._packet(_RECEIVER, ssrc, b"", 0) + self._packet(_BYE, ssrc, b"", 1)

    def about_peer(self, now: float, ssrc: int, fraction: float, lost: int, highest: int, jitter: float) -> bytes:
        """Return a report block on what we receive: lost as share (0-1) and sum, jitter in samples."""
        share = min(int(fraction * 256), 255)
        delay = int((now - self._peer_report_at) * 65536) & 0xFFFFFFFF if self._peer_report else 0
        loss = share << 24 | min(lost, 0x7FFFFF)
        return _BLOCK.pack(ssrc, loss, highest, int(jitter) & 0xFFFFFFFF, self._peer_report, delay)

    def read(self, packet: bytes, now: float, ssrc: int) -> bool:
        """Take a compound packet; True where it says BYE. What is no RTCP is passed over."""
        bye = False
        while len(packet) >= _HEAD.size and packet[0] >> 6 == 2:
            first, kind, words, source = _HEAD.unpack_from(packet)
            size = 4 * (words + 1)
            if size > len(packet):
                break
            begin = _HEAD.size
            if kind == _SENDER and size >= begin + _SENT.size:
                seconds, fraction = _SENT.unpack_from(packet, begin)[:2]
                self._peer_report = (seconds & 0xFFFF) << 16 | fraction >> 16
                self._peer_report_at = now
                begin += _SENT.size
            if kind in (_SENDER, _RECEIVER):
                self._read_blocks(packet[begin:size], first & _MOST_BLOCKS, now, ssrc)
            bye = bye or (kind == _BYE and source != ssrc)
            packet = packet[size:]
        return bye

    def _read_blocks(self, blocks: bytes, count: int, now: float, ssrc: int) -> None:
        for begin in range(0, min(count * _BLOCK.size, len(blocks) - _BLOCK.size + 1), _BLOCK.size):
            about, loss, _highest, jitter, last, delay = _BLOCK.unpack_from(blocks, begin)
            if about != ssrc:
                continue
            # 24 bits with sign: duplicates can make it negative (section 6.4.1).
            self.remote_lost = max((loss & 0xFFFFFF ^ 0x800000) - 0x800000, 0)
            self.remote_jitter_ms = jitter / 8
            if last:
                seconds, fraction = self._ntp(now)
                trip = signed(((seconds & 0xFFFF) << 16 | fraction >> 16) - delay - last)
                if 0 <= trip < 60 * 65536:
                    self.round_trip_ms = trip / 65.536

    def _ntp(self, now: float) -> tuple[int, int]:
        seconds, part = divmod(now + self._wall, 1.0)
        return (int(seconds) + _NTP_EPOCH) & 0xFFFFFFFF, int(part * (1 << 32))

    def _description(self, ssrc: int) -> bytes:
        item = bytes([1, len(self._name)]) + self._name
        return self._packet(_SDES, ssrc, item + bytes(4 - len(item) % 4), 1)

    def _packet(self, kind: int, ssrc: int, body: bytes, count: int) -> bytes:
        return _HEAD.pack(0x80 | count, kind, (len(body) + 4) // 4, ssrc) + body
