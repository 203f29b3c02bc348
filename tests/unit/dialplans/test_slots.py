import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialplans.slot_kinds import digits_en, digits_zh
from dialplans.slots import choice_of, digits_in, yes_or_no

WORDS = {digit: word for word, digit in reversed(digits_en.DIGITS.items())}
SIGNS = {digit: sign for sign, digit in reversed(digits_zh.DIGITS.items())}


@pytest.mark.parametrize(
    ("language", "text", "digits"),
    [
        ("en", "one two three double four five", "123445"),
        ("en", "It's 427 106.", "427106"),
        ("en", "four two seven, one oh six", "427106"),
        ("en", "triple seven", "777"),
        ("en", "forty two seventeen", "4217"),
        ("en", "twenty thirty", "2030"),
        ("en", "ninety", "90"),
        ("en", "my name is Anna", ""),
        ("zh", "幺三五零零两六", "1350026"),
        ("zh", "四二七，一零六", "427106"),
        ("zh", "是4 2 7", "427"),
        ("zh", "没有", ""),
    ],
)
def test_digits_are_found_however_they_are_grouped(language, text, digits):
    assert digits_in(text, language) == digits


@given(st.text("0123456789", min_size=1, max_size=11))
def test_digits_said_one_by_one_come_back(digits):
    assert digits_in(" ".join(WORDS[digit] for digit in digits), "en") == digits
    assert digits_in("".join(SIGNS[digit] for digit in digits), "zh") == digits
    assert digits_in(digits, "en") == digits


@pytest.mark.parametrize(
    ("language", "text", "agrees"),
    [
        ("en", "Yes.", True), ("en", "yeah that's right", True), ("en", "uh-huh", True), ("en", "Okay", True),
        ("en", "No.", False), ("en", "no that's not right", False), ("en", "that's wrong", False),
        ("en", "nope", False), ("en", "the blue one", None), ("en", "", None),
        ("zh", "对的", True), ("zh", "嗯", True), ("zh", "没错", True), ("zh", "不对", False), ("zh", "不是的", False),
        ("zh", "没问题", True), ("zh", "蓝色", None),
    ],
)  # fmt: skip
def test_yes_and_no(language, text, agrees):
    assert yes_or_no(text, language)[0] is agrees


def test_a_choice_is_found_among_other_words_and_never_guessed():
    phrases = [("opening hours", "one"), ("my order", "two"), ("address", "three")]
    assert choice_of("the opening hours please", phrases, "en")[0] == 0
    assert choice_of("adress", phrases, "en")[0] == 2
    assert choice_of("two", phrases, "en")[0] == 1
    assert choice_of("something else entirely", phrases, "en")[0] == -1
    assert choice_of("", phrases, "en")[0] == -1
