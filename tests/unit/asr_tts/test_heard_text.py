"""What recognisers write, tidied."""

import pytest

from asr_tts.heard_text import is_chinese, pinyin, plain, tidy


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Thank you. Thank you. Thank you. Thank you.", "en", "Thank you."),
        ("I want to I want to I want to I want to pay", "en", "I want to pay"),
        ("three three three", "en", "three three three"),
        ("5 5 5 5", "en", "5 5 5 5"),
        ("no no", "en", "no no"),
        ("我想查詢訂單", "zh", "我想查询订单"),
        ("谢谢谢谢谢谢谢谢谢谢", "zh", "谢"),
        ("三三三三", "zh", "三三三三"),
        ("(applause) hello [music]", "en", "hello"),
        ("♪♪", "en", ""),
        ("  spaced   out ", "en", "spaced out"),
    ],
)
def test_loops_and_stage_directions_go(text: str, language: str, expected: str) -> None:
    assert tidy(text, language) == expected


def test_a_word_said_twice_needs_the_time_for_it() -> None:
    assert tidy("9 9", "en", 0.4) == "9"
    assert tidy("9 9", "en", 0.8) == "9 9"
    assert tidy("August, August.", "en", 0.5) == "August"
    assert tidy("nine one", "en", 0.2) == "nine one"


def test_plain_text_has_neither_case_nor_marks_nor_width() -> None:
    assert plain("It’s  １２ O'Clock!") == "its 12 oclock"


def test_pinyin_is_without_tones() -> None:
    assert pinyin("查询，订单") == "cha xun ding dan"
    assert is_chinese("查 a")
    assert not is_chinese("abc")


def test_traditional_signs_are_folded_where_chinese_was_heard_and_nowhere_else():
    assert tidy("請問訂單什麼時候發貨", "zh") == "请问订单什么时候发货"
    assert tidy("Where is my order?", "en") == "Where is my order?"
