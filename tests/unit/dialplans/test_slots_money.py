from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.slot_values import han, number
from dialplans.slots import SlotKind, read

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("en", "twelve fifty", "12.50"), ("en", "$12.50", "12.50"), ("en", "12:50", "12.50"), ("en", "12 50", "12.50"),
        ("en", "three hundred and five dollars twenty", "305.20"), ("en", "a dollar fifty", "1.50"),
        ("en", "two dollars and fifty cents", "2.50"), ("en", "ninety-nine cents", "0.99"),
        ("en", "twelve hundred dollars", "1200.00"), ("en", "It was about $1,250.", "1250.00"),
        ("en", "two and a half thousand dollars", "2500.00"), ("en", "five bucks", "5.00"),
        ("en", "$3,700 and $89", "3789.00"), ("en", "9,500 and $38.93", "9538.93"), ("en", "6542.", "65.42"),
        ("zh", "我付了旧快起", "9.70"), ("zh", "就签零把十三元", "9083.00"), ("zh", "8258.3毛5", "8258.35"),
        ("zh", "就八十块", "80.00"), ("zh", "八万亿", "81000.00"), ("zh", "一百二十块五", "120.50"),
        ("zh", "120块5", "120.50"), ("zh", "三万五", "35000.00"),
        ("zh", "三块五毛二", "3.52"), ("zh", "五毛", "0.50"), ("zh", "两块半", "2.50"), ("zh", "十二块零五分", "12.05"),
        ("zh", "大概三千五百块左右", "3500.00"), ("zh", "1.5万元", "15000.00"), ("zh", "一百快", "100.00"),
        ("zh", "¥120.50", "120.50"), ("zh", "一百二", "120.00"),
    ],
)  # fmt: skip
def test_amounts_are_read_as_people_say_them_and_as_recognisers_write_them(language, text, value):
    found = read(SlotKind("money"), text, language, NOW)
    assert found is not None
    assert found.value == value


def test_cents_that_may_be_hundreds_are_a_guess_and_the_bounds_decide():
    unsure = read(SlotKind("money"), "two fifty", "en", NOW)
    assert unsure is not None
    assert (unsure.value, unsure.confidence < 0.7, unsure.note) == ("2.50", True, "the cents are a guess")
    large = read(SlotKind("money", least=100), "two fifty", "en", NOW)
    assert large is not None
    assert large.value == "250.00"


@pytest.mark.parametrize(("language", "text"), [("zh", "旧快起"), ("zh", "8258.3毛5"), ("en", "6542")])
def test_an_amount_that_was_bent_to_fit_is_a_guess(language, text):
    found = read(SlotKind("money"), text, language, NOW)
    assert found is not None
    assert found.confidence < 0.7
    assert found.note


def test_another_currency_than_expected_is_doubted():
    found = read(SlotKind.of({"type": "money", "currency": "USD"}), "fifty euros", "en", NOW)
    assert found is not None
    assert found.confidence < 0.7
    assert found.spoken == "fifty euros"


@given(st.integers(0, 999_999))
def test_every_whole_amount_in_english_words_comes_back(amount):
    found = read(SlotKind("money"), f"{number(amount)} dollars", "en", NOW)
    assert found is not None
    assert found.value == f"{amount}.00"


@given(st.integers(1, 99_999))
def test_every_whole_amount_in_chinese_words_comes_back(amount):
    found = read(SlotKind("money"), f"{han(amount)}块钱", "zh", NOW)
    assert found is not None
    assert found.value == f"{amount}.00"


@pytest.mark.parametrize(
    ("language", "text", "value", "sure"),
    [
        ("en", "a table for four", 4, True), ("en", "For.", 4, False), ("en", "six people please", 6, True),
        ("en", "I'd like one table for 6 people", 6, True), ("en", "a dozen", 12, True), ("en", "nobody", None, False),
        ("en", "forty", None, False), ("zh", "两位", 2, True), ("zh", "我想订一个四人桌", 4, True),
        ("zh", "是个人", 4, False), ("zh", "十二个人", 12, True), ("zh", "随便", None, False),
        ("en", "just me", 1, True), ("en", "It's only me.", 1, True), ("en", "on my own", 1, True),
        ("en", "fine.", 5, False), ("en", "my wife and I", 2, True), ("en", "both of us", 2, True),
        ("en", "yeah, that is fine", None, False), ("en", "call me", None, False), ("en", "help me", None, False),
        ("zh", "就我自己", 1, True), ("zh", "就我", 1, True), ("zh", "我和我老婆", 2, True), ("zh", "我们俩", 2, True),
        ("zh", "一家三口", 3, True), ("zh", "就我那个订单", None, False),
        ("en", "No, just me please.", 1, True), ("en", "it'll be just me, by myself", 1, True),
        ("en", "a table for me and my wife", 2, True), ("en", "me and my wife and kids", None, False),
        ("en", "me and my mom and dad", None, False), ("en", "my son and my daughter and me", None, False),
        ("en", "both of us and the kids", None, False), ("en", "I'll come by myself to ask", None, False),
        ("en", "not just me", None, False), ("en", "my wife and I and our two kids", 4, True),
        ("zh", "我和朋友们", None, False), ("zh", "我和我老婆孩子", None, False), ("zh", "我跟我爸妈", None, False),
        ("zh", "我和我爸爸妈妈", None, False), ("zh", "我自己也不知道", None, False),
        ("zh", "我自己看一下", None, False), ("zh", "我们俩人", 2, True),
        ("zh", "不只是我", None, False), ("zh", "不是我自己", None, False), ("zh", "不，就我", 1, True),
        ("zh", "我们俩带孩子", 2, False), ("zh", "我们俩加一个孩子", 3, True), ("zh", "嗯，就我们俩。", 2, True),
        ("zh", "我们俩一起来", 2, True), ("zh", "就我自己，没别人", 1, True), ("zh", "就我和我太太两个人", 2, True),
    ],
)  # fmt: skip
def test_counts_are_found_within_their_bounds(language, text, value, sure):
    found = read(SlotKind.of({"type": "number", "least": 1, "most": 12, "whole": True}), text, language, NOW)
    assert (found and found.value) == value
    assert bool(found and found.confidence >= 0.7) is sure
