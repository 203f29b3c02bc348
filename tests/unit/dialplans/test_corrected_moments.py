"""Values that are corrected in part or among others: the day or the hour alone, the number of the same thing."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.unit.dialplans.play import Play

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))

FLOW = """
languages: [en, zh]
slots: {when: {type: PART}}
steps:
- step: ask
  collect: {en: When?, zh: 什么时候？}
  slot: when
  otherwise: bye
- step: right
  confirm: {en: "{{ when }}?", zh: "{{ when }}？"}
  yes: bye
  no: ask
  otherwise: bye
- step: bye
  hangup:
"""


@pytest.mark.parametrize(
    ("language", "part", "first", "second", "now"),
    [
        ("en", "moment", "next Friday at eight in the evening", "no, at nine", "2026-11-27T21:00"),
        ("en", "moment", "next Friday at eight in the evening", "no, at nine in the morning", "2026-11-27T09:00"),
        ("en", "moment", "next Friday at eight in the evening", "no, I said Thursday", "2026-11-26T20:00"),
        ("en", "moment", "next Friday at eight in the evening", "no, Thursday at five", "2026-11-26T17:00"),
        ("en", "moment", "next Friday at ten", "no, at two", "2026-11-27T14:00"),
        ("en", "moment", "next Friday at three", "no, at eight", "2026-11-27T08:00"),
        ("en", "time", "at eight in the evening", "no, half past nine", "21:30"),
        ("en", "date", "on Friday", "no, on Thursday", "2026-11-26"),
        ("zh", "moment", "下周五晚上八点", "不对，九点", "2026-11-27T21:00"),
        ("zh", "moment", "下周五晚上八点", "不对，上午九点", "2026-11-27T09:00"),
        ("zh", "moment", "下周五晚上八点", "不对，我说的是下周四", "2026-11-26T20:00"),
        ("zh", "moment", "下周五下午三点", "不是，是八点", "2026-11-27T08:00"),
        ("zh", "time", "晚上八点", "不对，九点半", "21:30"),
        ("zh", "date", "周五", "不对，周四", "2026-11-26"),
    ],
)
def test_what_is_not_said_again_is_as_it_was(language, part, first, second, now):
    play = Play(FLOW.replace("PART", part), language)
    play.says(first)
    assert play.step == "right"
    play.says(second)
    assert (play.step, play["when"]) == ("right", now)


@pytest.mark.parametrize(
    ("language", "first", "second", "told"),
    [
        ("en", "next Friday at eight in the evening", "no, at nine",
         "All right, I've changed that to Friday, November twenty seventh at nine P M."),
        ("zh", "下周五晚上八点", "不对，九点", "好的，已经改成十一月二十七号星期五晚上九点。"),
    ],
)  # fmt: skip
def test_the_whole_moment_is_told(language, first, second, told):
    play = Play(FLOW.replace("PART", "moment"), language)
    play.says(first)
    assert play.says(second).startswith(told), play.heard


COUNTS = """
languages: [en, zh]
slots: {days: {type: number, whole: true}, people: {type: number, whole: true, least: 1, most: 9}}
steps:
- step: days
  collect: {en: How many days?, zh: 几天？}
  slot: days
  otherwise: bye
- step: people
  collect: {en: How many people?, zh: 几个人？}
  slot: people
  otherwise: bye
- step: bye
  hangup:
"""


@pytest.mark.parametrize(
    ("language", "first", "second", "days", "people"),
    [
        ("en", "two days", "no, three days", 3, None),
        ("en", "two days", "sorry, for three days", 3, None),
        ("en", "two days", "no, three", 2, 3),
        ("en", "two days", "sorry, three people for two days", 2, 3),
        ("en", "two days", "no, three people these days", 2, 3),
        ("en", "two working days", "no, three working days", 3, None),
        ("en", "two days", "three people", 2, 3),
        ("en", "two", "no, three people", 2, 3),
        ("zh", "两天", "不对，三天", 3, None),
        ("zh", "两天", "不，三个人", 2, 3),
        ("zh", "两天", "三个", 2, 3),
        ("zh", "两天", "不对，三个人两天", 2, 3),
        ("zh", "两个整天", "不对，三个人", 2, 3),
        ("zh", "两个整天", "不对，三个整天", 3, None),
    ],
)
def test_a_number_of_the_same_thing_said_with_a_no_is_the_one_before(language, first, second, days, people):
    play = Play(COUNTS, language)
    play.says(first)
    assert play.step == "people"
    play.says(second)
    state = play.dialogue.variables
    assert (state.get("days"), state.get("people")) == (days, people)


FORM = """
languages: [en, zh]
slots: {day: {type: date}, hour: {type: time, opens: 9, closes: 18}}
steps:
- step: when
  ask: {en: "When, and at what time?", zh: 哪天几点？}
  slots: [day, hour]
  confirm_below: 0.6
  otherwise: bye
- step: right
  confirm: {en: "{{ day }} at {{ hour }}?", zh: "{{ day }}{{ hour }}？"}
  yes: bye
  no: when
  otherwise: bye
- step: bye
  hangup:
"""


@pytest.mark.parametrize(
    ("language", "day", "hour", "asked", "again", "other", "still"),
    [
        ("en", "on Thursday", "in the afternoon", "Did you mean:", "at three in the afternoon", "no, Friday",
         "All right, I've changed that to Friday"),
        ("zh", "周四", "下午", "您是说", "下午三点", "不对，周五", "好的，已经改成"),
    ],
)  # fmt: skip
def test_the_doubted_value_of_a_form_said_once_more_is_taken_and_another_ones_correction_leaves_the_doubt(
    language, day, hour, asked, again, other, still
):
    play = Play(FORM, language)
    play.says(day)
    assert play.says(hour).startswith(asked)
    changed = play.says(other)
    assert changed.startswith(still)
    assert asked in changed
    play.says(again)
    assert (play.step, play["hour"]) == ("right", "15:00")


STAY = """
languages: [en, zh]
slots: {arrival: {type: moment}, departure: {type: moment}}
steps:
- step: comes
  collect: {en: When do you arrive?, zh: 您什么时候到？}
  slot: arrival
  otherwise: bye
- step: goes
  collect: {en: When do you leave?, zh: 您什么时候走？}
  slot: departure
  otherwise: bye
- step: right
  confirm: {en: "{{ arrival }} to {{ departure }}?", zh: "{{ arrival }}到{{ departure }}？"}
  yes: bye
  no: bye
  otherwise: bye
- step: bye
  hangup:
"""


@pytest.mark.parametrize(
    ("language", "comes", "goes", "again"),
    [
        ("en", "tomorrow at nine in the morning", "on Wednesday at five in the afternoon", "no, on Thursday"),
        ("zh", "明天上午九点", "周三下午五点", "不对，周四"),
    ],
)
def test_of_two_moments_a_day_alone_corrects_the_one_that_was_said_last(language, comes, goes, again):
    play = Play(STAY, language)
    play.says(comes)
    before = play["arrival"]
    play.says(goes)
    assert play.step == "right"
    play.says(again)
    assert (play["arrival"], play["departure"]) == (before, "2026-11-26T17:00")


VISIT = """
languages: [en, zh]
slots: {people: {type: number, whole: true, least: 1, most: 20}, arrival: {type: moment}}
steps:
- step: comes
  collect: {en: When do you arrive?, zh: 您什么时候到？}
  slot: arrival
  otherwise: bye
- step: people
  collect: {en: How many people?, zh: 几个人？}
  slot: people
  otherwise: bye
- step: right
  confirm: {en: "{{ arrival }}, {{ people }}?", zh: "{{ arrival }}，{{ people }}？"}
  yes: bye
  no: bye
  otherwise: bye
- step: bye
  hangup:
"""


@pytest.mark.parametrize(
    ("language", "comes", "people", "again", "then"),
    [
        ("en", "tomorrow at nine in the morning", "four", "No, the 5th of us brings a dog", ("2026-11-22T09:00", 5)),
        ("en", "tomorrow at nine in the morning", "four", "no, on Thursday, and five people", ("2026-11-26T09:00", 5)),
        ("en", "tomorrow at nine in the morning", "four", "no, 5 people on the 25th", ("2026-11-25T09:00", 5)),
        ("zh", "明天上午九点", "四位", "不对，周四，五个人", ("2026-11-26T09:00", 5)),
        ("zh", "明天上午九点", "四位", "不对，二十五号，五位", ("2026-11-25T09:00", 5)),
    ],
)  # fmt: skip
def test_the_words_of_another_value_are_no_day_as_well(language, comes, people, again, then):
    play = Play(VISIT, language)
    play.says(comes)
    play.says(people)
    assert play.step == "right"
    play.says(again)
    assert (play["arrival"], play["people"]) == then


DAY_AND_HOUR = """
languages: [en, zh]
slots:
  what:
    type: list
    entries: {repair: {en: [a repair, repair], zh: [维修, 修车]}, check: {en: [a check, check], zh: [检查]}}
  day: {type: date}
  hour: {type: time, opens: 9, closes: 18}
steps:
- step: when
  ask: {en: "What, when?", zh: 什么哪天几点？}
  slots: [what, day, hour]
  prompts: {hour: {en: "At what time?", zh: 几点？}}
  otherwise: bye
- step: right
  confirm: {en: "{{ day }} at {{ hour }}?", zh: "{{ day }}{{ hour }}？"}
  yes: bye
  no: when
  otherwise: bye
- step: bye
  hangup:
"""


@pytest.mark.parametrize(
    ("language", "first", "second", "what", "day", "hour"),
    [
        ("en", "a repair on Thursday", "no, Monday afternoon", "repair", "2026-11-23", None),
        ("en", "a repair on Thursday", "no, Monday at three", "repair", "2026-11-23", "15:00"),
        ("en", "a repair on Thursday", "Monday at three, please", "repair", "2026-11-23", "15:00"),
        ("en", "a repair on Thursday", "sorry, a check at three", "check", "2026-11-26", "15:00"),
        ("en", "a repair on Thursday", "no, Thursday at three", "repair", "2026-11-26", "15:00"),
        ("en", "a repair on Thursday", "at three, I am abroad until Wednesday", "repair", "2026-11-26", "15:00"),
        ("en", "a repair on Thursday", "no, three days", "repair", "2026-11-26", None),
        ("en", "a repair on Thursday", "three of us", "repair", "2026-11-26", None),
        ("en", "a repair on Thursday", "no, three", "repair", "2026-11-26", "15:00"),
        ("en", "a repair on Thursday", "next week at three", "repair", "2026-11-26", "15:00"),
        ("zh", "周四修车", "下周下午三点", "repair", "2026-11-26", "15:00"),
        ("zh", "周四修车", "不对，周一下午", "repair", "2026-11-23", None),
        ("zh", "周四修车", "不对，周一下午三点", "repair", "2026-11-23", "15:00"),
        ("zh", "周四修车", "那就周一下午三点吧", "repair", "2026-11-23", "15:00"),
        ("zh", "周四修车", "不对，检查，三点", "check", "2026-11-26", "15:00"),
        ("zh", "周四修车", "下午三点，我周三才回来", "repair", "2026-11-26", "15:00"),
        ("zh", "周四修车", "不，三天", "repair", "2026-11-26", None),
        ("zh", "周四修车", "十三个人", "repair", "2026-11-26", None),
        ("zh", "周四修车", "不，三点", "repair", "2026-11-26", "15:00"),
    ],
)
def test_a_day_said_anew_where_the_hour_is_asked_is_corrected_and_no_hour_is_made_of_it(
    language, first, second, what, day, hour
):
    play = Play(DAY_AND_HOUR, language)
    play.says(first)
    play.says(second)
    state = play.dialogue.variables
    assert (state.get("what"), state.get("day"), state.get("hour")) == (what, day, hour)
    assert play.step == ("right" if hour else "when")


@pytest.mark.parametrize(
    ("language", "first", "second", "what", "day", "hour"),
    [
        ("en", "a repair on Friday at ten", "could we make it eleven instead", "repair", "2026-11-27", "11:00"),
        ("en", "a repair on Friday at ten", "actually, can we do five", "repair", "2026-11-27", "17:00"),
        ("en", "a repair on Friday at ten", "hm, is Tuesday possible?", "repair", "2026-11-24", "10:00"),
        ("en", "a repair on Friday at ten", "not ten, eleven", "repair", "2026-11-27", "11:00"),
        ("en", "a repair on Friday at ten", "no, I have three bikes", None, None, None),
        ("zh", "周五上午十点修车", "不，我有三辆车", None, None, None),
        ("en", "a repair on Friday at ten", "two", "repair", "2026-11-27", "10:00"),
        ("en", "a repair on Friday at ten", "what does it cost for two", "repair", "2026-11-27", "10:00"),
        ("zh", "周五上午十点检查", "换成十一点行吗", "check", "2026-11-27", "11:00"),
        ("zh", "周五上午十点修车", "能不能五点", "repair", "2026-11-27", "17:00"),
        ("zh", "周五上午十点修车", "周二行不行", "repair", "2026-11-24", "10:00"),
        ("zh", "周五上午十点修车", "不是十点，十一点", "repair", "2026-11-27", "11:00"),
        ("zh", "周五上午十点修车", "二", "repair", "2026-11-27", "10:00"),
        ("zh", "周五修车", "下周五", "repair", "2026-12-04", None),
        ("en", "a repair on Friday", "Saturday", "repair", "2026-11-28", None),
    ],
)
def test_whoever_asks_for_another_value_is_offered_it(language, first, second, what, day, hour):
    play = Play(DAY_AND_HOUR, language, wall=MONDAY)
    play.says(first)
    play.says(second)
    state = play.dialogue.variables
    assert (state.get("what"), state.get("day"), state.get("hour")) == (what, day, hour)


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("en", "a repair on Thursday", "no, not Friday"),
        ("en", "a repair on Thursday at ten", "no, not Friday"),
        ("zh", "周四修车", "不，不是周五"),
        ("zh", "周四修车", "不对，不要周五"),
        ("zh", "周四上午十点修车", "不对，不要周五"),
    ],
)
def test_what_is_refused_corrects_nothing(language, first, second):
    play = Play(DAY_AND_HOUR, language, wall=MONDAY)
    play.says(first)
    play.says(second)
    assert play.step == "when"
    assert play.dialogue.variables.get("day") in ("2026-11-26", None)
