"""Limits: at once and a second, never a burst."""

import random

from campaigns.rate_limit import Limits, RateLimit


def test_no_second_has_more_calls_than_the_rate_even_when_asked_late_and_at_odd_times() -> None:
    chance, limit, placed, now = random.Random(1), RateLimit(a_second=50.0), [], 0.0
    while now < 20:
        while limit.room(now):
            limit.began(now)
            placed.append(now + chance.uniform(0, 0.05))
        # The loop is late now and then, by up to half a second.
        now += chance.choice([0.001, 0.01, 0.03, 0.5])
    placed.sort()
    assert all(sum(at <= one < at + 1.0 for one in placed) <= 50 for at in placed)


def test_a_loop_in_time_uses_nearly_all_of_the_rate() -> None:
    limit, placed = RateLimit(a_second=50.0), 0
    for millisecond in range(20_000):
        if limit.room(millisecond / 1000):
            limit.began(millisecond / 1000)
            placed += 1
    assert 44 * 20 <= placed <= 50 * 20


def test_a_call_every_ten_seconds_is_a_rate_too() -> None:
    limit = RateLimit(a_second=0.1)
    limit.began(0.0)
    assert limit.room(9.9) == 0
    assert limit.room(10.0) == 1


def test_calls_at_once_are_counted_until_they_end() -> None:
    limit = RateLimit(at_once=2)
    limit.began(0.0)
    limit.began(0.0)
    assert limit.room(0.0) == 0
    limit.ended()
    assert limit.room(0.0) == 1


def test_of_several_limits_the_narrowest_holds() -> None:
    campaign, whole = RateLimit(at_once=5), RateLimit(at_once=2)
    both, other = Limits(campaign, whole), Limits(RateLimit(at_once=5), whole)
    other.began(0.0)
    assert both.room(0.0) == 1
    both.began(0.0)
    assert both.room(0.0) == other.room(0.0) == 0
    assert campaign.running == 1
