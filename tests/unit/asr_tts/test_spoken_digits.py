"""Digits as people say them."""

import pytest

from asr_tts.spoken_digits import digits_of


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("five five five oh one two three", "5550123"),
        ("double five 0 one", "5501"),
        ("Triple nine.", "999"),
        ("123-456", "123456"),
        ("1, 2, 3.", "123"),
        ("My number is twenty one forty", "2140"),
        ("nineteen eighty four", "1984"),
        ("four to seven", "427"),
        ("one", "1"),
        ("幺三八零零一三八", "13800138"),
        ("我的号码是一二三", "123"),
        ("１２３", "123"),
        ("ninety", "90"),
    ],
)
def test_digits_are_read(text: str, digits: str) -> None:
    assert digits_of(text) == digits


@pytest.mark.parametrize("text", ["", "to", "for", "I want two tickets", "hello", "double", "one moment", "三个苹果"])
def test_what_says_more_than_digits_is_none(text: str) -> None:
    assert digits_of(text) == ""
