"""Which of our numbers callees see: near them, not too often, and rather not those that nobody answers any more."""

import numpy as np
import pytest

from campaigns.caller_numbers import CallerNumbers
from campaigns.line_plan import Line
from models.settings import LineSettings

SHANGHAI, BEIJING, MOBILE = "+862161234567", "+861061234567", "+8613912345678"
LINES = [
    Line.model_validate({"name": "cn", "numbers": [SHANGHAI, BEIJING], "number_per_day": 3}),
    Line.model_validate({"name": "mobile", "numbers": [{"number": MOBILE, "region": "CN-GD", "per_day": 2}]}),
    Line.model_validate({"name": "own"}),
]


def numbers(**weights: float) -> CallerNumbers:
    return CallerNumbers(LINES, LineSettings.model_validate(weights), 0.0)


@pytest.mark.parametrize(
    ("called", "region", "near"),
    [
        ("+862187654321", "", [1.0, 0.5, 0.0]),
        ("+861087654321", "CN", [1.0, 0.5, 0.0]),
        ("+8613800138000", "CN-GD", [0.5, 1.0, 0.0]),
        ("+8613800138000", "", [0.5, 0.5, 0.0]),
        ("+442071234567", "GB", [0.0, 0.0, 0.0]),
    ],
)
def test_a_number_of_the_callees_area_is_nearest_then_one_of_the_country(called: str, region: str, near: list[float]):
    assert numbers().nearness(called, region).tolist() == near


def test_a_number_is_shown_so_often_a_day_and_again_tomorrow():
    book, chance = numbers(), np.random.default_rng(1)
    shown = []
    while book.free()[0]:
        shown.append(book.choose(0, "+862187654321", "", chance, 0.0))
        book.shown(shown[-1])
    assert sorted(shown) == [0, 0, 0, 1, 1, 1]
    assert book.free().tolist() == [False, True, True]
    assert book.freshness().tolist() == [0.0, 1.0, 1.0]
    book.new_day(0)
    assert book.free().tolist() == [True, True, True]


def test_the_local_number_is_shown_first_and_the_other_when_it_is_used_up():
    book, chance = numbers(local=5), np.random.default_rng(1)
    for expected in (1, 1, 1, 0):
        chosen = book.choose(0, "+861087654321", "", chance, 0.0)
        assert chosen == expected
        book.shown(chosen)


def test_a_number_that_was_marked_as_spam_is_left_for_one_that_is_answered():
    lines = [Line.model_validate({"name": "cn", "numbers": [SHANGHAI, "+862161234568"]})]
    book, chance = CallerNumbers(lines, LineSettings(), 0.0), np.random.default_rng(1)
    for nth in range(300):
        book.heard(0, nth % 50 == 0, 0.0)
        book.heard(1, nth % 4 == 0, 0.0)
    shown = [book.choose(0, "+8613800138000", "", chance, 0.0) for _ in range(100)]
    assert shown.count(1) > 95
    assert book.rate(0, 0.0)[0] == pytest.approx(0.023, abs=0.01)


def test_what_is_kept_of_numbers_is_known_again():
    book = numbers()
    book.shown(1)
    book.heard(1, True, 100.0)
    again = CallerNumbers(list(reversed(LINES)), LineSettings(), 100.0)
    (row,) = book.rows(100.0)
    assert row == {"line": 0, "number": BEIJING, "used": 1, "answered": 1.0, "unanswered": 0.0}
    again.restore(2, row["number"], row["used"], (row["answered"], row["unanswered"]), 0.0)
    assert again.rows(100.0)[0] | {"line": 0} == row
    again.restore(2, "+4420", 5, (1, 1), 0.0)
    assert len(again.rows(100.0)) == 1
