"""Loss and jitter by sequence numbers and times."""

import random

import pytest

from voice.media.arrivals import Arrivals


def test_a_hole_in_the_sequence_is_lost_and_a_latecomer_is_not() -> None:
    arrivals = Arrivals()
    for sequence in (10, 11, 14, 13, 15):
        assert arrivals.count(sequence)
    assert (arrivals.total, arrivals.expected, arrivals.lost) == (5, 6, 1)


def test_duplicates_do_not_hide_losses() -> None:
    arrivals = Arrivals()
    assert [arrivals.count(sequence) for sequence in (1, 2, 2, 4, 1, 4, 4)] == [
        True, True, False, True, False, False, False,
    ]  # fmt: skip
    assert (arrivals.total, arrivals.lost) == (3, 1)


def test_the_sequence_number_wraps() -> None:
    arrivals = Arrivals()
    for sequence in (65533, 65534, 1, 65535, 0, 2):
        arrivals.count(sequence)
    assert (arrivals.lost, arrivals.highest) == (0, 65533 + 5)


def test_another_source_begins_anew_and_keeps_the_sum() -> None:
    arrivals = Arrivals()
    for sequence in (1, 2, 4):
        arrivals.count(sequence)
    arrivals.restart()
    for sequence in (40000, 40002):
        arrivals.count(sequence)
    assert (arrivals.lost, arrivals.lost_now, arrivals.total) == (2, 1, 5)


def test_the_share_lost_is_that_since_the_last_report() -> None:
    arrivals = Arrivals()
    for sequence in range(0, 100, 2):
        arrivals.count(sequence)
    assert arrivals.fraction_lost() == pytest.approx(0.5, abs=0.01)
    for sequence in range(99, 200):
        arrivals.count(sequence)
    assert arrivals.fraction_lost() == 0.0


def test_jitter_is_none_at_an_even_pace_and_near_the_mean_deviation_otherwise() -> None:
    even, uneven = Arrivals(), Arrivals()
    chance = random.Random(7)
    for packet in range(500):
        even.audio(packet, 160 * packet, 0.02 * packet + 1)
        uneven.audio(packet, 160 * packet, 0.02 * packet + chance.uniform(0, 0.04))
    assert even.jitter == pytest.approx(0, abs=0.01)
    assert uneven.jitter / 8 == pytest.approx(40 / 3, rel=0.35)


def test_a_jump_of_the_time_stamps_is_no_jitter() -> None:
    arrivals = Arrivals()
    arrivals.audio(0, 0, 0.0)
    arrivals.audio(1, 3_000_000_000, 0.02)
    arrivals.audio(2, 3_000_000_160, 0.04)
    assert arrivals.jitter == 0
