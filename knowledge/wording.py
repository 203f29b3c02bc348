"""Words as they are compared: case, punctuation and contractions out; Chinese as toneless pinyin.

Recognised Chinese gets the sound right far more often than the character, so that is what is compared.
"""

import re
from functools import lru_cache
from itertools import pairwise

from pypinyin import Style, lazy_pinyin

CONTRACTIONS = tuple(
    (re.compile(pattern), full)
    for pattern, full in (
        (r"\bi'?m\b", "i am"),
        (r"\bcan'?t\b", "can not"),
        (r"\bdon'?t\b", "do not"),
        (r"\bwhat'?s\b", "what is"),
        (r"\b(i|you|we|they)'d\b", r"\1 would"),
        (r"\b(i|you|we|they)'ve\b", r"\1 have"),
        (r"\b(i|you|we|they)'ll\b", r"\1 will"),
        (r"\b(you|we|they)'re\b", r"\1 are"),
        (r"\b(it|that|there|who|how|where)'s\b", r"\1 is"),
    )
)
HAN = re.compile(r"[\u3400-\u9fff]")
FILLERS = frozenset(
    "um uh er erm hmm mm well so please hi hello hey okay ok just like oh yeah".split()  # noqa: SIM905
)
EMPTY = frozenset(
    """a an the i you he she it we they my your me us to of for on in at is are am be do does did can could would will
    and or that this there with have has want need know like tell what about some any let now""".split()  # noqa: SIM905
)
"""Words that tell little about what is wanted."""


def plain(text: str) -> str:
    """Return `text` in lower case without punctuation, contractions written out."""
    text = text.lower().replace("’", "'")
    for pattern, full in CONTRACTIONS:
        text = pattern.sub(full, text)
    text = text.replace("'s ", " ").replace("'", "")
    return " ".join(re.sub(r"[^\w*#]+", " ", text).replace("_", " ").split())


@lru_cache(4096)
def syllables(text: str) -> tuple[str, ...]:
    """Return the toneless pinyin of Chinese characters in `text`, and its other words as they are."""
    return tuple(
        sound.replace("ü", "v")
        for piece in re.findall(r"[\u3400-\u9fff]+|[a-z0-9]+", plain(text))
        for sound in (lazy_pinyin(piece, style=Style.NORMAL) if HAN.match(piece) else [piece])
    )


def script_of(text: str) -> str:
    """Return the language that `text` is written in: "zh" with any Chinese sign, "en" with Latin letters, or ""."""
    if HAN.search(text):
        return "zh"
    return "en" if re.search(r"[A-Za-z]", text) else ""


def stem(word: str) -> str:
    """Return `word` without the commonest English endings; the same word family gets the same stem."""
    for ending in ("ingly", "edly", "ing", "ied", "ies", "ed", "es", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


@lru_cache(4096)
def units(text: str, language: str) -> tuple[str, ...]:
    """Return what is compared: stems of English words without fillers, syllables of Chinese."""
    if language == "zh":
        return syllables(text)
    return tuple(stem(word) for word in plain(text).split() if word not in FILLERS)


def contains(whole: tuple[str, ...], part: tuple[str, ...]) -> bool:
    """Tell whether `part` stands in `whole` in one piece."""
    return bool(part) and any(whole[at : at + len(part)] == part for at in range(len(whole) - len(part) + 1))


BLURS = (
    (re.compile(r"^([zcs])h"), r"\1"),
    (re.compile(r"^l"), "n"),
    (re.compile(r"^hu(?=[aeio])"), "f"),
    (re.compile(r"(?<=[aei])ng$"), "n"),
)
"""Sounds that a telephone, or an accent, makes alike: zh/z, ch/c, sh/s, l/n, hu/f, ang/an, eng/en, ing/in."""


@lru_cache(4096)
def blurred(syllable: str) -> str:
    """Return a pinyin syllable with sounds that are often taken for one another made one; other words as they are."""
    for sound, alike in BLURS:
        syllable = sound.sub(alike, syllable)
    return syllable


@lru_cache(4096)
def grams(text: str, language: str) -> tuple[str, ...]:
    """Return what a sentence is known by: its units and each two in a row; of Chinese, blurred as well as exact."""
    said = units(text, language)
    if language != "zh":
        return (*said, *map(" ".join, pairwise(said)))
    heard = tuple(blurred(syllable) for syllable in said)
    return (*heard, *map(" ".join, pairwise(heard)), *(f"={syllable}" for syllable in said))
