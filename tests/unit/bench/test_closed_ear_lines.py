"""How voices are changed for training the ear for values."""

import numpy as np
import pytest

from bench.closed_ear_lines import changed, stretched
from bench.sounds import RATE

SECOND = np.sin(2 * np.pi * 200 * np.arange(RATE) / RATE) * 3000


def pitch(sound: np.ndarray) -> float:
    """Hertz of what is strongest."""
    return float(np.argmax(np.abs(np.fft.rfft(sound))) * RATE / len(sound))


@pytest.mark.parametrize("tempo", [0.8, 1.0, 1.25])
def test_another_tempo_is_another_length_at_the_same_pitch(tempo: float) -> None:
    said = stretched(SECOND, tempo)
    assert len(said) / RATE == pytest.approx(1 / tempo, abs=0.05)
    assert pitch(said) == pytest.approx(200, abs=3)
    middle = said[1000:-1000]
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(np.sqrt(np.mean(SECOND**2)), rel=0.1)


@pytest.mark.parametrize(("height", "tempo"), [(1.1, 1.0), (0.9, 1.2), (1.0, 0.9)])
def test_a_changed_voice_is_higher_and_faster_each_by_its_own_factor(height: float, tempo: float) -> None:
    said = changed(SECOND, (height, tempo))
    assert len(said) / RATE == pytest.approx(1 / tempo, abs=0.06)
    assert pitch(said) == pytest.approx(200 * height, abs=4)
