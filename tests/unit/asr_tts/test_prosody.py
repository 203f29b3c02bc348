import numpy as np
import pytest

from asr_tts.prosody import LEAST, prosody
from asr_tts.speech_protocol import RATE


def _voice(pitch: float, seconds: float = 1.0, volume: float = 3000.0, *, bright: bool = False) -> np.ndarray:
    """Harmonics of `pitch`, falling by 12 dB an octave, or by 3 where `bright`."""
    time = np.arange(round(seconds * RATE)) / RATE
    orders = range(1, int(3400 / pitch) + 1)
    wave = sum(np.sin(2 * np.pi * pitch * order * time + order) / order ** (0.5 if bright else 2) for order in orders)
    wave *= volume / np.sqrt(np.mean(np.square(wave)))
    return np.asarray(np.clip(wave, -32767, 32767), np.int16)


@pytest.mark.parametrize("pitch", [85.0, 120.0, 210.0, 320.0])
def test_the_pitch_of_a_voice_is_found_within_half_a_semitone(pitch):
    found = prosody(_voice(pitch))
    assert found is not None
    assert abs(12 * np.log2(found.pitch / pitch)) < 0.5
    assert found.spread < 1.0


@pytest.mark.parametrize("pitch", [85.0, 210.0])
def test_noise_of_a_line_does_not_change_the_pitch(pitch):
    noise = np.random.default_rng(1).normal(0, 300, RATE)
    found = prosody((_voice(pitch) + noise).astype(np.int16))
    assert found is not None
    assert abs(12 * np.log2(found.pitch / pitch)) < 0.5


def test_twice_the_volume_is_six_decibels_more_and_nothing_else():
    soft, loud = prosody(_voice(200, volume=1500)), prosody(_voice(200, volume=3000))
    assert soft is not None
    assert loud is not None
    assert loud.level - soft.level == pytest.approx(6.0, abs=0.2)
    assert loud.pitch == soft.pitch
    assert loud.brightness == pytest.approx(soft.brightness, abs=0.2)


def test_the_level_is_that_of_the_voice_not_of_the_silence_around_it():
    voice = _voice(200)
    among = np.concatenate([np.zeros(RATE, np.int16), voice, np.zeros(RATE, np.int16)])
    alone, padded = prosody(voice), prosody(among)
    assert alone is not None
    assert padded is not None
    assert padded.level == pytest.approx(alone.level, abs=0.3)


def test_power_in_high_harmonics_is_brightness():
    dark, bright = prosody(_voice(200)), prosody(_voice(200, bright=True))
    assert dark is not None
    assert bright is not None
    assert bright.brightness > dark.brightness + 10


def test_a_melody_is_wider_than_a_note():
    melody = np.concatenate([_voice(pitch, 0.4) for pitch in (150, 200, 270)])
    found = prosody(melody)
    assert found is not None
    assert found.spread == pytest.approx(12 * np.log2(270 / 150), abs=1.0)


@pytest.mark.parametrize("samples", [0, 100, 320, 320 + (LEAST - 3) * 160])
def test_of_too_little_voice_nothing_is_said(samples):
    assert prosody(_voice(200)[:samples]) is None


def test_silence_and_noise_have_no_voice():
    assert prosody(np.zeros(RATE, np.int16)) is None
    assert prosody(np.random.default_rng(2).normal(0, 2000, RATE).astype(np.int16)) is None
