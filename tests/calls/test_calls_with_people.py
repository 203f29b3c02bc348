"""Whole calls on the loopback line in which a person is found for the caller, and both talk."""

import asyncio

import pytest

from dialplans.exchange import Done
from models.cause import Cause
from models.errors import CannotDo
from tests.calls.people import ANNA, SHOWN, find, people_line, words
from voice.media.media_protocol import RtpSilent
from voice.people import Address, Extension, Number
from voice.placing import CallRefused

pytestmark = pytest.mark.looptime


async def to_anna(guest):
    guest.music()
    agent = guest.call(ANNA, SHOWN, 20)
    await agent.answered()
    return await guest.talk(agent, "Anna", find)


def names(line):
    return line.story.names()


def event(line, name):
    return next(data for found, data in line.story.events if found == name)


async def test_a_caller_hears_music_then_the_agent_and_the_flow_goes_on_after_the_talk(open_line):
    async with people_line(open_line, to_anna) as (line, phones, finder):
        caller = await line.call()
        await caller.hears("Welcome.", out=False)
        call = await phones.rings("anna")
        assert (call.caller.number, call.caller.name) == ("5550142", "billing 0:42")
        assert caller.stream.sounds, "music"
        assert caller.stream.hears == ()
        await caller.waits(3)
        anna = phones.person(call)
        call.answers()
        await caller.waits(0.02)
        assert caller.stream.hears == (anna.stream.number,)
        assert anna.stream.hears == (caller.stream.number,)
        assert not caller.stream.sounds
        await caller.waits(10)
        call.caller_hangs_up()
        await caller.hears("Thank you, that was all.")
        await caller.is_hung_up()
    assert (finder.result.ended_by, finder.result.seconds) == ("agent", pytest.approx(10, abs=0.1))
    assert line.story.cause == "robot-hung-up"
    assert event(line, "leg-answered") == {"leg": 2, "who": "anna"}
    assert event(line, "leg-ended") == {"leg": 2, "cause": "agent-hung-up"}
    assert caller.stream.hears == ()


async def test_both_sides_come_on_record_with_times_in_the_callers_recording(open_line):
    async with people_line(open_line, to_anna) as (line, phones, _):
        caller = await line.call()
        await caller.waits(5)
        anna = await phones.answers("anna")
        await caller.waits(1)
        said_at = caller.stream.clock / 8000
        await anna.says("This is Anna, how can I help?")
        await caller.says("My invoice is wrong.")
        anna.call.caller_hangs_up()
        await caller.is_hung_up()
    turns = [turn for _, turn in sorted(line.story.turns.items())]
    assert [(turn["speaker"], turn["text"]) for turn in turns[1:3]] == [
        ("agent", "This is Anna, how can I help?"),
        ("caller", "My invoice is wrong."),
    ]
    assert turns[1]["start_s"] == pytest.approx(said_at, abs=0.05)
    assert turns[2]["start_s"] >= turns[1]["end_s"]


async def test_what_is_said_while_waiting_is_nobodys_and_a_chinese_talk_is_understood_in_chinese(open_line):
    async with people_line(open_line, to_anna, language="zh") as (line, phones, _):
        caller = await line.call()
        await caller.waits(4)
        await caller.says("喂喂有人吗", language="zh")
        anna = await phones.answers("anna")
        await anna.says("您好，请讲", language="zh")
        listens = caller.ear.listens
        assert (listens.language, listens.kind, listens.urgent) == ("zh", "dictation", False), "for the record alone"
        anna.call.caller_hangs_up()
        await caller.hears("谢谢，再见", out=False)
        await caller.is_hung_up()
    assert line.story.said("caller") == []
    assert line.story.said("agent") == ["您好，请讲"]


async def test_a_whisper_is_the_agents_alone_and_the_music_goes_on_until_its_end(open_line):
    async def script(guest):
        guest.music("moh.wav")
        agent = guest.call(ANNA, SHOWN, 20)
        await agent.answered()
        await agent.whisper(words("Billing, third call today."))
        assert await agent.key(5) == "1"
        return await guest.talk(agent, "Anna")

    async with people_line(open_line, script) as (line, phones, _):
        caller = await line.call()
        anna = await phones.answers("anna")
        await caller.waits(1)
        assert "Billing, third call today." in anna.plays()
        assert caller.stream.sounds
        await caller.waits(2)
        assert caller.stream.hears == ()
        await anna.keys("1")
        assert caller.stream.hears == (anna.stream.number,)
        assert not caller.stream.sounds
        caller.hangs_up()
    assert line.story.said("robot") == ["Welcome."]


async def test_announcements_interrupt_the_music_and_keys_are_given_to_who_waits_for_them(open_line):
    async def script(guest):
        guest.music()
        await asyncio.sleep(3)
        await guest.say(words("You are number two."))
        guest.event("queue.announced", position=2)
        return Done(False, why=f"the caller pressed {await guest.key(10)}, then '{await guest.key(2)}'")

    async with people_line(open_line, script) as (line, _, _):
        caller = await line.call()
        await caller.hears("You are number two.", out=False)
        await caller.waits(3)
        assert caller.stream.sounds, "music goes on"
        await caller.keys("7")
        await caller.hears("Nobody is there.")
        await caller.is_hung_up()
    assert event(line, "handover_not_possible")["why"] == "the caller pressed 7, then ''"
    assert event(line, "queue.announced") == {"position": 2}


async def test_a_caller_who_hangs_up_while_it_rings_leaves_no_ghost_call(open_line):
    async with people_line(open_line, to_anna) as (line, phones, finder):
        caller = await line.call()
        call = await phones.rings("anna")
        caller.hangs_up()
        call.answers()
        await line.over()
    assert call.over is not None
    assert isinstance(finder.fault, asyncio.CancelledError)
    assert "talk-began" not in names(line)
    assert line.media.streams == {}


async def test_a_caller_who_hangs_up_before_the_phone_rings_leaves_no_ghost_call(open_line):
    async with people_line(open_line, to_anna) as (line, phones, _):
        caller = await line.call()
        while "handover" not in names(line):
            await caller.waits(0.01)
        await caller.waits(0.03)
        caller.hangs_up()
        await line.over()
        await asyncio.sleep(1)
    assert [call for call in phones.calls if call.over is None] == []
    assert line.media.streams == {}


async def test_a_caller_who_hangs_up_in_the_talk_ends_it_and_it_is_counted(open_line):
    async with people_line(open_line, to_anna) as (line, phones, finder):
        caller = await line.call()
        anna = await phones.answers("anna")
        await caller.waits(7)
        caller.hangs_up()
        await line.over()
    assert anna.call.over is not None
    assert (finder.result.ended_by, finder.result.seconds) == ("caller", pytest.approx(7, abs=0.1))
    assert line.story.cause == "caller-hung-up"
    assert event(line, "talk-ended")["by"] == "caller"


@pytest.mark.parametrize("way", ["no answer to a request", "silence"])
async def test_an_agent_whose_phone_dies_is_told_of_and_the_caller_comes_back_to_who_found_them(open_line, way):
    async with people_line(open_line, to_anna) as (line, phones, finder):
        caller = await line.call()
        anna = await phones.answers("anna")
        await caller.waits(5)
        if way == "silence":
            anna.call.answers_requests = False
            anna.stream.emit(RtpSilent(anna.stream.number, 5))
        else:
            anna.call.dies()
        await caller.hears("the line to my colleague broke off", out=False)
        await caller.hears("Thank you, that was all.")
        await caller.is_hung_up()
    assert finder.result.ended_by == "lost"
    assert anna.call.over is not None


async def test_a_phone_that_sends_nothing_while_muted_is_asked_and_keeps_its_call(open_line):
    async with people_line(open_line, to_anna) as (line, phones, _):
        caller = await line.call()
        anna = await phones.answers("anna")
        for seconds in (5, 10, 20):
            anna.stream.emit(RtpSilent(anna.stream.number, seconds))
            await caller.waits(10)
        assert caller.stream.hears == (anna.stream.number,)
        caller.hangs_up()


async def test_a_phone_that_holds_gives_the_caller_music_and_takes_the_caller_back(open_line):
    async with people_line(open_line, to_anna) as (line, phones, _):
        caller = await line.call()
        anna = await phones.answers("anna")
        await caller.waits(2)
        anna.call.caller_holds(True)
        await caller.waits(1)
        assert caller.stream.sounds, "music"
        assert caller.stream.hears == anna.stream.hears == ()
        anna.call.caller_holds(False)
        await caller.waits(1)
        assert not caller.stream.sounds
        assert (caller.stream.hears, anna.stream.hears) == ((anna.stream.number,), (caller.stream.number,))
        caller.dialog.caller_holds(True)
        await caller.waits(1)
        assert anna.stream.sounds, "who is held hears music"
        caller.dialog.caller_holds(False)
        await caller.waits(1)
        assert not anna.stream.sounds
        assert caller.ear.listens is not None
        caller.hangs_up()
    held = [(name, data["leg"]) for name, data in line.story.events if name in ("held", "resumed")]
    assert held == [("held", 2), ("resumed", 2), ("held", 1), ("resumed", 1)]


async def test_keys_of_the_caller_reach_the_agent_unless_they_were_to_be_heard_anyway(open_line):
    async with people_line(open_line, to_anna) as (line, phones, _):
        caller = await line.call()
        anna = await phones.answers("anna")
        await caller.waits(1)
        await caller.keys("42")
        caller.stream.key("9", in_band=True)
        await anna.keys("17")
        assert (anna.stream.digits, caller.stream.digits) == ("42", "17")
        caller.hangs_up()


@pytest.mark.parametrize(
    ("where", "ring", "answer", "why"),
    [
        (Extension("nobody"), 20, None, "User 'nobody' has no phone registered"),
        (Number("000"), 20, None, "there is no such number"),
        (ANNA, 20, lambda call: call.declines(486), "anna: refused"),
        (ANNA, 5, lambda call: None, "nobody took it while it rang"),
    ],
)
async def test_who_is_not_reached_is_said_in_words_and_the_caller_is_still_there(open_line, where, ring, answer, why):
    async def script(guest):
        guest.music()
        agent = guest.call(where, SHOWN, ring)
        with pytest.raises((CallRefused, CannotDo), match=why):
            await agent.answered()
        return Done(False, why="not reached")

    async with people_line(open_line, script) as (line, phones, finder):
        caller = await line.call()
        if answer:
            answer(await phones.rings())
        await caller.hears("Nobody is there.")
        await caller.is_hung_up()
    assert finder.fault is None


async def test_a_pbx_address_and_a_number_are_called_where_they_are(open_line):
    async def script(guest):
        for where in (Address("sip:205@pbx.example"), Number("3012345")):
            await guest.call(where, SHOWN, 20).answered()

    async with people_line(open_line, script) as (line, phones, _):
        caller = await line.call()
        first = await phones.answers("sip:205@pbx.example")
        second = await phones.answers("3012345")
        await caller.hears("Thank you, that was all.", out=False)
        assert first.call.over is not None, "who is left over at the end is hung up"
        assert second.call.over is not None
        await caller.is_hung_up()


async def test_two_phones_that_are_answered_at_once_leave_one_talk(open_line):
    async def script(guest):
        both = [guest.call(Extension(name), SHOWN, 20) for name in ("anna", "ben")]
        await asyncio.wait([asyncio.ensure_future(leg.answered()) for leg in both], return_when="FIRST_COMPLETED")
        taken = next(leg for leg in both if leg.up)
        for leg in both:
            if leg is not taken:
                leg.hang_up(Cause.CANCELLED)
        return await guest.talk(taken, "whoever")

    async with people_line(open_line, script) as (line, phones, _):
        caller = await line.call()
        one, two = await phones.rings(), await phones.rings()
        two.answers()
        one.answers()
        await caller.waits(1)
        assert [call.over is None for call in (one, two)].count(True) == 1
        assert len(line.media.streams) == 2, "the other one's stream is closed"
        caller.hangs_up()


async def test_a_speech_worker_that_dies_in_the_talk_costs_only_words(open_line):
    async with people_line(open_line, to_anna) as (line, phones, _):
        caller = await line.call()
        anna = await phones.answers("anna")
        line.speech.lose()
        await caller.waits(2)
        assert caller.stream.hears == (anna.stream.number,)
        line.speech.back()
        await caller.waits(0.1)
        await anna.says("We are back.")
        await caller.says("I hear you.")
        caller.hangs_up()
    assert (line.story.said("agent"), line.story.said("caller")) == (["We are back."], ["I hear you."])


async def test_a_media_worker_that_dies_in_the_talk_ends_the_call_and_the_agents(open_line):
    async with people_line(open_line, to_anna) as (line, phones, _):
        caller = await line.call()
        anna = await phones.answers("anna")
        await caller.waits(2)
        line.media.lose()
        await line.over()
    assert line.story.cause == "media-failed"
    assert anna.call.over is not None


async def test_a_finder_that_fails_leads_to_the_flows_way_out(open_line):
    async def script(guest):
        guest.music()
        guest.call(ANNA, SHOWN, 20)
        await asyncio.sleep(1)
        raise RuntimeError("the queues are broken")

    async with people_line(open_line, script) as (line, phones, _):
        caller = await line.call()
        call = await phones.rings()
        await caller.hears("Nobody is there.")
        await caller.is_hung_up()
    assert call.over is not None


async def test_a_talk_that_takes_longer_than_a_call_may_ends_with_words(open_line):
    async with people_line(open_line, to_anna, max_call_seconds=30) as (line, phones, finder):
        caller = await line.call()
        anna = await phones.answers("anna")
        await caller.hears("reached its time limit")
        await caller.is_hung_up()
    assert anna.call.over is not None
    assert finder.result.ended_by == "server"
    assert line.story.cause == "too-long"


async def test_music_that_cannot_be_played_becomes_tones(open_line):
    async def script(guest):
        guest.music("gone.wav")
        await asyncio.sleep(30)

    async with people_line(open_line, script) as (line, _, _):
        caller = await line.call()
        await caller.waits(5)
        caller.stream.fails("gone.wav is not there")
        await caller.waits(1)
        assert caller.stream.told[-1].sources[0].tone == "hold"
        assert caller.stream.sounds
        caller.hangs_up()
