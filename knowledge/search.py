"""Finding the article that answers a question, or saying that none does.

Hybrid: a question is compared with the title, the questions and the short answer of every article by the words they
share and, where there is an embedding for the language, by meaning; and with the whole article by words. A logistic
function makes one confidence of it (`knowledge/confidence.py`). Pure: embeddings are handed in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from knowledge.confidence import ACCEPT, WEIGHTS, Weights
from knowledge.entry import Entry
from knowledge.shelf import Embed, Likely, Prepared, Shelf

MOST_CANDIDATES = 5
MANY = 500
"""Articles of one language from which on a change doesn't index all anew (which takes seconds with 10,000) …"""
FEW = 0.02
"""… but this share of them at most is kept beside the index."""


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
        self._embed: Mapping[str, Embed] = {} if embed is None else embed
        self._prepared = {entry.article_id: Prepared(entry) for entry in entries}
        self._shelves: dict[str, Shelf] = {}
        self._recent: dict[str, Shelf] = {}
        self._outdated: frozenset[str] = frozenset()
        for language in {one.entry.language for one in self._prepared.values()}:
            self._index(language)

    def changed(self, entries: Iterable[Entry], gone: Iterable[str] = ()) -> "Knowledge":
        """Return the knowledge with `entries` in place of their former versions and without the articles `gone`."""
        new = Knowledge((), self._embed)
        changes = {entry.article_id: Prepared(entry) for entry in entries}
        touched = {*gone, *changes}
        new._prepared = {article: one for article, one in self._prepared.items() if article not in touched} | changes
        new._shelves, new._recent = dict(self._shelves), dict(self._recent)
        new._outdated = self._outdated | touched
        before = (self._prepared[article] for article in touched & set(self._prepared))
        for language in {one.entry.language for one in (*before, *changes.values())}:
            new._index(language)
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
        if not candidates or candidates[0].confidence < ACCEPT[language]:
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
        day = at.date() if isinstance(at, datetime) else at
        whole, recent = self._shelves.get(language), self._recent.get(language)
        wanted, most = frozenset(tags), max(most, 2)
        found = whole.likeliest(question, day, wanted, most, self._outdated) if whole else []
        if recent:
            found += recent.likeliest(question, day, wanted, most)
            found.sort(key=lambda one: (-one.score, one.entry.article_id))
        return [_candidate(rank, found, WEIGHTS[self._weights(language)]) for rank in range(len(found[:most]))]

    def _weights(self, language: str) -> str:
        return f"{language} by meaning" if language in self._embed else language

    def _index(self, language: str) -> None:
        """Bring one language's index up to date: the few newest articles beside the whole of it, or all anew."""
        all_ = [one for _, one in sorted(self._prepared.items()) if one.entry.language == language]
        recent = [one for one in all_ if one.entry.article_id in self._outdated]
        whole = self._shelves.get(language)
        self._recent.pop(language, None)
        if whole and len(whole) >= MANY and len(recent) <= FEW * len(whole):
            if recent:
                self._recent[language] = Shelf(recent, language, self._embed.get(language), like=whole)
            return
        self._shelves.pop(language, None)
        if all_:
            self._shelves[language] = Shelf(all_, language, self._embed.get(language))
        self._outdated -= {one.entry.article_id for one in all_}


def _candidate(rank: int, found: Sequence[Likely], weights: Weights) -> Candidate:
    """How sure an article is: the first by how far it is ahead of the second, the others by how far they are behind."""
    one, other = found[rank], found[1 if rank == 0 and len(found) > 1 else 0]
    ahead = one.score - other.score if len(found) > 1 else weights.alone
    confidence = round(weights.confidence(one.score, ahead), 3)
    alike = tuple(round(value, 3) for value in one.likeness)
    return Candidate(one.entry.article_id, one.entry.title, confidence, alike)
