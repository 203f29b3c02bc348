"""The robot's echo, told from a caller, on human recordings through mu-law."""

import audioop

import numpy as np
import pytest

from asr_tts import echo
from asr_tts.activity import level_dbov
from asr_tts.recognition import Samples
from bench.sounds import PROMPTS, read_wav

ROBOT = ("vm-intro", "agent-loginok", "conf-getpin", "vm-goodbye", "cannot-complete-as-dialed")
CALLER = ("agent-pass", "vm-options", "conf-getconfno", "vm-nonumber", "all-circuits-busy-now")
"""A voice against itself: the hardest caller to tell."""


def prompt(name: str) -> Samples:
    return read_wav(PROMPTS / f"{name}.wav")


def coded(samples: np.ndarray) -> Samples:
    """Through the telephone: line noise at -72 dBov, mu-law."""
    noise = np.random.default_rng(5).normal(0, 8, len(samples))
    linear = (samples + noise).clip(-32768, 32767).astype(np.int16)
    return np.frombuffer(audioop.ulaw2lin(audioop.lin2ulaw(linear.tobytes(), 2), 2), np.int16)


def returned(sent: Samples, decibels: float, late_ms: int) -> np.ndarray:
    late = late_ms * 8
    return np.concatenate([np.zeros(late), sent[: len(sent) - late]]) * 10 ** (decibels / 20)


def room(sent: np.ndarray) -> np.ndarray:
    """A loudspeaker's short reverberation."""
    tail = np.random.default_rng(2).normal(0, 0.25, 200) * np.exp(-np.arange(200) / 40)
    tail[0] = 1
    return np.convolve(sent, tail)[: len(sent)]


def likenesses(caller: Samples, sent: Samples) -> list[float]:
    """Of every block in which something is heard."""
    first = echo.BLOCK + echo.FURTHEST
    return [
        echo.likeness(caller[at - echo.BLOCK : at], sent[at - first : at])
        for at in range(first, min(len(caller), len(sent)), 512)
        if level_dbov(caller[at - echo.BLOCK : at]) > -55
    ]


@pytest.mark.parametrize("late_ms", [0, 20, 130, 290])
@pytest.mark.parametrize("decibels", [-15, -25])
def test_the_robots_own_voice_is_known_at_any_delay(decibels: float, late_ms: int) -> None:
    found = [
        alike
        for name in ROBOT
        for alike in likenesses(coded(returned(prompt(name), decibels, late_ms)), coded(prompt(name)))
    ]
    assert len(found) > 50
    assert np.mean(np.array(found) > 0.5) > 0.97


def test_a_loudspeakers_reverberation_hides_no_echo() -> None:
    found = [
        alike
        for name in ROBOT
        for alike in likenesses(coded(room(returned(prompt(name), -20, 60))), coded(prompt(name)))
    ]
    assert np.mean(found) > 0.7
    assert np.mean(np.array(found) > 0.5) > 0.9


def test_a_caller_is_no_echo_while_the_robot_speaks() -> None:
    found = [
        alike
        for caller, robot in zip(CALLER, ROBOT, strict=True)
        for alike in likenesses(coded(prompt(caller)), coded(prompt(robot)))
    ]
    assert np.mean(np.array(found) > 0.5) < 0.02


@pytest.mark.parametrize("decibels", [-15, -25])
def test_a_caller_who_speaks_over_the_echo_is_no_echo(decibels: float) -> None:
    found = []
    for caller, robot in zip(CALLER, ROBOT, strict=True):
        said, sent = prompt(caller), prompt(robot)
        size = min(len(said), len(sent))
        both = coded(said[:size] + returned(sent, decibels, 100)[:size])
        for at in range(echo.BLOCK + echo.FURTHEST, size, 512):
            if level_dbov(said[at - echo.BLOCK : at]) > -30:
                block, reference = both[at - echo.BLOCK : at], coded(sent)[at - echo.BLOCK - echo.FURTHEST : at]
                found.append(echo.likeness(block, reference))
    assert len(found) > 20
    assert np.mean(np.array(found) > 0.5) < 0.05


@pytest.mark.parametrize(
    ("caller", "sent"),
    [
        (np.zeros(echo.BLOCK, np.int16), np.ones(echo.BLOCK + echo.FURTHEST, np.int16)),
        (np.ones(echo.BLOCK, np.int16), np.zeros(echo.BLOCK + echo.FURTHEST, np.int16)),
        (np.zeros(0, np.int16), np.zeros(0, np.int16)),
        (np.ones(500, np.int16), np.ones(100, np.int16)),
    ],
)
def test_silence_and_scraps_are_no_echo(caller: Samples, sent: Samples) -> None:
    assert echo.likeness(caller, sent) == 0.0
