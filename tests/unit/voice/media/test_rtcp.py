"""RTCP reports."""

import struct

import pytest

from voice.media.rtcp import Reports

WALL = 1_700_000_000.0


def two() -> tuple[Reports, Reports]:
    return Reports("1@hotline", WALL), Reports("peer", WALL + 3600)


def test_a_round_trip_is_measured_between_two_ends_whose_clocks_differ() -> None:
    ours, theirs = two()
    theirs.read(ours.sender(10.0, 1, 8000, 50, 8000, b""), 110.03, ssrc=2)
    block = theirs.about_peer(110.53, 1, 0.0, 0, 50, 0)
    ours.read(theirs.sender(110.53, 2, 0, 10, 1600, block), 10.6, ssrc=1)
    assert ours.round_trip_ms == pytest.approx(100, abs=2)


def test_what_the_peer_reports_of_us_is_kept() -> None:
    ours, theirs = two()
    block = theirs.about_peer(0.0, 1, 0.25, 17, 4000, 80.0)
    assert ours.read(theirs.receiver(2, block), 1.0, ssrc=1) is False
    assert (ours.remote_lost, ours.remote_jitter_ms) == (17, 10.0)


def test_reports_about_others_are_passed_over() -> None:
    ours, theirs = two()
    ours.read(theirs.receiver(2, theirs.about_peer(0.0, 999, 0.25, 17, 4000, 80.0)), 1.0, ssrc=1)
    assert ours.remote_lost == 0


def test_goodbye_is_heard() -> None:
    ours, theirs = two()
    assert ours.read(theirs.goodbye(2), 1.0, ssrc=1)


def test_a_report_is_one_compound_packet_of_whole_words_with_a_cname() -> None:
    ours, _ = two()
    packet = ours.sender(5.0, 7, 1234, 3, 480, ours.about_peer(5.0, 2, 0, 0, 0, 0))
    assert len(packet) % 4 == 0
    kinds = []
    rest = packet
    while rest:
        _, kind, words = struct.unpack_from(">BBH", rest)
        kinds.append(kind)
        rest = rest[4 * (words + 1) :]
    assert kinds == [200, 202]
    assert b"1@hotline" in packet


def test_ntp_time_is_right_and_lets_no_jump_of_the_wall_clock_in() -> None:
    ours, _ = two()
    seconds, fraction, stamp, packets, size = struct.unpack_from(">IIIII", ours.sender(2.5, 7, 1, 2, 3, b""), 8)
    assert seconds == int(WALL) + 2 + 2_208_988_800
    assert fraction == pytest.approx(2**31, abs=2**20)
    assert (stamp, packets, size) == (1, 2, 3)


@pytest.mark.parametrize("packet", [b"", b"\x80", b"\x81\xc9\xff\xff\0\0\0\1", b"\x9f\xc9\0\1\0\0\0\1", b"\xff" * 64])
def test_broken_reports_do_no_harm(packet: bytes) -> None:
    ours, _ = two()
    assert ours.read(packet, 1.0, ssrc=1) is False
    assert ours.remote_lost == 0
