"""Finding the article that answers a question, or saying that none does.

Hybrid: a question is compared with the title, the questions and the short answer of every article by the words they
share and, where there is an embedding for the language, by meaning; and with the whole article by words. A logistic
function makes one confidence of it (`knowledge/confidence.py`). Pure: embeddings are handed in.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from knowledge.confidence import ACCEPT, WEIGHTS, Weights
from knowledge.entry import Entry, Vectors
from knowledge.terms import terms
from knowledge.word_index import Floats, WordIndex

Embed = Callable[[Sequence[str]], Vectors]
"""(n, d) unit vectors of n sentences, such as `Sense.of`."""
MOST_CANDIDATES = 5


@dataclass(frozen=True)
class Candidate:
    """An article that might answer, and why."""

    article_id: str
    title: str
    confidence: float
    """0-1: the probability that it is the right one."""
    likeness: tuple[float, ...] = field(default=(), repr=False)
    """As `Weights.likeness` weighs it."""


@dataclass(frozen=True)
class Found:
    """The article that answers."""

    article_id: str
    version: int
    title: str
    short: str
    """For the ear."""
    long: str
    """For the eye, and for "tell me more"; "" where there is no more."""
    language: str
    tags: tuple[str, ...]
    confidence: float
    """0-1."""
    runner_up: Candidate | None = None


class Knowledge:
    """Articles ready to be searched. Immutable: `changed` makes another one."""

    def __init__(self, entries: Iterable[Entry] = (), embed: Mapping[str, Embed] | None = None) -> None:
        """Index `entries`; `embed` by language, "en", "zh"."""
        self._embed = dict(embed or {})
        self._prepared = {entry.article_id: _Prepared(entry) for entry in entries}
        self._shelves = self._indexed({one.entry.language for one in self._prepared.values()})

    def changed(self, entries: Iterable[Entry], gone: Iterable[str] = ()) -> "Knowledge":
        """Return the knowledge with `entries` in place of their former versions and without the articles `gone`."""
        new = Knowledge.__new__(Knowledge)
        new._embed = self._embed
        changes = {entry.article_id: _Prepared(entry) for entry in entries}
        out = set(gone)
        new._prepared = {article: one for article, one in self._prepared.items() if article not in out} | changes
        touched = {self._prepared[article].entry.language for article in {*out, *changes} & set(self._prepared)}
        touched |= {one.entry.language for one in changes.values()}
        new._shelves = {language: shelf for language, shelf in self._shelves.items() if language not in touched}
        new._shelves |= new._indexed(touched)
        return new

    def __len__(self) -> int:
        return len(self._prepared)

    def get(self, article_id: str) -> Entry | None:
        """Return the article of that id, or None."""
        prepared = self._prepared.get(article_id)
        return prepared.entry if prepared else None

    def search(self, question: str, language: str, at: datetime | date, tags: Sequence[str] = ()) -> Found | None:
        """Return the article that answers `question` on the day of `at`, or None: "I don't know".

        `tags`: only articles with at least one of them; none given, all.
        """
        candidates = self.candidates(question, language, at, tags, 2)
        if not candidates or candidates[0].confidence < ACCEPT:
            return None
        best = candidates[0]
        entry = self._prepared[best.article_id].entry
        return Found(
            entry.article_id, entry.version, entry.title, entry.short, entry.long, entry.language, entry.tags,
            best.confidence, candidates[1] if len(candidates) > 1 else None,
        )  # fmt: skip

    def candidates(
        self, question: str, language: str, at: datetime | date, tags: Sequence[str] = (), most: int = MOST_CANDIDATES
    ) -> list[Candidate]:
        """Return the likeliest articles, best first, also where none is good enough."""
        shelf = self._shelves.get(language)
        day = at.date() if isinstance(at, datetime) else at
        return shelf.candidates(question, day, frozenset(tags), most) if shelf else []

    def _indexed(self, languages: Collection[str]) -> dict[str, "_Shelf"]:
        by_language: dict[str, list[_Prepared]] = {}
        for _, prepared in sorted(self._prepared.items()):
            if prepared.entry.language in languages:
                by_language.setdefault(prepared.entry.language, []).append(prepared)
        return {language: _Shelf(some, language, self._embed.get(language)) for language, some in by_language.items()}


class _Prepared:
    """An article with the terms of its sentences and of the whole."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.faces = [terms(face, entry.language) for face in entry.faces()]
        self.whole: dict[str, float] = {}
        for some in (*self.faces, terms(entry.long, entry.language)):
            for term, weight in some.items():
                self.whole[term] = max(self.whole.get(term, 0.0), weight)


class _Shelf:
    """The articles of one language."""

    def __init__(self, prepared: list[_Prepared], language: str, embed: Embed | None) -> None:
        self._entries = [one.entry for one in prepared]
        self._language = language
        self._embed = embed
        self._weights: Weights = WEIGHTS[language if embed is None else f"{language} by meaning"]
        self._faces = WordIndex([face for one in prepared for face in one.faces])
        self._wholes = WordIndex([one.whole for one in prepared])
        counts = [len(one.faces) for one in prepared]
        self._firsts = np.concatenate(([0], np.cumsum(counts)[:-1])).astype(np.int64)
        meanings = [] if embed is None else [_vectors(one.entry, embed) for one in prepared]
        self._vectors = np.concatenate(meanings) if meanings else None
        self._middles = np.stack([_middle(vectors) for vectors in meanings]) if meanings else None
        self._dated = any(entry.valid_from or entry.valid_until for entry in self._entries)

    def candidates(self, question: str, day: date, tags: frozenset[str], most: int) -> list[Candidate]:
        said = terms(question, self._language)
        if not said:
            return []
        likeness = np.stack([*self._by_meaning(question), self._by_face(said), self._by_whole(said)])
        scores = np.asarray(self._weights.likeness, np.float32) @ likeness
        self._leave_out(scores, day, tags)
        return self._best(scores, likeness, most)

    def _by_meaning(self, question: str) -> tuple[Floats, Floats]:
        """Likeness to the nearest sentence of each article, and to the middle of all of its sentences."""
        if self._embed is None or self._vectors is None or self._middles is None:
            nothing = np.zeros(len(self._entries), np.float32)
            return nothing, nothing
        asked = self._embed([question])[0]
        return np.maximum.reduceat(self._vectors @ asked, self._firsts), self._middles @ asked

    def _by_face(self, said: Mapping[str, float]) -> Floats:
        shared, total = self._faces.shared(said)
        # What the article's sentence says must be said; what is said besides matters as much here: it may be the point.
        alike = shared / np.sqrt(np.maximum(self._faces.totals, 1e-6) * max(total, 1e-6))
        return np.maximum.reduceat(alike.astype(np.float32), self._firsts)

    def _by_whole(self, said: Mapping[str, float]) -> Floats:
        shared, total = self._wholes.shared(said)
        return (shared / max(total, 1e-6)).astype(np.float32)

    def _leave_out(self, scores: Floats, day: date, tags: frozenset[str]) -> None:
        if self._dated:
            scores[[at for at, entry in enumerate(self._entries) if not entry.valid(day)]] = -np.inf
        if tags:
            scores[[at for at, entry in enumerate(self._entries) if tags.isdisjoint(entry.tags)]] = -np.inf

    def _best(self, scores: Floats, likeness: NDArray[np.float32], most: int) -> list[Candidate]:
        most = min(max(most, 2), len(scores))
        top = np.argpartition(-scores, most - 1)[:most]
        order = [int(at) for at in top[np.lexsort((top, -scores[top]))] if np.isfinite(scores[at])]
        found = []
        for rank, at in enumerate(order):
            other = order[1] if rank == 0 and len(order) > 1 else order[0]
            ahead = float(scores[at] - scores[other]) if len(order) > 1 else float(scores[at])
            entry = self._entries[at]
            confidence = self._weights.confidence(float(scores[at]), ahead)
            alike = tuple(round(float(one), 3) for one in likeness[:, at])
            found.append(Candidate(entry.article_id, entry.title, round(confidence, 3), alike))
        return found


def _vectors(entry: Entry, embed: Embed) -> Vectors:
    return embed(entry.faces()) if entry.vectors is None else entry.vectors


def _middle(vectors: Vectors) -> Vectors:
    total = vectors.sum(axis=0)
    middle: Vectors = total / max(float(np.linalg.norm(total)), 1e-6)
    return middle
