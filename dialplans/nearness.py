"""How near a sentence is to each intent's own examples, against what belongs to none: a choice between them. Pure.

A few examples tell what an intent sounds like and also how far its sentences lie apart, so each sets its own scale.
What that is worth as a chance was learned over many trades (`bench/trades.py`), by a conditional logit (McFadden 1974):
it needs no topic of the background that covers an intent.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asr_tts.sense import Vectors

FEW = 3
"""So many of the nearest sentences that belong to none are what a sentence is held against."""


@dataclass(frozen=True)
class Near:
    """How near a sentence is to one intent; likenesses are -1 to 1."""

    nearest: float
    """Likeness to the likest example."""
    mean: float
    """Likeness to its examples on average."""
    own: float
    """Likeness of its examples to each other on average."""


@dataclass(frozen=True)
class Nearness:
    """How near a sentence is to everything."""

    by_name: Mapping[str, Near]
    """Intents that have examples."""
    other: float
    """Mean likeness to the `FEW` nearest sentences that belong to none."""


@dataclass(frozen=True)
class Choice:
    """What likenesses and keywords are worth, in natural logarithms of odds."""

    nearest: float
    mean: float
    own: float
    keyword: float
    other: float
    """Of none, as is the constant."""
    constant: float
    least: float
    """What is less like every example of an intent isn't meant by it, however unlike all else it is, too: a "mm" or
    "right" resembles nothing."""


ALONE = 0.27
"""Taken for `own` where an intent has one example: the average over the trades."""


class Examples:
    """The examples of a flow's intents, and sentences that belong to none."""

    def __init__(self, vectors: Vectors, intents: Sequence[str], others: Vectors) -> None:
        """Take unit vectors, a row for each example and the name of its intent; and of sentences of no intent."""
        self.vectors, self.intents, self.others = vectors, tuple(intents), others
        self._rows = {name: [row for row, one in enumerate(intents) if one == name] for name in sorted(set(intents))}
        self._own = {name: _among_themselves(vectors[rows]) for name, rows in self._rows.items()}

    def nearness(self, vector: NDArray[np.float32]) -> Nearness:
        """Compare the unit vector of a sentence with everything."""
        alike = np.einsum("ij,j->i", self.vectors, vector)
        by_name = {
            name: Near(float(alike[rows].max()), float(alike[rows].mean()), self._own[name])
            for name, rows in self._rows.items()
        }
        others = np.sort(np.einsum("ij,j->i", self.others, vector))[-FEW:]
        return Nearness(by_name, float(others.mean()) if len(others) else 0.0)


def chances(nearness: Nearness, keywords: Collection[str], choice: Choice) -> dict[str, float]:
    """Return how likely each intent was meant, 0-1; together with "none" they make 1.

    `keywords` are the intents of which a keyword was said: one that has no examples has only these. Intents that are
    out of the question are left out, and none has their chance.
    """
    none = choice.other * nearness.other + choice.constant
    # Likeness says nothing for or against what has no examples.
    worth = {name: none + choice.keyword for name in keywords if name not in nearness.by_name}
    for name, near in nearness.by_name.items():
        likeness = choice.nearest * near.nearest + choice.mean * near.mean + choice.own * near.own
        worth[name] = likeness + choice.keyword * (name in keywords)
    most = max(none, *worth.values()) if worth else none
    total = math.exp(none - most) + sum(math.exp(one - most) for one in worth.values())
    chance = {name: math.exp(one - most) / total for name, one in worth.items()}
    far = {name for name, near in nearness.by_name.items() if near.nearest < choice.least} - set(keywords)
    return {name: one for name, one in chance.items() if name not in far}


def _among_themselves(vectors: Vectors) -> float:
    """Mean likeness of different rows to each other."""
    size = len(vectors)
    if size < 2:
        return ALONE
    alike = np.einsum("ik,jk->ij", vectors, vectors)
    return float((alike.sum() - np.trace(alike)) / (size * (size - 1)))
