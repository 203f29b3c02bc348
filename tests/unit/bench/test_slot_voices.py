"""How the callers of the bench give numbers."""

import pytest

from bench.slot_voices import grouped


@pytest.mark.parametrize(
    ("said", "size", "given"),
    [
        ("my number is nine nine four two nine one one.", 3, "my number is nine nine four, two nine one, one."),
        ("oh double five two three one nine.", 4, "oh double five two three, one nine."),
        ("我的号码是二九五六二二。", 4, "我的号码是二九五六，二二。"),
        ("订单号零两个幺八九八七。", 3, "订单号零两个幺八，九八七。"),
    ],
)
def test_a_long_row_of_digits_is_given_in_groups(said: str, size: int, given: str) -> None:
    assert grouped(said, size) == given


@pytest.mark.parametrize(
    "said",
    ["three two one, five five.", "三八幺二，六五。", "forty two, seventeen, sixty one.", "I paid nine dollars."],
)
def test_what_is_in_groups_or_is_no_row_of_digits_stays(said: str) -> None:
    assert grouped(said, 3) == said
