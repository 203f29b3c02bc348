from datetime import UTC, datetime

import pytest

from dialplans.slot_kinds.guess import Guess
from dialplans.slots import SlotKind, Wanted, found_in, read

SATURDAY = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
DATE, TIME, BOTH = SlotKind.of("date"), SlotKind.of("time"), SlotKind.of("moment")


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("en", "tomorrow", "2026-11-22"), ("en", "the day after tomorrow", "2026-11-23"),
        ("en", "next Tuesday", "2026-11-24"), ("en", "on Friday", "2026-11-27"), ("en", "in two weeks", "2026-12-05"),
        ("en", "the fifth of March", "2027-03-05"), ("en", "March 5th", "2027-03-05"), ("en", "12/24", "2026-12-24"),
        ("en", "on the 15th", "2026-12-15"), ("en", "the 1st of next month", "2026-12-01"),
        ("en", "Tuesday the 24th", "2026-11-24"), ("en", "a week from Monday", "2026-11-30"),
        ("en", "March 3rd, 2028", "2028-03-03"), ("en", "three days from now", "2026-11-24"),
        ("en", "Christmas Eve", "2026-12-24"), ("en", "December twenty fourth", "2026-12-24"),
        ("en", "the week after next on Monday", "2026-11-30"), ("en", "Friday the week after next", "2026-12-04"),
        ("en", "next week on Wednesday", "2026-11-25"), ("en", "the 31st of November", None), ("en", "never", None),
        ("zh", "明天", "2026-11-22"), ("zh", "大后天", "2026-11-24"), ("zh", "下周二", "2026-11-24"),
        ("zh", "周五", "2026-11-27"), ("zh", "下下周一", "2026-11-30"), ("zh", "两个星期以后", "2026-12-05"),
        ("zh", "十二月二十四号", "2026-12-24"), ("zh", "3月5日", "2027-03-05"), ("zh", "十五号", "2026-12-15"),
        ("zh", "下个月三号", "2026-12-03"), ("zh", "元旦", "2027-01-01"), ("zh", "二零二八年三月五号", "2028-03-05"),
        ("zh", "八点后吧", "2026-11-29"), ("zh", "九十二月二十七号", "2026-12-27"), ("zh", "九月九号", "2027-09-09"),
        ("zh", "名天", "2026-11-22"), ("zh", "夏周二", "2026-11-24"),
        ("zh", "礼拜天", "2026-11-22"), ("zh", "不知道", None),
    ],
)  # fmt: skip
def test_dates_are_relative_to_the_call(language, text, value):
    found = read(DATE, text, language, SATURDAY)
    assert (found and found.value) == value


@pytest.mark.parametrize(
    ("language", "text", "value", "sure"),
    [
        ("en", "at nine, twenty in the morning", "09:20", True), ("en", "at nine, ten in the morning", "10:00", True),
        ("en", "equator to nine in the morning", "08:45", True), ("en", "at nine, twenty people", "09:00", False),
        ("en", "half past nine", "09:30", False), ("en", "it has passed nine", "09:30", False),
        ("en", "it won in the afternoon", "13:00", False), ("en", "a quarter to five pm", "16:45", True),
        ("en", "3pm", "15:00", True),
        ("en", "at 9.30 in the evening", "21:30", True), ("en", "noon", "12:00", True), ("en", "15:30", "15:30", True),
        ("en", "ten to four in the afternoon", "15:50", True), ("en", "nine", "09:00", False),
        ("en", "at four", "16:00", False), ("en", "five oh five p.m.", "17:05", True), ("en", "930", "09:30", False),
        ("en", "five o'clock in the morning", "05:00", True), ("en", "twelve thirty", "12:30", False),
        ("zh", "下午三点", "15:00", True), ("zh", "三点半", "15:30", False), ("zh", "早上九点一刻", "09:15", True),
        ("zh", "差一刻五点", "16:45", False), ("zh", "晚上八点四十", "20:40", True), ("zh", "上午是点", "10:00", True),
        ("zh", "九三点", "15:00", False), ("zh", "中52点半", "12:30", False), ("zh", "总五十二点四十分", "12:40", True),
        ("zh", "微上八点半吧", "20:30", True), ("zh", "晚上去点十五分", "19:15", True), ("zh", "九点", "09:00", False),
        ("zh", "中午", "12:00", True), ("zh", "15:30", "15:30", True), ("zh", "凌晨两点", "02:00", True),
        ("zh", "下午", "15:00", False),
    ],
)  # fmt: skip
def test_hours_are_read_and_a_guess_between_morning_and_afternoon_is_told(language, text, value, sure):
    found = read(TIME, text, language, SATURDAY)
    assert found is not None
    assert (found.value, found.confidence > 0.8) == (value, sure)


@pytest.mark.parametrize(
    ("text", "time", "people"),
    [
        ("Saturday at eight, twenty-five people", "08:00", 25), ("at eight twenty-five people", "08:00", 25),
        ("at eight, twenty five of us", "08:00", 25), ("at eight, twenty-two guests", "08:00", 22),
        ("at eight, twenty-five adults and two children", "08:00", 27), ("at eight twenty seats", "08:00", 20),
        ("tomorrow at eight, twenty seats please", "08:00", 20), ("tomorrow at eight, twenty roses", "08:00", 20),
        ("at nine, fifteen for two", "09:15", 2), ("at nine, twenty in the morning for two", "09:20", 2),
        ("at eight twenty-five for two", "08:25", 2),
    ],
)  # fmt: skip
def test_a_number_behind_an_hour_is_its_minutes_or_a_count_and_never_torn_apart(text, time, people):
    slots = [Wanted("time", TIME), Wanted("people", SlotKind.of({"type": "number", "whole": True}))]
    found = found_in(slots, text, "en", SATURDAY)
    assert {name: one.value for name, one in found.items()} == {"time": time, "people": people}


@pytest.mark.parametrize(
    ("text", "value", "sure"),
    [
        ("tomorrow afternoon at 3, 20", "15:20", False),
        ("tomorrow afternoon at 3 20", "15:20", True),
        ("tomorrow at 3, 20 pm", "15:20", True),
    ],
)
def test_minutes_behind_a_comma_that_may_be_a_count_are_not_taken_for_sure(text, value, sure):
    found = read(TIME, text, "en", SATURDAY)
    assert found is not None
    assert (found.value, found.confidence > 0.7) == (value, sure)


@pytest.mark.parametrize(
    ("text", "value", "sure"),
    [
        ("the tent of May", "2027-05-10", True), ("the eight of May", "2027-05-08", True), ("in the tent", None, False),
        ("on the first to march", "2027-03-01", True), ("from the first to March fifth", "2027-03-05", True),
        ("1 August 4th", "2027-08-04", True), ("August sixtth", "2027-08-06", True), ("1 August", "2027-08-01", True),
        ("March twenty-einth", "2027-03-29", True), ("on March 50", "2027-03-15", False),
        ("the 80th of January", "2027-01-18", False), ("in May 50 people", None, False),
    ],
)  # fmt: skip
def test_days_are_read_as_recognisers_hear_them_and_what_sounds_alike_is_doubted(text, value, sure):
    found = read(DATE, text, "en", SATURDAY)
    assert (found and found.value) == value
    assert found is None or (found.confidence > 0.8) == sure


@pytest.mark.parametrize(
    ("language", "text", "value", "spoken"),
    [
        ("en", "tomorrow at three", "2026-11-22T15:00", "tomorrow at three P M"),
        ("en", "5 o'clock on Friday", "2026-11-27T17:00", "Friday, November twenty seventh at five P M"),
        ("en", "in half an hour", "2026-11-21T10:30", "today at ten thirty A M"),
        ("en", "Next Tuesday afternoon at four.", "2026-11-24T16:00", "Tuesday, November twenty fourth at four P M"),
        ("en", "at midnight on Sunday", "2026-11-23T00:00", "Monday, November twenty third at midnight"),
        ("zh", "下周二下午三点", "2026-11-24T15:00", "十一月二十四号星期二下午三点"),
        ("zh", "大后天早上九点半", "2026-11-24T09:30", "十一月二十四号星期二上午九点半"),
        ("zh", "今晚八点", "2026-11-21T20:00", "今天晚上八点"),
        ("zh", "半个小时后", "2026-11-21T10:30", "今天上午十点半"),
    ],
)
def test_dates_with_times_are_one_moment_and_said_back(language, text, value, spoken):
    found = read(BOTH, text, language, SATURDAY)
    assert found is not None
    assert (found.value, found.spoken) == (value, spoken)


def test_what_may_mean_two_days_is_doubted():
    monday = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    found = read(DATE, "next Tuesday", "en", monday)
    assert found is not None
    assert (found.value, found.confidence < 0.7) == ("2026-12-01", True)
    assert "2026-11-24" in found.note


def test_a_part_of_the_day_is_an_hour_that_needs_confirming():
    for language, text in (("en", "next Tuesday afternoon"), ("zh", "下周二下午")):
        found = read(BOTH, text, language, SATURDAY)
        assert found is not None
        assert (found.value, found.confidence < 0.6) == ("2026-11-24T15:00", True)


def test_a_day_alone_is_no_moment_and_an_hour_alone_is_the_next_one():
    assert read(BOTH, "tomorrow", "en", SATURDAY) is None
    found = read(BOTH, "at nine a m", "en", SATURDAY)
    assert found is not None
    assert (found.value, found.guesses) == ("2026-11-22T09:00", (Guess.DAY,))


def test_business_hours_decide_between_morning_and_evening():
    evening = SlotKind.of({"type": "moment", "part": "time", "opens": 17, "closes": 24})
    for language, text in (("en", "at eight"), ("zh", "八点")):
        found = read(evening, text, language, SATURDAY)
        assert found is not None
        assert found.value == "20:00"


def test_the_past_is_preferred_where_the_flow_says_so():
    past = SlotKind.of({"type": "date", "prefer": "past"})
    for language, text in (("en", "Tuesday"), ("zh", "周二"), ("en", "on November 17th")):
        found = read(past, text, language, SATURDAY)
        assert found is not None
        assert found.value == "2026-11-17"


@pytest.mark.parametrize("text", ["是好的", "不是，是好的", "你们那儿好停车吗", "这儿好找吗", "事好多"])
def test_words_that_sound_like_a_day_of_the_month_are_none(text):
    assert read(SlotKind.of("date"), text, "zh", datetime(2026, 11, 21, 10, tzinfo=UTC)) is None


@pytest.mark.parametrize(("text", "day"), [("儿号", "02"), ("是号", "10"), ("儿好", "02")])
def test_a_day_that_was_half_heard_or_is_all_that_was_said_is_one(text, day):
    found = read(SlotKind.of("date"), text, "zh", datetime(2026, 11, 21, 10, tzinfo=UTC))
    assert found is not None
    assert found.value[-2:] == day


MONDAY_MORNING = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SMALL_HOURS = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "text", "now", "value"),
    [
        ("en", "tonight at one", MONDAY_MORNING, "2026-11-24T01:00"),
        ("en", "tonight at half past twelve", MONDAY_MORNING, "2026-11-24T00:30"),
        ("en", "two a.m. tonight", MONDAY_MORNING, "2026-11-24T02:00"),
        ("en", "Friday night at one", MONDAY_MORNING, "2026-11-28T01:00"),
        ("en", "tonight at one", SMALL_HOURS, "2026-11-23T01:00"),
        ("en", "tonight at eight", MONDAY_MORNING, "2026-11-23T20:00"),
        ("en", "half past midnight", MONDAY_MORNING, "2026-11-24T00:30"),
        ("en", "a quarter to midnight", MONDAY_MORNING, "2026-11-23T23:45"),
        ("en", "tomorrow at half past noon", MONDAY_MORNING, "2026-11-24T12:30"),
        ("en", "tomorrow at two in the morning", MONDAY_MORNING, "2026-11-24T02:00"),
        ("en", "tomorrow at midnight", MONDAY_MORNING, "2026-11-25T00:00"),
        ("zh", "今晚一点", MONDAY_MORNING, "2026-11-24T01:00"),
        ("zh", "今晚十二点半", MONDAY_MORNING, "2026-11-24T00:30"),
        ("zh", "今晚12:30", MONDAY_MORNING, "2026-11-24T00:30"),
        ("zh", "今天晚上十二点", MONDAY_MORNING, "2026-11-24T00:00"),
        ("zh", "今晚零点", MONDAY_MORNING, "2026-11-24T00:00"),
        ("zh", "今晚凌晨一点", MONDAY_MORNING, "2026-11-24T01:00"),
        ("zh", "周五晚上一点", MONDAY_MORNING, "2026-11-28T01:00"),
        ("zh", "今天半夜两点", MONDAY_MORNING, "2026-11-24T02:00"),
        ("zh", "今天半夜两点", SMALL_HOURS, "2026-11-23T02:00"),
        ("zh", "今晚一点", SMALL_HOURS, "2026-11-23T01:00"),
        ("zh", "今晚八点", MONDAY_MORNING, "2026-11-23T20:00"),
        ("zh", "周五晚八点", MONDAY_MORNING, "2026-11-27T20:00"),
        ("zh", "明天凌晨一点", MONDAY_MORNING, "2026-11-24T01:00"),
        ("zh", "明天零点", MONDAY_MORNING, "2026-11-24T00:00"),
        ("zh", "明天中午差五分一点", MONDAY_MORNING, "2026-11-24T12:55"),
        ("zh", "明天0:30", MONDAY_MORNING, "2026-11-24T00:30"),
        ("zh", "周五24点", MONDAY_MORNING, "2026-11-28T00:00"),
        ("zh", "午夜", MONDAY_MORNING, "2026-11-24T00:00"),
        ("zh", "明天中午十二点半", MONDAY_MORNING, "2026-11-24T12:30"),
        ("zh", "明天上午十二点", MONDAY_MORNING, "2026-11-24T12:00"),
        ("zh", "明天早上四点", MONDAY_MORNING, "2026-11-24T04:00"),
        ("zh", "明天上午三点", MONDAY_MORNING, "2026-11-24T15:00"),
    ],
)
def test_an_hour_after_midnight_is_of_the_night_before(language, text, now, value):
    found = read(BOTH, text, language, now)
    assert found is not None
    assert found.value == value


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [("zh", "昨晚一点", "2026-11-23T01:00"), ("en", "last night at one", "2026-11-23T01:00")],
)
def test_and_of_the_night_that_has_been_where_the_past_is_asked_for(language, text, value):
    found = read(SlotKind.of({"type": "moment", "prefer": "past"}), text, language, MONDAY_MORNING)
    assert found is not None
    assert found.value == value


@pytest.mark.parametrize(
    ("language", "text", "day", "time"),
    [
        ("en", "tonight at eight", "2026-11-23", "20:00"),
        ("en", "this evening at half past six", "2026-11-23", "18:30"),
        ("en", "tonight at one", "2026-11-24", "01:00"), ("en", "tonight", "2026-11-23", None),
        ("zh", "今晚八点", "2026-11-23", "20:00"), ("zh", "明早八点", "2026-11-24", "08:00"),
        ("zh", "今晚一点", "2026-11-24", "01:00"), ("zh", "明晚", "2026-11-24", None),
        ("zh", "明天最晚八点", "2026-11-24", "08:00"),
    ],
)  # fmt: skip
def test_of_tonight_at_eight_a_slot_for_the_day_leaves_the_night_to_the_one_for_the_hour(language, text, day, time):
    found = found_in((Wanted("day", DATE), Wanted("time", TIME)), text, language, MONDAY_MORNING)
    assert {name: value.value for name, value in found.items()} == {"day": day} | ({"time": time} if time else {})


@pytest.mark.parametrize(
    ("language", "text"), [("en", "three days"), ("en", "for three nights"), ("zh", "三天"), ("zh", "十三个人")]
)
def test_what_is_counted_is_no_hour(language, text):
    assert read(TIME, text, language, MONDAY_MORNING) is None


@pytest.mark.parametrize(
    ("language", "text", "value", "sure"),
    [
        ("zh", "月十一号上午十一点", "2026-12-11T11:00", False),
        ("zh", "下月十一号上午十一点", "2026-12-11T11:00", True),
        ("zh", "就三中午十二点半", "2026-11-25T12:30", True), ("zh", "就三点", "2026-11-23T15:00", False),
        ("en", "let's say it won on the 13th of next month", "2026-12-13T13:00", False),
    ],
)  # fmt: skip
def test_what_was_misheard_is_put_right_or_doubted(language, text, value, sure):
    found = read(BOTH, text, language, MONDAY_MORNING)
    assert found is not None
    assert (found.value, found.confidence > 0.8) == (value, sure)
