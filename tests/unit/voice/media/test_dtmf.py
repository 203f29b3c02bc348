"""Telephone events in and out (RFC 4733)."""

import pytest

from voice.media.dtmf import CODES, EVENT, DigitReceiver, press_packets


def event(code: int, duration: int, end: bool = False) -> bytes:
    return EVENT.pack(code, 10 | 0x80 * end, duration)


def test_a_press_of_many_packets_is_one_digit() -> None:
    receiver = DigitReceiver()
    packets = [event(5, 160 * n) for n in range(1, 6)] + [event(5, 800, True)] * 3
    presses = [receiver.packet(4000, packet) for packet in packets]
    assert presses == [None] * 5 + [("5", 100), None, None]
    assert not receiver.active


def test_the_same_key_twice_is_two_digits() -> None:
    receiver = DigitReceiver()
    presses = [receiver.packet(stamp, event(1, 640, True)) for stamp in (0, 0, 0, 1600, 1600, 1600)]
    assert [each for each in presses if each] == [("1", 80), ("1", 80)]


def test_lost_ends_are_made_up_by_the_next_press() -> None:
    receiver = DigitReceiver()
    assert receiver.packet(0, event(1, 160)) is None
    assert receiver.packet(0, event(1, 480)) is None
    assert receiver.packet(2000, event(2, 160)) == ("1", 60)
    assert receiver.packet(2000, event(2, 640, True)) == ("2", 80)


def test_lost_ends_are_made_up_by_time() -> None:
    receiver = DigitReceiver()
    receiver.packet(0, event(9, 320))
    presses = [receiver.tick() for _ in range(8)]
    assert [each for each in presses if each] == [("9", 40)]
    assert receiver.packet(0, event(9, 800, True)) is None, "its end came after all"


def test_only_an_end_packet_is_a_press_too() -> None:
    assert DigitReceiver().packet(0, event(11, 800, True)) == ("#", 100)


def test_a_very_long_press_in_segments_is_one() -> None:
    receiver = DigitReceiver()
    assert receiver.packet(100, event(3, 0xFFFF)) is None
    assert receiver.packet(100 + 0xFFFF, event(3, 160)) is None
    press = receiver.packet(100 + 0xFFFF, event(3, 800, True))
    assert press is not None
    assert press[0] == "3"
    assert press[1] >= 8191


@pytest.mark.parametrize("payload", [b"", b"\1\2\3", event(16, 100, True), event(255, 100, True)])
def test_what_is_no_key_is_no_digit(payload: bytes) -> None:
    assert DigitReceiver().packet(0, payload) is None


@pytest.mark.parametrize("digit", CODES)
def test_what_is_sent_is_what_a_receiver_hears(digit: str) -> None:
    receiver = DigitReceiver()
    packets = list(press_packets(digit, 100))
    presses = [receiver.packet(7, payload) for _, payload in packets]
    assert [each for each in presses if each] == [(digit, 100)]


def test_a_press_begins_with_the_marker_and_ends_three_times() -> None:
    packets = list(press_packets("7", 120))
    assert [marker for marker, _ in packets] == [True] + [False] * 7
    fields = [EVENT.unpack(payload) for _, payload in packets]
    assert [duration for _, _, duration in fields] == [160, 320, 480, 640, 800, 960, 960, 960]
    assert [flags >> 7 for _, flags, _ in fields] == [0, 0, 0, 0, 0, 1, 1, 1]
