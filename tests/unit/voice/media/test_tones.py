"""Generated tones and noise."""

import audioop

import numpy as np
import pytest

from voice.media.media_protocol import Tone
from voice.media.noise import comfort_noise
from voice.media.tones import tone


@pytest.mark.parametrize(
    ("name", "pitches"),
    [("ringback", {440, 480}), ("busy", {480, 620}), ("congestion", {480, 620}), ("beep", {1000})],
)
def test_a_tone_has_its_frequencies_and_no_others(name: Tone, pitches: set[int]) -> None:
    samples = np.frombuffer(b"".join(tone(name).frames[:12]), "<i2").astype(float)[100:1900]
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 8000)) ** 2
    near = sum(power[pitch - 12 : pitch + 13].sum() for pitch in pitches)
    assert near / power.sum() > 0.99


@pytest.mark.parametrize("name", ["ringback", "busy", "congestion", "hold"])
def test_a_cadence_has_pauses_and_whole_frames(name: Tone) -> None:
    frames = tone(name).frames
    assert bytes(320) in frames
    assert {len(frame) for frame in frames} == {320}
    assert max(audioop.max(frame, 2) for frame in frames) < 10_000


def test_a_hint_is_short_and_softer_than_other_tones() -> None:
    frames = tone("hint").frames
    assert len(frames) * 0.02 < 0.3
    assert (
        max(audioop.max(frame, 2) for frame in frames) < max(audioop.max(frame, 2) for frame in tone("beep").frames) / 3
    )


def test_comfort_noise_has_the_level_that_was_asked_for() -> None:
    for level in (30, 50, 70):
        rms = audioop.rms(b"".join(comfort_noise(level)), 2)
        assert 20 * np.log10(rms / 32768) == pytest.approx(-level, abs=1.5)
