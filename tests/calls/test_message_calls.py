"""Whole calls in which a caller leaves a message."""

import asyncio
import os
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from asr_tts import telephone_wav
from voice.media.recorder import head

pytestmark = pytest.mark.looptime

FLOW = """
languages: [en, zh]
commands: {operator: nothing}
steps:
  - step: tell
    record: complaint
    say: {en: Tell us after the tone., zh: 请在提示音后留言。}
    most_s: 20
    silence_s: 3
    finish: "#"
    nothing: nothing
  - step: thanks
    hangup: {en: "Thank you, we heard you. Goodbye.", zh: 谢谢，已收到，再见。}
  - step: nothing
    hangup: {en: I heard nothing. Goodbye., zh: 没有听到留言，再见。}
"""
WORDS = "The lift in my house is broken again."


class Leaving:
    """A caller behind the tone."""

    def __init__(self, line, caller):
        self.line, self.caller = line, caller
        self.began = caller.stream.clock
        self.recording = Path(caller.stream.recording)
        self.directory = self.recording.parent

    def lay_down(self):
        """Lay down the recording, which no worker writes here: its left channel says its own sample, in 100s."""
        frames = np.zeros((60 * 8000, 2), "<i2")
        frames[:, 0] = np.arange(len(frames)) // 100
        self.directory.mkdir(parents=True, exist_ok=True)
        self.recording.write_bytes(head(frames.nbytes) + frames.tobytes())

    def kept(self):
        """Return what is on record of the message, and between which samples of the recording it was cut out."""
        [event] = [data for name, data in self.line.story.events if name == "recorded"]
        samples = telephone_wav.read(self.directory / event["file"])
        return event, int(samples[0]) * 100, (int(samples[-1]) + 1) * 100


@pytest.fixture
def leaves_a_message(open_line):
    @asynccontextmanager
    async def leave(language="en", recognises=True):
        async with open_line(FLOW, language=language, recognises=recognises) as line:
            caller = await line.call()
            await caller.hears("Tell us" if language == "en" else "提示音")
            play = await caller.hears("", out=True)
            assert caller.plays[play] == "", "a tone has no words"
            leaving = Leaving(line, caller)
            leaving.lay_down()
            yield leaving

    return leave


async def test_silence_ends_a_message_and_it_has_a_file_of_its_own(leaves_a_message):
    async with leaves_a_message() as leaving:
        await leaving.caller.waits(1)
        await leaving.caller.says(WORDS, 4)
        await leaving.caller.hears("we heard you")
        await leaving.caller.is_hung_up()
    event, first, last = leaving.kept()
    assert event["ended_by"] == "silence"
    assert first == pytest.approx(leaving.began, abs=400)
    assert last == pytest.approx(leaving.began + 5.3 * 8000, abs=800)
    assert event["seconds"] == pytest.approx(5.3, abs=0.15)
    assert leaving.line.story.said("caller") == [WORDS]


async def test_a_key_ends_a_message_in_chinese(leaves_a_message):
    async with leaves_a_message("zh") as leaving:
        await leaving.caller.says("我家电梯又坏了", 3, language="zh")
        await leaving.caller.keys("5#")
        await leaving.caller.hears("已收到", out=False)
        assert leaving.caller.stream.clock - leaving.began < 5 * 8000, "nobody waits behind the key"
        await leaving.caller.is_hung_up()
    event, first, last = leaving.kept()
    assert event["ended_by"] == "key"
    assert last - first == pytest.approx(event["seconds"] * 8000, abs=200)


async def test_the_limit_ends_a_message_of_somebody_who_goes_on(leaves_a_message):
    async with leaves_a_message() as leaving:
        await asyncio.gather(leaving.caller.says(WORDS * 9, 22), leaving.caller.hears("we heard you"))
        await leaving.caller.is_hung_up()
    event, first, last = leaving.kept()
    assert event["ended_by"] == "limit"
    assert last - first == pytest.approx(20 * 8000, abs=200)


async def test_who_hangs_up_in_the_middle_has_left_what_was_said(leaves_a_message):
    async with leaves_a_message() as leaving:
        await leaving.caller.waits(1)
        await leaving.caller.says(WORDS, 4)
        leaving.caller.hangs_up()
    event, first, last = leaving.kept()
    assert event["ended_by"] == "hang-up"
    assert first <= leaving.began + 8000 < leaving.began + 5 * 8000 <= last
    assert leaving.line.story.cause == "caller-hung-up"


async def test_who_says_nothing_is_told_so_and_leaves_no_file(leaves_a_message):
    async with leaves_a_message() as leaving:
        await leaving.caller.coughs()
        await leaving.caller.hears("I heard nothing.")
        await leaving.caller.is_hung_up()
    assert "recorded" not in leaving.line.story.names()
    assert list(leaving.directory.glob("*complaint*")) == []


async def test_where_nobody_understands_speech_the_key_ends_it(leaves_a_message):
    async with leaves_a_message(recognises=False) as leaving:
        await leaving.caller.waits(9)
        await leaving.caller.keys("#")
        await leaving.caller.hears("we heard you")
        await leaving.caller.is_hung_up()
    event, _, _ = leaving.kept()
    assert (event["ended_by"], event["seconds"]) == ("key", pytest.approx(9, abs=0.2))


async def test_a_speech_worker_that_dies_in_a_message_costs_nobody_the_message(leaves_a_message):
    async with leaves_a_message() as leaving:
        await leaving.caller.says(WORDS, 4)
        leaving.line.speech.lose()
        await leaving.caller.waits(6)
        leaving.line.speech.back()
        await leaving.caller.keys("#")
        await leaving.caller.hears("we heard you")
        await leaving.caller.is_hung_up()
    event, first, last = leaving.kept()
    assert event["ended_by"] == "key"
    assert last - first > 10 * 8000


async def test_a_message_whose_recording_is_lost_is_on_record_as_that(leaves_a_message):
    async with leaves_a_message() as leaving:
        os.unlink(leaving.recording)
        await leaving.caller.says(WORDS, 4)
        await leaving.caller.keys("#")
        await leaving.caller.hears("we heard you")
        await leaving.caller.is_hung_up()
    assert "message-lost" in leaving.line.story.names()
