"""The caller's first sentence tells the language, whatever question it answers; where none can, check says so."""

import pytest

from dialplans.checker import check
from dialplans.exchange import Said
from dialplans.loader import loads
from tests.unit.dialplans.play import Play

FLOW = """
languages: [en, zh]
language: detect
slots:
  city: {type: list, entries: {beijing: {en: [Beijing], zh: [北京]}, shanghai: {en: [Shanghai], zh: [上海]}}}
  day: {type: date}
  hour: {type: time}
  order: {type: digits, digits: 6}
  people: {type: number}
  mail: {type: email}
steps:
- step: first
  FIRST
  otherwise: bye
- step: second
  ask: {en: "When?", zh: 什么时候？}
  slots: [day, hour]
  prompts: {hour: {en: "At what time?", zh: 几点？}}
  otherwise: bye
- step: bye
  hangup: {en: Goodbye., zh: 再见。}
"""
DIGITS = "collect: {en: Your order?, zh: 订单号？}\n  slot: order"


def flow(first):
    return FLOW.replace("FIRST", first)


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ("ask: {en: Which city?, zh: 哪个城市？}\n  slots: [city, order]", "上海"),
        ("collect: {en: Which city?, zh: 哪个城市？}\n  slot: city", "上海"),
        ("collect: {en: Which day?, zh: 哪天？}\n  slot: day", "明天"),
    ],
)
def test_the_first_sentence_tells_the_language_to_forms_and_collects_too(first, said):
    play = Play(flow(first))
    assert play.question.language == "", "the recogniser is to tell it"
    play.tell(Said(said, 0.8, "zh"))
    assert play.dialogue.language == "zh"
    assert play.question.language == "zh", "it is told, and a value is heard better in a language that is known"
    assert not {"Which city?", "Which day?"} & set(play.heard.split(". "))


def test_a_first_sentence_in_the_flows_own_language_tells_it_too():
    play = Play(flow("collect: {en: Which city?, zh: 哪个城市？}\n  slot: city"))
    play.tell(Said("Shanghai", 0.8, "en"))
    assert (play.heard, play.question.language) == ("When?", "en")


def test_what_is_not_understood_has_told_nothing_yet():
    play = Play(flow("collect: {en: Which city?, zh: 哪个城市？}\n  slot: city"))
    play.tell(Said("啊这个嘛", 0.2, "zh"))
    assert (play.dialogue.language, play.question.language) == ("en", "")
    play.tell(Said("上海", 0.8, "zh"))
    assert play.heard == "什么时候？"


@pytest.mark.parametrize(
    ("first", "key"),
    [(DIGITS, "427106"), ("confirm: {en: Is it you?, zh: 是您本人吗？}\n  yes: second\n  no: bye", "1")],
)
def test_digits_and_a_yes_tell_no_language_and_the_question_after_them_does(first, key):
    play = Play(flow(first))
    assert play.question.language == "en"
    play.keys(key)
    assert play.question.language == ""
    play.tell(Said("明天", 0.8, "zh"))
    assert play.heard == "几点？"


def test_an_address_tells_no_language():
    play = Play(flow("collect: {en: Your e-mail?, zh: 您的邮箱？}\n  slot: mail"))
    assert play.question.language == "en"
    play.tell(Said("john@qq.com", 0.8, ""))
    assert play.question.language == "", "who gave it may go on in Chinese"


def test_who_chose_a_language_keeps_it():
    play = Play(flow("set: {language: en}").replace("  otherwise: bye\n- step: second", "- step: second"))
    assert play.question.language == "en"


def test_a_forms_own_detect_counts_as_the_flows():
    plain = flow(DIGITS).replace("language: detect\n", "")
    play = Play(plain)
    play.keys("427106")
    assert play.question.language == "en"
    play = Play(plain.replace("slots: [day, hour]", "slots: [day, hour]\n  language: detect"))
    play.keys("427106")
    assert play.question.language == ""


def complaints(text):
    return [str(one) for one in check(loads(text, "x.yaml"))]


ONLY_DIGITS = (
    flow(DIGITS).replace("slots: [day, hour]", "slots: [order, people]").replace("[order, people]", "[people]")
)
ONLY_DIGITS = ONLY_DIGITS.replace('  prompts: {hour: {en: "At what time?", zh: 几点？}}\n', "")


def test_check_says_where_no_question_can_tell_a_language():
    (one,) = complaints(ONLY_DIGITS)
    assert one == (
        "x.yaml:3:11: `language: detect` tells no language here: no question is answered in words (digits, addresses, "
        "ratings, yes and no tell none); write a `menu` of the languages, a route with `language` for each number, or "
        "delete it."
    )
    assert complaints(flow(DIGITS)) == []


def test_check_says_where_a_forms_own_detect_can_tell_none():
    text = ONLY_DIGITS.replace("language: detect\n", "").replace("[people]", "[people]\n  language: detect")
    (one,) = complaints(text)
    assert one.startswith(
        "x.yaml:15:3: Question 'second' asks for digits, addresses, yes or no only, so its answer tells no"
    )
