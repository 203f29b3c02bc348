from collections.abc import Callable

import pytest

from quality.back_pressure import LONGEST_S, LOOK_S, BackPressure, ticks


def _machine(shares: list[float]) -> tuple[BackPressure, list[float]]:
    """A machine whose others use a share of two cores in each second, the last one for ever."""
    slept: list[float] = []
    passed = used = 0.0
    coming = iter(shares)
    share = shares[0]

    def read() -> tuple[float, float]:
        nonlocal passed, used, share
        share = next(coming, share)
        passed, used = passed + 2.0, used + 2.0 * share
        return passed, used

    reading: Callable[[], tuple[float, float]] = read
    return BackPressure(reading, slept.append), slept


def test_an_idle_machine_is_not_waited_for():
    pressure, slept = _machine([0.1])
    pressure.rest()
    assert slept == []


def test_a_busy_one_is_waited_for_until_it_is_less_busy():
    pressure, slept = _machine([0.0, 0.9, 0.95, 0.8, 0.3])
    pressure.rest()
    assert slept == [LOOK_S] * 3


def test_one_that_is_always_busy_is_inspected_slowly_not_never():
    pressure, slept = _machine([0.0, 1.0])
    pressure.rest()
    assert sum(slept) == pytest.approx(LONGEST_S)


def test_two_looks_within_a_moment_tell_nothing():
    pressure = BackPressure(lambda: (100.0, 100.0), lambda seconds: pytest.fail("it waited"))
    pressure.rest()


def test_the_machine_s_ticks_only_go_up():
    first, second = ticks(), ticks()
    assert second[0] >= first[0] > 0
