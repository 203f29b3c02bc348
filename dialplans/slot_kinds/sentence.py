"""A sentence as slots read it: one sign for one sign, so that every value knows where it was said."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Token:
    """A word, a run of digits or one Chinese sign, and where it stands."""

    word: str
    start: int
    end: int
    written: str = ""
    """As it is written: "HTL", "hotel"."""
    dashes: int = 0
    """Signs of a dash right behind it."""


_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+|[\u3400-\u9fff〇]")


@lru_cache(4096)
def even(text: str) -> str:
    """Return `text` in lower case with full-width signs made half, sign by sign (its length stays)."""
    return "".join(_even(sign) for sign in text)


def _even(sign: str) -> str:
    if sign == "’":
        return "'"
    folded = unicodedata.normalize("NFKC", sign).lower()
    return folded if len(folded) == 1 else sign


@lru_cache(1024)
def tokens(text: str) -> tuple[Token, ...]:
    """Return the words, runs of digits and Chinese signs of `text`, folded."""
    return tuple(
        Token(found.group(), *found.span(), text[slice(*found.span())], int(text[found.end() : found.end() + 1] == "-"))
        for found in _TOKEN.finditer(even(text))
    )


def without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return `text` with the signs of `spans` replaced by as many bars, which no kind reads."""
    signs = list(text)
    for start, end in spans:
        signs[start:end] = "|" * (end - start)
    return "".join(signs)
