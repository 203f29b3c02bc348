"""The real detectors on human speech."""

import numpy as np
import pytest

from asr_tts import weights
from asr_tts.activity import Detector
from asr_tts.engines.silero import Silero
from asr_tts.engines.webrtc import WebRtc
from bench.sounds import hiss, human

pytestmark = pytest.mark.engine
NAMES = ("agent-pass", "vm-intro", "conf-getpin")


@pytest.fixture(scope="module")
def silero() -> Silero:
    return Silero(weights.find("silero-vad"))


@pytest.fixture(params=["silero", "webrtc"])
def detector(request: pytest.FixtureRequest, silero: Silero) -> Detector:
    return silero if request.param == "silero" else WebRtc()


def windows_of(samples: np.ndarray, size: int) -> np.ndarray:
    return samples[: len(samples) // size * size].reshape(-1, size)


def test_a_batch_judges_each_stream_as_if_alone(silero: Silero) -> None:
    voices = [windows_of(human(name), silero.window)[:40] for name in NAMES]
    together, alone = [silero.fresh_memory() for _ in NAMES], [silero.fresh_memory() for _ in NAMES]
    loudest = 0.0
    for step in range(40):
        batch = silero.judge(together, np.stack([voice[step] for voice in voices]))
        single = [silero.judge([alone[i]], voice[step : step + 1])[0] for i, voice in enumerate(voices)]
        assert batch == pytest.approx(single, abs=1e-3)
        loudest = max(loudest, float(batch.max()))
    assert loudest > 0.9


def test_speech_is_found_and_silence_is_not(detector: Detector) -> None:
    hiss = np.random.default_rng(3).normal(0, 12, 8000)
    speech = human("agent-pass") + np.random.default_rng(4).normal(0, 12, len(human("agent-pass")))
    memory = detector.fresh_memory()
    found = {
        name: np.mean(
            [
                detector.judge([memory], window[None])[0] > 0.5
                for window in windows_of(part.astype(np.int16), detector.window)
            ]
        )
        for name, part in (("before", hiss), ("speech", speech), ("after", hiss))
    }
    assert found["before"] == 0
    assert found["speech"] > 0.75
    assert found["after"] < 0.25


def test_noise_a_while_after_speech_is_still_noise(silero: Silero) -> None:
    memory = silero.fresh_memory()
    for part in (human("agent-pass")[:8000], np.zeros(24000, np.int16)):
        for window in windows_of(part, silero.window):
            silero.judge([memory], window[None])
    found = [silero.judge([memory], window[None])[0] > 0.5 for window in windows_of(hiss(1.0, 3), silero.window)]
    assert sum(found) <= 1


def test_a_silent_stream_costs_no_look_of_the_model(silero: Silero) -> None:
    memory = silero.fresh_memory()
    before = memory.state.copy()
    assert silero.judge([memory], np.zeros((1, silero.window), np.int16))[0] == 0
    assert np.array_equal(memory.state, before)
