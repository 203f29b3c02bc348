"""Sums of voices."""

from dataclasses import dataclass

import numpy as np

from voice.media.codec import SILENCE
from voice.media.mixer import mix


@dataclass
class Voice:
    heard: bytes


def loud(level: int) -> bytes:
    return np.full(160, level, "<i2").tobytes()


def test_voices_and_what_is_played_are_added() -> None:
    assert mix(loud(100), [Voice(loud(20)), Voice(loud(3))]) == loud(123)


def test_loud_voices_saturate_instead_of_wrapping() -> None:
    assert mix(None, [Voice(loud(30000)), Voice(loud(30000))]) == loud(32767)


def test_silence_stays_the_one_silence_and_one_voice_is_passed_on_as_it_is() -> None:
    voice = loud(5)
    assert mix(None, [Voice(SILENCE), Voice(SILENCE)]) is SILENCE
    assert mix(None, [Voice(SILENCE), Voice(voice)]) is voice
