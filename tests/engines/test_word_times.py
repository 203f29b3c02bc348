"""The real Whisper's word times, against sounds of which the synthesiser or the pieces they are made of tell them."""

import audioop
import json
import random
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles

import numpy as np
import pytest

from asr_tts import weights
from asr_tts.engines.whisper import Whisper
from asr_tts.recognition import Samples
from asr_tts.word_times import Word
from bench.sounds import PROMPTS, hiss, read_wav, trimmed

pytestmark = pytest.mark.engine
TIMED = Path(__file__).parents[1] / "sounds" / "timed"
RATE = 8000
LEAD = 0.3
"""Seconds of silence before."""
NUMBERS = ("zero", "one", "two", "three", "four", "five")
WORDS = {
    **{name: PROMPTS / "digits" / f"{number}.wav" for number, name in enumerate(NUMBERS)},
    **{name: PROMPTS / "digits" / f"{name}.wav" for name in ("today", "tomorrow", "yesterday", "thousand", "dollars")},
    **{name: PROMPTS / "digits" / f"mon-{month}.wav" for month, name in enumerate(("January", "February", "March"))},
}


@pytest.fixture(scope="module")
def whisper() -> Whisper:
    recogniser = Whisper(weights.find("whisper-base"))
    recogniser.warm_up()
    return recogniser


def on_the_phone(samples: Samples) -> Samples:
    around = np.concatenate([np.zeros(round(LEAD * RATE), np.int16), samples, np.zeros(1600, np.int16)])
    return np.frombuffer(audioop.ulaw2lin(audioop.lin2ulaw(around.tobytes(), 2), 2), np.int16)


def apart(seed: int) -> tuple[str, Samples, list[tuple[float, float]]]:
    """Return eight human words with silence between them: their text, sound and times."""
    chance = random.Random(seed)
    names, pieces, times, at = chance.sample(sorted(WORDS), 8), [], [], LEAD
    for name in names:
        sound, pause = trimmed(read_wav(WORDS[name])), np.zeros(round(chance.uniform(0.15, 0.5) * RATE), np.int16)
        times.append((at, at + len(sound) / RATE))
        at += (len(sound) + len(pause)) / RATE
        pieces += [sound, pause]
    return " ".join(names), on_the_phone(np.concatenate(pieces)), times


def off(words: tuple[Word, ...], times: list[tuple[float, float]]) -> list[float]:
    assert len(words) == len(times)
    return [abs(word.start - time[0]) for word, time in zip(words, times, strict=True)]


@pytest.mark.parametrize("noise", [False, True])
def test_words_with_silence_between_them_begin_where_they_do(whisper: Whisper, noise: bool) -> None:
    wrong: list[float] = []
    for seed in range(4):
        text, sound, times = apart(seed)
        if noise:
            sound = (sound + hiss(len(sound) / RATE, seed, 250)[: len(sound)]).clip(-32768, 32767).astype(np.int16)
        words = whisper.align(sound, text, "en")
        wrong += off(words, times)
        assert all(before.end <= after.start for before, after in pairwise(words))
    assert median(wrong) <= 0.05
    assert quantiles(wrong, n=10)[-1] <= 0.25


@pytest.mark.parametrize("language", ["en", "zh"])
def test_words_of_sentences_begin_where_the_synthesiser_put_them(whisper: Whisper, language: str) -> None:
    wrong: list[float] = []
    for name, known in json.loads((TIMED / "words.json").read_text("utf-8")).items():
        if name.startswith(language):
            words = whisper.align(on_the_phone(read_wav(TIMED / f"{name}.wav")), known["text"], language)
            wrong += off(words, [(LEAD + start, 0) for start in known["starts"]])
    assert len(wrong) > 30
    assert median(wrong) <= 0.1
    assert quantiles(wrong, n=10)[-1] <= 0.3
