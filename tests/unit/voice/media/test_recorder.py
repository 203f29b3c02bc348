"""Recordings: two channels, true heads, full disks."""

import errno
import os
import wave
from pathlib import Path

import numpy as np

from voice.media.recorder import Recording, Writer, head


def no_failure(recording: Recording, reason: str) -> None:
    raise AssertionError(reason)


def level(value: int) -> bytes:
    return np.full(160, value, "<i2").tobytes()


def recorded(path: Path) -> "np.ndarray[tuple[int, ...], np.dtype[np.int16]]":
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 8000)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)


def fill(recording: Recording, frames: int) -> None:
    for frame in range(frames):
        recording.left.append(level(frame + 1))
        recording.right.append(level(-frame - 1))


def test_left_is_the_peer_and_right_is_what_it_heard_sample_by_sample(tmp_path: Path) -> None:
    writer, path = Writer(), tmp_path / "a" / "call.wav"
    writer.start()
    recording = Recording(str(path), no_failure)
    for _ in range(3):
        fill(recording, 45)
        writer.flush(recording)
    writer.flush(recording, last=True)
    writer.stop()
    samples = recorded(path)
    assert len(samples) == 3 * 45 * 160
    assert (samples[:, 0] == -samples[:, 1]).all()
    assert samples[159:161, 0].tolist() == [1, 2]


def test_sides_are_swapped_from_one_frame_to_the_next_and_back(tmp_path: Path) -> None:
    writer, path = Writer(), tmp_path / "call.wav"
    writer.start()
    recording = Recording(str(path), no_failure)
    for swapped in (False, True, False):
        recording.swapped = swapped
        recording.add(level(1), level(2))
    writer.flush(recording, last=True)
    writer.stop()
    assert recorded(path)[::160].tolist() == [[1, 2], [2, 1], [1, 2]]


def test_a_file_that_is_never_closed_is_readable_up_to_the_last_flush(tmp_path: Path) -> None:
    writer, path = Writer(), tmp_path / "call.wav"
    writer.start()
    recording = Recording(str(path), no_failure)
    fill(recording, 45)
    writer.flush(recording)
    fill(recording, 10)
    writer.stop()
    assert len(recorded(path)) == 45 * 160


def test_a_full_disk_is_told_once_and_the_other_recordings_go_on(tmp_path: Path) -> None:
    writer = Writer()
    reasons: list[str] = []
    writer.start()
    full, good = (
        Recording("/dev/full", lambda recording, reason: reasons.append(reason)),
        Recording(str(tmp_path / "good.wav"), no_failure),
    )
    for _ in range(3):
        for recording in (full, good):
            fill(recording, 45)
            writer.flush(recording)
    for recording in (full, good):
        writer.flush(recording, last=True)
    writer.stop()
    writer.ready()
    assert reasons == [f"'/dev/full' can't be written: {os.strerror(errno.ENOSPC)}."]
    assert len(recorded(tmp_path / "good.wav")) == 3 * 45 * 160


def test_a_directory_that_cannot_be_made_is_a_failure_too() -> None:
    writer = Writer()
    reasons: list[str] = []
    writer.start()
    writer.flush(Recording("/dev/null/call.wav", lambda recording, reason: reasons.append(reason)), last=True)
    writer.stop()
    writer.ready()
    assert len(reasons) == 1


def test_the_head_tells_the_sizes() -> None:
    made = head(640)
    assert made[:4] + made[8:12] + made[36:40] == b"RIFFWAVEdata"
    assert int.from_bytes(made[4:8], "little") == 640 + 36
    assert int.from_bytes(made[40:44], "little") == 640
