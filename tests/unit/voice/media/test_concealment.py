"""What is heard in place of lost packets."""

import wave
from pathlib import Path

import numpy as np
import pytest

from voice.media.codec import SILENCE
from voice.media.concealment import FRAMES, Concealment

SPEECH = Path("/usr/share/asterisk/sounds/en_US_f_Allison/vm-intro.wav")


def samples(linear: bytes) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.frombuffer(linear, "<i2").astype(np.float64)


def voiced(pitch: float, count: int) -> bytes:
    """A buzz with harmonics, as vowels have."""
    times = np.arange(count) / 8000
    wave_ = np.sum([np.sin(2 * np.pi * pitch * n * times) / n for n in range(1, 8)], axis=0)
    return bytes((4000 * wave_).astype("<i2").tobytes())


@pytest.mark.parametrize("pitch", [80.0, 123.0, 180.0, 260.0, 390.0])
def test_a_vowel_goes_on_at_its_pitch(pitch: float) -> None:
    whole = voiced(pitch, 800)
    made = samples(Concealment(whole[: 2 * 480]).frame())
    true = samples(whole)[480:640]
    assert np.corrcoef(made, true)[0, 1] > 0.8


def test_a_long_hole_fades_and_is_silent_after_sixty_milliseconds() -> None:
    hole = Concealment(voiced(120, 480))
    levels = [np.sqrt(np.mean(samples(hole.frame()) ** 2)) for _ in range(FRAMES + 2)]
    assert levels[0] > levels[1] > levels[2] > 0
    assert levels[FRAMES:] == [0, 0]
    assert hole.frame() is SILENCE


def test_the_first_good_frame_is_faded_in_without_a_click() -> None:
    whole = voiced(100, 1000)
    hole = Concealment(whole[:960])
    made = hole.frame()
    after = hole.blend(whole[2 * 640 : 2 * 800])
    joined = samples(made + after)
    steps = np.abs(np.diff(joined))
    assert steps[155:165].max() <= 1.5 * np.abs(np.diff(samples(whole))).max()
    assert samples(after)[60:].tolist() == samples(whole)[700:800].tolist()


def test_concealment_is_nearer_to_the_lost_speech_than_silence() -> None:
    """Over real speech with 5 % of the frames lost: spectral distance in the lost frames, made up against silent."""
    with wave.open(str(SPEECH)) as file:
        linear = file.readframes(file.getnframes())
    frames = [linear[at : at + 320] for at in range(0, len(linear) - 320, 320)]
    chance = np.random.default_rng(2)
    made, silent = [], []
    for place in range(3, len(frames) - 1):
        true = samples(frames[place])
        if chance.random() < 0.3 and np.sqrt(np.mean(true**2)) > 500:
            filled = samples(Concealment(b"".join(frames[place - 3 : place])).frame())
            made.append(spectral_distance(true, filled))
            silent.append(spectral_distance(true, np.zeros(160)))
    assert len(made) > 30
    assert np.mean(made) < 0.45 * np.mean(silent)


def spectral_distance(one: "np.ndarray[tuple[int], np.dtype[np.float64]]", two: object) -> float:
    """Mean difference of log spectra in decibels, floored at 30 dB under the speech."""
    window = np.hanning(160)
    first = 20 * np.log10(np.abs(np.fft.rfft(one * window)) + 300)
    second = 20 * np.log10(np.abs(np.fft.rfft(two * window)) + 300)  # type: ignore[operator]
    return float(np.mean(np.abs(first - second)))


def test_nothing_known_makes_silence() -> None:
    assert Concealment(bytes(960)).frame() == SILENCE
