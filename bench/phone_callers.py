"""Sentences as the recogniser hears them from callers: several voices, 8 kHz mu-law with line noise, our Whisper.

Which voice says which sentence is decided by the sentence itself. English: two men and two women of Kokoro (with the
phonemes of Piper's espeak), Piper's joe in two pitches, and one sentence of seven by espeak-ng, which is misheard far
more often than a person. Chinese: three voices of Kokoro, one of them in another pitch too; espeak-ng's Chinese is
hardly intelligible. What was said and heard is kept in the cache directory of the machine's owner, by sentence and
voice, so that only the first run pays for it; `--fresh` on the command line forgets what was heard.
"""

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np
import soxr

from asr_tts import weights
from asr_tts.engines import kokoro
from asr_tts.recognition import Question, Samples
from asr_tts.rejection import after_decoding
from asr_tts.speech_protocol import Others, QuestionKind
from asr_tts.synthesis import Sound
from bench import drawn_piper
from bench.recognition_engine import on_the_phone
from bench.sounds import RATE, espeak, levelled, trimmed

NOISE = 25.0
"""dB by which the voice is louder than the line's white noise."""
CHANNEL = "2"
"""Counted up when anything here changes what is heard."""
VOICES = {
    "en": ("joe", "joe 1.1", "af_heart", "am_michael", "bf_emma", "bm_george", "espeak en-us"),
    "zh": ("zf_xiaobei", "zm_yunjian", "zf_xiaoxiao", "zm_yunjian 1.06"),
}
MORE_VOICES = Path(__file__).parent / "data/voices"
"""Kokoro's style vectors of more speakers, cut to the 120 shortest lengths (Apache-2.0, hexgrad)."""


@dataclass(frozen=True)
class Heard:
    """What a call's recogniser makes of a sentence."""

    text: str
    """"" where it was rejected as no speech."""
    others: Others = ()


def heard(
    sentences: Iterable[str], language: str, kind: QuestionKind = "open", phrases: tuple[str, ...] = ()
) -> list[Heard]:
    """Return what is heard of each sentence."""
    known = _Known()
    found = []
    for sentence in sentences:
        voice = _voice_of(sentence, language)
        key = sha256(repr((sentence, voice, kind, phrases, NOISE, CHANNEL)).encode()).hexdigest()[:24]
        if key not in known.heard:
            known.keep(key, _recognised(_kept(sentence, language, voice), Question(language, kind, phrases)))
        found.append(known.heard[key])
    return found


def _kept(sentence: str, language: str, voice: str) -> Samples:
    """`spoken`, once rendered."""
    path = _home() / "callers" / f"{sha256(repr((sentence, voice)).encode()).hexdigest()[:24]}.npy"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        partial = path.with_suffix(".part.npy")
        np.save(partial, spoken(sentence, language, voice))
        partial.replace(path)
    return np.asarray(np.load(path, allow_pickle=False), np.int16)


def spoken(sentence: str, language: str, voice: str = "") -> Samples:
    """Return `sentence` in one of the voices, 16-bit at 8 kHz, without silence around it."""
    name, _, pitch = (voice or _voice_of(sentence, language)).partition(" ")
    if name == "espeak":
        return espeak(sentence, pitch)
    if name == "joe":
        sound = drawn_piper.says(sentence)
    elif language == "en":
        sound = _english(sentence, name)
    else:
        sound = _kokoro().speak(sentence, name)
    return levelled(trimmed(_narrow(sound, float(pitch or 1))), 4000)


def _voice_of(sentence: str, language: str) -> str:
    return VOICES[language][int(sha256(sentence.encode()).hexdigest(), 16) % len(VOICES[language])]


def _english(sentence: str, voice: str) -> Sound:
    """Kokoro in English: the product leaves that to Piper, for these phonemes are GPL's."""
    session, vocabulary, _ = _kokoro()._load()
    phonemes = " ".join("".join(part) for part in drawn_piper.voice()._voice.phonemize(sentence))
    tokens = [vocabulary[phoneme] for phoneme in phonemes if phoneme in vocabulary]
    return Sound(kokoro._run(session, tokens, _kokoro()._styles[voice]), kokoro._RATE)


def _narrow(sound: Sound, pitch: float) -> Samples:
    narrow = soxr.resample(sound.samples * 32767.0, sound.rate, RATE / pitch)
    return np.asarray(narrow.clip(-32768, 32767), np.int16)


def _recognised(samples: Samples, question: Question) -> Heard:
    transcript = _whisper().recognise(on_the_phone(samples, NOISE), question)
    return Heard("") if after_decoding(transcript) else Heard(transcript.text, transcript.others)


@cache
def _whisper():
    from asr_tts.engines.whisper import Whisper

    return Whisper(weights.find("whisper-base"))


@cache
def _kokoro():
    engine = kokoro.Kokoro()
    engine._styles.update({path.stem: kokoro._style(path) for path in MORE_VOICES.glob("*.bin")})
    return engine


def _home() -> Path:
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hotline-bench"
    home.mkdir(parents=True, exist_ok=True)
    return home


class _Known:
    """What was heard before, a line of JSON each."""

    def __init__(self) -> None:
        self._path = _home() / f"heard-{CHANNEL}.jsonl"
        if "--fresh" in sys.argv:
            self._path.unlink(missing_ok=True)
            sys.argv.remove("--fresh")
        lines = self._path.read_text(encoding="utf-8").splitlines() if self._path.exists() else []
        rows = (json.loads(line) for line in lines)
        self.heard = {key: Heard(text, tuple((other, float(times)) for other, times in others))
                      for key, text, others in rows}  # fmt: skip

    def keep(self, key: str, one: Heard) -> None:
        self.heard[key] = one
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps([key, one.text, one.others], ensure_ascii=False) + "\n")
