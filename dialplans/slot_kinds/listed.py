"""Names and places from a list: by letters, and by sound where a recogniser wrote another name that sounds the same."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import jellyfish
from rapidfuzz import fuzz, process

from asr_tts.spoken_text import spoken
from dialplans.slot_kinds.kind import Entry, Found, SlotKind
from dialplans.slot_kinds.sentence import Token, tokens
from knowledge.wording import EMPTY, syllables

NEAR, SURE = 78.0, 92.0
"""Likeness (0-100) from which an entry may be meant, and from which it surely is."""
APART = 6.0
"""By so much the best entry must be more alike than the next, or it is a guess."""
SOUND = 0.96
"""What likeness of sounds is worth beside that of letters."""
FEW, HALF = 2, 50.0
"""Where so few consonants sound alike (fine, van), so much of the letters has to be alike as well (fan, van)."""
_SIMILAR = tuple(
    (re.compile(pattern), kept)
    for pattern, kept in (
        (r"^zh", "z"),
        (r"^ch", "c"),
        (r"^sh", "s"),
        (r"ng$", "n"),
        (r"^n", "l"),
        (r"^r", "l"),
        (r"^hu?", "f"),
    )
)
"""What southern speakers and recognisers don't tell apart."""


LITTLE = EMPTY | frozenset("一下个这那些的了吧吗呢啊么什怎")
"""Words and signs that stand in any sentence."""


@dataclass(frozen=True)
class Name:
    """One name of one entry, ready to be compared."""

    entry: Entry
    letters: str
    sound: str
    size: int
    """Words, or Chinese signs."""


@lru_cache(128)
def _names(entries: tuple[Entry, ...], language: str) -> tuple[Name, ...]:
    made = []
    for entry in entries:
        for name in dict.fromkeys((*entry.said(language), *(n for _, names in entry.names for n in names))):
            words = [token.word for token in tokens(name)]
            if words:
                made.append(Name(entry, _letters(words), _sound(words), len(words)))
    return tuple(made)


def find(kind: SlotKind, text: str, language: str, now: datetime, alone: bool = True) -> Found | None:
    """Return the entry that is named in `text`; two that are alike lower the confidence."""
    names = _names(kind.entries, language)
    best: dict[str, tuple[float, int, int, Entry]] = {}
    for row in _windows(tokens(text), max((name.size for name in names), default=0)):
        # Little words are like the rest of many a name (a car / a van, 等一下 / 补一下): they name nothing by likeness.
        least = SURE if {token.word for token in row} <= LITTLE else NEAR
        for likeness, name in _alike(row, names):
            known = best.get(name.entry.value)
            if likeness >= least and (known is None or likeness > known[0]):
                best[name.entry.value] = likeness, row[0].start, row[-1].end, name.entry
    if not best:
        return None
    ranked = sorted(best.values(), key=lambda one: (-one[0], one[1] - one[2]))
    likeness, start, end, entry = ranked[0]
    rivals = [other for other in ranked[1:] if likeness - other[0] < APART and other[1] < end and start < other[2]]
    also = [other for other in ranked[1:] if other[0] >= SURE and other not in rivals]
    confidence = min(0.98, likeness / 100) if likeness >= SURE else 0.5 + 0.4 * (likeness - NEAR) / (SURE - NEAR)
    note = ""
    if rivals or (also and likeness >= SURE):
        note = f"{(rivals or also)[0][3].value} is as likely"
        confidence = min(confidence, 0.5)
    return Found(entry.value, start, end, confidence, spoken(entry.said(language)[0], language), note)


def _windows(row: tuple[Token, ...], most: int) -> Iterator[tuple[Token, ...]]:
    for size in range(1, min(most + 1, len(row)) + 1):
        for at in range(len(row) - size + 1):
            yield row[at : at + size]


def _alike(row: tuple[Token, ...], names: tuple[Name, ...]) -> Iterator[tuple[float, Name]]:
    words = [token.word for token in row]
    letters, sound = _letters(words), _sound(words)
    for said, of, weight in ((letters, "letters", 1.0), (sound, "sound", SOUND)):
        if len(said) < 2:
            continue
        known = _column(names, of)
        for _, likeness, at in process.extract(said, known, scorer=fuzz.ratio, limit=3, score_cutoff=NEAR):
            short = of == "sound" and len(said) <= FEW and letters.isascii()
            if abs(names[at].size - len(row)) <= 1 and not (short and fuzz.ratio(letters, names[at].letters) < HALF):
                yield likeness * weight, names[at]


@lru_cache(256)
def _column(names: tuple[Name, ...], of: str) -> list[str]:
    return [name.letters if of == "letters" else name.sound for name in names]


def _letters(words: list[str]) -> str:
    if any(word >= "\u3400" for word in words):
        return " ".join(syllables("".join(words)))
    return " ".join(words)


def _sound(words: list[str]) -> str:
    if any(word >= "\u3400" for word in words):
        return " ".join(_blurred(sound) for sound in syllables("".join(words)))
    return jellyfish.metaphone(" ".join(words)).replace(" ", "")


def _blurred(sound: str) -> str:
    for pattern, kept in _SIMILAR:
        sound = pattern.sub(kept, sound)
    return sound
