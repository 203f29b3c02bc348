"""Forecasts: chances that are true in the long run."""

import random

import numpy as np

from campaigns.forecast import Durations, exceeds, tail


def learnt(count: int = 3000) -> Durations:
    """Return what is learned of calls that a third answers, after 12 s on average."""
    chance, durations = random.Random(4), Durations(1.0, 60, 15.0, 10.0, 0.4)
    for _ in range(count):
        hit = chance.random() < 1 / 3
        durations.take(chance.gammavariate(4, 3) if hit else 30.0, hit)
    return durations


def test_the_share_of_hits_is_learned_and_its_doubt_falls() -> None:
    few, many = learnt(5), learnt()
    assert abs(many.share - 1 / 3) < 0.07
    assert many.doubt < few.doubt


def test_what_has_lasted_longer_has_another_chance() -> None:
    durations = learnt()
    soon = durations.chances(np.array([0.0, 10.0, 26.0]), np.array([5.0]))[:, 0]
    assert soon[1] > soon[0]
    assert soon[1] > soon[2]


def test_chances_grow_with_time_and_end_at_the_share() -> None:
    durations = learnt()
    chances = durations.chances(np.array([0.0]), np.array([1.0, 10.0, 20.0, 60.0]))[0]
    assert np.all(np.diff(chances) >= 0)
    assert abs(chances[-1] - durations.share) < 1e-6


def test_old_durations_fade() -> None:
    durations = learnt()
    for _ in range(1500):
        durations.take(30.0, False)
    assert durations.share < 0.03


def test_nothing_known_is_a_forecast_too() -> None:
    durations = Durations(5.0, 360, 180.0, 3.0)
    chances = durations.chances(np.array([0.0, 3000.0]), np.array([10.0, 3000.0]))
    assert np.all((chances >= 0) & (chances <= 1))


def test_the_tail_of_a_sum_of_unlike_chances_is_near_the_exact_one() -> None:
    chance = np.random.default_rng(1)
    for size in (3, 12, 60):
        chances = chance.uniform(0.02, 0.5, size)
        exact = np.array([1.0])
        for one in chances:
            exact = np.convolve(exact, [1 - one, one])
        for threshold in range(size):
            found = tail([chances[:, None]], np.array([float(threshold)]))[0]
            assert abs(found - exact[threshold + 1 :].sum()) < 0.02


def test_a_certain_sum_is_certain() -> None:
    sure = np.array([0.0])
    assert exceeds(np.array([3.0]), sure, sure, np.array([2.0]))[0] == 1.0
    assert exceeds(np.array([3.0]), sure, sure, np.array([3.0]))[0] == 0.0
