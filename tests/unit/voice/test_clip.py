import os

import numpy as np
import pytest

from asr_tts import telephone_wav
from models.errors import OperatorFault
from voice import clip
from voice.media.recorder import head


def record(path, seconds, *, stated=None):
    """A recording: left counts up, right is silent; its head may state another length."""
    frames = np.zeros((round(seconds * 8000), 2), "<i2")
    frames[:, 0] = np.arange(len(frames)) % 30000
    path.write_bytes(head(frames.nbytes if stated is None else stated) + frames.tobytes())


def test_a_stretch_of_the_callers_channel_becomes_a_file(tmp_path):
    record(tmp_path / "call.wav", 2)
    assert clip.cut(tmp_path / "call.wav", 4000, 12000, tmp_path / "part.wav") == 1.0
    samples = telephone_wav.read(tmp_path / "part.wav")
    assert (samples[0], samples[-1], len(samples)) == (4000, 11999, 8000)


def test_a_head_that_lags_behind_doesnt_matter(tmp_path):
    record(tmp_path / "call.wav", 2, stated=0)
    assert clip.recorded(tmp_path / "call.wav") == 16000
    assert clip.cut(tmp_path / "call.wav", 0, 16000, tmp_path / "part.wav") == 2.0


def test_what_isnt_recorded_yet_is_left_out(tmp_path):
    record(tmp_path / "call.wav", 1)
    assert clip.cut(tmp_path / "call.wav", 4000, 80000, tmp_path / "part.wav") == 0.5


def test_no_recording_is_a_sentence(tmp_path):
    assert clip.recorded(tmp_path / "call.wav") == 0
    with pytest.raises(OperatorFault, match="can't be cut out"):
        clip.cut(tmp_path / "call.wav", 0, 8000, tmp_path / "part.wav")


def test_a_recording_that_ended_before_leaves_no_empty_file(tmp_path):
    record(tmp_path / "call.wav", 1)
    with pytest.raises(OperatorFault, match="ends before"):
        clip.cut(tmp_path / "call.wav", 16000, 24000, tmp_path / "part.wav")
    assert os.listdir(tmp_path) == ["call.wav"]
