import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialplans.slot_kinds import digits_en, digits_zh
from dialplans.slot_kinds.guess import Guess
from dialplans.slot_kinds.kind import TYPES
from dialplans.slots import (
    SlotKind,
    Wanted,
    choice_of,
    corrected,
    corrections_in,
    digits_in,
    found_in,
    read,
    yes_or_no,
)

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
        ("en", "it did", True), ("en", "that helped", True), ("en", "it didn't", False), ("en", "it did not", False),
        ("en", "no, it doesn't", False), ("zh", "帮助很大", True), ("zh", "帮助不大", False), ("zh", "解决了", True),
        ("zh", "没解决", False), ("en", "no, that didn't help me", False), ("en", "yes, it has", True),
        ("en", "I didn't catch that", None), ("en", "I did not understand", None), ("en", "it doesn't matter", None),
        ("en", "why doesn't it", None), ("en", "that doesn't matter, yes", True), ("en", "it has to be Friday", None),
        ("en", "that wasn't helpful", None), ("zh", "解决了吗", None), ("zh", "有什么帮助", None),
        ("zh", "有帮助", True), ("zh", "没什么帮助", False), ("zh", "能有点帮助吗", None),
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


NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
TABLE = (
    Wanted("guests", SlotKind.of({"type": "number", "least": 1, "most": 12})),
    Wanted("when", SlotKind.of({"type": "moment", "opens": 11, "closes": 23})),
)


@pytest.mark.parametrize(
    ("language", "text", "values"),
    [
        ("en", "a table for four tomorrow at eight", {"guests": 4, "when": "2026-11-22T20:00"}),
        ("en", "for tomorrow, a table for four at eight", {"guests": 4, "when": "2026-11-22T20:00"}),
        ("en", "6 people on Friday at 7 p.m.", {"guests": 6, "when": "2026-11-27T19:00"}),
        ("en", "just the two of us", {"guests": 2}),
        ("en", "what a nice day", {}),
        ("zh", "我想订明天晚上七点四个人的位子", {"guests": 4, "when": "2026-11-22T19:00"}),
        ("zh", "四位，后天中午十二点", {"guests": 4, "when": "2026-11-23T12:00"}),
    ],
)
def test_two_slots_in_one_sentence_share_its_words(language, text, values):
    assert {name: found.value for name, found in found_in(TABLE, text, language, NOW).items()} == values


@pytest.mark.parametrize(
    ("language", "text", "values"),
    [
        ("en", "a repair on Friday at three", {"day": "2026-11-27", "time": "15:00"}),
        ("en", "Friday", {"day": "2026-11-27"}),
        ("en", "at half past ten", {"time": "10:30"}),
        ("zh", "我想后天下午三点修车", {"day": "2026-11-23", "time": "15:00"}),
        ("zh", "下午三点半", {"time": "15:30"}),
    ],
)
def test_a_day_and_an_hour_said_together_fill_two_slots(language, text, values):
    slots = [Wanted("day", SlotKind.of("date")), Wanted("time", SlotKind.of("time"))]
    assert {name: found.value for name, found in found_in(slots, text, language, NOW).items()} == values


def test_slots_of_one_kind_take_the_values_in_their_order():
    trip = [
        Wanted(name, SlotKind.of({"type": "list", "entries": ["Berlin", "Paris", "Rome"]})) for name in ("from", "to")
    ]
    found = found_in(trip, "from Paris to Rome", "en", NOW)
    assert [found["from"].value, found["to"].value] == ["Paris", "Rome"]


@pytest.mark.parametrize(
    ("language", "text", "part"),
    [
        ("en", "no, I said Tuesday", "Tuesday"), ("en", "not Monday, Tuesday", "Tuesday"), ("en", "no", None),
        ("en", "no, not Monday but Tuesday", "Tuesday"), ("en", "sorry, make it four", "four"),
        ("en", "Friday instead", "Friday"), ("en", "can we do Friday instead", "Friday"), ("en", "instead", None),
        ("zh", "还是周五吧", "周五"), ("zh", "那还是周五吧", "周五"),
        ("en", "I meant Tuesday", "Tuesday"), ("en", "no that's wrong, it's 427", "427"), ("en", "Tuesday", None),
        ("zh", "不对，是周二", "周二"), ("zh", "不是周一，是周二", "周二"), ("zh", "不", None),
        ("zh", "我说的是周二", "周二"),
        ("en", "no, not Friday", None), ("en", "no, not on Friday", None), ("en", "no, not Friday, Monday", "Monday"),
        ("zh", "不，不是周五", None), ("zh", "不对，不要周五", None), ("zh", "不是周五", None),
        ("en", "not Friday", None), ("zh", "不对，不要周五，周六", "周六"), ("zh", "不是，周二", "周二"),
        ("zh", "不是我说的是周二", "周二"),
        ("zh", "改成五个人", "五个人"), ("zh", "不对，我说的是三点", "三点"), ("zh", "周二", None),
    ],
)  # fmt: skip
def test_a_correction_carries_its_new_value(language, text, part):
    assert corrected(text, language) == part


@pytest.mark.parametrize(
    ("language", "text", "values"),
    [
        ("en", "no, I said six people", {"guests": 6}),
        ("en", "no, make it tomorrow at seven pm", {"when": "2026-11-22T19:00"}),
        ("en", "yes", {}),
        ("zh", "不对，是六个人", {"guests": 6}),
        ("zh", "不是，是明天晚上七点", {"when": "2026-11-22T19:00"}),
    ],
)
def test_a_correction_changes_the_slot_whose_kind_it_is(language, text, values):
    assert {name: found.value for name, found in corrections_in(TABLE, text, language, NOW)[0].items()} == values


@given(st.text(max_size=60), st.sampled_from(["en", "zh"]), st.sampled_from(TYPES))
def test_no_text_makes_a_reader_fail(text, language, type_):
    kind = SlotKind.of({"type": type_, "entries": ["a", "b"]} if type_ == "list" else type_)
    found = read(kind, text, language, NOW)
    if found:
        assert 0 <= found.confidence <= 1
        assert json.dumps(found.value)


@pytest.mark.parametrize(
    ("text", "guests"),
    [
        ("我想订一张桌子，四位", 4),
        ("订一个位子，六个人", 6),
        ("来一份套餐，我们三位", 3),
        ("一个人", 1),
        ("一位", 1),
        ("我要订一张桌子", None),
    ],
)
def test_a_table_is_not_counted_where_its_guests_are(text, guests):
    found = found_in(TABLE, text, "zh", NOW)
    assert (found["guests"].value if "guests" in found else None) == guests
    if guests:
        alone = read(SlotKind.of({"type": "number", "least": 1, "most": 12}), text, "zh", NOW)
        assert alone is not None
        assert alone.value == guests


@pytest.mark.parametrize(
    ("language", "text", "value", "guessed"),
    [
        ("en", "Tuesday at three, no, Friday", "2026-11-27T15:00", True),
        ("en", "Tuesday at three, no, at four pm", "2026-11-24T16:00", False),
        ("zh", "周二三点，不对，周五", "2026-11-27T15:00", True),
        ("zh", "周二三点，不对，下午四点", "2026-11-24T16:00", False),
        ("en", "next week at three pm, no, at four pm", "2026-11-23T16:00", False),
    ],
)  # fmt: skip
def test_what_was_a_guess_stays_one_where_only_the_rest_is_said_anew(language, text, value, guessed):
    found = read(SlotKind("moment"), text, language, NOW)
    assert found is not None
    assert (found.value, Guess.AFTERNOON in found.guesses) == (value, guessed)
    assert found.confidence <= 0.75


def test_a_guessed_month_stays_one_where_only_the_hour_is_said_anew():
    found = read(SlotKind("moment"), "月十一号下午三点，不对，下午四点", "zh", NOW)
    assert found is not None
    assert (found.value, found.guesses, found.confidence <= 0.5) == ("2026-12-11T16:00", (Guess.MONTH,), True)
