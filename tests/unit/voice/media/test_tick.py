"""The beat of 20 ms, on time and late."""

import pytest

from voice.media.tick import PERIOD, Beat, Due


def test_deadlines_are_absolute_so_small_delays_do_not_add_up() -> None:
    beat = Beat(100.0)
    for tick in range(1000):
        assert beat.due(beat.next + 0.003) == Due(skip=0, run=1)
        assert beat.next == pytest.approx(100.0 + PERIOD * (tick + 2))


def test_one_missed_deadline_is_made_up_by_two_ticks_at_once() -> None:
    beat = Beat(0.0)
    assert beat.due(0.045) == Due(skip=0, run=2)
    assert beat.next == pytest.approx(0.06)


def test_a_late_tick_catches_up_without_a_burst() -> None:
    beat = Beat(0.0)
    due = beat.due(0.325)
    assert due == Due(skip=14, run=2)
    assert (due.skip + due.run) * PERIOD == pytest.approx(beat.next - 0.02)
    assert due.run * PERIOD <= 0.04


def test_lateness_is_counted_from_ten_milliseconds_on() -> None:
    beat = Beat(0.0)
    beat.due(0.029)
    assert beat.late == 0
    beat.due(0.055)
    assert beat.late == 1
    assert beat.forget() == pytest.approx(0.015)
    assert beat.forget() == 0.0
