"""Whole calls that find their language: by the number that was dialled, by the first sentence, by asking."""

import pytest

from dialplans.routing import Routing
from models.settings import RouteSettings

pytestmark = pytest.mark.looptime

FLOW = """
languages: [en, zh]
commands: {operator: bye}
LANGUAGE
steps:
  - step: main
    menu: {en: Hello. Is it about an order?, zh: 您好，是关于订单的吗？}
    options:
      1: {name: order, say: {en: [my order], zh: [订单]}, goto: told}
      2: {name: other, say: {en: [something else], zh: [别的]}, goto: bye}
    otherwise: bye
  - step: told
    say: {en: Your order is sent., zh: 订单已经发出。}
  - step: bye
    hangup: {en: Goodbye., zh: 再见。}
"""
ASKS = FLOW.replace("LANGUAGE", "").replace("""
  - step: main
""", """
  - step: which
    menu: {en: For English press 1., zh: 中文服务请按二。}
    options:
      1: {name: english, say: {en: [English], zh: [英文]}, goto: in_english}
      2: {name: chinese, say: {en: [Chinese], zh: [中文]}, goto: in_chinese}
    otherwise: bye
  - step: in_english
    set: {language: en}
    goto: main
  - step: in_chinese
    set: {language: zh}
  - step: main
""")  # fmt: skip


async def test_the_dialled_number_says_the_language(open_line):
    async with open_line(FLOW.replace("LANGUAGE", "")) as line:
        flows = line.reception._routing.flows
        routes = [RouteSettings(called="8008", flow="flow", language="zh"), RouteSettings(flow="flow")]
        line.reception._routing = Routing(routes, flows)
        for called, question, yes, answer in (
            ("8008", "您好，是关于订单的吗？", "订单", "订单已经发出。"),
            ("8001", "Hello. Is it about an order?", "My order.", "Your order is sent."),
        ):
            caller = line.dial(called=called)
            await caller.answered()
            await caller.hears(question)
            language = "zh" if called == "8008" else "en"
            assert caller.ear.listens.language == language
            await caller.says(yes, 0.6, language=language)
            await caller.hears(answer)
            await caller.is_hung_up()
    assert [story.began.language for story in line.stories.values()] == ["zh", "en"]


async def test_the_first_sentence_says_the_language(open_line):
    async with open_line(FLOW.replace("LANGUAGE", "language: detect")) as line:
        caller = await line.call()
        await caller.hears("Is it about an order?")
        assert caller.ear.listens.language == ""
        await caller.says("查订单", 1.2, language="zh")
        await caller.hears("订单已经发出。")
        await caller.is_hung_up()
    assert line.story.settled == ["zh"]


COLLECTS = """
languages: [en, zh]
language: detect
slots:
  city: {type: list, entries: {beijing: {en: [Beijing], zh: [北京]}, shanghai: {en: [Shanghai], zh: [上海]}}}
  people: {type: number}
steps:
  - step: main
    collect: {en: Hello. Which city?, zh: 您好，哪个城市？}
    slot: city
    otherwise: bye
  - step: more
    ask: {en: How many of you?, zh: 一共几位？}
    slots: [people]
    otherwise: bye
  - step: bye
    hangup: {en: Goodbye., zh: 再见。}
"""


async def test_the_first_sentence_says_the_language_also_where_values_alone_are_asked_for(open_line):
    async with open_line(COLLECTS) as line:
        caller = await line.call()
        await caller.hears("Hello. Which city?")
        assert caller.ear.listens.language == ""
        await caller.says("上海", 0.8, language="zh")
        await caller.hears("一共几位？")
        assert caller.ear.listens.language == "zh"
        await caller.says("四位", 0.8, language="zh")
        await caller.is_hung_up()
    assert line.story.settled == ["zh"]


async def test_who_is_asked_says_the_language(open_line):
    async with open_line(ASKS) as line:
        caller = await line.call()
        await caller.hears("For English press 1")
        await caller.keys("2")
        await caller.hears("您好，是关于订单的吗？")
        assert caller.ear.listens.language == "zh"
        await caller.says("订单", 0.6, language="zh")
        await caller.hears("订单已经发出。")
        await caller.is_hung_up()
    assert line.story.settled == ["zh"]
