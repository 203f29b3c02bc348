import wave
from pathlib import Path

import numpy as np
import pytest

from models.errors import OperatorFault
from quality.sound import read


def _recording(path: Path, *, channels=2, rate=8000, frames=800) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.arange(frames * channels, dtype="<i2").tobytes())
    return path


def test_the_left_channel_is_the_caller_s(tmp_path):
    sound = read(_recording(tmp_path / "r.wav"))
    assert sound.caller[:3].tolist() == [0, 2, 4]
    assert sound.ours[:3].tolist() == [1, 3, 5]
    assert sound.seconds == 0.1


@pytest.mark.parametrize("lost", [1, 2, 3, 4, 5])
def test_a_recording_that_was_cut_off_is_read_up_to_the_last_whole_sample(tmp_path, lost):
    path = _recording(tmp_path / "r.wav")
    path.write_bytes(path.read_bytes()[:-lost])
    assert len(read(path).caller) == 800 - (lost + 3) // 4


def test_a_recording_with_nothing_in_it_is_empty(tmp_path):
    assert read(_recording(tmp_path / "r.wav", frames=0)).seconds == 0


def test_what_is_missing_or_none_is_a_sentence(tmp_path):
    with pytest.raises(OperatorFault, match=r"r\.wav is missing; what was understood"):
        read(tmp_path / "r.wav")
    (tmp_path / "r.wav").write_bytes(b"nothing of that kind" * 10)
    with pytest.raises(OperatorFault, match=r"r\.wav is no WAV file"):
        read(tmp_path / "r.wav")
    with pytest.raises(OperatorFault, match="has 1 channels of 16 bits at 8000 Hz"):
        read(_recording(tmp_path / "r.wav", channels=1))
