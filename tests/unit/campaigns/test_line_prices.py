"""What a call costs, by prefix and billing step."""

import pytest

from campaigns.line_prices import FREE, Price, price_of

BY_MINUTE = Price(prefix="+86", per_minute=0.06)
BY_SIX = Price(prefix="+861", per_minute=0.06, first_s=30, next_s=6, fee=0.01)
ANYWHERE = Price(prefix="+", per_minute=1.0)


@pytest.mark.parametrize(
    ("price", "talk_s", "cost"),
    [
        (BY_MINUTE, None, 0.0),
        (BY_MINUTE, 0.0, 0.06),
        (BY_MINUTE, 60.0, 0.06),
        (BY_MINUTE, 60.0004, 0.06),
        (BY_MINUTE, 60.1, 0.12),
        (BY_SIX, 3.0, 0.04),
        (BY_SIX, 30.5, 0.01 + 0.036),
        (BY_SIX, 42.0, 0.01 + 0.042),
        (BY_SIX, 42.5, 0.01 + 0.048),
        (FREE, 600.0, 0.0),
    ],
)
def test_every_begun_step_is_paid_and_silence_is_free(price: Price, talk_s: float | None, cost: float):
    assert price.cost(talk_s) == pytest.approx(cost)


def test_the_longest_prefix_prices_a_number():
    prices = [BY_MINUTE, BY_SIX, ANYWHERE]
    assert price_of(prices, "+8613912345678") is BY_SIX
    assert price_of(prices, "+862112345678") is BY_MINUTE
    assert price_of(prices, "+4420") == ANYWHERE
    assert price_of([BY_MINUTE], "+4420") is None
