import json
from datetime import UTC, datetime

import pytest

from dialplans.chat import Chat
from dialplans.exchange import Done
from dialplans.loader import loads

FLOW = """
languages: [en, zh]
commands: {operator: person, goodbye: bye}
human: {to: person, anger: 0.8}
systems: {shop: {url: "http://127.0.0.1:1"}}
intents:
  order: {examples: {en: [where is my order, has it been sent], zh: [我的订单到哪里了, 发货了吗]}}
steps:
- step: main
  ask: {en: "How can I help you?", zh: 您好，请说。}
  intents: {order: number}
  knowledge: true
  otherwise: bye
- step: number
  collect: {en: "Your number?", zh: 请说号码。}
  slot: order
  otherwise: bye
- step: look
  call: shop
  path: /orders/{{ order }}
  result: {state: $.state}
  on_error: person
- step: told
  say: {en: "It is {{ state }}.", zh: "状态是{{ state }}。"}
- step: message
  record: message
- step: rate
  survey: {en: "How was it?", zh: 请评分。}
  otherwise: bye
- step: person
  enqueue: sales
  unavailable: {en: Nobody is there., zh: 没有人。}
- step: bye
  hangup: {en: Goodbye!, zh: 再见！}
"""


class Talked:
    def __init__(self, language="", **ports):
        self.chat = Chat(loads(FLOW), language, now=lambda: datetime(2026, 11, 23, tzinfo=UTC), **ports)
        self.last = list(self.chat.begin())

    def __call__(self, line):
        self.last = list(self.chat.hear(line))
        return "\n".join(self.last)


@pytest.mark.parametrize(
    ("language", "asks", "tells"),
    [("en", "where is my order", "robot: It is sent."), ("zh", "我的订单到哪里了", "robot: 状态是sent。")],
)
def test_a_system_answers_by_hand_and_a_message_is_typed(language, asks, tells):
    say = Talked(language)
    assert "[order" in say(asks)
    told = say("1234")
    assert "[asks GET http://127.0.0.1:1/orders/1234]" in told
    assert "type the answer" in told
    told = say(json.dumps({"state": "sent"}))
    assert tells in told
    assert "[records 'message'" in told
    assert "robot:" in say("please hurry")
    assert say.chat.known()["frames"][0]["variables"]["message"] == "chat.wav"
    assert "[rating: 5 of 5]" in say("5")


@pytest.mark.parametrize(
    ("typed", "words"), [("503", "it answered 503"), ("garbage", "garbage"), ("404", "look up empty")]
)
def test_a_system_may_fail_by_hand(typed, words):
    say = Talked()
    say("where is my order")
    say("1234")
    told = say(typed)
    assert words in told
    assert "[enqueue to sales" in told


def test_a_system_is_asked_for_real_where_that_is_wanted():
    asked = []

    def looks_up(errand):
        asked.append(errand.url)
        return Done(True, {"status": 200, "body": {"state": "packed"}})

    say = Talked(looks_up=looks_up)
    say("where is my order")
    assert "robot: It is packed." in say("77")
    assert asked == ["http://127.0.0.1:1/orders/77"]


def test_a_hand_over_shows_reason_summary_and_slots_and_the_next_line_says_what_came_of_it():
    say = Talked(looks_up=lambda _: Done(False, why="no answer"))
    say("where is my order")
    told = say("1234")
    assert "[enqueue to sales: flow]" in told
    assert "[summary: " in told
    assert "[order = 1234]" in told
    assert "robot: Nobody is there." in say("")


def test_anger_leads_to_a_human_and_done_means_that_somebody_took_it():
    say = Talked()
    assert "[enqueue to sales: anger]" in say(":angry I said where is my parcel")
    told = say("done")
    assert "Nobody" not in told
    assert "robot: Goodbye!" in told
    assert say.chat.over


def test_back_takes_the_last_line_back_also_into_an_errand():
    say = Talked()
    say("where is my order")
    say("1234")
    before = say.chat.known()
    say("503")
    assert "[back in step 'look']" in say(":back")
    assert say.chat.known() == before
    assert "robot: It is sent." in say('{"state": "sent"}')
    for _ in range(3):
        say(":back")
    assert say.last == ["       [back in step 'main']", "robot: How can I help you?"]
    assert say(":back") == "       [this is the beginning]"


def test_the_state_the_help_and_what_is_no_command():
    say = Talked("zh")
    say("您好")
    assert json.loads(say(":state"))["language"] == "zh"
    assert ":back" in say(":help")
    assert "there is no :sate" in say(":sate")
    assert "no match" in say(":noise")
    say(":quit")
    assert say.chat.over


def test_what_the_knowledge_base_answers_is_heard_and_what_it_lacks_is_shown():
    class Found:
        article_id, title, short, long, runner_up = "a", "Hours", "We open at nine.", "", None

    say = Talked(knows=lambda question, language, tags: Found() if "open" in question else None)
    told = say("when do you open on Sundays")
    assert "robot: We open at nine." in told
    assert "How can I help you?" in told
