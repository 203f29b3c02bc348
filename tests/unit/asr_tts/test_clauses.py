"""Where a text is cut."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr_tts import clauses

CUTS = [
    ("Yes.", ["Yes."]),
    ("", []),
    (" \n ", []),
    ("...", ["..."]),
    (
        "Hello, thank you for calling Hotline. How can I help you today?",
        ["Hello, thank you for calling Hotline.", "How can I help you today?"],
    ),
    (
        "Thank you, Mary. Your order was sent on Monday.",
        ["Thank you,", "Mary. Your order was sent on Monday."],
    ),
    (
        "Your appointment is with Dr. Smith of Acme Inc. in London. Please be on time.",
        ["Your appointment is with Dr. Smith of Acme Inc. in London.", "Please be on time."],
    ),
    (
        "That makes 1,250.00 dollars in all. See https://example.com/a.b?c for more about it.",
        ["That makes 1,250.00 dollars in all.", "See https://example.com/a.b?c for more about it."],
    ),
    (
        "We open at 9 a.m. every day. We close at 6 p.m. Then nobody is here.",
        ["We open at 9 a.m. every day.", "We close at 6 p.m. Then nobody is here."],
    ),
    ("Bring your passport, e.g. a valid one. Thanks.", ["Bring your passport,", "e.g. a valid one. Thanks."]),
    (
        "Your order leaves on Friday morning and costs 90 dollars with the delivery.",
        ["Your order leaves on Friday morning", "and costs 90 dollars with the delivery."],
    ),
    ("We have bread and butter and jam.", ["We have bread and butter and jam."]),
    ("1. Press the key. 2. Wait for a tone.", ["1. Press the key.", "2. Wait for a tone."]),
    ("您好，感谢致电热线。请问有什么可以帮您？", ["您好，感谢致电热线。", "请问有什么可以帮您？"]),
    ("营业时间是9:00到18:00，周末休息！", ["营业时间是9:00到18:00，", "周末休息！"]),
]


@pytest.mark.parametrize(("text", "cut"), CUTS)
def test_a_text_is_cut_where_a_speaker_breathes(text: str, cut: list[str]) -> None:
    assert clauses.split(text) == cut


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab A1.,!?;: \n您好，。！", max_size=400))
def test_no_character_is_added_or_lost(text: str) -> None:
    assert "".join("".join(clauses.split(text)).split()) == "".join(text.split())


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="abc .,您好，。", max_size=800))
def test_every_clause_is_bounded_so_that_the_line_never_waits_long(text: str) -> None:
    longest = clauses.LONGEST[-1]
    assert all(clauses.weight(clause) <= longest + 3 for clause in clauses.split(text))


WORDS = {
    "您的订单已经发出，": ["您", "的", "订单", "已经", "发出", "，"],
    "预计下午三点左右送到您的地址。": ["预计", "下午", "三点", "左右", "送到", "您", "的", "地址", "。"],
    "好的，": ["好", "的", "，"],
    "您本月的账单是1103元，": ["您", "本月", "的", "账单", "是", "1103", "元", "，"],
    "请在二十三号之前缴费。": ["请", "在", "二十三号", "之前", "缴费", "。"],
}


def words_of(text):
    return WORDS.get(text) or list(text)


def breaths(parts):
    found: list[str] = []
    for part in parts:
        found += clauses.hastened(part, words_of, len(found))
    return found


def test_a_slow_voice_begins_with_a_short_breath_and_loses_nothing():
    parts = ["您的订单已经发出，", "预计下午三点左右送到您的地址。"]
    assert breaths(parts) == ["您的订单", "已经发出，", "预计下午三点左右送到您的地址。"]


def test_behind_what_was_said_before_breaths_are_longer():
    assert clauses.hastened("您的订单已经发出，", words_of, 1) == ["您的订单已经发出，"]
    assert clauses.hastened("预计下午三点左右送到您的地址。", words_of, 2) == ["预计下午三点左右送到您的地址。"]


def test_a_breath_that_is_short_already_stays_whole():
    parts = ["好的，", "请在二十三号之前缴费。"]
    assert breaths(parts)[0] == "好的，"


def test_no_particle_begins_a_breath_and_no_amount_is_parted_from_its_unit():
    found = breaths(["您本月的账单是1103元，", "请在二十三号之前缴费。"])
    assert found[0] == "您本月的"
    assert not any(clause[0] in "的元，" for clause in found)


def test_one_long_word_is_never_torn():
    assert clauses.hastened("阿布扎比国际机场", lambda text: [text], 0) == ["阿布扎比国际机场"]
