"""Whole calls in which the flow asks one of the company's systems, whatever that does."""

import asyncio
from itertools import pairwise

import httpx2
import pytest

from dialplans.look_ups import LookUps
from voice.back_office import BackOffice

pytestmark = pytest.mark.looptime

ORDER = """
languages: [en, zh]
commands: {operator: sorry}
systems:
  shop: {url: "https://shop.example/api", timeout_s: 3, retries: 1}
steps:
  - step: look
    say: {en: Let me look that up for you., zh: 我来查一下。}
  - step: order
    call: shop
    path: /orders/42
    result: {order.state: $.status}
    wait: {en: One moment please., zh: 请稍等。}
    on_error: sorry
    on_empty: unknown
  - step: told
    hangup: {en: "Your order is {{ order.state }}. Goodbye.", zh: "您的订单：{{ order.state }}。再见。"}
  - step: unknown
    hangup: {en: There is no such order. Goodbye., zh: 没有这个订单，再见。}
  - step: sorry
    hangup: {en: Our system doesn't answer just now. Goodbye., zh: 系统暂时没有响应，再见。}
"""
SAID_FIRST = {"en": "Let me look", "zh": "我来查一下"}
WAIT = {"en": "One moment please.", "zh": "请稍等。"}


def office(answer):
    """A back office whose systems answer so: an async function of the request."""
    return BackOffice(look_ups=LookUps(transport=httpx2.MockTransport(answer)))


def after(seconds, status=200, **content):
    async def answer(request):
        await asyncio.sleep(seconds)
        return httpx2.Response(status, **content)

    return answer


def longest_silence(caller):
    """Seconds between two sounds of the robot."""
    return max(later.start - earlier.end for earlier, later in pairwise(caller.stream.audible))


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_who_waits_for_a_slow_system_is_asked_to_and_the_answer_waits_for_the_end_of_that(open_line, language):
    async with open_line(ORDER, language=language, office=office(after(2.6, json={"status": "sent"}))) as line:
        caller = await line.call()
        await caller.hears(SAID_FIRST[language])
        wait = await caller.hears(WAIT[language], out=False)
        answer = await caller.hears("sent", out=False)
        assert caller.sounding(answer)[0].start >= caller.sounding(wait)[-1].end
        assert longest_silence(caller) == pytest.approx(0.7, abs=0.4)
        await caller.is_hung_up()
    assert line.story.cause == "robot-hung-up"
    assert "please-wait" in line.story.names()


async def test_nobody_is_asked_to_wait_where_the_answer_comes_in_time(open_line):
    async with open_line(ORDER, office=office(after(0.3, json={"status": "sent"}))) as line:
        caller = await line.call()
        await caller.hears("Your order is sent")
        assert not any("One moment" in said for said in caller.plays.values())
        assert longest_silence(caller) < 0.3
        await caller.is_hung_up()
    assert "please-wait" not in line.story.names()


async def test_a_system_that_hangs_leads_to_words_and_never_to_dead_air(open_line):
    async with open_line(ORDER, office=office(after(3600))) as line:
        caller = await line.call()
        await caller.hears("One moment please.")
        await caller.hears("Our system doesn't answer just now.")
        assert longest_silence(caller) < 6.5
        await caller.is_hung_up()
    assert ("look_up_failed", {"step": "order", "system": "shop", "why": "no answer within 3 s"}) in line.story.events
    assert line.story.cause == "robot-hung-up"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (after(0.1, text="<html>Bad gateway"), "doesn't answer"),
        (after(0.1, json={"state": 1}), "no such order"),
        (after(0.1, 404), "no such order"),
        (after(0.1, 500), "doesn't answer"),
        (after(0.1, content=b"\xff\xfe\x00", headers={"content-type": "application/json"}), "doesn't answer"),
    ],
)
async def test_whatever_a_system_answers_the_caller_hears_words(open_line, answer, words):
    async with open_line(ORDER, office=office(answer)) as line:
        caller = await line.call()
        await caller.hears(words)
        await caller.is_hung_up()
    assert line.story.cause == "robot-hung-up"


async def test_a_fault_of_ours_in_an_errand_leads_where_a_failing_system_does(open_line):
    class Broken(BackOffice):
        async def look_up(self, errand):
            raise RuntimeError("nobody thought of that")

    async with open_line(ORDER, office=Broken()) as line:
        caller = await line.call()
        await caller.hears("Our system doesn't answer just now.")
        await caller.is_hung_up()


async def test_a_caller_who_hangs_up_while_a_system_is_asked_leaves_nothing_behind(open_line):
    gone = asyncio.Event()

    async def answer(request):
        try:
            await asyncio.sleep(3600)
        finally:
            gone.set()

    async with open_line(ORDER, office=office(answer)) as line:
        caller = await line.call()
        await caller.hears("One moment please.")
        caller.hangs_up()
        await asyncio.wait_for(gone.wait(), 0.5)
    assert line.story.cause == "caller-hung-up"


async def test_keys_pressed_while_a_system_is_asked_answer_the_next_question(open_line):
    question = "confirm: {en: It is sent. Again?, zh: 已发出。再听吗？}\n    yes: look\n    no: bye\n    otherwise: bye"
    flow = ORDER.replace("  - step: told\n", f"  - step: told\n    {question}\n  - step: bye\n")
    async with open_line(flow, office=office(after(1.0, json={"status": "sent"}))) as line:
        caller = await line.call()
        await caller.hears("Let me look", out=False)
        await caller.keys("2")
        await caller.hears("Your order is sent. Goodbye.")
        await caller.is_hung_up()
