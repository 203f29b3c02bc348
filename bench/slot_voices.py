"""Voices that say values in the bench of slots: Kokoro's of two languages, Piper's and espeak-ng's; 16-bit at 8 kHz.

Kokoro's further voices are in the npm package kokoro-js 1.2.1 (Apache-2.0), fetched once with npm; without it there is
only the one that is installed. Everything rendered is kept in the cache directory of the machine's owner.
"""

import json
import random
import re
import shutil
import subprocess
import tarfile
import tempfile
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from asr_tts.engines import kokoro
from asr_tts.weights import find
from bench import drawn_piper
from bench.sounds import RATE, espeak, levelled, trimmed
from voice.synthetic_caller import Samples

PACKAGE = "kokoro-js@1.2.1"
VOICES = {
    "en": ("piper", "af_heart", "piper", "am_michael", "bf_emma", "piper", "bm_george", "espeak:en-us"),
    "zh": ("zf_xiaobei", "zm_yunxi", "zf_xiaoxiao", "zm_yunjian", "zf_xiaoyi", "zm_yunyang", "zf_xiaoni", "zm_yunxia"),
}
"""Who speaks, by language."""
LEVEL = 4000
_IPA = (("ɚ", "əɹ"), ("e‍ɪ", "A"), ("a‍ɪ", "I"), ("ɔ‍ɪ", "Y"), ("o‍ʊ", "O"), ("ə‍ʊ", "Q"), ("a‍ʊ", "W"), ("t‍ʃ", "ʧ"),
        ("d‍ʒ", "ʤ"), ("ə‍l", "ᵊl"), ("r", "ɹ"), ("x", "k"), ("ɬ", "l"), ("ɐ", "ə"))  # fmt: skip
"""What Kokoro writes in one sign; espeak-ng writes it in two with a joiner."""


_DIGIT = re.compile(
    r"(?:\b(?:double|triple) )?\b(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)\b ?"
    r"|(?:[两三]个)?[零一二三四五六七八九幺]"
)
_ROW = re.compile(rf"(?:{_DIGIT.pattern}){{6,}}(?<! )")


def say(text: str, language: str, voice: str, pace: float = 1.0) -> Samples:
    """Return `text` (words, no digits) said by `voice`, `pace` times as fast and as high, at an even level."""
    path = cache() / f"{sha256(f'{text}|{language}|{voice}'.encode()).hexdigest()[:24]}.npy"
    if not path.exists():
        with tempfile.NamedTemporaryFile(dir=cache(), suffix=".part", delete=False) as part:
            np.save(part, _rendered(text, language, voice))
        Path(part.name).replace(path)
    samples = np.load(path)
    if pace != 1.0:
        faster = soxr.resample(samples.astype(np.float32), RATE * pace, RATE)
        samples = faster.clip(-32768, 32767).astype(np.int16)
    return levelled(trimmed(samples), LEVEL)


def dictate(text: str, language: str, voice: str, pace: float, chance: random.Random) -> Samples:
    """As `say`, but group by group as people give a number, each with its own intonation, 0.3-0.5 s between them.

    Six digits and more without a comma are given in groups of three or four.
    """
    parts: list[Samples] = []
    for group in re.split(r"(?<=[,，])\s*", grouped(text, chance.choice((3, 4)))):
        pause = np.zeros(int(RATE * chance.uniform(0.3, 0.5)), np.int16)
        parts += [pause] * bool(parts) + [trimmed(say(group, language, voice, pace))]
    return levelled(np.concatenate(parts), LEVEL)


def grouped(text: str, size: int) -> str:
    """Return `text` with a comma after every `size` digits of a row that has six or more of them.

    "double five" and 两个五 stay together.
    """

    def cut(row: re.Match[str]) -> str:
        words = [word.strip() for word in _DIGIT.findall(row.group())]
        join, comma = ("", "，") if row.group()[:1] > "\u3000" else (" ", ", ")
        groups = [join.join(words[at : at + size]) for at in range(0, len(words), size)]
        return comma.join(groups)

    return _ROW.sub(cut, text)


def cache() -> Path:
    """Return where rendered sounds are kept."""
    place = Path.home() / ".cache" / "hotline-bench" / "slots"
    place.mkdir(parents=True, exist_ok=True)
    return place


def voices(language: str) -> tuple[str, ...]:
    """Return the voices of `language` that can be had here."""
    had = _styles()
    return tuple(v for v in VOICES[language] if v in had or v == "piper" or v.startswith("espeak"))


def _rendered(text: str, language: str, voice: str) -> Samples:
    if voice.startswith("espeak:"):
        return espeak(text, voice.partition(":")[2], LEVEL)
    if voice == "piper":
        sound = drawn_piper.says(text)
        samples, rate = sound.samples, sound.rate
    else:
        samples, rate = _kokoro(text, language, voice), 24000
    narrow = soxr.resample(samples, rate, RATE, quality="HQ") * 20000
    return np.asarray(narrow.clip(-32768, 32767), dtype=np.int16)


def _kokoro(text: str, language: str, voice: str) -> Any:
    session, vocabulary, read = _model()
    phonemes = read(text) if language == "zh" else _english(text, voice)
    tokens = [vocabulary[phoneme] for phoneme in phonemes if phoneme in vocabulary]
    return kokoro._run(session, tokens, _styles()[voice])


def _english(text: str, voice: str) -> str:
    """The phonemes of English words, clause by clause so that commas stay."""
    accent = "en-gb" if voice.startswith("b") else "en-us"
    clauses = []
    for clause in re.split(r"(?<=[,.?!])\s+", text):
        command = ["espeak-ng", "-q", "--ipa=3", "-v", accent, clause]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        for written, own in _IPA:
            said = said.replace(written, own)
        clauses.append(" ".join(said.replace("‍", "").split()) + (clause[-1] if clause[-1] in ",.?!" else ""))
    return " ".join(clauses)


@lru_cache(1)
def _model() -> tuple[Any, dict[str, int], Any]:
    place = find("kokoro-82m")
    vocabulary = json.loads((place / "vocab.json").read_text(encoding="utf-8"))["vocab"]
    return kokoro._single_threaded(place / "kokoro-v1.0.int8.onnx"), vocabulary, kokoro.reader(place)


@lru_cache(1)
def _styles() -> dict[str, Any]:
    place = cache() / "voices"
    if not place.exists() and shutil.which("npm"):
        with tempfile.TemporaryDirectory() as packed:
            subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=packed, check=False, capture_output=True)
            for archive in Path(packed).glob("*.tgz"):
                with tarfile.open(archive) as files:
                    files.extractall(packed, filter="data")
                shutil.copytree(Path(packed) / "package" / "voices", place, dirs_exist_ok=True)
    paths = [*kokoro._VOICES.glob("*.bin"), *place.glob("*.bin")]
    return {path.stem: np.frombuffer(path.read_bytes(), "<f4").reshape(-1, 256) for path in paths}
