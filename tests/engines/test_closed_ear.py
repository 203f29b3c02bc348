"""The real ear for values in front of the real Whisper: callers on a noisy line, by voices it was not trained on."""

from pathlib import Path

import numpy as np
import pytest

from asr_tts import weights
from asr_tts.digit_row import is_kept
from asr_tts.engines.closed_ear import KINDS, ears
from asr_tts.engines.whisper import Whisper
from asr_tts.recognition import Question, Samples
from asr_tts.rejection import after_decoding
from asr_tts.speech_protocol import QuestionKind
from asr_tts.spoken_digits import digits_of
from bench.recognition_engine import on_the_phone
from bench.sounds import PROMPTS, cough, hiss, human, knock, read_wav, trimmed

pytestmark = pytest.mark.engine
SOUNDS = Path(__file__).parents[1] / "sounds" / "zh"
NUMBER = Question("zh", "digits", least=6, most=11)


@pytest.fixture(scope="module")
def whisper() -> Whisper:
    return Whisper(weights.find("whisper-base"), ears=ears())


@pytest.fixture(scope="module")
def alone() -> Whisper:
    return Whisper(weights.find("whisper-base"))


def said(name: str) -> Samples:
    return read_wav(SOUNDS / f"{name}.wav")


@pytest.mark.parametrize(
    ("name", "question", "words"),
    [
        ("number", NUMBER, "我的号码是三幺五五四三九三零"),
        ("amount", Question("zh", "money"), "一共八千二百五十八块三毛五"),
        ("moment", Question("zh", "moment"), "下星期三中午十二点半"),
    ],
)
def test_a_value_is_heard_word_for_word(whisper: Whisper, name: str, question: Question, words: str) -> None:
    heard = whisper.recognise(said(name), question)
    assert heard.text == words
    assert heard.confidence >= 0.7
    assert not after_decoding(heard)


def test_an_open_answer_is_left_to_whisper(whisper: Whisper, alone: Whisper) -> None:
    assert whisper.recognise(said("amount"), Question("zh")) == alone.recognise(said("amount"), Question("zh"))


@pytest.mark.parametrize("kind", ["money", "digits"])
def test_another_sentence_is_heard_by_whisper_as_before(whisper: Whisper, alone: Whisper, kind: QuestionKind) -> None:
    question = Question("zh", kind, least=6, most=11)
    assert whisper.recognise(said("opening_hours"), question) == alone.recognise(said("opening_hours"), question)


@pytest.mark.parametrize("kind", ["money", "digits"])
@pytest.mark.parametrize("language", KINDS)
@pytest.mark.parametrize(
    "noise", [cough(3), knock(3), hiss(1.5, 3), np.zeros(6000)], ids=["cough", "knock", "hiss", "0"]
)
def test_noise_is_no_value(whisper: Whisper, language: str, kind: QuestionKind, noise: np.ndarray) -> None:
    samples = on_the_phone(noise)
    encoded = np.asarray(whisper._encode(samples))[0]
    question = Question(language, kind, least=6, most=11)
    assert whisper._closed(encoded[None], question, language, len(samples) / 8000) is None


@pytest.mark.parametrize("name", ["please-try-call-later", "dir-nomatch", "conf-invalidpin", "agent-pass"])
def test_a_human_sentence_is_no_value(whisper: Whisper, name: str) -> None:
    samples = on_the_phone(human(name), 20)
    encoded = np.asarray(whisper._encode(samples))
    for language, kinds in KINDS.items():
        for kind in kinds:
            question = Question(language, kind, least=6, most=11)
            assert whisper._closed(encoded, question, language, len(samples) / 8000) is None


def test_a_human_row_of_digits_is_heard_whole(whisper: Whisper) -> None:
    digits = [trimmed(read_wav(PROMPTS / "digits" / f"{digit}.wav")) for digit in "16761222"]
    row = np.concatenate([np.concatenate([digit, np.zeros(640, np.int16)]) for digit in digits])
    heard = whisper.recognise(on_the_phone(row, 25), Question("en", "digits", least=6, most=11))
    assert digits_of(heard.text) == "16761222"


@pytest.mark.parametrize("check", ["luhn", "mod97"])
def test_a_row_of_which_no_hearing_has_a_right_check_digit_is_what_the_ear_heard(whisper: Whisper, check: str) -> None:
    question = Question("zh", "digits", least=9, most=9, check=check)
    heard = whisper.recognise(said("number"), question)
    assert digits_of(heard.text) == "315543930"
    assert not is_kept(heard.text, question)


def test_lone_digits_and_english_moments_are_left_to_whisper(whisper: Whisper) -> None:
    samples = said("number")
    encoded = np.asarray(whisper._encode(samples))
    for question in (Question("zh", "digits", least=1, most=1), Question("en", "moment")):
        assert whisper._closed(encoded, question, question.language, len(samples) / 8000) is None
