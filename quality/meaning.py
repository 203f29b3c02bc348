"""How like what was said is to a rule's examples: by meaning, by words (Chinese: by sound) a little, by names. Pure.

Of a sentence that a recogniser wrote with other signs of the same sound an encoder makes little, while its syllables
are still the example's. The figures were chosen on the development halves of the bench of findings, by sentences that
synthetic voices spoke and the recogniser wrote (`bench/findings.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz import fuzz, process
from ruamel.yaml import YAML

from asr_tts.spoken_text import spoken
from dialplans.background import WISHES
from knowledge.respelling import Respelling
from quality.bounds import Bounds
from quality.everyday import everyday, others
from quality.evidence import Alike
from quality.naming import missing, names_of, sounds
from quality.question import asks

SHORT_S = 30.0
"""In a stretch of so many seconds at most few sentences are said, and what is looked for there is expected."""
SOUND, BY_CHANCE = 0.3, 0.35
"""What words and sounds count, and how like they are by chance."""
LEAST = 0.3
"""Likeness by meaning below which words don't help."""
REACH = 0.1
"""By so much a piece may be less like than it must be, its name aside, for another reading of it to be looked at."""
ASKED = 0.5
"""What is taken from the likeness of a question where no example asks: then it says nothing of the kind."""

Row = tuple[float, float, float]
"""Likeness to the examples, to what isn't meant, to what is said every day."""


@dataclass(frozen=True)
class Judged:
    """What became of one piece of what was said."""

    like: float
    """To what the examples mean, 0-1; 0 where it doesn't mean that."""
    near: bool
    """Whether it is so near to that that another reading of the same sound may mean it."""


def bar_of(bounds: Bounds, seconds: float) -> float:
    """Return the likeness from which a sentence in a stretch of so many seconds means what an example means."""
    return bounds.alike - bounds.expected if seconds <= SHORT_S else bounds.alike


def likenesses(
    said: Sequence[str], examples: tuple[str, ...], unlike: tuple[str, ...], bar: float, language: str, alike: Alike
) -> list[float]:  # fmt: skip
    """Return how like (0-1) each of `said` is to what `examples` mean; 0 where it doesn't mean that.

    `unlike`: what is near and isn't meant. `bar`: a rule's own `likeness`, 0 where it has none.
    """
    return [one.like for one in judged(said, examples, unlike, bar, language, alike)]


def judged(
    said: Sequence[str],
    examples: tuple[str, ...],
    unlike: tuple[str, ...],
    bar: float,
    language: str,
    alike: Alike,
    less: float = 0.0,
) -> list[Judged]:
    """As `likenesses`, and which of them are near. `less`: what is taken from how like they are to the examples."""
    bounds = alike.bounds(language)
    bar = bar or bounds.alike
    found = likely(said, examples, unlike, language, alike, (bar - REACH, bar + less))
    return [Judged(one.means(bar + less, bounds, less), one.mine >= bar - REACH) for one in found]


def likely(
    said: Sequence[str],
    examples: tuple[str, ...],
    unlike: tuple[str, ...],
    language: str,
    alike: Alike,
    again: tuple[float, float] = (float("-inf"), float("inf")),
) -> list["Likely"]:
    """Return what is known of each of `said`.

    `again`: from which likeness, its name aside, to which with it, Chinese is read by the rule's own words, too.
    """
    usual = tuple(others(examples, language, alike))
    sides = examples, unlike, usual
    names = names_of(examples, (*unlike, *usual), language)
    rows = _by_side(said, None, sides, language, alike)
    states = not any(asks(one, language) for one in examples)
    found = [
        Likely(*row, missing(text, names, language) + (ASKED if states and asks(text, language) else 0.0))
        for text, row in zip(said, rows, strict=True)
    ]
    if language != "zh":
        return found
    some = [place for place, one in enumerate(found) if one.mine >= again[0] and one.named < again[1]]
    own = _own_respelling(examples, unlike)
    for place, row in zip(some, _by_side([said[one] for one in some], own, sides, language, alike), strict=True):
        found[place] = found[place].liker(row)
    return found


def may_be_named(said: str, instead: str, examples: tuple[str, ...], unlike: tuple[str, ...], language: str) -> bool:
    """Tell whether `said` may mean what `instead` doesn't: it has the examples' name, where that hasn't."""
    names = names_of(examples, unlike, language)
    lacking = missing(instead, names, language)
    return not lacking or missing(said, names, language) < lacking


@dataclass(frozen=True)
class Likely:
    """How like a piece is to the examples, to what isn't meant, to what is said every day; what it lacks of them: their
    name, or that it says so and doesn't ask."""

    mine: float
    other: float
    usually: float
    lacks: float

    @property
    def named(self) -> float:
        return self.mine - self.lacks

    def liker(self, row: Row) -> "Likely":
        mine, other, usually = row
        return Likely(max(self.mine, mine), max(self.other, other), max(self.usually, usually), self.lacks)

    def means(self, bar: float, bounds: Bounds, less: float = 0.0) -> float:
        """Return the likeness, 0 where the examples aren't meant; so much `less` must still be ahead."""
        ahead = max(self.other + bounds.unlike, self.usually + bounds.usual)
        return min(self.named, 1.0) if self.named >= bar and self.named - less > ahead else 0.0


def _by_side(
    said: Sequence[str], own: Respelling | None, sides: Sequence[Sequence[str]], language: str, alike: Alike
) -> list[Row]:  # fmt: skip
    """By meaning and sound, to each side of sentences. `own`: read by the rule's own words."""
    if not said:
        return []
    mine, other, usually = (_combined(said, own, theirs, language, alike) for theirs in sides)
    return list(zip(mine, other, usually, strict=True))


def _combined(
    said: Sequence[str], own: Respelling | None, examples: Sequence[str], language: str, alike: Alike
) -> list[float]:  # fmt: skip
    """By meaning and sound; 0 where the meaning is too far away."""
    if not examples:
        return [0.0] * len(said)
    return [
        by_meaning + SOUND * (_sounding(one, examples, language) - BY_CHANCE) if by_meaning >= LEAST else 0.0
        for one, by_meaning in zip(said, _likeness(said, own, examples, language, alike), strict=True)
    ]


def _likeness(
    said: Sequence[str], own: Respelling | None, examples: Sequence[str], language: str, alike: Alike
) -> list[float]:  # fmt: skip
    """As written, or as respelled where that is liker; by the rule's `own` words alone where they are given."""
    if language != "zh":
        return list(alike(said, examples, language))
    read = [(own or _respelling()).of(spoken(one, language)) for one in said]
    if own:
        return list(alike(read, examples, language))
    likeness = list(alike(said, examples, language))
    if read == list(said):
        return likeness
    return [max(both) for both in zip(likeness, alike(read, examples, language), strict=True)]


@lru_cache(256)
def _own_respelling(examples: tuple[str, ...], unlike: tuple[str, ...]) -> Respelling:
    """By the words of a rule's examples and counterexamples alike, which favours neither."""
    return _respelling().knowing((*examples, *unlike))


@cache
def _respelling() -> Respelling:
    """Chinese spelled as callers' wishes and the sentences of every day are."""
    wishes = YAML(typ="safe").load((WISHES / "zh.yaml").read_text(encoding="utf-8"))
    return Respelling([*(str(one) for said in wishes.values() for one in said), *everyday("zh")])


def _sounding(said: str, examples: Sequence[str], language: str) -> float:
    """Share of words (Chinese: blurred syllables) that are the likest example's, in its order; 0-1."""
    mine = sounds(said, language)
    best = process.extractOne(mine, _all_sounds(tuple(examples), language), scorer=fuzz.ratio) if mine else None
    return best[1] / 100 if best else 0.0


@lru_cache(512)
def _all_sounds(examples: tuple[str, ...], language: str) -> list[tuple[str, ...]]:
    return [sounds(one, language) for one in examples]
