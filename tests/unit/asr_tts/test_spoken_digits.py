"""Digits as people say them."""

import pytest

from asr_tts.spoken_digits import digits_of, how_many


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


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("My order is 4 2 7, 1 0 6 please", 6), ("double five oh one", 4), ("forty two seventeen", 4), ("hello", 0),
        ("订单号五七零二八九零", 7), ("两个五 三个零", 5), ("四二七医零六", 6), ("2个5 9", 3), ("你好", 0),
    ],
)  # fmt: skip
def test_digits_are_counted_among_other_words(text: str, count: int) -> None:
    assert how_many(text) == count
