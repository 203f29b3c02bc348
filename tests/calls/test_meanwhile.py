"""Whole calls in which the robot goes on helping who waits in a queue, until somebody comes and knows of it."""

import asyncio

import pytest

from dialplans.exchange import Done
from queues.caller_report import caller_documents
from tests.calls.call_centre import BILLING, call_centre
from tests.calls.test_program_calls import told
from voice.back_office import BackOffice

pytestmark = pytest.mark.looptime

FLOW = """
languages: [en, zh]
slots:
  order: {type: digits, digits: 4}
steps:
  - step: welcome
    say: {en: Welcome., zh: 欢迎致电。}
  - step: hand
    enqueue: billing
    meanwhile: details
    unavailable: {en: Nobody is there., zh: 没有人在。}
    done: after
  - step: back
    hangup: {en: "Goodbye, order {{ order | default: none }}.", zh: "再见，订单{{ order | default: 无 }}。"}
  - step: after
    hangup: {en: "Thank you, that was all. Goodbye.", zh: 谢谢，再见。}
flows:
  details:
    steps:
      - step: number
        slot: order
        collect: {en: "Meanwhile, may I ask for your order number?", zh: "等待期间，请问您的订单号是多少？"}
        otherwise: enough
      - step: late
        confirm: {en: Has it come?, zh: 已经收到了吗？}
        otherwise: enough
      - step: thanks
        say: {en: "Thank you, I pass that on.", zh: 谢谢，我会转告。}
      - step: enough
        return:
"""
WORDS = {
    "en": ("may I ask for your order number", "one two three four", "Has it come?", "I've got somebody for you now."),
    "zh": ("请问您的订单号", "一二三四", "已经收到了吗", "现在为您接通人工"),
}
QUIET = {**BILLING, "announce_position": False, "announce_wait": False, "match_language": False}


def data(line, name):
    return [found for one, found in line.story.events if one == name]


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_who_waits_is_asked_and_the_agent_hears_the_answer_in_the_whisper(language, open_line, tmp_path):
    asked, answer, then, somebody = WORDS[language]
    async with call_centre(open_line, tmp_path, QUIET, flow=FLOW, language=language) as (line, phones, centre):
        await centre.comes("202")
        first = await line.call()
        ben = await phones.answers("202")
        second = await line.call()
        await second.hears(asked)
        await second.says(answer, language=language)
        await second.hears(then, out=False)
        ben.call.caller_hangs_up()
        await first.is_hung_up()
        await centre.comes("202")
        call = await phones.rings("202")
        ben = phones.person(call)
        call.answers()
        await second.hears(somebody, out=False)
        await second.waits(9)
        assert second.stream.hears == (ben.stream.number,)
        assert any("1234" in text or "one two three four" in text or "一二三四" in text for text in ben.plays())
        (learned, *_) = data(line, "learned")
        assert learned["slots"] == {"order": "1234"}
        call.caller_hangs_up()
        await second.is_hung_up()
    assert line.story.said("caller")[0] == answer


def present(centre, queue):
    with centre.engine.connect() as connection:
        return [(one["number"], one["summary"], one["slots"]) for one in caller_documents(connection, queue)]


async def test_what_a_waiting_caller_tells_is_at_once_what_programs_are_told_also_in_the_next_queue(
    open_line, tmp_path
):
    then = {"name": "sales", "needs": [{"skill": "sales"}]}
    queue = {**QUIET, "overflow": [{"when": "waited", "after_s": 60, "to": "queue:sales"}]}
    opened = call_centre(open_line, tmp_path, queue, then, flow=FLOW)
    async with opened as (line, phones, centre), told(line, centre) as (company, _):
        await centre.comes("202", "203")
        first = await line.call()
        ben = await phones.answers("202")
        await centre.book.wish("203", "paused")
        second = await line.call()
        await second.hears("may I ask for your order number")
        assert present(centre, "billing")[1] == ("5550142", "", {})
        await second.keys("1234")
        await second.hears("Has it come?", out=False)
        ((_, summary, slots),) = [one for one in present(centre, "billing") if one[2]]
        assert (slots, "1234" in summary) == ({"order": "1234"}, True)
        await second.waits(60)
        assert present(centre, "sales") == [("5550142", summary, slots)]
        await centre.comes("203")
        cleo = await phones.rings("203")
        assert company.data("call.offered")["slots"] == {}, "the first caller's"
        offered = [data for name, data, _ in company.told if name == "call.offered"][-1]
        assert (offered["queue"], offered["slots"], offered["summary"]) == ("sales", slots, summary)
        cleo.declines()
        second.dialog.caller_hangs_up()
        await second.is_hung_up()
        ben.call.caller_hangs_up()
        await first.is_hung_up()


async def test_announcements_come_in_between_and_the_way_out_works_in_the_middle_of_a_question(open_line, tmp_path):
    queue = {**BILLING, "announce_every_s": 10, "way_out_key": "*", "match_language": False}
    async with call_centre(open_line, tmp_path, queue, flow=FLOW) as (line, phones, centre):
        await centre.comes("202")
        first = await line.call()
        ben = await phones.answers("202")
        second = await line.call()
        await second.hears("You are next.")
        await second.hears("may I ask for your order number")
        await second.waits(4)
        await second.keys("1234")
        await second.hears("You are next.", out=False)
        await second.hears("Has it come?", out=False)
        await second.keys("*")
        await second.hears("Nobody is there.", out=False)
        await second.hears("Goodbye, order one two three four.", out=False)
        await second.is_hung_up()
        ben.call.caller_hangs_up()
        await first.is_hung_up()


async def test_whoever_is_found_waits_for_the_caller_to_speak_out_and_nothing_more_is_asked(open_line, tmp_path):
    async with call_centre(open_line, tmp_path, QUIET, flow=FLOW) as (line, phones, centre):
        await centre.comes("202")
        first = await line.call()
        ben = await phones.answers("202")
        second = await line.call()
        await second.hears("may I ask for your order number")
        ben.call.caller_hangs_up()
        await first.is_hung_up()
        await centre.comes("202")
        call = await phones.rings("202")
        speaks = asyncio.ensure_future(second.says("one two three four", 2.0))
        await second.waits(0.5)
        call.answers()
        await speaks
        await second.hears("I've got somebody for you now.", out=False)
        assert not any("Has it come?" in text for text in second.plays.values())
        await second.waits(8)
        assert data(line, "learned")[-1]["slots"] == {"order": "1234"}
        assert second.stream.hears == (phones.person(call).stream.number,)
        call.caller_hangs_up()
        await second.is_hung_up()


async def test_music_plays_again_when_the_robot_has_helped_and_only_once(open_line, tmp_path):
    async with call_centre(open_line, tmp_path, QUIET, flow=FLOW) as (line, phones, centre):
        await centre.comes("202")
        first = await line.call()
        ben = await phones.answers("202")
        second = await line.call()
        await second.hears("may I ask for your order number")
        await second.keys("1234")
        await second.hears("Has it come?")
        await second.keys("2")
        await second.hears("Thank you, I pass that on.", out=False)
        await second.waits(60)
        assert second.stream.busy, "music"
        assert second.ear.listens is None
        assert sum("order number" in text for text in second.plays.values()) == 1
        second.hangs_up()
        await second.is_hung_up()
        ben.call.caller_hangs_up()
        await first.is_hung_up()
    assert ("queue.abandoned", "") in centre.events()


async def test_the_offer_of_a_callback_waits_for_the_end_of_the_questions(open_line, tmp_path):
    queue = {**QUIET, "callback_after_s": 5, "announce_every_s": 0}
    async with call_centre(open_line, tmp_path, queue, flow=FLOW) as (line, phones, centre):
        await centre.comes("202")
        first = await line.call()
        ben = await phones.answers("202")
        second = await line.call()
        await second.hears("may I ask for your order number")
        await second.waits(4)
        await second.keys("1111")
        await second.hears("Has it come?")
        await second.keys("1")
        await second.hears("we call you back: press 1.", out=False)
        await second.keys("1")
        await second.hears("You keep your place, and we call you back.", out=False)
        await second.is_hung_up()
        ben.call.caller_hangs_up()
        await first.is_hung_up()
    (promise,) = centre.callbacks.open_promises()
    assert "1111" in promise.summary or "one one one one" in promise.summary


async def test_who_is_served_at_once_is_asked_nothing(open_line, tmp_path):
    async with call_centre(open_line, tmp_path, QUIET, flow=FLOW) as (line, phones, centre):
        await centre.comes("202")
        caller = await line.call()
        ben = await phones.answers("202")
        await caller.waits(10)
        assert not any("order number" in text for text in caller.plays.values())
        ben.call.caller_hangs_up()
        await caller.is_hung_up()


async def test_an_agent_who_goes_during_the_whisper_leaves_the_caller_waiting_with_music(open_line, tmp_path):
    async with call_centre(open_line, tmp_path, QUIET, flow=FLOW) as (line, phones, centre):
        await centre.comes("202")
        first = await line.call()
        ben = await phones.answers("202")
        second = await line.call()
        await second.hears("may I ask for your order number")
        ben.call.caller_hangs_up()
        await first.is_hung_up()
        await centre.comes("202")
        call = await phones.rings("202")
        call.answers()
        await second.hears("I've got somebody for you now.", out=False)
        call.dies()
        await second.waits(5)
        assert second.stream.busy, "music"
        second.hangs_up()
        await second.is_hung_up()


LOOKS_UP = """
languages: [en]
slots: {order: {type: digits, digits: 4}}
systems: {shop: {url: "http://shop.invalid"}}
steps:
  - step: welcome
    say: Welcome.
  - step: hand
    enqueue: billing
    meanwhile: details
    unavailable: Nobody is there.
  - step: after
    hangup: Goodbye.
flows:
  details:
    systems: {shop: {url: "http://shop.invalid"}}
    steps:
      - step: number
        slot: order
        collect: Meanwhile, may I ask for your order number?
        otherwise: enough
      - step: system
        call: shop
        path: "/{{ order }}"
        result: {state: state}
        on_error: enough
      - step: known
        confirm: "It is {{ state }}. Will you still wait?"
        "no": bye
        otherwise: enough
      - step: enough
        return:
      - step: bye
        hangup: Goodbye then.
"""


@pytest.mark.parametrize("served", [False, True])
async def test_systems_are_asked_meanwhile_and_who_needs_nobody_any_more_may_go(
    served, open_line, tmp_path, monkeypatch
):
    async def look_up(office, errand):
        await asyncio.sleep(3)
        return Done(True, {"status": 200, "body": {"state": "on its way"}})

    monkeypatch.setattr(BackOffice, "look_up", look_up)
    async with call_centre(open_line, tmp_path, QUIET, flow=LOOKS_UP) as (line, phones, centre):
        await centre.comes("202")
        first = await line.call()
        ben = await phones.answers("202")
        second = await line.call()
        await second.hears("may I ask for your order number")
        await second.keys("1234")
        if served:
            # Somebody is found while the system is asked.
            ben.call.caller_hangs_up()
            await first.is_hung_up()
            await centre.comes("202")
            call = await phones.rings("202")
            call.answers()
            await second.hears("I've got somebody for you now.", out=False)
            await second.waits(8)
            assert second.stream.hears == (phones.person(call).stream.number,)
            call.caller_hangs_up()
        else:
            await second.hears("It is on its way. Will you still wait?")
            await second.says("no")
            await second.hears("Goodbye then.", out=False)
            await second.is_hung_up()
            # Whom the robot has helped has abandoned nothing.
            assert centre.events()[-1] == ("queue.ended", "")
            assert "queue.abandoned" not in dict(centre.events())
            ben.call.caller_hangs_up()
            await first.is_hung_up()
        await second.is_hung_up()
