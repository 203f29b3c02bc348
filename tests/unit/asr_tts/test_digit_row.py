"""Rows of digits against the question that asks for them."""

import pytest

from asr_tts.digit_row import UNKNOWN, best_of, fits, is_kept, signs_of
from asr_tts.recognition import Question

SIX = Question("zh", "digits", least=6, most=8)
CARD = Question("zh", "digits", least=13, most=19, check="luhn")
IDENTITY = Question("zh", "digits", least=18, most=18, check="id_card")
PERSON = "一一零一零五一九四九一二三一零零二"


@pytest.mark.parametrize(
    ("text", "so"),
    [("一二三四五六", True), ("订单号一二三四五六", True), ("一二三四五", False), ("one two three four five oh", True)],
)
def test_a_row_fits_where_it_is_as_long_as_asked_for(text: str, so: bool) -> None:
    assert fits(text, SIX) is so


def test_every_row_is_kept_where_no_check_digit_is_asked_for() -> None:
    assert is_kept("一二三", SIX)


@pytest.mark.parametrize(("last", "so"), [("一", True), ("二", False)])
def test_a_check_digit_tells_a_right_row_from_a_wrong_one(last: str, so: bool) -> None:
    assert is_kept("四" + "一" * 14 + last, CARD) is so


@pytest.mark.parametrize("last", ["X", "x", UNKNOWN, "叉。"])
def test_the_last_sign_of_an_identity_number_may_be_an_x_that_is_no_word_of_the_ear(last: str) -> None:
    assert signs_of(PERSON + last, IDENTITY) == "11010519491231002X"
    assert fits(PERSON + last, IDENTITY)
    assert is_kept(PERSON + last, IDENTITY)


def test_other_speech_behind_any_other_row_is_no_sign_of_it() -> None:
    assert signs_of(f"一二三{UNKNOWN}", SIX) == "123"
    assert signs_of(UNKNOWN, IDENTITY) == ""


@pytest.mark.parametrize(
    ("texts", "question", "best"),
    [
        (["一二三", "一二三四五六", "一二三四五六七"], SIX, 1),
        (["一二三", "一二"], SIX, 0),
        (["四一一一一一一一一一一一一一一二", "四一一一一一一一一一一一一一一一"], CARD, 1),
        (["四一一", "四一一一一一一一一一一一一一一二"], CARD, 1),
        ([], SIX, 0),
    ],
    ids=["the first of the right length", "none is as long", "the one with the right check digit",
         "none has a right check digit: the right length", "nothing"],
)  # fmt: skip
def test_the_likeliest_row_that_answers_the_question_is_taken(texts: list[str], question: Question, best: int) -> None:
    assert best_of(texts, question) == best
