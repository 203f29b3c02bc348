"""The recordings that ship, and which of them stands in for a text that nothing can speak."""

import numpy as np
import pytest

from asr_tts import loudness, telephone_wav
from asr_tts.recorded_prompts import SENTENCES, fallback, recording

ALL = [(name, language) for language, sentences in SENTENCES.items() for name in sentences]


@pytest.mark.parametrize(("name", "language"), ALL)
def test_every_recording_is_there_at_the_level_of_speech(name: str, language: str) -> None:
    samples = telephone_wav.read(recording(name, language)).astype(np.float32) / np.float32(32767)
    assert 0.15 < len(samples) / 8000 < 6
    assert loudness.active_level(samples) == pytest.approx(loudness.ACTIVE_LEVEL, abs=1.0)


def test_both_languages_have_the_same_recordings() -> None:
    assert SENTENCES["en"].keys() == SENTENCES["zh"].keys()


def test_all_recordings_together_stay_below_a_megabyte() -> None:
    assert sum(recording(*each).stat().st_size for each in ALL) < 1_000_000


@pytest.mark.parametrize(
    ("text", "language", "name"),
    [
        ("I’m sorry, I didn’t get that.", "en", "sorry"),
        ("Sorry, I didn't understand you.", "en", "sorry"),
        ("For sales, press 1. For support, press 2.", "en", "keypad"),
        ("Thank you for calling Acme, goodbye!", "en", "goodbye"),
        ("Welcome to Acme.", "en", "welcome"),
        ("I'll transfer you to a colleague.", "en", "agent"),
        ("Your balance is five dollars.", "en", "keypad"),
        ("7", "en", "7"),
        ("seven", "en", "7"),
        ("", "en", "keypad"),
        ("对不起，我没听清。", "zh", "sorry"),
        ("您好，欢迎致电。", "zh", "welcome"),
        ("再见！", "zh", "goodbye"),
        ("您的余额是五元。", "zh", "keypad"),
    ],
)
def test_the_nearest_recording_stands_in(text: str, language: str, name: str) -> None:
    assert fallback(text, language) == recording(name, language)


def test_a_language_without_recordings_is_answered_in_english() -> None:
    assert fallback("Adieu", "fr") == recording("keypad", "en")


def test_a_name_that_was_never_recorded_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        recording("banana", "en")
