"""What a start renders before it takes calls, and what after."""

import asyncio
import json
import logging
from datetime import datetime
from pathlib import Path
from typing import Literal, cast

import pytest

from asr_tts.speech_protocol import Clause
from dialplans.routing import Destination, Routing, find, read_checked
from models.call_log import CallLog
from models.call_note import CallBegan, CallEnded, CallNote, EventHappened
from models.errors import CannotDo
from models.log import JsonLine
from models.settings import DataSettings, Settings, SpeechSettings
from voice.back_office import BackOffice
from voice.line import Media, Speech
from voice.loopback import LoopbackDialog
from voice.reception import Reception

pytestmark = pytest.mark.looptime


class Slow:
    """Renders anything, in so many seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.languages: list[str] = []

    async def synthesise(self, text, language, voice="", wanted="now"):
        await asyncio.sleep(self.seconds)
        self.languages.append(language)
        yield Clause(0, 0, f"{language}/{text}", 8000, True)


def reception(
    speech: Slow, language: str, directory: Path, first: Literal["all", "language"] = "language"
) -> Reception:
    settings = Settings(
        speech=SpeechSettings(language=language, render_first=first), data=DataSettings(directory=directory)
    )
    routing = Routing([], {"reception": read_checked(find("reception", None))})
    log = CallLog("sqlite://", directory)
    return Reception(settings, cast(Media, None), cast(Speech, speech), routing, log, BackOffice())


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_start_may_render_only_the_language_that_calls_begin_in(language: str, tmp_path: Path) -> None:
    speech = Slow(0.01)
    assert await reception(speech, language, tmp_path).prepare() == []
    assert len(speech.languages) > 20
    assert set(speech.languages) == {language}


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_start_renders_every_language_before_it_says_ready_the_lines_own_first(
    language: str, tmp_path: Path
) -> None:
    speech, done = Slow(0.01), []
    made = reception(speech, language, tmp_path, "all")
    assert await made.prepare(lambda at, of: done.append((at, of))) == []
    assert set(speech.languages) == {"en", "zh"}
    assert set(speech.languages[:20]) == {language}
    assert done[-1] == (len(speech.languages), len(speech.languages))
    before = len(speech.languages)
    running = asyncio.ensure_future(made.run())
    await asyncio.sleep(10)
    assert len(speech.languages) == before
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_the_other_languages_follow_behind_the_first_calls(tmp_path: Path) -> None:
    speech = Slow(3.0)
    made = reception(speech, "en", tmp_path)
    await made.prepare()
    running = asyncio.ensure_future(made.run())
    await asyncio.sleep(10)
    assert 0 < speech.languages.count("zh") < 10
    await asyncio.sleep(200)
    assert speech.languages.count("zh") > 20
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


class Talkative(Routing):
    """Logs as parts do that know nothing of calls."""

    def destination(self, called: str, caller: str, moment: datetime) -> Destination:
        logging.getLogger("somewhere.deep").warning("no flow is here")
        raise CannotDo("no flow is here")


class Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.written: list[dict[str, object]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.written.append(json.loads(JsonLine().format(record)))


async def test_whatever_is_logged_while_a_call_is_taken_bears_its_id(tmp_path: Path) -> None:
    log = CallLog("sqlite://", tmp_path)
    told: list[CallNote] = []
    log.events.subscribe(told.append)
    settings = Settings(data=DataSettings(directory=tmp_path))
    made = Reception(settings, cast(Media, None), cast(Speech, Slow(0)), Talkative([], {}), log, BackOffice())
    running = asyncio.ensure_future(made.run())
    await asyncio.sleep(0)
    lines = Lines()
    logging.getLogger("somewhere.deep").addHandler(lines)
    made.arrive(LoopbackDialog("5550142", "hotline", "loopback-1"))
    await asyncio.sleep(1)
    logging.getLogger("somewhere.deep").removeHandler(lines)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert [line["call"] for line in lines.written] == [told[0].call_id]


async def test_a_call_that_its_source_had_no_room_for_is_on_record_with_the_reason(tmp_path: Path) -> None:
    made = reception(Slow(0), "en", tmp_path)
    told: list[CallNote] = []
    made._log.events.subscribe(told.append)
    made.turned_away(LoopbackDialog("5550142", "hotline", "full"), "Line 'acme' carries 2 calls, its max_calls.")
    began, happened, ended = told
    assert isinstance(began, CallBegan)
    assert (began.caller, began.called, began.direction) == ("5550142", "hotline", "inbound")
    assert isinstance(happened, EventHappened)
    assert (happened.name, happened.data["reason"]) == ("source-full", "Line 'acme' carries 2 calls, its max_calls.")
    assert isinstance(ended, CallEnded)
    assert (ended.cause, ended.code, ended.words) == ("congestion", 503, happened.data["reason"])
    assert made.calls == 0
