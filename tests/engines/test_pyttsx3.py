"""The real espeak-ng behind pyttsx3."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from asr_tts import loudness, telephone_wav
from asr_tts.engines.pyttsx3 import Pyttsx3
from asr_tts.prompt_cache import PromptCache
from asr_tts.synthesis import Mouth
from bench.processes import family

pytestmark = pytest.mark.engine

TEXTS = {
    "en": ["one", "one two three", "please hold the line", "thank you very much for calling us today"],
    "zh": ["你好", "请稍等一下", "感谢您的来电", "请问有什么可以帮您的吗"],
}

OWNER = """
import os
from asr_tts.engines.pyttsx3 import Pyttsx3
from tests.engines.test_pyttsx3 import speakers
engine = Pyttsx3()
print(*speakers())
os._exit(0)
"""


def speakers() -> set[int]:
    """Processes under this one in which pyttsx3 speaks."""
    return {pid for pid in family(os.getpid()) if b"pyttsx3_process" in command_line(pid)}


def command_line(pid: int) -> bytes:
    """Of a process; empty where it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""


@pytest.fixture(scope="module")
def engine() -> Pyttsx3:
    return Pyttsx3()


def test_four_threads_get_sample_for_sample_what_each_text_is_alone(engine: Pyttsx3) -> None:
    """Whoever spoke before or meanwhile; within one process espeak-ng carries its state on, and "one" grew by 7 %."""
    jobs = [(text, engine.voices[language][0]) for language, texts in TEXTS.items() for text in texts] * 3
    alone = {job: engine.speak(*job).samples for job in jobs[:8]}
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda job: engine.speak(*job), jobs))
    for job, sound in zip(jobs, together, strict=True):
        assert len(sound.samples) == len(alone[job]), job
        assert np.array_equal(sound.samples, alone[job]), job
    assert engine.repeated == 0
    assert len({len(samples) for samples in alone.values()}) == 8, "the texts differ in length: a mix-up would be seen"


def test_a_process_that_was_killed_is_replaced_and_the_utterance_said_again(caplog: pytest.LogCaptureFixture) -> None:
    others = speakers()
    engine = Pyttsx3()
    before = engine.speak("one two three", engine.voices["en"][0])
    (child,) = speakers() - others
    os.kill(child, signal.SIGKILL)
    after = engine.speak("one two three", engine.voices["en"][0])
    assert np.array_equal(before.samples, after.samples)
    assert engine.repeated == 1
    assert "has to say a clause of 13 characters again" in caplog.text
    engine.close()


def test_the_process_that_speaks_ends_with_its_owner() -> None:
    owner = [sys.executable, "-c", OWNER]
    child = int(subprocess.run(owner, capture_output=True, text=True, timeout=120, check=True).stdout)
    for _ in range(1500):
        if not command_line(child):
            return
        time.sleep(0.02)
    raise AssertionError("it outlived its owner by half a minute")


@pytest.mark.parametrize(("language", "text"), [("en", "How can I help you today?"), ("zh", "请问有什么可以帮您？")])
def test_both_languages_have_the_length_and_level_of_speech(
    engine: Pyttsx3, tmp_path: Path, language: str, text: str
) -> None:
    (clause,) = Mouth([engine], PromptCache(tmp_path)).say(text, language)
    samples = telephone_wav.read(clause.path).astype(np.float32) / np.float32(32767)
    assert 0.8 < len(samples) / 8000 < 4
    assert loudness.active_level(samples) == pytest.approx(loudness.ACTIVE_LEVEL, abs=1.0)


def test_nothing_is_printed_while_it_speaks(engine: Pyttsx3, capsys: pytest.CaptureFixture[str]) -> None:
    engine.speak("quiet please", engine.voices["en"][0])
    assert capsys.readouterr().out == ""
