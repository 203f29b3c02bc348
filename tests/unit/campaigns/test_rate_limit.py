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


def test_calls_that_are_written_for_long_before_they_leave_are_counted_when_they_leave() -> None:
    chance, limit, left, waiting = random.Random(2), RateLimit(a_second=6.0), list[float](), list[float]()
    for now in (millisecond / 1000 for millisecond in range(30_000)):
        for leaves in [one for one in waiting if one <= now]:
            waiting.remove(leaves)
            limit.left(now)
            left.append(now)
        while limit.room(now):
            limit.began(now, leaves=False)
            waiting.append(now + chance.choice([0.0, 0.01, 0.3, 0.9]))
    assert all(sum(at <= one < at + 1.0 for one in left) <= 6 for at in left)
    assert len(left) >= 0.6 * 6 * 30, "and what is written for long doesn't take its place twice"


def test_a_call_every_ten_seconds_is_so_long_after_the_one_before_has_left() -> None:
    limit = RateLimit(a_second=0.1)
    limit.began(0.0, leaves=False)
    assert limit.room(20.0) == 0
    limit.left(21.0)
    assert (limit.room(30.9), limit.room(31.0)) == (0, 1)


def test_a_call_that_leaves_over_another_line_takes_a_place_in_its_second_but_none_of_those_at_once() -> None:
    limit = RateLimit(at_once=2, a_second=1.0)
    limit.began(0.0)
    limit.again(5.0)
    assert (limit.running, limit.room(5.9), limit.room(6.1)) == (1, 0, 1)


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
