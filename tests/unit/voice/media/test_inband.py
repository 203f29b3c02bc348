"""Digits as tones (ITU-T Q.23, Q.24)."""

import wave
from pathlib import Path

import numpy as np
import pytest

from voice.media import tones
from voice.media.inband import InBandDetector

SPEECH = Path("/usr/share/asterisk/sounds/en_US_f_Allison")


def keys(digits: str, on_ms: int, off_ms: int, level: float = 3000, shift: float = 1.0, twist_db: float = 0) -> bytes:
    parts = [np.zeros(800)]
    times = np.arange(8 * on_ms) / 8000
    for digit in digits:
        place = tones.KEYS.index(digit)
        row = np.sin(2 * np.pi * tones.ROWS[place // 4] * shift * times)
        column = 10 ** (twist_db / 20) * np.sin(2 * np.pi * tones.COLUMNS[place % 4] * shift * times)
        parts += [level * (row + column), np.zeros(8 * off_ms)]
    parts.append(np.zeros(1600))
    return np.concatenate(parts).astype("<i2").tobytes()


def found(linear: bytes) -> list[tuple[str, int]]:
    detector = InBandDetector()
    presses = [detector.frame(linear[at : at + 320]) for at in range(0, len(linear) - 319, 320)]
    return [each for each in presses if each is not None]


@pytest.mark.parametrize(("on_ms", "off_ms"), [(50, 50), (65, 45), (100, 80), (400, 100)])
def test_every_key_is_found_once(on_ms: int, off_ms: int) -> None:
    assert "".join(digit for digit, _ in found(keys(tones.KEYS, on_ms, off_ms))) == tones.KEYS


def test_our_own_tones_are_found() -> None:
    for digit in tones.KEYS:
        frames = tones.key(digit).frames[:5]
        assert [each for each, _ in found(b"".join(frames) + bytes(3200))] == [digit]


def test_the_length_is_about_right() -> None:
    ((_, duration),) = found(keys("6", 200, 100))
    assert duration == pytest.approx(200, abs=30)


@pytest.mark.parametrize("shift", [0.985, 1.015])
def test_frequencies_within_one_and_a_half_percent_are_taken(shift: float) -> None:
    assert "".join(digit for digit, _ in found(keys("147*2580369#", 80, 60, shift=shift))) == "147*2580369#"


@pytest.mark.parametrize("twist_db", [-3.5, 7])
def test_twist_within_the_recommendation_is_taken(twist_db: float) -> None:
    assert "".join(digit for digit, _ in found(keys("159D", 80, 60, level=2000, twist_db=twist_db))) == "159D"


def test_a_tone_of_twenty_milliseconds_is_no_key() -> None:
    assert found(keys("5", 20, 100)) == []


def test_a_single_frequency_is_no_key() -> None:
    times = np.arange(4000) / 8000
    for pitch in (*tones.ROWS, *tones.COLUMNS, 440, 1000):
        assert found((9000 * np.sin(2 * np.pi * pitch * times)).astype("<i2").tobytes() + bytes(3200)) == []


def test_keys_are_found_in_noise_of_fifteen_decibels() -> None:
    clean = np.frombuffer(keys("1234567890", 80, 80), "<i2").astype(float)
    noise = np.random.default_rng(1).normal(0, 3000 / 10 ** (15 / 20), len(clean))
    noisy = np.clip(clean + noise, -32768, 32767).astype("<i2").tobytes()
    assert "".join(digit for digit, _ in found(noisy)) == "1234567890"


def test_talk_is_not_taken_for_keys() -> None:
    """Talk-off: minutes of a real voice, high and rich, without one false digit."""
    seconds, false = 0.0, []
    for path in sorted(SPEECH.glob("*.wav"))[:150]:
        with wave.open(str(path)) as file:
            linear = file.readframes(file.getnframes())
        seconds += len(linear) / 16000
        false += [(path.name, press) for press in found(linear)]
    assert seconds > 180
    assert false == []
