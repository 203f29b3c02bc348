"""Recordings that are missing, cut off, empty or of another kind: the call is inspected all the same and says so."""

import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import update

from asr_tts.recognition import Transcript
from models.recording import Recording
from models.turn import Turn
from quality.evidence import by_words_alone
from quality.inspected import inspected
from quality.inspector import Inspector
from quality.relistening import Ears
from tests.unit.quality.conftest import NOW, row

RATE = 8000


class Loud:
    name, window = "loud", 256

    def warm_up(self) -> None: ...

    def fresh_memory(self) -> object:
        return object()

    def judge(self, memories, windows):
        return (np.abs(windows).max(axis=1) > 100).astype(np.float32)


class Saying:
    name = "saying"

    def warm_up(self) -> None: ...

    def recognise(self, samples, question):
        return Transcript("Where is it?", question.language, 0.99)


def _write(path: Path, *, seconds=6.0, channels=2, rate=RATE, cut=0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    sound = np.zeros((round(seconds * rate), channels), np.int16)
    sound[round(3 * rate) : round(5 * rate), 0] = 3000
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(sound.tobytes())
    if cut:
        path.write_bytes(path.read_bytes()[:-cut])


def _inspect(records, directory: Path) -> dict[str, Any]:
    records.call("c1", ("caller", "Wear is it"))
    with records.engine.begin() as connection:
        connection.execute(row(Recording, call_id="c1", path="recordings/c1.wav"))
        connection.execute(update(Turn).values(confidence=0.5))
    Inspector(records.engine, directory, Ears(Loud(), Saying()), by_words_alone, now=lambda: NOW).run()
    with records.engine.connect() as connection:
        return inspected(connection, "c1", original=True)


@pytest.mark.parametrize("cut", [0, 1, 3, 2 * RATE * 4])
def test_what_is_there_of_a_recording_is_listened_to(records, tmp_path, cut):
    _write(tmp_path / "recordings" / "c1.wav", cut=cut)
    found = _inspect(records, tmp_path)
    assert (found["state"], found["listened"], found["note"]) == ("done", True, "")
    assert found["turns"][0]["text"] == "Where is it?"


def test_a_recording_without_a_sample_leaves_the_live_text(records, tmp_path):
    _write(tmp_path / "recordings" / "c1.wav", seconds=0)
    found = _inspect(records, tmp_path)
    assert (found["state"], found["turns"][0]["text"]) == ("done", "Wear is it")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ({"channels": 1}, "c1.wav has 1 channels of 16 bits at 8000 Hz"),
        ({"rate": 16000}, "c1.wav has 2 channels of 16 bits at 16000 Hz"),
        (None, "The recording c1.wav is missing"),
        (b"", "c1.wav is no WAV file"),
        (b"RIFF\x00\x00\x00\x00WAVE" + b"x" * 3000, "c1.wav is no WAV file"),
    ],
)
def test_a_recording_that_cannot_be_used_is_said_and_the_live_text_is_inspected(records, tmp_path, kind, words):
    path = tmp_path / "recordings" / "c1.wav"
    if isinstance(kind, dict):
        _write(path, **kind)
    elif kind is not None:
        path.parent.mkdir()
        path.write_bytes(kind)
    found = _inspect(records, tmp_path)
    assert (found["state"], found["listened"]) == ("done", False)
    assert words in found["note"]
    assert [turn["text"] for turn in found["turns"]] == ["Wear is it"]
