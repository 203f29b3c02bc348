"""A Chinese caller of an English greeting: the real recogniser, the shipped flow. The sound was spoken by Kokoro."""

import audioop
from pathlib import Path

import numpy as np
import pytest

from asr_tts import weights
from asr_tts.engines.whisper import Whisper
from asr_tts.recognition import Question, Samples
from bench.sounds import human, read_wav
from dialplans.dialogue import Dialogue
from dialplans.exchange import Begin, Listen, Said, Say
from dialplans.loader import load
from dialplans.routing import SHIPPED

pytestmark = pytest.mark.engine
CHINESE = Path(__file__).parents[1] / "sounds" / "opening_hours_zh.wav"


@pytest.fixture(scope="module")
def whisper() -> Whisper:
    return Whisper(weights.find("whisper-base"))


def answered(whisper: Whisper, samples: Samples) -> tuple[Dialogue, str]:
    """Return the dialogue, greeted in English, after `samples` were said to it, and what it says then."""
    dialogue = Dialogue(load(SHIPPED / "reception.yaml"), "en")
    (asked,) = [each for each in dialogue.receive(Begin("5550142", "hotline", "en")) if isinstance(each, Listen)]
    around = np.concatenate([np.zeros(2400, np.int16), samples.astype(np.int16), np.zeros(1200, np.int16)])
    phone = np.frombuffer(audioop.ulaw2lin(audioop.lin2ulaw(around.tobytes(), 2), 2), np.int16)
    heard = whisper.recognise(phone, Question(asked.question.language))
    actions = dialogue.receive(Said(heard.text, heard.confidence, heard.language))
    return dialogue, "".join(prompt.text for each in actions if isinstance(each, Say) for prompt in each.prompts)


def test_chinese_is_identified_understood_and_answered_in_chinese(whisper: Whisper) -> None:
    dialogue, said = answered(whisper, read_wav(CHINESE))
    assert dialogue.language == "zh"
    assert "周一到周五早上九点" in said


@pytest.mark.parametrize("name", ["agent-pass", "vm-goodbye", "please-try-again", "all-circuits-busy-now"])
def test_english_stays_english(whisper: Whisper, name: str) -> None:
    dialogue, _ = answered(whisper, human(name))
    assert dialogue.language == "en"
