"""What a rule calls by its name: words that all its examples share, and nothing near has. Pure.

"What is your room number?" and "What is your customer number?" are alike in meaning and in sound; a rule that asks for
one of them says so in every example. What is said without such a name, or what sounds like it, is less like the rule.
The figures were chosen on the development parts of the bench of findings, by what a recogniser wrote.
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from functools import cache, lru_cache
from itertools import pairwise

from rapidfuzz import fuzz
from ruamel.yaml import YAML

from asr_tts.spoken_text import spoken
from dialplans.background import WISHES
from knowledge.wording import blurred, stem, units
from quality.everyday import everyday

FEWEST = {1: 4, 2: 5}
"""How many examples it takes to see that each has the one name, or one of two ("birthday", "date of birth")."""
USUAL = 5
"""A name is in so many sentences of every day and callers' wishes at most."""
WITHOUT = 0.25
"""What is taken from the likeness of a sentence that has nothing like the name …"""
UNLIKE, LIKE = 0.5, 0.8
"""… of what sounds like it up to here; nothing is taken from what sounds like it from there on."""
_NO_NAMES_EN = {stem(one) for one in ("before", "after", "first", "then", "when", "while", "until", "now", "soon")} | {
    stem(one) for one in ("again", "back", "also", "only", "still", "once", "today", "later")
}
_NO_NAMES_ZH = re.compile(
    r"之前|之后|以前|以后|时候|一下|可以|多少|什么|怎么|今天|[请您你我他她它们的了吗呢吧啊就都也再先才把这那是]"
)
"""Words that name nothing; in Chinese no name goes over one."""

Words = tuple[str, ...]
"""Of English stems; of Chinese syllables, without tones, in which what is often confused is one."""


@lru_cache(16384)
def sounds(text: str, language: str) -> Words:
    """Return what a text is compared by."""
    said = units(spoken(text, language), language)
    return tuple(map(blurred, said)) if language == "zh" else said


@lru_cache(1024)
def names_of(examples: Words, others: Words, language: str) -> tuple[Words, ...]:
    """Return the one or two names of which each example has one; () where there are none.

    `others`: sentences that say something else.
    """
    in_each = [_stretches(one, language) for one in examples]
    elsewhere = set().union(*(_stretches(one, language) for one in others))
    usual = _usual(language)
    likely = Counter(
        stretch for one in in_each for stretch in one if stretch not in elsewhere and usual[stretch] <= USUAL
    )
    found: list[Words] = []
    left: Sequence[Collection[Words]] = in_each
    while left and len(found) < max(FEWEST):
        # The commonest in what is left; of those the commonest in all, the shortest, the least usual.
        ranked = [
            (sum(stretch in one for one in left), count, -len(stretch), -usual[stretch], stretch)
            for stretch, count in likely.items()
        ]
        if not ranked or not max(ranked)[0]:
            return ()
        found.append(max(ranked)[-1])
        left = [one for one in left if found[-1] not in one]
    enough = found and not left and len(examples) >= FEWEST[len(found)]
    return tuple(found) if enough else ()


def missing(said: str, names: tuple[Words, ...], language: str) -> float:
    """Return what is to be taken from the likeness of `said`: 0 where it has one of the names, or there are none."""
    if not names:
        return 0.0
    heard = sounds(said, language)
    nearest = max((_nearness(heard, name) for name in names), default=0.0)
    return WITHOUT * min(max((LIKE - nearest) / (LIKE - UNLIKE), 0.0), 1.0)


def _nearness(heard: Words, name: Words) -> float:
    """How like (0-1) the likest stretch of what was heard sounds to a name, word by word."""
    stretches = (heard[at : at + len(name)] for at in range(len(heard) - len(name) + 1))
    return max((sum(map(_alike, stretch, name)) / len(name) for stretch in stretches), default=0.0)


@lru_cache(16384)
def _alike(one: str, other: str) -> float:
    return float(fuzz.ratio(one, other)) / 100


def _stretches(text: str, language: str) -> frozenset[Words]:
    """What may be a name: a word or two of English, two or three syllables of Chinese."""
    if language == "zh":
        runs = [sounds(run, language) for run in _NO_NAMES_ZH.split(spoken(text, language))]
        pairs = (pair for said in runs for pair in pairwise(said))
        return frozenset((*pairs, *(three for said in runs for three in zip(said, said[1:], said[2:], strict=False))))
    said = sounds(text, language)
    return frozenset(one for one in (*((one,) for one in said), *pairwise(said)) if not _NO_NAMES_EN.issuperset(one))


@cache
def _usual(language: str) -> Counter[Words]:
    """In how many sentences a stretch is that people say about anything."""
    file = WISHES / f"{language}.yaml"
    wishes = YAML(typ="safe").load(file.read_text(encoding="utf-8")) if file.exists() else {}
    sentences = [*(str(one) for said in wishes.values() for one in said), *everyday(language)]
    return Counter(stretch for one in sentences for stretch in _stretches(one, language))
