"""Values that callers take back in the same breath, refuse, or leave open."""

from datetime import UTC, datetime
from time import process_time

import pytest

from dialplans.slots import SlotKind, Wanted, found_in, read

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
KINDS = {
    "date": SlotKind.of("date"), "time": SlotKind.of("time"), "moment": SlotKind.of("moment"),
    "people": SlotKind.of({"type": "number", "whole": True, "least": 1, "most": 20}), "money": SlotKind.of("money"),
    "number": SlotKind.of("number"),
    "order": SlotKind.of({"type": "identifier", "digits": 6}),
    "what": SlotKind.of({"type": "list", "entries": {
        "repair": {"en": ["a repair", "repair"], "zh": ["维修", "修车"]},
        "check": {"en": ["a check", "check"], "zh": ["检查"]},
    }}),
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "language", "text", "value"),
    [
        ("date", "en", "on Friday, no, Saturday", "2026-11-28"),
        ("date", "en", "Friday, sorry, I mean Saturday", "2026-11-28"),
        ("date", "en", "the fourth, no wait, the fifth", "2026-12-05"),
        ("time", "en", "at three, sorry, four", "16:00"),
        ("moment", "en", "Friday at three, no, at four", "2026-11-27T16:00"),
        ("moment", "en", "Friday at three, no, Saturday", "2026-11-28T15:00"),
        ("moment", "en", "Friday at three, no, Saturday at four", "2026-11-28T16:00"),
        ("people", "en", "two people, no, three", 3), ("people", "en", "two, actually three", 3),
        ("what", "en", "a repair, no, a check", "check"), ("money", "en", "fifty dollars, no, sixty", "60.00"),
        ("order", "en", "four two seven one zero six, no, four two seven one zero seven", "427107"),
        ("order", "en", "one two three four five six, no, five seven", None),
        ("order", "en", "four two seven, wait, one zero six", "427106"),
        ("date", "en", "on Friday, no problem", "2026-11-27"), ("date", "en", "Friday, no later", "2026-11-27"),
        ("date", "zh", "周五，不对，周六", "2026-11-28"), ("date", "zh", "周五，哦不，周六", "2026-11-28"),
        ("date", "zh", "四号，不是，五号", "2026-12-05"), ("date", "zh", "周五，啊不，下周一", "2026-11-30"),
        ("date", "zh", "把周五改成周六", "2026-11-28"), ("date", "zh", "周五，还是周六吧", "2026-11-28"),
        ("time", "zh", "下午三点，说错了，四点", "16:00"),
        ("moment", "zh", "周五下午三点，不，四点", "2026-11-27T16:00"),
        ("moment", "zh", "周五下午三点，不对，周六", "2026-11-28T15:00"),
        ("people", "zh", "两个人，不对，三个人", 3), ("what", "zh", "修车，不对，检查", "check"),
        ("money", "zh", "五十块，不对，六十块", "60.00"), ("order", "zh", "一二三四五六，不对，一二三四五七", "123457"),
    ],
)  # fmt: skip
def test_what_is_said_instead_in_the_same_breath_counts(kind, language, text, value):
    found = read(KINDS[kind], text, language, NOW)
    assert (found and found.value) == value


@pytest.mark.parametrize(
    ("kind", "language", "text", "value"),
    [
        ("date", "en", "not Friday, Saturday", "2026-11-28"), ("date", "en", "Friday, not Saturday", "2026-11-27"),
        ("date", "en", "not on Friday", None), ("date", "en", "not until Monday", "2026-11-30"),
        ("date", "en", "I can't make it on Friday, could we do Monday", "2026-11-30"),
        ("date", "en", "I can't make it before Friday", "2026-11-27"),
        ("date", "en", "Friday doesn't work, Saturday?", "2026-11-28"),
        ("date", "en", "move it from Friday to Saturday", "2026-11-28"),
        ("time", "en", "anything but nine, say ten", "10:00"), ("people", "en", "five, not four", 5),
        ("people", "en", "not four, five", 5), ("what", "en", "a check, not a repair", "check"),
        ("date", "zh", "不是周五，是周六", "2026-11-28"), ("date", "zh", "周五，不是周六", "2026-11-27"),
        ("date", "zh", "周五不行，周六吧", "2026-11-28"), ("date", "zh", "周五没空周六可以", "2026-11-28"),
        ("date", "zh", "不要周五", None), ("date", "zh", "是不是周五", "2026-11-27"),
        ("people", "zh", "不是四个，是五个", 5), ("people", "zh", "五个，不是四个", 5),
        ("what", "zh", "检查，不是修车", "check"),
    ],
)  # fmt: skip
def test_what_is_refused_is_not_taken(kind, language, text, value):
    found = read(KINDS[kind], text, language, NOW)
    assert (found and found.value) == value


@pytest.mark.parametrize(
    ("language", "text", "doubted"),
    [
        ("en", "Friday or Saturday", True), ("en", "on Friday or so", False),
        ("en", "the third or the fourth of May", True), ("en", "May the third or the 4th", True),
        ("en", "the 3rd or 4th of May", True), ("en", "the fourth of May", False),
        ("en", "the third or so of May", False),
        ("zh", "不是周五就是周六", True), ("zh", "不是周五，就是周六", True), ("zh", "不是周五，是周六", False),
        ("zh", "周五或者周六", True), ("zh", "周五还是周六", True),
    ],
)  # fmt: skip
def test_of_two_days_that_are_left_open_neither_is_sure(language, text, doubted):
    found = read(KINDS["date"], text, language, NOW)
    assert found is not None
    assert (found.confidence <= 0.6) is doubted


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "a repair on Friday, no, Saturday at three"), ("zh", "周五修车，不对，周六，下午三点"),
        ("en", "a check, no, a repair on Saturday at two pm, no, at three"),
        ("zh", "检查，哦不，修车，周六，下午两点，不对，下午三点"),
    ],
)  # fmt: skip
def test_of_several_slots_only_what_is_said_anew_changes(language, text):
    slots = [Wanted(name, KINDS[name]) for name in ("what", "date", "time")]
    found = {name: value.value for name, value in found_in(slots, text, language, NOW).items()}
    assert found == {"what": "repair", "date": "2026-11-28", "time": "15:00"}


@pytest.mark.parametrize(
    ("kind", "language", "text", "value"),
    [
        ("time", "en", "at eight, no, nine", "09:00"), ("time", "en", "at eight no nine", "09:00"),
        ("time", "en", "8 p.m., no, 9.", "21:00"), ("time", "en", "at half past eight, sorry, nine", "09:00"),
        ("moment", "en", "tomorrow at eight, no, nine", "2026-11-24T09:00"),
        ("moment", "en", "Friday at eight pm, no, nine", "2026-11-27T21:00"),
        ("moment", "en", "at eight tomorrow, no, nine thirty", "2026-11-24T09:30"),
        ("moment", "en", "tomorrow at seven, no, eight, no, nine", "2026-11-24T09:00"),
        ("moment", "en", "Friday at three, make that four", "2026-11-27T16:00"),
        ("moment", "en", "tomorrow, no, Saturday at three", "2026-11-28T15:00"),
        ("moment", "en", "tomorrow, sorry, at three", "2026-11-24T15:00"),
        ("date", "en", "the fourth, no, fifth", "2026-12-05"), ("date", "en", "Friday no Saturday", "2026-11-28"),
        ("date", "en", "the fourth of March, no, the fifth", "2027-03-05"),
        ("date", "en", "next Tuesday, no, Wednesday", "2026-12-02"),
        ("people", "en", "three no four", 4), ("people", "en", "for three, no, four, please", 4),
        ("people", "en", "two adults and two children, no, three", 5),
        ("people", "en", "two adults and two children, no, three children", 5),
        ("money", "en", "fifty no sixty", "60.00"), ("money", "en", "twelve fifty, no, thirteen fifty", "13.50"),
        ("time", "zh", "八点，不，九点", "09:00"), ("time", "zh", "八点不九点", "09:00"),
        ("time", "zh", "八点，不，九", "09:00"), ("time", "zh", "八点半，不，九", "09:00"),
        ("time", "zh", "晚上八点不九点", "21:00"), ("time", "zh", "不是八点，是九点", "09:00"),
        ("moment", "zh", "周五晚上八点，不，九", "2026-11-27T21:00"),
        ("moment", "zh", "明天上午九点不十点半", "2026-11-24T10:30"),
        ("date", "zh", "三月四号，不，五号", "2027-03-05"), ("date", "zh", "四号不五号", "2026-12-05"),
        ("date", "zh", "下周二，不，周三", "2026-12-02"), ("date", "zh", "下周二，不对，三", "2026-12-02"),
        ("date", "zh", "周五不周六", "2026-11-28"), ("people", "zh", "三个，不对，四个", 4),
        ("people", "zh", "三个不四个", 4), ("people", "zh", "三位，不，四", 4),
        ("people", "zh", "两大一小，不对，两小", 4), ("money", "zh", "五十块不六十块", "60.00"),
        ("money", "zh", "五十块五，不，六十块", "60.00"),
        ("money", "zh", "一百二十块五，不，一百三", "130.00"), ("money", "zh", "十块五，不，二十", "20.00"),
        ("money", "zh", "三块半，不，四", "4.00"), ("money", "zh", "五十块，不，六十", "60.00"),
        ("money", "en", "twelve dollars fifty, no, thirteen", "13.00"),
        ("money", "en", "twelve dollars and fifty cents, no, thirteen", "13.00"),
        ("number", "en", "two and a half, no, three", 3), ("number", "en", "two point five, no, three", 3),
        ("number", "en", "three and a quarter, no, four", 4),
        ("moment", "zh", "明天下午三点十分，不，二十", "2026-11-24T15:20"),
        ("moment", "zh", "明天下午三点半，不，四十", "2026-11-24T15:40"),
        ("moment", "zh", "明天下午三点十分，不，四", "2026-11-24T16:00"),
        ("moment", "zh", "周五下午三点，不，四点", "2026-11-27T16:00"),
    ],
)  # fmt: skip
def test_a_bare_part_said_instead_is_of_the_kind_of_what_it_stands_for(kind, language, text, value):
    found = read(KINDS[kind], text, language, NOW)
    assert (found and found.value) == value


@pytest.mark.parametrize(
    ("language", "text", "values"),
    [
        ("en", "a table for four at eight, no, nine", {"time": "09:00", "people": 4}),
        ("en", "at eight for four, no, five", {"time": "08:00", "people": 5}),
        ("en", "for four, no, five, at eight", {"time": "08:00", "people": 5}),
        ("en", "tomorrow at eight no nine for four", {"date": "2026-11-24", "time": "09:00", "people": 4}),
        ("en", "for two on the fourth at eight, no, the fifth", {"date": "2026-12-05", "time": "08:00", "people": 2}),
        ("en", "Friday at three, no, Saturday at four", {"date": "2026-11-28", "time": "16:00"}),
        ("zh", "四个人八点，不，九", {"time": "09:00", "people": 4}),
        ("zh", "明天八点不九点四个人", {"date": "2026-11-24", "time": "09:00", "people": 4}),
        ("zh", "明天八点，四位，不对，五位", {"date": "2026-11-24", "time": "08:00", "people": 5}),
        ("zh", "周五四个人，不，六个人", {"date": "2026-11-27", "people": 6}),
        ("zh", "周三两个人，不，四个人", {"date": "2026-11-25", "people": 4}),
        ("zh", "周六四个人，不，五个人", {"date": "2026-11-28", "people": 5}),
        ("zh", "礼拜天两个人，不，三", {"date": "2026-11-29", "people": 3}),
        ("zh", "周五三点，不，四", {"date": "2026-11-27", "time": "16:00"}),
        ("zh", "明天八点十四个人，不，六", {"date": "2026-11-24", "time": "08:00", "people": 6}),
    ],
)
def test_of_several_slots_a_bare_part_changes_the_one_that_was_said_last(language, text, values):
    slots = [Wanted(name, KINDS[name]) for name in ("date", "time", "people")]
    assert {name: one.value for name, one in found_in(slots, text, language, NOW).items()} == values


@pytest.mark.parametrize(
    ("kind", "language", "text", "value"),
    [
        ("people", "en", "no more than nine", 9), ("people", "en", "two no thanks", 2),
        ("time", "en", "at eight no later than nine", "08:00"), ("time", "en", "not at eight but nine", "09:00"),
        ("time", "en", "nine no later please", "09:00"), ("date", "en", "no, not Friday", None),
        ("time", "zh", "八点不一定", "08:00"), ("time", "zh", "八点不到", "08:00"), ("people", "zh", "三个不一样的", 3),
        ("people", "zh", "不超过九个", 9), ("date", "zh", "周五不行", None), ("time", "zh", "是九点", "09:00"),
        ("date", "zh", "是五号", "2026-12-05"), ("number", "zh", "五个人不三点来", 5),
        ("number", "en", "five people no three o'clock", 5), ("number", "en", "five people no at three", 5),
    ],
)  # fmt: skip
def test_a_no_that_takes_nothing_back_changes_nothing(kind, language, text, value):
    found = read(KINDS[kind], text, language, NOW)
    assert (found and found.value) == value


@pytest.mark.parametrize(
    ("language", "text", "name", "value", "doubted"),
    [
        ("en", "for two on march 4, no, three", "date", "2027-03-03", True),
        ("en", "on march 4 for two, no, three", "people", 3, False),
        ("en", "for two on march 4th, no, the third", "date", "2027-03-03", False),
        ("en", "on march 4, no, three", "date", "2027-03-03", False),
        ("zh", "四个人，周五，不，六", "date", "2026-11-28", True), ("zh", "周五，不，六", "date", "2026-11-28", False),
        ("zh", "周五，四个人，不，六", "people", 6, False),
        ("zh", "四个人，周五，不，周六", "date", "2026-11-28", False),
    ],
)  # fmt: skip
def test_a_bare_number_that_may_be_of_two_slots_is_doubted(language, text, name, value, doubted):
    found = found_in([Wanted(one, KINDS[one]) for one in ("date", "people")], text, language, NOW)[name]
    assert (found.value, found.confidence <= 0.6) == (value, doubted)


@pytest.mark.parametrize(
    ("language", "first", "again"),
    [("en", "tomorrow at eight for two", ", no, nine"), ("zh", "明天八点两位", "，不，九")],
)
def test_who_changes_their_mind_for_ever_is_read_in_time(language, first, again):
    slots = [Wanted(name, KINDS[name]) for name in ("date", "time", "people")]
    began = process_time()
    found = found_in(slots, first + again * 40, language, NOW)
    assert found["date"].value == "2026-11-24"
    assert process_time() - began < 5
