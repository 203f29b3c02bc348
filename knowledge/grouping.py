"""Questions that are alike come together: each joins the group of the most similar question before it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.entry import Vectors
from knowledge.shelf import Embed
from knowledge.terms import terms
from knowledge.word_index import Floats, WordIndex

BY_WORDS = 0.45
"""From this share of common words on, two questions are alike (0-1, geometric mean of both sides)."""
BY_MEANING = 0.72
"""From this cosine on, they are alike whatever their words."""


@dataclass(frozen=True)
class Asked:
    """A question, and the group that it is in."""

    question: str
    group: str | None = None
    """None: to be found."""


def grouped(asked: Sequence[Asked], language: str, embed: Embed | None = None) -> list[int | str]:
    """Return the group of each: its own, or that of the most similar one before it, or its own position in `asked`.

    The position is what later ones that are like it get as well. Order decides: the oldest question comes first.
    """
    said = [terms(one.question, language) for one in asked]
    index = WordIndex(said)
    vectors = embed([one.question for one in asked]) if embed and asked else None
    groups: list[int | str] = []
    for at, one in enumerate(asked):
        if one.group is not None:
            groups.append(one.group)
            continue
        shared, total = index.shared(said[at])
        alike = _alike(shared[:at], total, index.totals[:at], vectors, at)
        best = int(np.argmax(alike)) if at else 0
        groups.append(groups[best] if at and alike[best] >= 1 else at)
    return groups


def _alike(shared: Floats, total: float, totals: Floats, vectors: Vectors | None, at: int) -> Floats:
    """Likeness to each question before; from 1 on they belong together."""
    both = np.sqrt(np.maximum(totals, 1e-6) * max(total, 1e-6)) * BY_WORDS
    words: Floats = (shared / both).astype(np.float32)
    if vectors is None:
        return words
    meaning: Floats = vectors[:at] @ vectors[at] / np.float32(BY_MEANING)
    return np.maximum(words, meaning)
