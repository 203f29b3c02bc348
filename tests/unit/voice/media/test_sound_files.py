"""Sound files, read beside the tick."""

import os
import time
import wave
from pathlib import Path

import numpy as np
import pytest

from voice.media import sound_files
from voice.media.sound import Sound
from voice.media.sound_files import SoundFiles, read_wav


def write(
    path: Path, rate: int = 8000, channels: int = 1, width: int = 2, seconds: float = 0.5, pitch: float = 500
) -> str:
    samples = 8000 * np.sin(2 * np.pi * pitch * np.arange(round(rate * seconds)) / rate)
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, 2, rate, 0, "NONE", ""))
        file.writeframes(np.repeat(samples, channels).astype("<i2").tobytes())
    return str(path)


def fetch(files: SoundFiles, path: str) -> tuple[Sound | None, str]:
    answers: list[tuple[Sound | None, str]] = []
    files.want(path, "PCMU", lambda sound, note: answers.append((sound, note)))
    end = time.monotonic() + 30
    while not answers and time.monotonic() < end:
        files.ready()
        os.sched_yield()
    return answers[0]


@pytest.fixture
def files() -> SoundFiles:
    shelf = SoundFiles()
    shelf.start()
    return shelf


def test_a_file_becomes_frames_and_its_last_one_is_filled_up(tmp_path: Path, files: SoundFiles) -> None:
    sound, note = fetch(files, write(tmp_path / "a.wav", seconds=0.05))
    assert sound is not None
    assert note == ""
    assert [len(frame) for frame in sound.frames] == [320] * 3
    assert sound.frames[2][160:] == bytes(160)
    coded = sound.coded("PCMU")
    assert coded is not None
    assert [len(frame) for frame in coded] == [160] * 3


@pytest.mark.parametrize(("rate", "channels"), [(16000, 1), (44100, 2), (22050, 1), (48000, 1), (8000, 2)])
def test_other_rates_and_channels_are_converted_without_aliases(tmp_path: Path, rate: int, channels: int) -> None:
    samples = np.frombuffer(read_wav(write(tmp_path / "a.wav", rate, channels)), "<i2").astype(float)
    assert len(samples) == pytest.approx(4000, abs=2)
    expected = 8000 * np.sin(2 * np.pi * 500 * np.arange(len(samples)) / 8000)
    assert np.sqrt(np.mean((samples - expected)[200:-200] ** 2)) < 80
    if rate > 16000:
        above = np.frombuffer(read_wav(write(tmp_path / "b.wav", rate, channels, pitch=5500)), "<i2").astype(float)
        assert np.sqrt(np.mean(above[200:-200] ** 2)) < 8


def test_a_file_that_changed_is_read_anew_and_one_that_did_not_is_kept(tmp_path: Path, files: SoundFiles) -> None:
    path = write(tmp_path / "a.wav")
    first, _ = fetch(files, path)
    assert fetch(files, path)[0] is first
    write(tmp_path / "a.wav", seconds=0.2)
    second, _ = fetch(files, path)
    assert second is not None
    assert len(second.frames) == 10


def test_memory_is_bounded(tmp_path: Path, files: SoundFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound_files, "_KEEP", 20_000)
    paths = [write(tmp_path / f"{number}.wav") for number in range(5)]
    kept = [fetch(files, path)[0] for path in paths]
    assert fetch(files, paths[0])[0] is not kept[0]
    assert fetch(files, paths[0])[0] is not None


def test_what_cannot_be_played_is_a_sentence(tmp_path: Path, files: SoundFiles) -> None:
    (tmp_path / "text.wav").write_text("hello")
    (tmp_path / "empty.wav").write_bytes(b"")
    for path in ("nowhere.wav", "text.wav", "empty.wav", "."):
        sound, note = fetch(files, str(tmp_path / path))
        assert sound is None
        assert note.startswith("The sound file '")
        assert note.endswith(".")
