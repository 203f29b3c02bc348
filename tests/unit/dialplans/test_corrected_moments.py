"""Values that are corrected in part or among others: the day or the hour alone, the number of the same thing."""

import pytest

from tests.unit.dialplans.play import Play

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
        ("en", "two days", "three people", 2, 3),
        ("en", "two", "no, three people", 2, 3),
        ("zh", "两天", "不对，三天", 3, None),
        ("zh", "两天", "不，三个人", 2, 3),
        ("zh", "两天", "三个", 2, 3),
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
