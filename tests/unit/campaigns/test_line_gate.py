"""Calls by hand, transfers and callbacks go by the rules of the lines that use their trunk."""

import pytest

from campaigns.line_book import LineBook
from campaigns.line_gate import LineGate
from campaigns.line_plan import Line
from models.settings import LineSettings

LINES = [
    Line.model_validate({
        "name": "a", "trunk": "carrier", "numbers": ["+862161234567"], "dial": {"+86": "", "+": "00"},
        "currency": "CNY", "prices": {"+86": 0.06, "+44": 1.0}, "spend_per_day": 0.05, "prefixes": ["+86", "+44"],
    }),
    Line.model_validate({"name": "b", "trunk": "second", "numbers": ["+862161234567"], "dial": {"+86": "0"}}),
]  # fmt: skip


def refusal(trunk: str, number: str, spent: float = 0.0) -> str:
    book = LineBook(LINES, LineSettings(), 0.0)
    book.state.today[4, 0] = spent
    return LineGate(book).refusal(trunk, number, 0.0)


@pytest.mark.parametrize(
    ("trunk", "number"),
    [
        ("second", "+8613912345678"),
        ("second", "013912345678"),
        ("second", "02161234567"),
        ("other", "+19005551234"),
        ("other", "201"),
    ],
)
def test_what_the_lines_allow_and_trunks_without_lines_are_open(trunk: str, number: str):
    assert refusal(trunk, number) == ""


@pytest.mark.parametrize(
    ("trunk", "number", "words"),
    [
        ("second", "+442071234567", "is of GB, not of CN"),
        ("second", "00442071234567", "can't be read"),
        ("second", "+19005551234", "costly"),
        ("second", "201", "can't be read as a number of any country"),
        ("carrier", "0033123456789", "none of the line's prefixes"),
        ("carrier", "13912345678", "spend limit leaves 0.05 CNY"),
    ],
)
def test_everything_else_is_refused_in_a_sentence(trunk: str, number: str, words: str):
    assert words in refusal(trunk, number)


def test_a_switched_off_line_has_no_rules_and_no_calls():
    off = [line.model_copy(update={"enabled": False}) for line in LINES]
    gate = LineGate(LineBook(off, LineSettings(), 0.0))
    assert gate.refusal("second", "+442071234567", 0.0) == ""
