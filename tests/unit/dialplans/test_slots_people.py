"""How many come, counted in groups, and what is no count of them."""

from datetime import UTC, datetime

import pytest

from dialplans.slots import SlotKind, Wanted, found_in, read

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
GUESTS = SlotKind.of({"type": "number", "least": 1, "most": 20, "whole": True})


@pytest.mark.parametrize(
    ("language", "text", "count"),
    [
        ("en", "two adults and two children", 4), ("en", "two adults, two kids", 4), ("en", "two adults one child", 3),
        ("en", "two adults and a baby", 3), ("en", "me and two friends", 3), ("en", "two men and two women", 4),
        ("en", "me and my wife and two kids", 4), ("en", "three of us plus a baby", 4),
        ("en", "the two of us and my mother", 3), ("en", "two adults and two children, so four", 4),
        ("en", "four people, two adults and two children", 4), ("en", "five of us, two of them children", 5),
        ("en", "six people including two children", 6), ("en", "three people and a dog", 3),
        ("en", "one adult ticket and two child tickets", 3), ("zh", "两张成人票一张儿童票", 3),
        ("zh", "两大一小", 3), ("zh", "两个大人一个小孩", 3), ("zh", "两位大人，一位儿童", 3), ("zh", "两男两女", 4),
        ("zh", "大人两个，小孩一个", 3), ("zh", "三个大人和一个小宝宝", 4), ("zh", "两个人加一个孩子", 3),
        ("zh", "我和两个朋友", 3), ("zh", "我和我老婆还有两个孩子", 4), ("zh", "我们俩带一个孩子", 3),
        ("zh", "四个人，两个大人两个小孩", 4), ("zh", "两个大人两个小孩，一共四个人", 4),
        ("zh", "六个人包括两个小孩", 6), ("zh", "五个人，其中两个小孩", 5), ("zh", "我们一家三口", 3),
        ("zh", "一对夫妻", 2),
    ],
)  # fmt: skip
def test_people_counted_in_groups_are_summed_and_a_total_is_the_total(language, text, count):
    found = read(GUESTS, text, language, NOW)
    assert found is not None
    assert (found.value, found.confidence > 0.9) == (count, True)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "my wife and two kids"), ("en", "two adults and two children and the grandparents"),
        ("en", "twelve adults and nine children"), ("zh", "我老婆和两个孩子"), ("zh", "我们一家人"), ("zh", "我们一家"),
        ("zh", "一群朋友"), ("zh", "两个大人一个小孩还有几个朋友"),
    ],
)  # fmt: skip
def test_where_nobody_can_tell_how_many_come_it_is_asked_again(language, text):
    assert read(GUESTS, text, language, NOW) is None


@pytest.mark.parametrize(
    ("language", "text", "count"),
    [
        ("en", "five people, two adults and two children", 4), ("en", "two to three people", 3),
        ("zh", "五个人，两个大人和两个小孩", 4), ("zh", "两到三个人", 3),
    ],
)  # fmt: skip
def test_two_numbers_that_differ_are_doubted(language, text, count):
    found = read(GUESTS, text, language, NOW)
    assert found is not None
    assert (found.value, found.confidence < 0.7) == (count, True)


@pytest.mark.parametrize(
    ("language", "text", "count", "sure"),
    [
        ("en", "a friend and I would like a table for six", 6, False),
        ("en", "A table for six, my wife and a friend and four kids", 6, True),
        ("en", "a table for four, two adults and two children", 4, True),
        ("en", "two adults and two children, a table for seven please", 7, False),
        ("en", "a table for two adults and two children", 4, True),
        ("en", "me and a friend, for six", 2, False), ("en", "me and a friend, for six o'clock", 2, True),
        ("zh", "六位，我老婆和一个朋友还有四个孩子", 6, True),
        ("zh", "我和一个朋友想订六位", 6, False), ("zh", "订六个人，我老婆和一个朋友还有四个孩子", 6, True),
        ("zh", "订四位，两个大人两个小孩", 4, True), ("zh", "我想订两个大人一个小孩", 3, True),
    ],
)  # fmt: skip
def test_for_how_many_it_is_to_be_counts_before_who_they_are(language, text, count, sure):
    found = read(GUESTS, text, language, NOW)
    assert found is not None
    assert (found.value, found.confidence > 0.9) == (count, sure)


@pytest.mark.parametrize(
    ("language", "text", "values"),
    [
        ("en", "two adults and two children, tomorrow at seven in the evening", (4, "2026-11-22T19:00")),
        ("zh", "明天晚上七点，两大一小", (3, "2026-11-22T19:00")),
        ("zh", "明天晚上两个大人七点", (2, "2026-11-22T19:00")),
    ],
)
def test_they_stand_beside_a_moment(language, text, values):
    slots = (Wanted("guests", GUESTS), Wanted("when", SlotKind.of("moment")))
    found = found_in(slots, text, language, NOW)
    assert (found["guests"].value, found["when"].value) == values
