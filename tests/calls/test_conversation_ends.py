import asyncio

import pytest

from asr_tts.speech_protocol import SpeechGoesOn, SpeechStarted
from voice.media.media_protocol import RtpSilent

pytestmark = pytest.mark.looptime


@pytest.mark.parametrize("after", [0.0, 0.01, 0.03, 0.3, 3.0, 12.0, 20.0])
async def test_a_caller_who_hangs_up_leaves_no_task_and_a_whole_record(open_line, after):
    async with open_line() as line:
        caller = line.dial()
        await asyncio.sleep(after)
        caller.hangs_up()
    assert line.story.cause == ("cancelled" if after < 0.02 else "caller-hung-up")
    assert not line.media.streams
    assert not line.speech.ears


async def test_hanging_up_while_a_sentence_is_synthesised_ends_that_too(open_line):
    async with open_line(prepared=False) as line:
        caller = await line.call()
        await caller.waits(0.05)
        caller.hangs_up()
    assert line.story.said("robot") == []


async def test_hanging_up_in_the_middle_of_a_prompt_keeps_what_was_heard(open_line):
    async with open_line() as line:
        caller = await line.call()
        await caller.hears("Hello, and welcome", out=False)
        await caller.waits(2)
        caller.hangs_up()
    (greeting,) = (turn for turn in line.story.turns.values())
    assert greeting["interrupted"]
    assert greeting["text"].startswith("Hello, and welcome")
    assert len(greeting["text"]) < 60


async def test_a_dead_speech_worker_leads_to_the_keypad_and_a_new_one_listens_again(open_line):
    async with open_line() as line:
        caller = await line.call()
        await caller.hears("How can I help you?")
        line.speech.lose()
        await caller.hears("Please use the keypad.")
        await caller.keys("1")
        await caller.hears("We are open from nine to six")
        line.speech.back()
        await caller.waits(1)
        await caller.says("Where is your shop?")
        await caller.hears("25 River Street")
        caller.hangs_up()
    assert {"speech-lost", "speech-back"} <= set(line.story.names())


NOTICE = """
languages: [en]
intents:
  hours: {examples: [What are your opening hours?, When are you open?]}
steps:
  - step: notice
    say: This call may be recorded, so please listen to the end of it before you speak.
    barge_in: false
  - step: main
    ask: What can I do for you?
    intents: {hours: hours}
    digits: {1: hours}
    no_match: For our opening hours, press 1.
    otherwise: leave
  - step: hours
    say: We are open from nine to six.
    goto: main
  - step: leave
    hangup: Goodbye.
"""


async def test_a_worker_lost_in_a_notice_that_must_be_heard_out_leads_to_the_keypad_behind_it(open_line):
    async with open_line(NOTICE) as line:
        caller = await line.call()
        notice = await caller.hears("This call may be recorded", out=False)
        await caller.waits(1)
        line.speech.lose()
        await caller.hears("Please use the keypad. For our opening hours, press 1.")
        (heard,) = caller.sounding(notice)
        assert heard.end - heard.start == pytest.approx(len(caller.plays[notice]) * 0.065, abs=0.1)
        await caller.keys("1")
        await caller.hears("We are open from nine to six")
        caller.hangs_up()


async def test_a_worker_lost_in_the_goodbye_changes_nothing(open_line):
    async with open_line() as line:
        caller = await line.call()
        await caller.hears("How can I help you?")
        await caller.says("Goodbye.", 0.5)
        await caller.hears("Thank you for calling", out=False)
        line.speech.lose()
        await caller.is_hung_up()
    assert line.story.cause == "robot-hung-up"
    assert not any("keypad" in text for text in line.story.said("robot"))


async def test_without_a_recogniser_the_line_still_answers_by_keypad(open_line):
    async with open_line(recognises=False) as line:
        caller = await line.call()
        await caller.hears("Please use the keypad.")
        await caller.keys("3")
        await caller.hears("25 River Street")
        caller.hangs_up()


async def test_a_worker_lost_while_the_robot_waits_for_the_caller_does_not_leave_dead_air(open_line):
    async with open_line() as line:
        caller = await line.call()
        await caller.hears("How can I help you?")
        await caller.says("Tell me about your services.")
        await caller.hears("We are a small company", out=False)
        speaking = asyncio.ensure_future(caller.says("Actually, where is my order, please?", 3.0))
        await caller.waits(1)
        assert not caller.stream.sounds
        line.speech.lose()
        await caller.hears("Please use the keypad.")
        await speaking
        caller.hangs_up()


async def test_a_dead_media_worker_ends_the_call_with_its_cause(open_line):
    async with open_line() as line:
        caller = await line.call()
        await caller.hears("How can I help you?")
        line.media.lose()
        await caller.is_hung_up()
    assert line.story.cause == "media-failed"
    assert line.story.said("robot")[0].endswith("How can I help you?")


async def test_a_caller_who_vanished_is_noticed_by_silence_on_the_wire(open_line):
    async with open_line() as line:
        caller = await line.call()
        await caller.hears("How can I help you?")
        caller.stream.emit(RtpSilent(caller.stream.number, 20.0))
        await caller.waits(0.1)
        assert caller.dialog.over is None
        caller.stream.emit(RtpSilent(caller.stream.number, 60.0))
        await caller.is_hung_up()
    assert line.story.cause == "rtp-silent"


async def test_on_hold_nobody_is_missed_and_the_sentence_goes_on_afterwards(open_line):
    async with open_line() as line:
        caller = await line.call()
        await caller.hears("How can I help you?")
        caller.dialog.caller_holds(True)
        await caller.waits(1)
        caller.stream.emit(RtpSilent(caller.stream.number, 90.0))
        await caller.waits(60)
        assert not caller.stream.sounds
        caller.dialog.caller_holds(False)
        await caller.waits(1)
        await caller.says("Where is your shop?")
        await caller.hears("25 River Street", out=False)
        await caller.waits(1)
        caller.dialog.caller_holds(True)
        await caller.waits(5)
        assert not caller.stream.sounds
        caller.dialog.caller_holds(False)
        await caller.waits(0.5)
        assert caller.stream.sounds
        caller.hangs_up()
    assert "no_input" not in line.story.names()
    assert line.story.names().count("resumed") == 2


async def test_a_call_that_takes_too_long_hears_why_and_ends(open_line):
    async with open_line(max_call_seconds=15) as line:
        caller = await line.call()
        await caller.hears("this call has reached its time limit")
        await caller.is_hung_up()
        assert caller.stream.clock / 8000 < 15 + 10
    assert line.story.cause == "too-long"


async def test_a_fault_of_ours_is_apologised_for(open_line, monkeypatch):
    async with open_line() as line:
        caller = await line.call()
        await caller.hears("How can I help you?")
        monkeypatch.setattr("dialplans.dialogue.Dialogue.receive", lambda *_: 1 / 0)
        await caller.keys("1")
        await caller.hears("something went wrong on our side")
        await caller.is_hung_up()
        monkeypatch.undo()
    assert line.story.cause == "our-error"
    assert "our-error" in line.story.names()


async def test_a_prompt_that_no_voice_can_speak_is_left_out_and_the_call_goes_on(open_line):
    async with open_line() as line:
        caller = await line.call()
        await caller.hears("How can I help you?")
        line.speech.speaks = False
        await caller.keys("2")
        await caller.hears("tell me your order number")
        await caller.keys("427106")
        await caller.waits(0.5)
        await caller.keys("1")
        await caller.hears("Your order is on its way")
        caller.hangs_up()
    assert "voice-failed" in line.story.names()


async def test_beyond_max_calls_a_caller_is_told_to_come_again(open_line):
    async with open_line(max_calls=2) as line:
        callers = [await line.call(), await line.call()]
        third = line.dial()
        assert third.dialog.refused == (503, "All lines are busy", 10)
        assert line.reception.health() == 200
        assert line.story.cause == "congestion"
        for caller in callers:
            caller.hangs_up()
        await line.over()
        (await line.call()).hangs_up()


async def test_without_a_port_a_caller_is_told_to_come_again(open_line):
    async with open_line(ports=1) as line:
        first = await line.call()
        second = line.dial()
        await asyncio.sleep(0.1)
        assert second.dialog.refused == (503, "No media", 10)
        assert line.story.cause == "media-failed"
        first.hangs_up()


async def test_draining_lets_ten_calls_finish_and_takes_no_more(open_line):
    async with open_line() as line:
        callers = [await line.call() for _ in range(10)]
        draining = asyncio.ensure_future(line.reception.drain(60))
        await asyncio.sleep(1)
        late = line.dial()
        assert late.dialog.refused == (503, "Draining", 10)
        assert line.reception.health() == 503
        for number, caller in enumerate(callers):
            await caller.says("Goodbye.", 0.5) if number % 2 else caller.hangs_up()
        await draining
        assert line.reception.calls == 0
    causes = sorted(story.cause for story in line.stories.values())
    assert causes == ["caller-hung-up"] * 5 + ["draining"] + ["robot-hung-up"] * 5


async def test_draining_ends_what_takes_too_long(open_line):
    async with open_line() as line:
        caller = await line.call()
        await line.reception.drain(5)
        assert caller.dialog.over is not None
    assert line.story.cause == "server-stopped"


async def test_a_transfer_that_the_caller_asks_for_is_declined(open_line):
    async with open_line() as line:
        caller = await line.call()
        await caller.hears("How can I help you?")
        caller.dialog.caller_asks_for_transfer("sip:elsewhere@192.0.2.1")
        await caller.waits(0.1)
        assert caller.dialog.transfer == (603, "Decline")
        caller.hangs_up()


async def test_where_nothing_can_speak_recordings_lead_to_the_keypad(open_line):
    async with open_line(prepared=False) as line:
        line.speech.speaks = False
        caller = await line.call()
        await caller.waits(1)
        assert caller.stream.sounds
        await caller.waits(4)
        await caller.keys("1")
        await caller.waits(3)
        caller.hangs_up()
    plays = " ".join(caller.plays.values())
    assert "en_welcome.wav" in plays
    assert line.story.names().count("voice-failed") >= 3


async def test_an_utterance_that_never_ends_does_not_silence_the_robot_for_good(open_line):
    async with open_line() as line:
        caller = await line.call()
        await caller.hears("How can I help you?")
        await caller.says("Tell me about your services.")
        await caller.hears("We are a small company", out=False)
        number, at = caller.stream.number, caller.stream.clock
        caller.ear.emit(SpeechStarted(number, 901, at))
        caller.ear.emit(SpeechGoesOn(number, 901, at + 1600, 200, 0.0, -25.0))
        await caller.waits(1)
        assert not caller.stream.sounds
        await caller.waits(30)
        assert caller.stream.sounds
        caller.hangs_up()
    assert "speech-stuck" in line.story.names()
