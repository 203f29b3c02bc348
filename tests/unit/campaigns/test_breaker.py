"""The circuit breaker: opens when failures jump, tries, closes."""

from campaigns.breaker import Breaker, BreakerRules, BreakerState

RULES = BreakerRules(window_s=60, share=0.5, least=10, rest_s=100, trial=2)


def opened() -> Breaker:
    breaker = Breaker(RULES)
    for number in range(10):
        breaker.ended(str(number), True, float(number))
    return breaker


def test_it_opens_when_half_of_enough_attempts_failed() -> None:
    breaker = Breaker(RULES)
    told = [breaker.ended(str(number), number % 2 == 0, float(number)) for number in range(10)]
    assert told[:-1] == [None] * 9
    assert told[-1] is BreakerState.OPEN
    assert breaker.room(20.0) == 0


def test_few_failures_or_few_attempts_open_nothing() -> None:
    breaker = Breaker(RULES)
    for number in range(9):
        assert breaker.ended(str(number), True, 0.0) is None
    breaker = Breaker(RULES)
    for number in range(100):
        assert breaker.ended(str(number), number % 3 == 0, float(number)) is None
    assert breaker.room(100.0) is None


def test_failures_that_are_long_past_do_not_count() -> None:
    breaker = Breaker(RULES)
    for number in range(9):
        breaker.ended(str(number), True, 0.0)
    assert breaker.ended("late", True, 61.0) is None


def test_after_its_rest_a_few_calls_try_and_all_must_come_through() -> None:
    breaker = opened()
    assert breaker.room(108.0) == 0
    assert breaker.room(109.0) == 2
    breaker.begun("a")
    breaker.begun("b")
    assert breaker.room(109.0) == 0
    assert breaker.ended("a", False, 112.0) is None
    assert breaker.ended("b", False, 113.0) is BreakerState.CLOSED
    assert breaker.room(113.0) is None


def test_a_trial_that_fails_opens_it_for_twice_as_long() -> None:
    breaker = opened()
    breaker.room(109.0)
    breaker.begun("a")
    assert breaker.ended("a", True, 110.0) is BreakerState.OPEN
    assert breaker.room(310.0 - 0.1) == 0
    assert breaker.room(310.0) == 2


def test_calls_from_before_say_nothing_in_a_trial() -> None:
    breaker = opened()
    breaker.room(109.0)
    assert breaker.ended("old", True, 110.0) is None
    assert breaker.state is BreakerState.HALF_OPEN


def test_an_attempt_that_was_taken_back_leaves_its_place_in_the_trial() -> None:
    breaker = opened()
    breaker.room(109.0)
    breaker.begun("a")
    breaker.taken_back("a")
    assert breaker.room(109.0) == 2
