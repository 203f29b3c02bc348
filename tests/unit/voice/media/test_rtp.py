"""RTP heads."""

import struct

import pytest

from voice.media.rtp import is_rtcp, payload_of, signed

PLAIN = bytes.fromhex("8000 0001 00000002 00000003".replace(" ", ""))


def test_the_payload_stands_behind_sources_and_extension_and_before_padding() -> None:
    head = bytes([0x80 | 0x20 | 0x10 | 2]) + PLAIN[1:]
    packet = head + bytes(8) + struct.pack(">HH", 0xBEDE, 1) + bytes(4) + b"voice" + b"\0\0\3"
    assert payload_of(packet) == b"voice"
    assert payload_of(PLAIN + b"x") == b"x"


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\x80",
        PLAIN[:11],
        b"\x40" + PLAIN[1:],
        b"\x90" + PLAIN[1:],
        b"\xa0" + PLAIN[1:] + b"\xff",
        b"\x8f" + PLAIN[1:],
    ],
)
def test_what_is_cut_short_or_no_rtp_has_no_payload(packet: bytes) -> None:
    assert payload_of(packet) is None


def test_rtcp_on_the_same_port_is_told_apart() -> None:
    assert is_rtcp(bytes([0x80, 200]) + bytes(26))
    assert not is_rtcp(PLAIN)
    assert not is_rtcp(bytes([0x80, 0x80 | 101]) + bytes(26))


def test_time_stamps_are_compared_around_the_wrap() -> None:
    assert signed(5 - 0xFFFFFFFE) == 7
    assert signed(0xFFFFFFFE - 5) == -7
