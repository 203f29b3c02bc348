"""Articles of one language, indexed by words and by meaning: which are likest to a question. Pure and immutable."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from knowledge.confidence import WEIGHTS, Weights
from knowledge.entry import Entry, Vectors
from knowledge.terms import terms
from knowledge.word_index import Floats, WordIndex

Embed = Callable[[Sequence[str]], Vectors]
"""(n, d) unit vectors of n sentences, such as `Sense.of`."""
Places = NDArray[np.int64]
LOOKED_AT = 300
"""Articles, likest by everything else, whose sentences are compared by meaning one by one: with 10,000 that is dear."""
ROUGHLY = 4 * LOOKED_AT
"""Articles, likest by words and by the rough likeness of meaning, whose meaning is compared at all."""
ROUGH_DIMENSIONS = 96
"""Directions in which meanings differ most: what reading all of every vector would cost is the processor's cache."""


@dataclass(frozen=True)
class Likely:
    """An article and how like a question it is."""

    entry: Entry
    score: float
    """The likenesses, weighed."""
    likeness: tuple[float, ...]
    """As `Weights.likeness` weighs it."""


class Prepared:
    """An article with the terms of its sentences and of the whole."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.faces = [terms(face, entry.language) for face in entry.faces()]
        self.whole: dict[str, float] = {}
        for some in (*self.faces, terms(entry.long, entry.language)):
            for term, weight in some.items():
                self.whole[term] = max(self.whole.get(term, 0.0), weight)


class Shelf:
    """Articles of one language."""

    def __init__(
        self, prepared: Sequence[Prepared], language: str, embed: Embed | None, like: "Shelf | None" = None
    ) -> None:
        """Index articles (at least one); words are as rare as they are on the shelf `like`, else as on this one."""
        self._entries = [one.entry for one in prepared]
        self._places = {entry.article_id: place for place, entry in enumerate(self._entries)}
        self._language = language
        self._embed = embed
        self.weights: Weights = WEIGHTS[language if embed is None else f"{language} by meaning"]
        self._faces: WordIndex = WordIndex(
            [face for one in prepared for face in one.faces], like._faces if like else None
        )
        self._wholes: WordIndex = WordIndex([one.whole for one in prepared], like._wholes if like else None)
        self._counts = np.array([len(one.faces) for one in prepared])
        self._firsts = np.concatenate(([0], np.cumsum(self._counts)[:-1]))
        meanings = [] if embed is None else [_vectors(one.entry, embed) for one in prepared]
        nothing = np.zeros((0, 0), np.float32)
        self._vectors = np.concatenate(meanings) if meanings else nothing
        self._middles = np.stack([_middle(vectors) for vectors in meanings]) if meanings else nothing
        self._directions = _directions(self._middles) if len(self._middles) > ROUGHLY else nothing
        self._rough = np.ascontiguousarray(self._middles @ self._directions) if len(self._directions) else nothing
        self._dated = any(entry.valid_from or entry.valid_until for entry in self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def likeliest(
        self, question: str, day: date, tags: frozenset[str], most: int, without: Collection[str] = ()
    ) -> list[Likely]:
        """Return the likest articles, best first: valid on `day`, with one of `tags` (none: any), none of `without`."""
        said = terms(question, self._language)
        if not said:
            return []
        asked = None if self._embed is None else self._embed([question])[0]
        likeness = np.zeros((4, len(self._entries)), np.float32)
        likeness[2], likeness[3] = self._by_face(said), self._by_whole(said)
        weights = np.asarray(self.weights.likeness, np.float32)
        scores = weights @ likeness
        self._leave_out(scores, day, tags, without)
        near = _best(scores if asked is None else self._roughly(scores, asked), ROUGHLY)
        if asked is not None:
            likeness[1, near] = _products(self._middles[near], asked)
            scores[near] += weights[1] * likeness[1, near]
            near = near[_best(scores[near], LOOKED_AT)]
            likeness[0, near] = self._nearest_sentences(near, asked)
            scores[near] += weights[0] * likeness[0, near]
        order = near[np.lexsort((near, -scores[near]))][:most]
        return [Likely(self._entries[at], float(scores[at]), tuple(map(float, likeness[:, at]))) for at in order]

    def _roughly(self, scores: Floats, asked: Vectors) -> Floats:
        """Scores by words with the rough likeness of meaning; of few articles, where it saves nothing, without it."""
        if not len(self._rough):
            return scores
        roughly = _products(self._rough, _products(self._directions.T, asked))
        return np.asarray(scores + np.float32(sum(self.weights.likeness[:2])) * roughly)

    def _nearest_sentences(self, places: Places, asked: Vectors) -> Floats:
        """Likeness by meaning to the nearest sentence of each of these articles."""
        if not len(places):
            return np.zeros(0, np.float32)
        counts = self._counts[places]
        firsts = np.concatenate(([0], np.cumsum(counts)[:-1]))
        rows = np.repeat(self._firsts[places] - firsts, counts) + np.arange(counts.sum())
        # Of few articles most are looked at: to copy their vectors would cost more than to multiply the others too.
        most = 2 * len(rows) >= len(self._vectors)
        alike = _products(self._vectors, asked)[rows] if most else _products(self._vectors[rows], asked)
        return np.maximum.reduceat(alike, firsts)

    def _by_face(self, said: Mapping[str, float]) -> Floats:
        shared, total = self._faces.shared(said)
        # What the article's sentence says must be said; what is said besides matters as much here: it may be the point.
        alike = shared / np.sqrt(np.maximum(self._faces.totals, 1e-6) * max(total, 1e-6))
        return np.maximum.reduceat(alike.astype(np.float32), self._firsts)

    def _by_whole(self, said: Mapping[str, float]) -> Floats:
        shared, total = self._wholes.shared(said)
        return (shared / max(total, 1e-6)).astype(np.float32)

    def _leave_out(self, scores: Floats, day: date, tags: frozenset[str], without: Collection[str]) -> None:
        out = [self._places[one] for one in without if one in self._places]
        if self._dated:
            out += [at for at, entry in enumerate(self._entries) if not entry.valid(day)]
        if tags:
            out += [at for at, entry in enumerate(self._entries) if tags.isdisjoint(entry.tags)]
        scores[out] = -np.inf


def _vectors(entry: Entry, embed: Embed) -> Vectors:
    return embed(entry.faces()) if entry.vectors is None else entry.vectors


def _middle(vectors: Vectors) -> Vectors:
    total = vectors.sum(axis=0)
    middle: Vectors = total / max(float(np.linalg.norm(total)), 1e-6)
    return middle


def _products(rows: Vectors, one: Vectors) -> Floats:
    """Each row's product with `one`: by einsum, for the threads of BLAS wait for one another on a busy machine."""
    return np.asarray(np.einsum("ij,j->i", rows, one), np.float32)


def _directions(vectors: Vectors) -> Vectors:
    """(d, ROUGH_DIMENSIONS) the directions, orthogonal, that say most of these vectors."""
    _, found = np.linalg.eigh(np.asarray(vectors.T @ vectors, np.float64))
    return np.ascontiguousarray(found[:, -ROUGH_DIMENSIONS:], np.float32)


def _best(scores: Floats, most: int) -> Places:
    """Places of the highest finite scores, in no order."""
    top = np.argpartition(-scores, most - 1)[:most] if most < len(scores) else np.arange(len(scores))
    return top[np.isfinite(scores[top])]
