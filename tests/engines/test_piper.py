"""The real Piper voice through the mouth."""

import time
from pathlib import Path

import numpy as np
import pytest

from asr_tts import loudness, telephone_wav
from asr_tts.engines.piper import Piper
from asr_tts.prompt_cache import PromptCache
from asr_tts.synthesis import Mouth
from models.errors import OperatorFault
from tests.engines.spoken import spoken_by

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def piper() -> Piper:
    return Piper()


def test_a_sentence_has_the_length_and_level_of_speech(piper: Piper, tmp_path: Path) -> None:
    mouth = Mouth([piper], PromptCache(tmp_path))
    clauses = list(mouth.say("Your order A-1034 leaves on 2026-11-21. It costs $1,250.00 in all.", "en"))
    assert len(clauses) == 2
    seconds = sum(clause.samples for clause in clauses) / 8000
    assert 5.0 < seconds < 11.0
    for clause in clauses:
        samples = telephone_wav.read(clause.path).astype(np.float32) / np.float32(32767)
        assert loudness.active_level(samples) == pytest.approx(loudness.ACTIVE_LEVEL, abs=1.0)
        assert np.abs(samples).max() <= loudness.PEAK + 1e-4


def test_the_first_clause_is_there_before_the_next_one_is_spoken(
    piper: Piper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken = spoken_by(piper, monkeypatch)
    clauses = Mouth([piper], PromptCache(tmp_path)).say("I can help with that at once. Which order is it about?", "en")
    assert not next(clauses).last
    assert len(spoken) == 1
    assert list(clauses)[-1].last
    assert len(spoken) == 2


def test_one_thread_does_all_the_work(piper: Piper) -> None:
    process, thread = time.process_time(), time.thread_time()
    piper.speak("The quick brown fox jumps over the lazy dog and keeps running.", piper.voices["en"][0])
    thread = time.thread_time() - thread
    assert time.process_time() - process < 1.3 * thread + 0.05


def test_a_voice_file_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "amy.onnx").write_bytes(b"no model")
    with pytest.raises(OperatorFault, match=r"amy\.onnx can't be loaded .*correct \[speech\] voice\.$"):
        Piper(str(tmp_path / "amy.onnx"))
