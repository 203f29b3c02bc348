"""The mouth: text in, clause by clause, files in the prompt cache out.

A text is cut into clauses, each clause made into words as people say them (`spoken_text`), spoken by the best
engine for its language, made fit for the telephone (`loudness`) and kept. Not thread-safe: the speech worker
has one thread for it.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import takewhile
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from asr_tts import clauses, marks, spoken_text
from asr_tts.loudness import VERSION, for_telephone
from asr_tts.prompt_cache import ClauseFile, PromptCache, name_of
from asr_tts.stand_in import Voice, in_order, until_then
from models.errors import CannotDo, HotlineError

log = logging.getLogger(__name__)

SENTENCE_PAUSE, CLAUSE_PAUSE, CUT_PAUSE = 300, 150, 40
"""Milliseconds of silence after a clause that ends a sentence, that ends with a comma, and that just ends."""
STRESSED_PACE, STRESSED_LOUDER = 0.82, 3.0
"""How what is emphasised is said: slower, and louder by so many dB."""
_SENTENCE_ENDS = ".!?…。！？；"
_CLAUSE_ENDS = ",;:，、：—-"
_CLOSERS = "\"'”’»)]）】》」』 "
_NOTHING = np.zeros(160, np.float32)
"""What is played for a text without a word in it."""


@dataclass(frozen=True)
class Sound:
    """What an engine made of one clause."""

    samples: NDArray[np.float32]
    """Mono, 1.0 is full scale."""
    rate: int
    """Hertz."""


class Synthesiser(Protocol):
    """An engine that speaks; loaded and warm once it exists."""

    name: str
    version: str
    """Changes whenever the same words would sound different."""
    voices: Mapping[str, Sequence[str]]
    """Voices of each language it speaks; the first is the default."""

    def speak(self, words: str, voice: str, pace: float = 1.0) -> Sound:
        """Say words (no digits, no symbols) with one of its voices; raises OurFault when no sound came out.

        `pace`: 0.8 is slower by a fifth than usual; an engine that has one pace only keeps it.
        """


@runtime_checkable
class Breathless(Protocol):
    """An engine so slow that live text is cut shorter for it, between words."""

    def words(self, text: str) -> list[str]:
        """Return the words of a text in order, with nothing lost."""


class Mouth:
    """All engines there are, in order of preference, before one prompt cache."""

    def __init__(self, engines: Sequence[Synthesiser], cache: PromptCache) -> None:
        """Tell the cache whose sound is current; what others rendered is not used any more."""
        self.engines = list(engines)
        self._cache = cache
        self.languages = frozenset(language for engine in engines for language in engine.voices)
        cache.announce({language: self._stamp(language) for language in self.languages})

    @property
    def name(self) -> str:
        """Names of the engines, best first; empty where there is none."""
        return ", ".join(engine.name for engine in self.engines)

    def say(self, text: str, language: str, voice: str = "", *, live: bool = False) -> Iterator[ClauseFile]:
        """Yield the clauses of `text` as each is ready to be played; rendered ones come at once.

        `live`: somebody waits, so that a slow engine begins with a shorter clause, behind what is kept already.
        A text without words is one clause of 20 ms silence. An unknown voice is replaced by the default one.
        Raises CannotDo when nothing speaks the language, OperatorFault when the disk refuses.
        """
        if known := self._cache.lookup(text, language, voice):
            yield from known
            return
        parts = _cut(text, language)
        if live:
            parts = self._hastened(parts, language, voice)
        names: list[str] = []
        for index, part in enumerate(parts):
            name, path, samples = self._clause(part, language, voice)
            names.append(name)
            yield ClauseFile(index, path, samples, last=index == len(parts) - 1)
        self._cache.remember(text, language, voice, names)

    def _clause(self, part: marks.Part, language: str, voice: str) -> tuple[str, Path, int]:
        """Name, path and samples of one clause, rendered unless it is kept."""
        words = spoken_text.spoken(part.text, language)
        pace, louder = _manner(part)
        reason = f"no synthesiser is installed for '{language}'"
        for engine, own_voice in self._speakers(language, voice):
            name = _name(engine, own_voice, part, words)
            if kept := self._cache.clause(name):
                return name, *kept
            try:
                sound = engine.speak(words, own_voice, pace) if _has_words(words) else Sound(_NOTHING, 8000)
            except HotlineError as error:
                reason = str(error)
                log.warning("%s could not say a clause: %s", engine.name, error)
                continue
            samples = for_telephone(sound.samples, sound.rate, part.pause_ms, louder)
            if not len(samples):
                samples = _NOTHING.astype(np.int16)
            return name, self._cache.keep(name, samples), len(samples)
        raise CannotDo(f"Nothing can say this in '{language}' ({reason}); the call goes on with recorded prompts.")

    def _hastened(self, parts: list[marks.Part], language: str, voice: str) -> list[marks.Part]:
        """The same text for who waits: behind what is kept already a slow engine's clauses are short at first."""
        engine, own_voice = next(self._speakers(language, voice), (None, ""))
        if not isinstance(engine, Breathless):
            return parts
        found = list(takewhile(lambda part: self._is_kept(engine, own_voice, part, language), parts))
        for part in parts[len(found) :]:
            *heads, tail = clauses.hastened(part.text, engine.words, len(found))
            found += [marks.Part(head, part.stressed, _pause(head)) for head in heads]
            found.append(marks.Part(tail, part.stressed, part.pause_ms))
        return found

    def _is_kept(self, engine: Synthesiser, voice: str, part: marks.Part, language: str) -> bool:
        return self._cache.clause(_name(engine, voice, part, spoken_text.spoken(part.text, language))) is not None

    def _speakers(self, language: str, voice: str) -> Iterator[tuple[Synthesiser, str]]:
        """Engines for the language with the voice to use: those that have the wanted voice first."""
        able = [engine for engine in self.engines if engine.voices.get(language)]
        for engine in sorted(able, key=lambda engine: voice not in engine.voices[language]):
            voices = engine.voices[language]
            yield engine, voice if voice in voices else voices[0]

    def _stamp(self, language: str) -> str:
        speakers = [f"{engine.name} {engine.version} {voice}" for engine, voice in self._speakers(language, "")]
        return "; ".join([*speakers, _reading_rules()])


def open_mouth(preferred: str, cache: PromptCache, voice: str = "", language: str = "en") -> tuple[Mouth, list[str]]:
    """Load and warm every engine that `[speech] synthesiser` allows, best first; return the notes of the others: what
    is wrong with each, and who speaks instead.

    `voice` is a Piper voice file of the operator's own; where it speaks no English, or is broken, the default
    English voice is loaded besides. "none" gives a mouth that can say nothing. `language` is the one that calls begin
    in: Kokoro, which is big and speaks Chinese only, is loaded now for "zh" and with its first clause otherwise.
    """
    loaded: dict[Voice, Synthesiser] = {}
    faults: dict[str, Voice] = {}
    for name in in_order(preferred, voice):
        if name == "piper" and any("en" in engine.voices for engine in loaded.values()):
            continue
        try:
            loaded[name] = _load(name, voice, language)
        except HotlineError as error:
            faults.setdefault(str(error), name)
    speakers = {spoken: name for name, engine in reversed(loaded.items()) for spoken in engine.voices}
    notes = [f"{fault.rstrip('.')}; {until_then(name, speakers)}." for fault, name in faults.items()]
    return Mouth(list(loaded.values()), cache), notes


def _load(name: Voice, voice: str, language: str) -> Synthesiser:
    """Import the engine only now: the server process uses this module's types without any engine's weight."""
    if name in ("own", "piper"):
        from asr_tts.engines.piper import Piper

        return Piper(voice if name == "own" else "")
    if name == "kokoro":
        from asr_tts.engines.kokoro import Kokoro

        return Kokoro(at_once=language == "zh")
    from asr_tts.engines.pyttsx3 import Pyttsx3

    return Pyttsx3()


def _name(engine: Synthesiser, voice: str, part: marks.Part, words: str) -> str:
    """The name under which the sound of a clause is kept that an engine speaks with one of its voices."""
    pace, louder = _manner(part)
    return name_of(engine.name, engine.version, voice, f"{VERSION} {part.pause_ms} {pace} {louder}", words)


def _manner(part: marks.Part) -> tuple[float, float]:
    """Pace of a clause, and how much louder it is than others (dB)."""
    return (STRESSED_PACE, STRESSED_LOUDER) if part.stressed else (1.0, 0.0)


def _cut(text: str, language: str) -> list[marks.Part]:
    """The clauses of a text, each with the pause behind it, at least one."""
    found: list[marks.Part] = []
    marked = marks.parts(text, language)
    for index, part in enumerate(marked):
        cut = clauses.split(part.text) or [""]
        found += [marks.Part(clause, part.stressed, _pause(clause)) for clause in cut]
        if part.pause_ms or index == len(marked) - 1:
            found[-1] = marks.Part(cut[-1], part.stressed, part.pause_ms)
    return found


def _pause(part: str) -> int:
    """Milliseconds to wait after a clause that isn't the last."""
    end = part.rstrip(_CLOSERS)[-1:]
    if end and end in _SENTENCE_ENDS:
        return SENTENCE_PAUSE
    return CLAUSE_PAUSE if end and end in _CLAUSE_ENDS else CUT_PAUSE


def _has_words(text: str) -> bool:
    return any(character.isalnum() for character in text)


@cache
def _reading_rules() -> str:
    """A word that changes with the source that decides how a text is cut and read."""
    digest = sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem in ("clauses", "loudness", "marks", "synthesis") or path.stem.startswith("spoken_text"):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
