"""Callers say many words with a one in them that count nothing."""

from datetime import UTC, datetime

import pytest

from dialplans.slots import SlotKind, Wanted, found_in, read

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
KINDS = [SlotKind.of(name) for name in ("number", "money", "time", "moment")]
NOTHING = {
    "zh": ["能不能快一点", "大声一点", "说慢一点", "我等一下再打给你", "稍等我找一下", "一会儿再说", "早一点的"],
    "en": ["one moment", "one second please", "either one", "the second one", "one of your colleagues told me"],
}  # fmt: skip


@pytest.mark.parametrize(("language", "text"), [(language, text) for language in NOTHING for text in NOTHING[language]])
def test_they_are_no_value_alone_and_none_among_others(language, text):
    assert [read(kind, text, language, NOW) for kind in KINDS] == [None] * len(KINDS)
    assert found_in([Wanted(kind.type, kind) for kind in KINDS], text, language, NOW) == {}


@pytest.mark.parametrize(
    ("kind", "language", "text", "value"),
    [
        ("time", "zh", "下午一点", "13:00"), ("time", "zh", "早一点半", "13:30"),
        ("time", "zh", "一点吧", "13:00"), ("number", "zh", "一共四位", 4), ("number", "zh", "一个人", 1),
        ("number", "en", "one", 1), ("number", "en", "just one", 1), ("time", "en", "at one", "13:00"),
        ("number", "en", "one moment, four people", 4), ("time", "en", "the one o'clock please", "13:00"),
        ("number", "en", "the one hundred and five", 105), ("date", "zh", "周一一共几位", "2026-11-30"),
        ("date", "zh", "星期一直接来", "2026-11-30"), ("date", "zh", "周一下班以后", "2026-11-30"),
        ("number", "zh", "二十一起来", 21), ("time", "zh", "最早一点", "13:00"),
        ("time", "en", "the one thirty", "13:30"), ("time", "en", "no one thirty", "13:30"),
    ],
)  # fmt: skip
def test_numbers_beside_them_are_numbers_still(kind, language, text, value):
    found = read(SlotKind.of(kind), text, language, NOW)
    assert found is not None
    assert found.value == value


@pytest.mark.parametrize(("text", "value"), [("any day is fine", None), ("it is fine", None), ("a fan", "van")])
def test_a_short_name_is_not_heard_in_a_word_that_shares_its_consonants_alone(text, value):
    found = read(SlotKind.of({"type": "list", "entries": {"van": ["a van", "van"]}}), text, "en", NOW)
    assert (found and found.value) == value
