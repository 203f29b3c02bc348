"""Where a phrase stands in what was said: whole words in English; in Chinese signs, or their sound. Its clauses. Pure.

A recogniser of Chinese writes other signs of the same sound. A phrase of three syllables and more is found by its
toneless sound, in which what speakers and recognisers confuse is one (sh and s, ng and n); one of two only where the
tones are right too and one of the signs is. Of four and more one may be a near one, of six and more two.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

from knowledge.wording import plain

BY_SOUND = 3
"""Syllables from which the sound alone is enough."""
_SIGNS = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+", re.IGNORECASE)
_PIECES = re.compile(r"(?:[^.?!。？！；;]|(?<=\d)\.(?=\d))+[.?!。？！；;]*")
_CLAUSES = re.compile(r"(?:[^,，、:：]|(?<=\d)[,:：](?=\d))+")
"""A sign between two digits ends nothing: 4.90, 1,250, 9:30."""
_POLITE = str.maketrans("您妳", "你你")
_CONSONANT = re.compile(r"[bpmfdtnlgkhjqxzcsrwy]")
_PLACES = (frozenset("bpmf"), frozenset("dtnl"), frozenset("gkh"), frozenset("jqx"), frozenset("zcsr"))
"""Consonants that are spoken at the same place."""
_CONFUSED = ((re.compile(r"^([zcs])h"), r"\1"), (re.compile(r"ng$"), "n"))

Sign = tuple[str, str, str, tuple[int, int]]
"""As it is written, its sound (confusable sounds made one), its sound with the tone, and where it stands."""


def places(phrase: str, text: str, language: str) -> Iterator[tuple[int, int]]:
    """Yield where `phrase` stands in `text`, as characters."""
    if language != "zh":
        if pattern := _pattern(phrase):
            yield from (found.span() for found in pattern.finditer(text.lower().replace("’", "'")))
        return
    phrase, text = phrase.translate(_POLITE), text.translate(_POLITE)
    if phrase in text:
        yield from (found.span() for found in re.finditer(re.escape(phrase), text))
    elif len(wanted := _signs(phrase)) >= BY_SOUND - 1:
        signs = _signs(text)
        for at in range(len(signs) - len(wanted) + 1):
            some = signs[at : at + len(wanted)]
            if _sounds_like(some, wanted):
                yield some[0][3][0], some[-1][3][1]


def _sounds_like(some: tuple[Sign, ...], wanted: tuple[Sign, ...]) -> bool:
    if len(wanted) >= BY_SOUND:
        others = [(one[1], other[1]) for one, other in zip(some, wanted, strict=True) if one[1] != other[1]]
        return len(others) <= (len(wanted) - 2) // 2 and all(_is_near(*both) for both in others)
    toned = all(one[2] == other[2] for one, other in zip(some, wanted, strict=True))
    return toned and any(one[0] == other[0] for one, other in zip(some, wanted, strict=True))


@lru_cache(4096)
def _signs(text: str) -> tuple[Sign, ...]:
    """Signs sound by their neighbours (了, 行): a whole stretch of them is read at once."""
    found: list[Sign] = []
    for piece in _SIGNS.finditer(text):
        run, at = piece.group(), piece.start()
        if run.isascii():
            found.append((run.lower(), run.lower(), run.lower(), piece.span()))
            continue
        plain, toned = (lazy_pinyin(run, style=style) for style in (Style.NORMAL, Style.TONE3))
        for place, sign in enumerate(run):
            found.append((sign, _confusable(plain[place]), toned[place], (at + place, at + place + 1)))
    return tuple(found)


@lru_cache(4096)
def _is_near(one: str, other: str) -> bool:
    """Whether a recogniser takes one syllable for the other: spoken at the same place, or with the same main vowel."""
    (begin, rest), (another, ending) = _parts(one), _parts(other)
    if rest == ending:
        return any(begin in place and another in place for place in _PLACES)
    return begin == another and rest[:1] == ending[:1]


def _parts(sound: str) -> tuple[str, str]:
    """A syllable's consonant and its rest."""
    found = _CONSONANT.match(sound)
    begin = found.group() if found else ""
    return begin, sound[len(begin) :]


def _confusable(sound: str) -> str:
    for pattern, one in _CONFUSED:
        sound = pattern.sub(one, sound)
    return sound


@lru_cache(4096)
def _pattern(phrase: str) -> "re.Pattern[str] | None":
    """What an English phrase looks like: between two of its words anything but a word may stand."""
    words = [re.escape(word) for word in re.findall(r"[\w']+", phrase.lower())]
    return re.compile(r"(?<![\w'])" + r"[^\w']+".join(words) + r"(?![\w'])") if words else None


@lru_cache(4096)
def sentences_of(text: str) -> tuple[tuple[int, int], ...]:
    """Return the sentences of a text, as characters."""
    return tuple(one.span() for one in _PIECES.finditer(text) if plain(one.group()))


@lru_cache(4096)
def pieces_of(text: str) -> tuple[tuple[int, int], ...]:
    """Return the sentences of a text, and the clauses of those that have several, as characters."""
    found = []
    for sentence in _PIECES.finditer(text):
        if plain(sentence.group()):
            found.append(sentence.span())
        clauses = [clause for clause in _CLAUSES.finditer(text, *sentence.span()) if plain(clause.group())]
        found += [clause.span() for clause in clauses] if len(clauses) > 1 else []
    return tuple(found)
