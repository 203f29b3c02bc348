"""What an agent is told before the talk, on a machine so busy that nothing new is said within seconds."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from asr_tts.marks import unmarked
from tests.calls.call_centre import BILLING, FLOW, call_centre
from tests.calls.test_queue_calls import event
from voice.standing_prompts import PRESS_TO_TAKE

pytestmark = pytest.mark.looptime
SLOW_S = 6.0
"""Seconds that a sentence takes which nobody said before, also where it is rendered ahead."""
QUIET = {**BILLING, "announce_position": False, "announce_wait": False}
TITLE = {"en": "Billing.", "zh": "账单。"}
SUMMARY = {"en": "An order is late.", "zh": "订单没有到。"}
AGAIN = {"en": "Call number 2 today. ", "zh": "今天第2次来电。"}
FLOWS = {
    language: FLOW.replace("    enqueue: billing\n", f"    enqueue: billing\n    summary: {summary}\n")
    for language, summary in SUMMARY.items()
}
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


@asynccontextmanager
async def billing(open_line, tmp_path, language, **queue):
    """A call centre whose one agent, 202, takes billing's callers, with what else is said of that queue."""
    settings = {**QUIET, **queue}
    async with call_centre(open_line, tmp_path, settings, flow=FLOWS[language], language=language) as opened:
        await opened[2].comes("202")
        yield opened


def slow(line):
    """Let all that was said be forgotten, but for fixed prompts, and what is new take long."""
    line.speech.made.clear()
    line.speech.first_clause = line.speech.ahead = SLOW_S


def whispered(agent):
    return [unmarked(text) for text in agent.plays()]


@LANGUAGES
async def test_what_an_agent_is_told_is_rendered_while_the_phone_rings(language, open_line, tmp_path):
    async with billing(open_line, tmp_path, language) as (line, phones, _):
        slow(line)
        caller = await line.call()
        call = await phones.rings("202")
        await caller.waits(2 * SLOW_S + 0.5)
        ben = phones.person(call)
        call.answers()
        await caller.waits(0.1)
        assert whispered(ben) == [TITLE[language], SUMMARY[language]], "both are there when the agent is"
        assert caller.stream.hears == ()
        await caller.waits(6)
        assert caller.stream.hears == (ben.stream.number,)
        caller.hangs_up()


@LANGUAGES
async def test_who_waits_in_the_queue_is_announced_at_once_by_a_phone_that_answers_itself(
    language, open_line, tmp_path
):
    async with billing(open_line, tmp_path, language) as (line, phones, _):
        first = await line.call()
        ben = await phones.answers("202")
        await first.waits(5)
        slow(line)
        caller = await line.call()
        await caller.waits(1 + 2 * SLOW_S + 0.5)
        ben.call.caller_hangs_up()
        await first.is_hung_up()
        again = await phones.answers("202")
        await caller.waits(0.1)
        assert whispered(again) == [TITLE[language], AGAIN[language] + SUMMARY[language]]
        caller.hangs_up()


@LANGUAGES
async def test_a_talk_waits_for_no_whisper_that_is_not_ready_in_time(language, open_line, tmp_path):
    async with billing(open_line, tmp_path, language) as (line, phones, _):
        slow(line)
        line.speech.made.add(f"{language}/{TITLE[language]}")
        caller = await line.call()
        ben = await phones.answers("202")
        await caller.waits(0.1)
        assert whispered(ben) == [TITLE[language]], "what every caller of the queue is announced with is there"
        title_s = line.speech.samples(f"{language}/{TITLE[language]}") / 8000
        await caller.waits(title_s + 1.2)
        assert caller.stream.hears == ()
        await caller.waits(0.4)
        assert caller.stream.hears == (ben.stream.number,)
        await caller.waits(SLOW_S)
        assert whispered(ben) == [TITLE[language]], "nobody whispers into the talk"
        caller.hangs_up()
    assert unmarked(event(line, "voice-failed")["text"]) == SUMMARY[language]


async def test_of_a_whisper_whose_sound_can_not_be_played_nothing_is_heard_in_the_talk(open_line, tmp_path):
    async with billing(open_line, tmp_path, "en") as (line, phones, _):
        slow(line)
        line.speech.made.add(f"en/{TITLE['en']}")
        line.speech.first_clause = line.speech.ahead = 1.0
        caller = await line.call()
        ben = await phones.answers("202")
        await caller.waits(0.1)
        ben.stream.fails("The sound file is gone.")
        await caller.waits(5)
        assert caller.stream.hears == (ben.stream.number,)
        assert whispered(ben) == [TITLE["en"]]
        caller.hangs_up()


async def test_where_nothing_is_ready_in_time_a_tone_stands_for_the_whisper(open_line, tmp_path):
    async with call_centre(open_line, tmp_path, QUIET) as (line, phones, centre):
        await centre.comes("202")
        slow(line)
        caller = await line.call()
        ben = await phones.answers("202")
        await caller.waits(1.3)
        assert (whispered(ben), caller.stream.hears) == ([], ())
        await caller.waits(2)
        assert (whispered(ben), caller.stream.hears) == (["beep"], (ben.stream.number,))
        caller.hangs_up()


async def test_what_the_robot_learns_meanwhile_is_rendered_for_whose_phone_rings(open_line, tmp_path):
    async with billing(open_line, tmp_path, "en") as (line, phones, centre):
        slow(line)
        caller = await line.call()
        call = await phones.rings("202")
        await caller.waits(2)
        stay = centre.distributor.stay(next(iter(line.stories)))
        learned = stay.guest.handover
        stay.guest.learn(type(learned)(**{**vars(learned), "summary": "Two orders are late."}), "en")
        await caller.waits(2 * SLOW_S)
        ben = phones.person(call)
        call.answers()
        await caller.waits(0.1)
        assert whispered(ben) == [TITLE["en"], "Two orders are late."]
        caller.hangs_up()


async def test_an_agent_to_whom_a_caller_is_sent_is_told_at_once_too(open_line, tmp_path):
    async with billing(open_line, tmp_path, "zh") as (line, phones, _):
        caller = await line.call()
        ben = await phones.answers("202")
        await caller.waits(6)
        slow(line)
        await ben.keys("*2201#")
        call = await phones.rings("201")
        await caller.waits(2 * SLOW_S + 0.5)
        anna = phones.person(call)
        call.answers()
        await caller.waits(0.1)
        assert [text.split("/")[0] for text in whispered(anna)] == [TITLE["en"], SUMMARY["zh"]]
        caller.hangs_up()


async def test_who_hangs_up_while_a_whisper_is_made_is_gone_at_once(open_line, tmp_path):
    async with billing(open_line, tmp_path, "zh") as (line, phones, _):
        slow(line)
        caller = await line.call()
        await phones.rings("202")
        await caller.waits(2)
        caller.hangs_up()
        await caller.waits(0.5)
        assert line.story.ended
        assert not line.reception.calls


async def test_the_robot_hangs_up_at_once_whatever_is_still_being_made(open_line, tmp_path):
    async with billing(open_line, tmp_path, "en") as (line, phones, _):
        slow(line)
        line.speech.ahead = 200.0
        goodbye = "Thank you, that was all. Goodbye."
        line.speech.made.add(f"en/{goodbye}")
        caller = await line.call()
        ben = await phones.answers("202")
        await caller.waits(10)
        ben.call.caller_hangs_up()
        await caller.hears(goodbye)
        async with asyncio.timeout(5):
            await caller.is_hung_up()


@LANGUAGES
async def test_an_agent_is_always_told_the_key_that_takes_the_caller(language, open_line, tmp_path):
    async with billing(open_line, tmp_path, language, accept_by_key=True) as (line, phones, _):
        slow(line)
        caller = await line.call()
        ben = await phones.answers("202")
        await caller.waits(3)
        assert whispered(ben) == [unmarked(PRESS_TO_TAKE[language])]
        await ben.keys("1")
        await caller.waits(0.5)
        assert caller.stream.hears == (ben.stream.number,)
        caller.hangs_up()


async def test_a_fault_in_what_nobody_waits_for_ends_no_call(open_line, tmp_path, monkeypatch):
    async with billing(open_line, tmp_path, "en") as (line, phones, _):
        spoken = line.speech.synthesise

        async def synthesise(text, language, voice="", wanted="now"):
            if wanted != "now":
                raise ConnectionResetError("gone")
            async for clause in spoken(text, language, voice, wanted):
                yield clause

        monkeypatch.setattr(line.speech, "synthesise", synthesise)
        caller = await line.call()
        await phones.rings("202")
        ben = await phones.answers("202")
        await caller.waits(6)
        assert caller.stream.hears == (ben.stream.number,)
        caller.hangs_up()


async def test_nothing_is_made_for_a_phone_that_does_not_ring_any_more(open_line, tmp_path, monkeypatch):
    async with billing(open_line, tmp_path, "en") as (line, phones, centre):
        caller = await line.call()
        call = await phones.rings("202")
        call.declines()
        await caller.waits(0.5)
        asked = []
        spoken = line.speech.synthesise

        async def synthesise(text, language, voice="", wanted="now"):
            asked.append((language, text))
            async for clause in spoken(text, language, voice, wanted):
                yield clause

        monkeypatch.setattr(line.speech, "synthesise", synthesise)
        stay = centre.distributor.stay(next(iter(line.stories)))
        learned = stay.guest.handover
        stay.guest.learn(type(learned)(**{**vars(learned), "summary": "两笔订单。"}), "zh")
        await caller.waits(2)
        assert {language for language, _ in asked} == {"zh"}
        assert len(asked) == len(set(asked))
        caller.hangs_up()


async def test_what_a_phone_rings_for_is_wanted_before_what_callers_who_wait_may_need(open_line, tmp_path, monkeypatch):
    async with billing(open_line, tmp_path, "en") as (line, phones, _):
        first = await line.call()
        ben = await phones.answers("202")
        await first.waits(5)
        slow(line)
        line.speech.ahead = 200.0
        asked, left = [], []
        spoken = line.speech.synthesise

        async def synthesise(text, language, voice="", wanted="now"):
            whispers = unmarked(text) == TITLE["en"]
            asked.extend([wanted] * whispers)
            try:
                async for clause in spoken(text, language, voice, wanted):
                    yield clause
            finally:
                left.extend([wanted] * whispers)

        monkeypatch.setattr(line.speech, "synthesise", synthesise)
        caller = await line.call()
        await caller.waits(2)
        assert (asked, left) == (["later"], [])
        ben.call.caller_hangs_up()
        await first.is_hung_up()
        call = await phones.rings("202")
        await caller.waits(1)
        assert (asked, left) == (["later", "soon"], ["later"])
        call.answers()
        await caller.waits(0.5)
        assert (asked, left) == (["later", "soon", "now"], ["later", "soon"]), "who answered is told live"
        caller.hangs_up()
