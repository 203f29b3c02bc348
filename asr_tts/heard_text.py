"""Makes a recogniser's words comparable: repeats collapsed, Chinese simplified, punctuation gone. Pure."""

import re
import unicodedata
from functools import lru_cache

from opencc import OpenCC
from pypinyin import Style, lazy_pinyin

_HAN = re.compile(r"[㐀-鿿]")
_MARKS = re.compile(r"[^\w\s]|_", re.UNICODE)
_REPEATED_WORDS = re.compile(r"\b(.{2,60}?)(?:[\s,.!?]+\1\b){2,}", re.IGNORECASE)
SHORTEST_WORD = 0.36
"""Seconds that a word takes which somebody says again and again."""
LOOP = 3
"""Words from which a text that says the same again is a loop."""
_REPEATED_SIGNS = re.compile(r"([㐀-鿿]{1,12}?)(?:[，。！？、\s]*\1){3,}")
_DIGIT_WORDS = re.compile(
    r"(?:\d|zero|oh|one|two|three|four|five|six|seven|eight|nine|[零一二三四五六七八九幺]|[\s,-])+", re.IGNORECASE
)
_NOT_SPEECH = re.compile(r"\([^)]*\)|\[[^\]]*\]|[♪*]+")


@lru_cache(maxsize=1)
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


def tidy(text: str, language: str, seconds: float = 60.0) -> str:
    """Return what was recognised as it is shown: loops taken out, stage directions gone, zh in simplified signs.

    A short recogniser context makes Whisper loop now and then; three equal phrases in a row (digits aside, people do
    say "three three three") are one, and so is a longer sentence said twice, and a lone word again and again for which
    the `seconds` of speech were too short.
    """
    text = _NOT_SPEECH.sub(" ", text)
    if language == "zh":
        text = str(_simplifier().convert(text))
        text = _REPEATED_SIGNS.sub(_once, text)
    text = _unlooped(_REPEATED_WORDS.sub(_once, _lone(text, seconds)))
    return re.sub(r"\s+", " ", text).strip()


def _lone(text: str, seconds: float) -> str:
    words = text.split()
    same = len({plain(word) for word in words}) == 1
    return words[0].rstrip(",;") if same and seconds < SHORTEST_WORD * len(words) else text


def _unlooped(text: str) -> str:
    """`text` up to where it begins again from its own beginning and goes on like that to the end."""
    signs = text.split()
    bare = [plain(sign) for sign in signs]
    for period in range(LOOP, len(bare) * 2 // 3 + 1):
        again = len(bare) - period
        if again >= min(period, LOOP) and bare[period:] == [bare[place % period] for place in range(again)]:
            first = " ".join(signs[:period])
            return text if _DIGIT_WORDS.fullmatch(plain(first)) else first.rstrip(",;")
    return text


def _once(match: "re.Match[str]") -> str:
    return match.group(0) if _DIGIT_WORDS.fullmatch(match.group(1).strip()) else match.group(1)


def plain(text: str) -> str:
    """Lower case, full width made half, without punctuation, single spaces."""
    text = unicodedata.normalize("NFKC", text).lower().replace("'", "").replace("’", "")
    return re.sub(r"\s+", " ", _MARKS.sub(" ", text)).strip()


def is_chinese(text: str) -> bool:
    return bool(_HAN.search(text))


def pinyin(text: str) -> str:
    """Toneless syllables with a space between: what survives a telephone and a small model."""
    return " ".join(lazy_pinyin(plain(text).replace(" ", ""), style=Style.NORMAL, errors="default"))
