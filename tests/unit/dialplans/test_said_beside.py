"""Values that were given before and are said anew beside an answer: changed, or confirmed, and never dropped."""

import pytest

from dialplans.prompts import prompts
from tests.unit.dialplans.play import Play
from tests.unit.dialplans.test_corrected_moments import MONDAY

FORM = """
languages: [en, zh]
slots:
  what:
    type: list
    entries: {repair: {en: [a repair, repair], zh: [维修, 修车]}, check: {en: [a check, check], zh: [检查]}}
  city: {type: list, entries: {beijing: {en: [Beijing], zh: [北京]}, shanghai: {en: [Shanghai], zh: [上海]}}}
  day: {type: date}
  hour: {type: time, opens: 9, closes: 18}
  when: {type: moment}
  people: {type: number, whole: true, least: 1, most: 20}
  nights: {type: number, whole: true, least: 1, most: 20}
  arrival: {type: date}
  departure: {type: date}
  price: {type: money}
  order: {type: digits, digits: 6}
steps:
- step: form
  ask: {en: "What else?", zh: 还有呢？}
  slots: [SLOTS]
  otherwise: bye
- step: right
  confirm: {en: "Right?", zh: 对吗？}
  yes: bye
  no: form
  otherwise: bye
- step: bye
  hangup:
"""


def told(slots, language, *said):
    play = Play(FORM.replace("SLOTS", slots), language, wall=MONDAY)
    for words in said:
        play.says(words)
    return play


def values(play):
    return {name: value for name, value in play.dialogue.variables.items() if name not in ("caller", "called")}


@pytest.mark.parametrize(
    ("language", "slots", "first", "second", "now"),
    [
        ("en", "day, hour", "Friday", "Saturday at three", {"day": "2026-11-28", "hour": "15:00"}),
        ("en", "day, hour", "Friday", "let's do Saturday at three instead", {"day": "2026-11-28", "hour": "15:00"}),
        ("en", "day, hour, people", "Friday for four", "at three for six",
         {"day": "2026-11-27", "hour": "15:00", "people": 6}),
        ("en", "hour, people", "at three", "four people at nine", {"hour": "09:00", "people": 4}),
        ("en", "hour, people", "at three", "four people, and I'd prefer nine o'clock", {"hour": "09:00", "people": 4}),
        ("en", "when, people", "tomorrow at three", "four people on Friday", {"when": "2026-11-27T15:00", "people": 4}),
        ("en", "when, people", "tomorrow at three", "four people at five", {"when": "2026-11-24T17:00", "people": 4}),
        ("en", "what, city", "a repair", "a check in Shanghai", {"what": "check", "city": "shanghai"}),
        ("en", "price, day", "fifty dollars", "sixty dollars on Friday", {"price": "60.00", "day": "2026-11-27"}),
        ("en", "order, day", "427106", "427107 on Friday", {"order": "427107", "day": "2026-11-27"}),
        ("zh", "day, hour", "周五", "周六下午三点吧", {"day": "2026-11-28", "hour": "15:00"}),
        ("zh", "day, hour, people", "周五四个人", "周六三点，六个人",
         {"day": "2026-11-28", "hour": "15:00", "people": 6}),
        ("zh", "hour, people", "下午三点", "四个人，九点", {"hour": "09:00", "people": 4}),
        ("zh", "what, city", "修车", "上海检查", {"what": "check", "city": "shanghai"}),
        ("zh", "price, day", "五十块", "六十块，周五", {"price": "60.00", "day": "2026-11-27"}),
    ],
)  # fmt: skip
def test_a_form_changes_what_it_had_and_says_so(language, slots, first, second, now):
    play = told(slots, language, first, second)
    assert values(play) == now
    assert play.heard.startswith({"en": "All right, I've changed that to", "zh": "好的，已经改成"}[language])


@pytest.mark.parametrize(
    ("language", "slots", "first", "second", "now"),
    [
        ("en", "people, nights", "two people", "four people for three nights", {"people": 4, "nights": 3}),
        ("en", "people, nights", "two people", "three nights, four people", {"people": 4, "nights": 3}),
        ("en", "people, nights", "two people", "three nights, two people", {"people": 2, "nights": 3}),
        ("en", "people, nights", "two people", "four friends for three nights", {"people": 4, "nights": 3}),
        ("en", "arrival, departure", "on the third", "from the fourth to the sixth",
         {"arrival": "2026-12-04", "departure": "2026-12-06"}),
        ("en", "arrival, departure", "on the third", "from the third to the sixth",
         {"arrival": "2026-12-03", "departure": "2026-12-06"}),
        ("en", "arrival, departure", "on the third", "the sixth", {"arrival": "2026-12-03", "departure": "2026-12-06"}),
        ("zh", "people, nights", "两个人", "四个人住三晚", {"people": 4, "nights": 3}),
        ("zh", "people, nights", "两个人", "三晚，四个人", {"people": 4, "nights": 3}),
        ("zh", "arrival, departure", "三号", "四号到六号", {"arrival": "2026-12-04", "departure": "2026-12-06"}),
    ],
)  # fmt: skip
def test_of_two_values_of_one_sort_each_slot_has_its_own(language, slots, first, second, now):
    assert values(told(slots, language, first, second)) == now


ASKED = {"en": "Did you mean:", "zh": "您是说"}


@pytest.mark.parametrize(
    ("language", "yes", "no", "day", "people", "first", "second"),
    [
        ("en", "yes", "no", "2026-11-28", 4, "Friday for four", "I'd like to come on Saturday at three"),
        ("en", "yes", "no", "2026-11-28", 4, "Friday for four", "I'd rather come on Saturday"),
        ("en", "yes", "no", "2026-11-27", 6, "Friday for four", "at three, my boss says we are six people"),
        ("zh", "对", "不对", "2026-11-28", 4, "周五四个人", "我想周六下午三点过来"),
        ("zh", "对", "不对", "2026-11-28", 4, "周五四个人", "我还是周六来好了"),
        ("zh", "对", "不对", "2026-11-27", 6, "周五四个人", "三点，我们现在六个人"),
    ],
)
def test_what_may_be_a_change_is_asked_about_and_a_no_leaves_what_was(language, yes, no, day, people, first, second):
    play = told("day, hour, people", language, first, second)
    assert play.heard.startswith(ASKED[language])
    assert (play["day"], play["people"]) == ("2026-11-27", 4)
    play.says(yes)
    assert (play["day"], play["people"]) == (day, people)
    play = told("day, hour, people", language, first, second, no)
    assert (play.step, play["day"], play["people"], play["hour"]) == ("form", "2026-11-27", 4, None)


@pytest.mark.parametrize(
    ("language", "second"),
    [
        ("en", "at three, I am abroad until Wednesday"), ("en", "next week at three"), ("en", "on Friday at three"),
        ("zh", "下午三点，我周三才回来"), ("zh", "周五下午三点"),
    ],
)  # fmt: skip
def test_what_is_said_of_something_else_changes_nothing(language, second):
    play = told("day, hour", language, {"en": "Friday", "zh": "周五"}[language], second)
    assert (play.step, values(play)) == ("right", {"day": "2026-11-27", "hour": "15:00"})


@pytest.mark.parametrize(("language", "said"), [("en", "no, Monday afternoon"), ("zh", "不对，周一下午")])
def test_a_day_is_no_number_of_people_where_the_day_is_known(language, said):
    play = told("day, people", language, {"en": "Friday", "zh": "周五"}[language], said)
    assert values(play) == {"day": "2026-11-30"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_a_form_has_from_a_system_may_be_changed_too(language):
    flow = FORM.replace("SLOTS", "city, day").replace("steps:\n", "steps:\n- step: known\n  set: {city: beijing}\n")
    play = Play(flow, language, wall=MONDAY)
    play.says({"en": "Shanghai on Friday", "zh": "上海，周五"}[language])
    assert values(play) == {"city": "shanghai", "day": "2026-11-27"}
    assert play.heard.startswith(
        {"en": "All right, I've changed that to Shanghai", "zh": "好的，已经改成上海"}[language]
    )


@pytest.mark.parametrize(
    ("said", "people"),
    [("周六", None), ("周六晚上", None), ("周三四个人", 4), ("礼拜五五位", 5), ("这周三个人", 3), ("一周三次", 3)],
)
def test_a_weekday_counts_nobody(said, people):
    assert told("people", "zh", said)["people"] == people


@pytest.mark.parametrize(
    ("language", "first", "second", "people"),
    [
        ("en", "two people", "the fifth, it's for 3 nights", 2), ("en", "two people", "the fifth, for three guests", 3),
        ("zh", "两个人", "五号，住三个晚上", 2), ("zh", "两个人", "五号，三位", 3),
    ],
)  # fmt: skip
def test_a_number_of_something_else_changes_no_number_of_people(language, first, second, people):
    play = told("people, day", language, first, second)
    assert (play.step, values(play)) == ("right", {"people": people, "day": "2026-12-05"})


@pytest.mark.parametrize(
    ("language", "slots", "first", "second", "now"),
    [
        ("en", "day, hour, people", "Friday for four", "three people at three",
         {"day": "2026-11-27", "hour": "15:00", "people": 3}),
        ("en", "day, hour, people", "Friday for four", "at ten for ten",
         {"day": "2026-11-27", "hour": "10:00", "people": 10}),
        ("en", "hour, people", "at three", "four people at four", {"hour": "16:00", "people": 4}),
        ("en", "day, people", "on Friday", "2 people on December 2nd", {"day": "2026-12-02", "people": 2}),
        ("en", "day, people", "on Friday", "4 people on the 14th", {"day": "2026-12-14", "people": 4}),
        ("zh", "day, people", "周五", "周六，六个人", {"day": "2026-11-28", "people": 6}),
        ("zh", "day, people", "周五", "四号，四个人", {"day": "2026-12-04", "people": 4}),
        ("zh", "day, people", "周五", "十二月四号四个人", {"day": "2026-12-04", "people": 4}),
        ("zh", "hour, people", "下午三点", "四点，四个人", {"hour": "16:00", "people": 4}),
    ],
)  # fmt: skip
def test_a_number_that_reads_like_the_day_or_the_hour_hides_no_change(language, slots, first, second, now):
    play = told(slots, language, first, second)
    assert values(play) == now
    assert play.heard.startswith({"en": "All right, I've changed that to", "zh": "好的，已经改成"}[language])


@pytest.mark.parametrize(
    ("language", "second"),
    [
        ("en", "three nights, one room"), ("en", "one room for three nights"), ("en", "three nights and one cot"),
        ("zh", "三晚，一间房"), ("zh", "一间房住三晚"),
    ],
)  # fmt: skip
def test_of_two_numbers_neither_is_people_where_both_count_something_else(language, second):
    play = told("people, nights", language, {"en": "two people", "zh": "两个人"}[language], second)
    assert values(play) == {"people": 2, "nights": 3}
    assert play.heard == {"en": "Right?", "zh": "对吗？"}[language]


@pytest.mark.parametrize(
    ("language", "second", "hour"),
    [
        ("en", "four people, until five", "15:00"), ("en", "we are four until five", "15:00"),
        ("en", "four people, from three to five", "15:00"), ("en", "four people at five", "17:00"),
        ("zh", "四个人，到五点", "15:00"), ("zh", "四个人，改到五点", "17:00"),
    ],
)  # fmt: skip
def test_when_it_ends_is_no_change_of_when_it_begins(language, second, hour):
    play = told("when, people", language, {"en": "Friday at three", "zh": "周五下午三点"}[language], second)
    assert (play.step, values(play)) == ("right", {"when": f"2026-11-27T{hour}", "people": 4})


def test_until_behind_a_no_is_a_change():
    assert values(told("when, people", "en", "Friday at three", "no, until five")) == {"when": "2026-11-27T17:00"}


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("en", "Friday for four", "at three for two hours"), ("en", "Friday for four", "at three and two high chairs"),
        ("en", "Friday for four", "at three, with one dog"), ("en", "Friday for four", "at three, with three dogs"),
        ("en", "Friday for four", "three o'clock, two of us are vegetarians"),
        ("en", "Friday for four people", "at three, three of us are vegetarians"),
        ("en", "Friday for four people", "at three for three nights"),
        ("en", "Friday for four", "at three, my birthday is on Saturday"),
        ("en", "Friday for four", "at three, Saturday is my birthday"),
        ("zh", "周五四", "三点，待两个小时"), ("zh", "周五四", "三点，要两把儿童椅"),
        ("zh", "周五四", "三点，带一条狗"),
        ("zh", "周五四个人", "三点，其中两个人吃素"), ("zh", "周五四个人", "三点，周六是我生日"),
    ],
)  # fmt: skip
def test_what_is_told_beside_a_plain_answer_is_not_asked_about(language, first, second):
    play = told("day, hour, people", language, first, second)
    assert (play.step, values(play)) == ("right", {"day": "2026-11-27", "hour": "15:00", "people": 4})


@pytest.mark.parametrize(
    ("language", "slots", "first", "second"),
    [
        ("en", "day, hour, people", "Friday for four", "at three, six of us are coming"),
        ("en", "day, hour, nights", "Friday for four", "at three, my boss says five nights"),
        ("zh", "day, hour, nights", "周五四", "三点，我们住五晚"),
    ],
)
def test_a_number_of_what_the_slot_counts_is_still_asked_about(language, slots, first, second):
    assert told(slots, language, first, second).heard.startswith(ASKED[language])


def test_what_a_form_may_say_is_rendered_ahead():
    flow = Play(FORM.replace("SLOTS", "day, hour")).flow
    ahead = {prompt.text for prompt in prompts(flow)}
    assert {"All right, then please say it once more.", "好的，那请您再说一遍。"} <= ahead
