"""Beeps, information tones and faxes are found in noise and after G.711; speech and network tones are none."""

import audioop
import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from voice.media.tone_watch import Heard, ToneWatch

RATE = 8000
Wave = NDArray[np.float64]


def noise(samples: int, dbov: float, seed: int) -> Wave:
    return np.random.default_rng(seed).normal(0, 10 ** (dbov / 20), samples)


def talk(path: Path) -> Wave:
    with wave.open(str(path)) as file:
        assert file.getframerate() == RATE
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768


def tone(hertz: float, seconds: float, dbov: float = -18) -> Wave:
    times = np.arange(round(seconds * RATE)) / RATE
    return np.asarray(np.sqrt(2) * 10 ** (dbov / 20) * np.sin(2 * np.pi * hertz * times), np.float64)


def silence(seconds: float) -> Wave:
    return np.zeros(round(seconds * RATE))


def heard(*parts: Wave, snr_db: float = 99, seed: int = 1) -> list[Heard]:
    sound = np.concatenate([silence(0.5), *parts, silence(0.5)])
    sound = sound + noise(len(sound), -18 - snr_db, seed)
    coded = audioop.lin2ulaw((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes(), 2)
    linear = audioop.ulaw2lin(coded, 2)
    watch = ToneWatch()
    found = [watch.frame(linear[at : at + 320]) for at in range(0, len(linear) - 319, 320)]
    return [one for one in found if one is not None]


@pytest.mark.parametrize("hertz", [480, 620, 850, 1000, 1250, 1400, 1800, 2000])
@pytest.mark.parametrize("seconds", [0.15, 0.4, 1.2])
@pytest.mark.parametrize("snr_db", [15, 40])
def test_a_beep_of_any_pitch_and_length_is_one_beep(hertz: float, seconds: float, snr_db: float) -> None:
    [beep] = heard(tone(hertz, seconds), snr_db=snr_db)
    assert beep.kind == "beep"
    assert abs(beep.hertz - hertz) < 12
    assert abs(beep.frames * 0.02 - seconds) < 0.06


@pytest.mark.parametrize(
    "pitches",
    [(950, 1400, 1800), (913.8, 1370.6, 1776.7), (985.2, 1428.5, 1776.7), (985.2, 1370.6, 1776.7)],
    ids=["E.180", "intercept", "no circuit", "vacant"],
)
@pytest.mark.parametrize("seconds", [0.276, 0.330, 0.380])
@pytest.mark.parametrize("gap", [0.0, 0.03])
def test_special_information_tones_are_known_and_are_no_beeps(
    pitches: tuple[float, float, float], seconds: float, gap: float
) -> None:
    parts = [part for hertz in pitches for part in (tone(hertz, seconds, -20), silence(gap))]
    assert [one.kind for one in heard(*parts, snr_db=20)] == ["sit"]


@pytest.mark.parametrize(
    ("first", "second", "meaning"),
    [
        ((913.8, 0.274), (1370.6, 0.274), "no-such-number"), ((985.2, 0.38), (1370.6, 0.274), "no-such-number"),
        ((913.8, 0.274), (1428.5, 0.38), "congestion"), ((985.2, 0.38), (1428.5, 0.38), "congestion"),
        ((950.0, 0.33), (1400.0, 0.33), ""), ((913.8, 0.33), (1370.6, 0.33), ""),
    ],
    ids=["intercept", "vacant code", "reorder", "no circuit", "ITU's own", "in no code's lengths"],
)  # fmt: skip
@pytest.mark.parametrize("snr_db", [40.0, 20.0])
def test_information_tones_say_their_reason_where_they_are_coded(
    first: tuple[float, float], second: tuple[float, float], meaning: str, snr_db: float
) -> None:
    [one] = heard(tone(*first), tone(*second), tone(1776.7, 0.38), snr_db=snr_db)
    assert (one.kind, one.meaning) == ("sit", meaning)


def test_a_fax_that_answers_is_known_while_its_tone_lasts() -> None:
    pieces = [tone(2100, 0.45) * (-1) ** turn for turn in range(6)]
    assert [one.kind for one in heard(*pieces, snr_db=25)] == ["fax"]


def test_a_fax_that_calls_is_known_by_its_second_tone() -> None:
    kinds = [one.kind for one in heard(tone(1100, 0.5), silence(3), tone(1100, 0.5))]
    assert kinds == ["beep", "fax"]


@pytest.mark.parametrize("hertz", [425, 450])
def test_the_networks_own_tones_are_no_beep(hertz: float) -> None:
    assert heard(*[part for _ in range(3) for part in (tone(hertz, 0.35), silence(0.35))]) == []


@pytest.mark.parametrize("seed", range(4))
def test_noise_is_no_tone(seed: int) -> None:
    assert heard(noise(20 * RATE, -25, seed)) == []
    assert heard(noise(20 * RATE, -50, seed)) == []


def test_speech_is_no_tone() -> None:
    for path in sorted(Path("tests/sounds").rglob("*.wav")):
        assert heard(talk(path)) == [], path
