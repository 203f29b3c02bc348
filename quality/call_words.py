"""Words as calls are found by them: what was said as tokens, and a search as what must be among these. Pure.

English words are lower-cased and kept as they were said; a search for one finds its other forms too (refund, refunded,
refunding), one between quotation marks doesn't. Of Chinese every two neighbouring signs are a token, and the last sign
of a row; so any row of signs is found as a phrase of few tokens, and a single sign as the beginning of one.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from opencc import OpenCC

BREAK = "¶"
"""Between turns, and where something is masked: no phrase goes across."""
MOST_WORDS = 12
"""Of a search; more than anybody means."""
_HAN = "\u3400-\u9fff"
_PIECE = re.compile(rf"[{_HAN}]+|(?:(?![{_HAN}])[^\W_])+(?:['’](?:(?![{_HAN}])[^\W\d_])+)*")
_QUOTED = re.compile(r'["“”「『]([^"“”「」『』]*)(?:["“”」』]|$)')
_VOWELS = "aeiou"


@dataclass(frozen=True)
class Token:
    text: str
    begin: int
    end: int
    """Characters of the text that it was made from."""


@dataclass(frozen=True)
class Phrase:
    """Tokens that stand one behind the other."""

    tokens: tuple[str, ...]
    begins: bool = False
    """Whether the last one is only the beginning of one."""


Group = tuple[Phrase, ...]
"""Phrases of which one is enough."""


@lru_cache(maxsize=1)
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=30_000)
def _plain_sign(sign: str) -> str:
    """Each for itself, so that a word is the same in a search and among others, and as long as it was."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", sign).lower())
    if len(plain) == 1 and _is_han(plain):
        # Twice: some simplified signs are written more simply still.
        plain = str(_simplifier().convert(_simplifier().convert(plain)))
    return plain if len(plain) == 1 else sign


def _plain(text: str) -> str:
    """Return a text in lower case and simplified signs, each at its place."""
    return text.lower() if text.isascii() else "".join(map(_plain_sign, text))


def tokens_of(text: str) -> Iterator[Token]:
    """Yield the tokens of what was said, in order."""
    for piece, begin in _pieces(text):
        if not _is_han(piece):
            yield Token(_bare(piece), begin, begin + len(piece))
            continue
        for place in range(len(piece)):
            yield Token(piece[place : place + 2], begin + place, begin + min(place + 2, len(piece)))


def searched(words: str) -> list[Group]:
    """Return what a search asks for: every group has to be found. Nothing where it has no word in it."""
    groups: list[Group] = []
    at = 0
    for quoted in _QUOTED.finditer(words):
        groups += _loose(words[at : quoted.start()])
        groups += _exact(quoted[1])
        at = quoted.end()
    return [*groups, *_loose(words[at:])][:MOST_WORDS]


def hits(groups: Sequence[Group], tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Return where in the text of one turn, with these tokens, something of a search stands: characters, in order."""
    found = [
        (begin, end)
        for group in groups
        for phrase in group
        for place in range(len(tokens) - len(phrase.tokens) + 1)
        for begin, end in _hit(phrase, tokens[place : place + len(phrase.tokens)])
    ]
    return joined_spans(found)


def joined_spans(found: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return pieces of a text in order, those that overlap made one."""
    apart: list[tuple[int, int]] = []
    for begin, end in sorted(found):
        if apart and begin < apart[-1][1]:
            apart[-1] = apart[-1][0], max(end, apart[-1][1])
        else:
            apart.append((begin, end))
    return apart


def may_have(text: str, groups: Sequence[Group]) -> bool:
    """Tell quickly whether anything of a search may stand in a text: where not, there are no hits in it."""
    plain = _bare(_plain(text))
    return any(phrase.tokens[0] in plain for group in groups for phrase in group)


def forms(word: str) -> tuple[str, ...]:
    """Return an English word with its regular forms, whichever of them it is; another word alone."""
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return (word,)
    found = {word}
    for base in list(_bases(word)) or [word]:
        found |= {base, *_inflected(base)}
    return tuple(sorted(found))


def _hit(phrase: Phrase, tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    *first, last = phrase.tokens
    if [one.text for one in tokens[:-1]] != first:
        return
    end = tokens[-1]
    if end.text == last:
        yield tokens[0].begin, end.end
    elif phrase.begins and end.text.startswith(last):
        yield tokens[0].begin, end.begin + len(last)


def _pieces(text: str) -> Iterator[tuple[str, int]]:
    """Yield rows of Chinese signs and words, each with its place; as long as they stand in the text."""
    for found in _PIECE.finditer(_plain(text)):
        yield found.group(), found.start()


def _bare(word: str) -> str:
    """Return a word without its apostrophes: recognisers write them or not."""
    return word.replace("'", "").replace("’", "")


def _is_han(piece: str) -> bool:
    return "\u3400" <= piece[0] <= "\u9fff"


def _loose(words: str) -> Iterator[Group]:
    """Yield a group for each word, and for each row of signs."""
    for piece, _ in _pieces(words):
        yield (_signs(piece),) if _is_han(piece) else tuple(Phrase((form,)) for form in forms(_bare(piece)))


def _exact(words: str) -> Iterator[Group]:
    """Yield the one group of a quotation: all of it, one behind the other."""
    pieces = [piece for piece, _ in _pieces(words)]
    if not pieces:
        return
    tokens = [token.text for piece in pieces[:-1] for token in tokens_of(piece)]
    last = _signs(pieces[-1]) if _is_han(pieces[-1]) else Phrase((_bare(pieces[-1]),))
    yield (Phrase((*tokens, *last.tokens), last.begins),)


def _signs(row: str) -> Phrase:
    if len(row) == 1:
        return Phrase((row,), begins=True)
    return Phrase(tuple(row[place : place + 2] for place in range(len(row) - 1)))


def _bases(word: str) -> Iterator[str]:
    """Yield what a word may be a form of, several where that can't be told; nothing where it is none."""
    if word.endswith(("ies", "ied")):
        yield f"{word[:-3]}y"
    for ending in ("ing", "ed", "es", "s"):
        base = word.removesuffix(ending)
        if base == word or len(base) < 3 or (ending == "s" and base.endswith(("s", "u", "i"))):
            continue
        yield base
        if ending in ("ing", "ed"):
            yield f"{base}e"
            if base[-1] == base[-2] and base[-1] not in _VOWELS:
                yield base[:-1]


def _inflected(base: str) -> Iterator[str]:
    stem = base[:-1] if base.endswith("e") else base
    yield from (f"{base}s", f"{stem}ed", f"{stem}ing")
    if base.endswith(("s", "x", "z", "ch", "sh")):
        yield f"{base}es"
    if base.endswith("y") and base[-2:-1] not in ("", *_VOWELS):
        yield from (f"{base[:-1]}ies", f"{base[:-1]}ied")
    if len(base) > 2 and base[-1] not in f"{_VOWELS}wxy" and base[-2] in _VOWELS and base[-3] not in _VOWELS:
        yield from (f"{base}{base[-1]}ed", f"{base}{base[-1]}ing")
