"""Moments in which a caller could be left in silence, each a whole call: the line always goes on, or ends."""

import asyncio

import pytest

from asr_tts import speech_protocol as speech
from voice.media import media_protocol as media

pytestmark = pytest.mark.looptime
NOTICE = """
    flow: notice
    languages: [en]
    intents:
      hours:
        examples: [What are your opening hours?, When are you open?]
    steps:
      - step: hello
        say: Welcome to our shop, where we sell many things to many people every day of the week.
      - step: greet
        ask: This call is recorded. How can I help you?
        barge_in: false
        intents: {hours: bye}
        no_input: Are you still there?
        no_input_s: 4
        otherwise: bye
      - step: bye
        hangup: Goodbye.
"""


async def test_speech_that_crosses_the_end_of_a_prompt_doesnt_mute_the_next_one(open_line):
    async with open_line("reception", max_call_seconds=150) as line:
        caller = await line.call()
        number, sink = caller.stream.number, caller.stream._sink
        crossed = False

        def crossing(event):
            nonlocal crossed
            if not isinstance(event, media.PlayEnded) or crossed:
                sink(event)
                return
            crossed = True
            sink(speech.SpeechStarted(number, 77, event.at - 2400))
            sink(speech.SpeechGoesOn(number, 77, event.at, 300, 0.0, -25.0))
            sink(event)
            words = "What are your opening hours?"
            heard = speech.Heard(number, 77, words, 0.9, "en", event.at - 2400, event.at + 4000, -1, 400, 0)
            asyncio.get_running_loop().call_later(1.2, sink, heard)

        caller.stream._sink = crossing
        await asyncio.sleep(60)
        sounding = [play for play in caller.plays if caller.sounding(play)]
        caller.hangs_up()
    assert crossed
    assert len(sounding) > 1


NAMED = """
    flow: named
    languages: [en]
    steps:
      - step: hello
        say: Good morning {{ caller }}. Thank you for calling.
      - step: bye
        hangup: Goodbye {{ caller }}.
"""


async def test_of_a_sentence_whose_sound_can_not_be_played_nothing_comes_later(open_line, monkeypatch):
    async with open_line(NAMED) as line:

        async def synthesise(text, language, voice="", wanted="now"):
            for index, clause in enumerate(text.split(". ")):
                await asyncio.sleep(0.5)
                line.speech.lasts(clause, 1.0)
                yield speech.Clause(0, index, clause, 8000, index == text.count(". "))

        monkeypatch.setattr(line.speech, "synthesise", synthesise)
        caller = await line.call()
        await caller.waits(0.7)
        caller.stream.fails("The sound file is gone.")
        await caller.is_hung_up()
        told = [message for message in caller.stream.told if isinstance(message, media.Play)]
        sounds = [source.path for message in told for source in message.sources if isinstance(source, media.File)]
    assert sounds == ["Good morning 5550142", "Goodbye 5550142."]


async def test_a_key_that_completes_nothing_leaves_the_callers_patience_running(open_line):
    async with open_line("reception", max_call_seconds=150) as line:
        caller = await line.call()
        await caller.keys("2")
        await caller.hears("tell me your order number", out=False)
        await asyncio.sleep(0.5)
        before = len(caller.plays)
        await caller.keys("#")
        await asyncio.sleep(60)
        after = len(caller.plays)
        caller.hangs_up()
    assert after > before


async def test_a_greeting_before_a_notice_that_must_be_heard_cant_swallow_the_question(open_line):
    async with open_line(NOTICE, max_call_seconds=150) as line:
        caller = await line.call()
        await asyncio.sleep(1)
        await caller.says("What are your opening hours?")
        await asyncio.sleep(60)
        said = list(caller.plays.values())
        caller.hangs_up()
    assert any("How can I help you?" in text for text in said)
    assert any("still there" in text for text in said)


async def test_a_stream_that_the_worker_gives_up_ends_the_call_with_the_true_cause(open_line):
    async with open_line("reception", max_call_seconds=150) as line:
        caller = await line.call()
        await caller.hears("How can I help you?")
        stream = caller.stream
        stream._sink(media.StreamClosed(stream.number, stream.clock, stream.figures()))
        stream.tell = lambda message: None
        await asyncio.sleep(10)
        ended = line.story.ended
        caller.hangs_up()
    assert ended is not None
    assert ended.cause == "media-failed"
