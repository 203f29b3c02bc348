"""Who says what the ear for values is trained with: Kokoro's voices and voices between them, Piper, espeak-ng."""

import io
import random
import subprocess
from collections.abc import Iterator
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from asr_tts.engines import kokoro
from bench import drawn_piper, slot_voices
from bench.closed_ear_texts import dictation, row, text
from bench.sounds import RATE, _whole, read_wav

HELD_OUT = {"zh": ("zf_xiaoxiao", "zm_yunxi"), "en": ("af_heart", "am_michael", "bf_emma", "bm_george", "espeak:en-us")}
CHINESE = ("zf_", "zm_")
ACCENTS = ("en-us", "en-gb", "en-gb-scotland", "en-us-nyc")
VARIANTS = ("", "+f1", "+f2", "+f3", "+f4", "+m1", "+m2", "+m3", "+m4", "+m5", "+m6", "+m7", "+klatt2", "+croak")
MOST_TOKENS = 118
TIMBRE = 128
"""The first features of a Kokoro style are its timbre, the others its way of speaking."""
Sound = NDArray[np.float64]
Speaker = list[tuple[str, Sound]]
"""The groups that one speaker dictates: words and sound at 8 kHz."""
Render = tuple[str, str, Sound]
"""Kind, text, and sound at 8 kHz."""


def render(language: str, count: int, part: int, parts: int) -> Iterator[Render]:
    """Yield (kind, text, sound at 8 kHz) of every `parts`-th of so many texts."""
    for number in range(part, count, parts):
        chance = random.Random(f"ear {language} {number}")
        kind, words = text(language, chance)
        sound = _espeak_or_piper(words, chance) if language == "en" and chance.random() < 0.6 else None
        sound = _kokoro(words, language, chance) if sound is None else sound
        if len(sound):
            yield kind, words, sound


def groups(language: str, count: int, part: int, parts: int) -> Iterator[Speaker]:
    """Yield what every `parts`-th of so many speakers says: groups of a number, each said by itself as in dictation."""
    for number in range(part, count, parts):
        chance = random.Random(f"groups {language} {number}")
        name, style = _speaker(language, chance)
        pace = chance.uniform(0.85, 1.2)
        said = [(words, _said(words, language, name, style, pace)) for words in dictation(language, chance)]
        yield [(words, sound) for words, sound in said if len(sound)]


def rows(language: str, count: int, part: int, parts: int) -> Iterator[Render]:
    """Yield numbers of five to eleven digits, each said as a whole by a speaker like nobody else ("zh" only)."""
    for number in range(part, count, parts):
        chance = random.Random(f"rows {language} {number}")
        words = row(chance)
        name, style = _stranger(chance)
        sound = _said(words, language, name, style, chance.uniform(0.85, 1.2))
        if len(sound):
            yield "digits", words, sound


def _kokoro(words: str, language: str, chance: random.Random) -> Sound:
    name, style = _speaker(language, chance)
    return _said(words, language, name, style, chance.uniform(0.8, 1.25))


def _speaker(language: str, chance: random.Random) -> tuple[str, Any]:
    """Return a voice's name and style: its own, one between two voices, or (Chinese) one with a foreign timbre."""
    styles = slot_voices._styles()
    own = [name for name in styles if name not in HELD_OUT[language] and name.startswith(CHINESE) == (language == "zh")]
    own = own if language == "zh" else [name for name in own if name[0] in "ab"]
    name = chance.choice(own)
    style = styles[name]
    if chance.random() < (0.5 if language == "zh" else 0.35):
        foreign = [each for each in styles if not each.startswith(CHINESE)]
        other = chance.choice(foreign if language == "zh" and chance.random() < 0.56 else own)
        share = chance.uniform(0.5, 0.8) if other in foreign else chance.uniform(0.3, 0.7)
        style = share * style + (1 - share) * styles[other][: len(style)]
    return name, style


def _stranger(chance: random.Random) -> tuple[str, Any]:
    """Return a Chinese voice's name and style: its own, or one between two or beyond, mostly with a foreign timbre."""
    styles = slot_voices._styles()
    own = [name for name in styles if name.startswith(CHINESE) and name not in HELD_OUT["zh"]]
    name = chance.choice(own)
    style = styles[name]
    if chance.random() < 0.25:
        return name, style
    other, share = styles[chance.choice(own)][: len(style)], chance.uniform(-0.3, 0.7)
    style = (1 - share) * style + share * other
    if chance.random() < 0.7:
        foreign = styles[chance.choice([each for each in styles if not each.startswith(CHINESE)])][: len(style)]
        shares = np.repeat((chance.uniform(0.3, 1.0), chance.uniform(0, 0.3)), TIMBRE)
        style = (1 - shares) * style + shares * foreign
    return name, style.astype(np.float32)


def _said(words: str, language: str, name: str, style: Any, pace: float) -> Sound:
    session, vocabulary, read = slot_voices._model()
    phonemes = read(words) if language == "zh" else slot_voices._english(words, name)
    tokens = [vocabulary[phoneme] for phoneme in phonemes if phoneme in vocabulary]
    if not 0 < len(tokens) <= MOST_TOKENS:
        return np.zeros(0)
    return _narrow(kokoro._run(session, tokens, style, pace), 24000)


def _espeak_or_piper(words: str, chance: random.Random) -> Sound:
    if chance.random() < 0.5:
        made = drawn_piper.says(words)
        return _narrow(made.samples, int(made.rate * chance.choice((1, 1, 1, 0.85, 0.9, 1.1, 1.2))))
    voices = [accent + variant for accent in ACCENTS for variant in VARIANTS]
    voice = chance.choice([each for each in voices if f"espeak:{each}" not in HELD_OUT["en"]])
    manner = ["-s", str(chance.randint(130, 190)), "-p", str(chance.randint(30, 70))]
    said = subprocess.run(["espeak-ng", "-v", voice, *manner, "--stdout", words], check=True, capture_output=True)
    return read_wav(io.BytesIO(_whole(said.stdout))).astype(np.float64)


def _narrow(samples: Any, rate: int) -> Sound:
    return np.asarray(soxr.resample(np.asarray(samples, np.float64), rate, RATE) * 20000)
