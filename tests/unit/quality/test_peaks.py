import time
import wave
from pathlib import Path

import numpy as np
import pytest

from models.errors import OperatorFault
from quality.peaks import BUCKET, outline, peaks, tag


def _recording(path: Path, sound) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(np.asarray(sound, "<i2").tobytes())
    return path


def test_each_side_has_its_own_bytes_the_caller_s_first(tmp_path):
    sound = np.zeros((3 * BUCKET, 2), np.int16)
    sound[BUCKET + 5, 0] = 32767
    sound[2 * BUCKET, 1] = 8192
    assert list(peaks(_recording(tmp_path / "r.wav", sound))) == [0, 255, 0, 0, 0, 128]


def test_the_lowest_sample_is_as_loud_as_the_highest(tmp_path):
    assert list(peaks(_recording(tmp_path / "r.wav", np.full((BUCKET, 2), -32768)))) == [255, 255]


def test_what_is_left_of_the_last_bucket_counts(tmp_path):
    sound = np.zeros((BUCKET + 1, 2), np.int16)
    sound[-1] = (2048, 512)
    path = _recording(tmp_path / "r.wav", sound)
    assert list(peaks(path)) == [0, 64, 0, 32]
    path.write_bytes(path.read_bytes()[:-3])
    assert list(peaks(path)) == [0, 0]


def test_ten_minutes_are_drawn_from_60_kilobytes_in_well_under_a_second(tmp_path):
    sound = np.random.default_rng(1).integers(-3000, 3000, (600 * 8000, 2), np.int16)
    path = _recording(tmp_path / "r.wav", sound)
    began = time.process_time()
    assert len(peaks(path)) == 60_000
    assert time.process_time() - began < 0.5


def test_a_file_that_changed_is_known_by_something_else(tmp_path):
    path = _recording(tmp_path / "r.wav", np.zeros((BUCKET, 2)))
    before = tag(path)
    assert before == tag(path)
    assert before != tag(_recording(path, np.zeros((2 * BUCKET, 2))))
    assert tag(tmp_path / "gone.wav") == ""


def test_a_missing_recording_is_a_sentence(tmp_path):
    with pytest.raises(OperatorFault, match=r"r\.wav is missing"):
        peaks(tmp_path / "r.wav")


def test_an_outline_keeps_each_sides_loudest_and_says_how_long_a_bucket_is():
    sides = bytes([1, 9, 2, 3, 4]) + bytes([0, 0, 7, 0, 5])
    found = outline(sides, 3)
    assert list(found.peaks) == [9, 3, 4, 0, 7, 5]
    assert found.bucket_s == 2 * 0.02


def test_the_outline_of_what_is_short_or_empty_is_the_same():
    assert (outline(b"\x01\x02", 1000).peaks, outline(b"", 1000).peaks) == (b"\x01\x02", b"")
