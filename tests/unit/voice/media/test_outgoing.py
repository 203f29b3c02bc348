"""What leaves as RTP."""

import struct
from itertools import pairwise

import pytest

from voice.media.codec import SILENCE
from voice.media.outgoing import Outgoing

HEAD = struct.Struct(">BBHII")


class Wire:
    """Packets as (marker, type, sequence, stamp, payload)."""

    def __init__(self, codec: str = "PCMU", ptime_ms: int = 20, digits: int = 101) -> None:
        self.packets: list[tuple[bool, int, int, int, bytes]] = []
        self.outgoing = Outgoing(self._take)
        self.outgoing.sequence, self.outgoing.stamp = 65534, 0xFFFFFFFF - 200
        self.outgoing.negotiated(codec, 0 if codec == "PCMU" else 8, ptime_ms, digits)

    def _take(self, packet: bytes) -> None:
        first, kind, sequence, stamp, ssrc = HEAD.unpack_from(packet)
        assert (first, ssrc) == (0x80, self.outgoing.ssrc)
        self.packets.append((kind > 127, kind & 127, sequence, stamp, packet[12:]))


def test_sequence_and_stamps_go_on_evenly_around_their_wraps() -> None:
    wire = Wire()
    for _ in range(4):
        wire.outgoing.audio(SILENCE, None)
    assert [sequence for _, _, sequence, _, _ in wire.packets] == [65534, 65535, 0, 1]
    stamps = [stamp for _, _, _, stamp, _ in wire.packets]
    assert {(b - a) % 2**32 for a, b in pairwise(stamps)} == {160}
    assert [marker for marker, *_ in wire.packets] == [True, False, False, False]
    assert {payload for *_, payload in wire.packets} == {b"\xff" * 160}


@pytest.mark.parametrize(("ptime_ms", "sizes"), [(10, 12), (30, 4), (40, 3), (60, 2)])
def test_packets_have_the_length_that_the_peer_wants(ptime_ms: int, sizes: int) -> None:
    wire = Wire(ptime_ms=ptime_ms)
    for tick in range(6):
        wire.outgoing.audio(SILENCE, bytes([tick]) * 160)
    assert [len(payload) for *_, payload in wire.packets] == [8 * ptime_ms] * sizes
    assert b"".join(payload for *_, payload in wire.packets) == b"".join(bytes([tick]) * 160 for tick in range(6))
    stamps = [stamp for _, _, _, stamp, _ in wire.packets]
    assert {(b - a) % 2**32 for a, b in pairwise(stamps)} == {8 * ptime_ms}


def test_skipped_ticks_move_the_stamp_but_not_the_sequence() -> None:
    wire = Wire()
    wire.outgoing.audio(SILENCE, None)
    wire.outgoing.skip(13)
    wire.outgoing.audio(SILENCE, None)
    (_, _, first, before, _), (marker, _, second, after, _) = wire.packets
    assert (second - first) % 65536 == 1
    assert (after - before) % 2**32 == 14 * 160
    assert marker, "a new talk spurt: the peer may use the hole to adjust its buffer"


def test_a_press_takes_the_place_of_audio_and_time_goes_on() -> None:
    wire = Wire()
    wire.outgoing.audio(SILENCE, None)
    begin = wire.outgoing.stamp
    wire.outgoing.keys.press("1", 60, 60)
    while wire.outgoing.keys.busy:
        wire.outgoing.press()
    wire.outgoing.audio(SILENCE, None)
    events = [packet for packet in wire.packets if packet[1] == 101]
    assert {stamp for _, _, _, stamp, _ in events} == {begin}
    assert [marker for marker, *_ in events] == [True, False, False, False, False]
    sequences = [sequence for _, _, sequence, _, _ in wire.packets]
    assert {(b - a) % 65536 for a, b in pairwise(sequences)} == {1}
    assert (wire.packets[-1][3] - begin) % 2**32 == 160 * 6


def test_without_telephone_events_digits_are_tones() -> None:
    wire = Wire(digits=-1)
    wire.outgoing.keys.press("1", 60, 60)
    while wire.outgoing.keys.busy:
        wire.outgoing.press()
    assert {kind for _, kind, *_ in wire.packets} == {0}
    assert sum(payload != b"\xff" * 160 for *_, payload in wire.packets) == 3


def test_another_codec_is_used_from_the_next_packet_on() -> None:
    wire = Wire()
    wire.outgoing.audio(SILENCE, None)
    wire.outgoing.negotiated("PCMA", 8, 20, 101)
    wire.outgoing.audio(SILENCE, None)
    assert [(kind, payload[:1]) for _, kind, _, _, payload in wire.packets] == [(0, b"\xff"), (8, b"\xd5")]
