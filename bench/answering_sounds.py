"""What answers a call of ours in the bench of who answered: texts with pauses and tones, voices, a telephone's noise.

A text of `data/who_answered_*.yaml` becomes sound as it arrives: some time after the answer, said by one of the voices,
with the line's white noise or hum, through mu-law. Rendered speech is kept in the cache of `slot_voices.py`.
"""

import audioop
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ruamel.yaml import YAML

from asr_tts.recognition import Samples
from bench.slot_voices import LEVEL, say, voices
from bench.sounds import RATE, trimmed

DATA = Path(__file__).parent / "data"
MARK = re.compile(r"\[([^\]]+)\]")
NOISES: tuple[tuple[str, float], ...] = (("clean", 40.0), ("line noise", 20.0), ("line noise", 14.0), ("hum", 18.0))
"""Kind and ratio in dB to speech."""
SIT_SECONDS = 0.33
AFTER_S = 14.0
"""Seconds of the line's noise after the last sound."""
SAID_TWICE = ("human",)
"""Classes of which each text is said by two voices."""


@dataclass(frozen=True)
class Answer:
    """One call's other end."""

    who: str
    language: str
    text: str
    voice: str
    noise: str
    samples: Samples
    starts: float
    """Seconds from the answer to its first sound."""


def answers(name: str, step: int = 1, languages: Sequence[str] = ("en", "zh")) -> Iterator[Answer]:
    """Yield every answer of the set `name` ("dev", "test") in `languages`, or each `step`th."""
    read: dict[str, Any] = YAML(typ="safe").load((DATA / f"who_answered_{name}.yaml").read_text(encoding="utf-8"))
    number = 0
    for language in ("en", "zh"):
        had = [voice for voice in read["voices"][language] if voice in voices(language) or _known(voice)]
        for who, texts in read[language].items():
            for at, text in enumerate(texts):
                for turn in range(2 if who in SAID_TWICE else 1):
                    number += 1
                    if number % step or language not in languages:
                        continue
                    voice = had[(at * 2 + turn + (at // len(had))) % len(had)]
                    yield sounding(who, language, text, voice, number)


def _known(voice: str) -> bool:
    from bench.slot_voices import _styles

    return voice in _styles()


def sounding(who: str, language: str, text: str, voice: str, seed: int) -> Answer:
    """Return one answer as it arrives from the line."""
    chance = Random(seed)
    starts = chance.uniform(0.15, 0.9) if who != "human" else chance.uniform(0.2, 1.2)
    parts = [np.zeros(round(starts * RATE))]
    parts += [_sound(one, language, voice) if isinstance(one, str) else one for one in _pieces(text)]
    parts.append(np.zeros(round(AFTER_S * RATE)))
    kind, ratio = NOISES[seed % len(NOISES)]
    samples = _on_the_line(np.concatenate(parts), kind, ratio, seed)
    return Answer(who, language, text, voice, f"{kind} {ratio:.0f} dB", samples, starts)


def _pieces(text: str) -> Iterator[str | NDArray[np.float64]]:
    for at, part in enumerate(MARK.split(text)):
        if at % 2 == 0:
            if part.strip():
                yield part.strip()
            continue
        yield _mark(part)


def _mark(mark: str) -> NDArray[np.float64]:
    kind, *numbers = mark.split()
    if kind == "beep":
        return _tone(float(numbers[0]), float(numbers[1]))
    if kind == "sit":
        return np.concatenate([_tone(float(hertz), SIT_SECONDS) for hertz in numbers])
    if kind == "fax":
        return np.concatenate([(-1) ** turn * _tone(2100, 0.45) for turn in range(7)])
    return np.zeros(round(float(kind) * RATE))


def _tone(hertz: float, seconds: float) -> NDArray[np.float64]:
    times = np.arange(round(seconds * RATE)) / RATE
    return LEVEL * np.sin(2 * np.pi * hertz * times)


def _sound(text: str, language: str, voice: str) -> NDArray[np.float64]:
    return trimmed(say(text, language, voice)).astype(np.float64)


def _on_the_line(wave: NDArray[np.float64], kind: str, ratio: float, seed: int) -> Samples:
    random = np.random.default_rng(seed)
    rms = LEVEL / 10 ** (ratio / 20)
    if kind == "hum":
        times = np.arange(len(wave)) / RATE
        noise = rms * (np.sin(2 * np.pi * 50 * times) + 0.6 * np.sin(2 * np.pi * 150 * times))
        noise = noise + random.normal(0, rms / 6, len(wave))
    else:
        noise = random.normal(0, rms, len(wave))
    linear = (wave + noise).clip(-32768, 32767).astype("<i2").tobytes()
    return np.frombuffer(audioop.ulaw2lin(audioop.lin2ulaw(linear, 2), 2), np.int16)
