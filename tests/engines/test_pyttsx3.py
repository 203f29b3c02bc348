"""The real espeak-ng behind pyttsx3."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from asr_tts import loudness, telephone_wav
from asr_tts.engines.pyttsx3 import Pyttsx3
from asr_tts.prompt_cache import PromptCache
from asr_tts.synthesis import Mouth

pytestmark = pytest.mark.engine

TEXTS = {
    "en": ["one", "one two three", "please hold the line", "thank you very much for calling us today"],
    "zh": ["你好", "请稍等一下", "感谢您的来电", "请问有什么可以帮您的吗"],
}


@pytest.fixture(scope="module")
def engine() -> Pyttsx3:
    return Pyttsx3()


def test_four_threads_lose_no_utterance_and_mix_none_up(engine: Pyttsx3) -> None:
    jobs = [(text, engine.voices[language][0]) for language, texts in TEXTS.items() for text in texts] * 3
    alone = [len(engine.speak(*job).samples) for job in jobs]
    with ThreadPoolExecutor(4) as threads:
        together = [len(sound.samples) for sound in threads.map(lambda job: engine.speak(*job), jobs)]
    assert together == pytest.approx(alone, rel=0.12)
    assert len(set(alone)) >= 6, "the texts differ enough in length to tell them apart"


@pytest.mark.parametrize(("language", "text"), [("en", "How can I help you today?"), ("zh", "请问有什么可以帮您？")])
def test_both_languages_have_the_length_and_level_of_speech(
    engine: Pyttsx3, tmp_path: Path, language: str, text: str
) -> None:
    (clause,) = Mouth([engine], PromptCache(tmp_path)).say(text, language)
    samples = telephone_wav.read(clause.path).astype(np.float32) / np.float32(32767)
    assert 0.8 < len(samples) / 8000 < 4
    assert loudness.active_level(samples) == pytest.approx(loudness.ACTIVE_LEVEL, abs=1.0)


def test_nothing_is_printed_while_it_speaks(engine: Pyttsx3, capsys: pytest.CaptureFixture[str]) -> None:
    engine.speak("quiet please", engine.voices["en"][0])
    assert capsys.readouterr().out == ""
