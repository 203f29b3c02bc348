"""What a start renders, and how long it waits for it."""

import asyncio
from pathlib import Path
from typing import cast

import pytest

from asr_tts.speech_protocol import Clause
from dialplans.routing import Routing, find, read_checked
from models.call_log import CallLog
from models.settings import DataSettings, Settings, SpeechSettings
from voice.line import Media, Speech
from voice.reception import READY_SECONDS, Reception

pytestmark = pytest.mark.looptime


class Slow:
    """Renders anything, in so many seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.languages: list[str] = []

    async def synthesise(self, text, language, voice="", urgent=True):
        await asyncio.sleep(self.seconds)
        self.languages.append(language)
        yield Clause(0, 0, f"{language}/{text}", 8000, True)


def reception(speech: Slow, language: str, directory: Path) -> Reception:
    settings = Settings(speech=SpeechSettings(language=language), data=DataSettings(directory=directory))
    routing = Routing([], {"reception": read_checked(find("reception", None))})
    log = CallLog("sqlite://", directory)
    return Reception(settings, cast(Media, None), cast(Speech, speech), routing, log)


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_start_renders_the_language_that_calls_begin_in(language: str, tmp_path: Path) -> None:
    speech = Slow(0.01)
    assert await reception(speech, language, tmp_path).prepare() == []
    assert len(speech.languages) > 20
    assert set(speech.languages) == {language}


async def test_a_slow_voice_keeps_nobody_from_calling_and_goes_on_behind(tmp_path: Path) -> None:
    speech = Slow(3.0)
    made = reception(speech, "zh", tmp_path)
    began = asyncio.get_running_loop().time()
    assert await made.prepare() == []
    assert asyncio.get_running_loop().time() - began == pytest.approx(READY_SECONDS, abs=0.1)
    before = len(speech.languages)
    running = asyncio.ensure_future(made.run())
    await asyncio.sleep(200)
    assert before < 10 < 20 < len(speech.languages)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
