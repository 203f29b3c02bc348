"""Too many failures in a while: not for a while."""

from console.throttle import MOST_KEYS, Throttle


def test_after_too_many_failures_one_waits_until_the_first_is_old_enough():
    throttle = Throttle(most=3, within_s=300)
    for second in (0, 10, 20):
        assert throttle.wait_s("anna", second) == 0
        throttle.failed("anna", second)
    assert throttle.wait_s("anna", 30) == 270
    assert throttle.wait_s("bo", 30) == 0
    assert throttle.wait_s("anna", 300) == 0
    throttle.failed("anna", 300)
    assert throttle.wait_s("anna", 301) == 9


def test_what_goes_well_forgets_the_failures():
    throttle = Throttle(most=2, within_s=300)
    throttle.failed("anna", 0)
    throttle.succeeded("anna")
    throttle.failed("anna", 1)
    assert throttle.wait_s("anna", 1) == 0


def test_a_flood_of_names_takes_no_more_memory_than_a_few():
    throttle = Throttle(most=1, within_s=300)
    for number in range(MOST_KEYS + 10):
        throttle.failed(str(number), 0)
    assert throttle.wait_s("0", 0) == 0, "the oldest are forgotten"
    assert throttle.wait_s(str(MOST_KEYS + 9), 0) > 0
