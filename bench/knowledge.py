"""Knowledge: the right article first, "I don't know" where there is none, and how long a search takes.

200 articles of two invented companies, 400 questions in other words, 200 questions that no article answers; nothing of
it was tuned on. Beside it scikit-learn's TF-IDF with the nearest neighbour over the same sentences. With `--shares`
it isn't measured how long a search takes.
"""

import random
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from asr_tts.sense import search_sense_of, sense_of
from bench.knowledge_questions import DAY, Question, entries, knowledge, questions
from bench.report import Report, short
from knowledge.confidence import ACCEPT
from knowledge.entry import Entry
from knowledge.search import Knowledge

LANGUAGES = {"en": "English", "zh": "Chinese"}
MANY = 10_000
VARIANTS = (2, 5, 10)
"""Question variants that an article has."""


@dataclass(frozen=True)
class Outcome:
    """What became of one question."""

    known: bool
    rank: int
    """Of the right article, from 0; 9 where it isn't among the first five."""
    answered: bool


def measure() -> Report:
    """Return the figure."""
    report = Report(
        "knowledge",
        "for each language 100 articles, 200 questions in other words and 100 that no article answers; an article has "
        "a title, an answer and 2, 5 or 10 question variants (search times: 5); search times: one thread, the "
        "question's embedding included",
    )
    both: dict[int, list[Outcome]] = {variants: [] for variants in VARIANTS}
    for language, name in LANGUAGES.items():
        for variants in VARIANTS:
            found = outcomes(knowledge(f"test_{language}", variants), questions(f"test_{language}"), language)
            tell(report, f"{name}, {variants} variants", found)
            both[variants] += found
            right = nearest_by_tfidf(f"test_{language}", variants)
            report.add(f"{name}, {variants} variants: TF-IDF nearest neighbour, right article first", right, "%")
        if "--shares" not in sys.argv:
            times(report, language, name)
    for variants, found in both.items():
        tell(report, f"both languages, {variants} variants", found)
    return report


def outcomes(known: Knowledge, asked: Sequence[Question], language: str) -> list[Outcome]:
    """Ask every question."""
    found = []
    for question in asked:
        candidates = known.candidates(question.text, language, DAY)
        order = [one.article_id for one in candidates]
        rank = order.index(question.article) if question.article in order else 9
        answered = bool(candidates) and candidates[0].confidence >= ACCEPT[language]
        found.append(Outcome(bool(question.article), rank, answered))
    return found


def tell(report: Report, title: str, found: Sequence[Outcome]) -> None:
    """Add the shares of one set."""
    known = [one for one in found if one.known]
    strange = [one for one in found if not one.known]
    report.add(f"{title}: right article first", share(one.rank == 0 for one in known), "%", ">= 85")
    report.add(f"{title}: right article among the first two", share(one.rank <= 1 for one in known), "%")
    report.add(f"{title}: answered, and right", share(one.answered and one.rank == 0 for one in known), "%")
    report.add(f"{title}: answered, and wrong", share(one.answered and one.rank > 0 for one in known), "%")
    report.add(
        f"{title}: don't know, where there is no article", share(not one.answered for one in strange), "%", ">= 90"
    )


def share(of: Iterable[bool]) -> float:
    """Percentage of true ones."""
    values = list(of)
    return 100 * sum(values) / len(values)


def nearest_by_tfidf(name: str, variants: int) -> float:
    """The peer: words and pairs of them (Chinese: characters and pairs of them), cosine, nearest sentence."""
    analyzer = "char" if name.endswith("zh") else "word"
    articles = entries(name, variants)
    owners = [one.article_id for one in articles for _ in one.faces()]
    vectorizer = TfidfVectorizer(analyzer=analyzer, ngram_range=(1, 2), sublinear_tf=True)
    faces = vectorizer.fit_transform([face for one in articles for face in one.faces()])
    asked = [one for one in questions(name) if one.article]
    nearest = (vectorizer.transform([one.text for one in asked]) @ faces.T).toarray().argmax(axis=1)
    return share(owners[at] == one.article for at, one in zip(nearest, asked, strict=True))


def times(report: Report, language: str, name: str) -> None:
    """How long a search takes with many articles, each with 5 variants."""
    # Encoders remember sentences; callers' are new to them.
    search_sense_of.cache_clear()
    sense_of.cache_clear()
    many = crowd(language, 500 if short() else MANY)
    sense = search_sense_of(language)
    began = time.perf_counter()
    known = Knowledge(many, {language: sense.of} if sense else {})
    built = time.perf_counter() - began
    spent, busy = [], []
    for question in questions(f"test_{language}"):
        began, worked = time.perf_counter(), time.process_time()
        known.search(question.text, language, DAY)
        spent.append((time.perf_counter() - began) * 1000)
        busy.append((time.process_time() - worked) * 1000)
    report.spread(f"{name}: search in {len(many):,} articles", spent, "ms", p95="<= 30")
    report.spread(f"{name}: CPU time of it", busy, "ms")
    report.add(f"{name}: indexing {len(many):,} articles", built, "s")


def crowd(language: str, count: int) -> list[Entry]:
    """Articles made of those of the test set with words of others, and vectors near theirs: the cost of so many."""
    chance = random.Random(3)
    noise = np.random.default_rng(3)
    base = entries(f"test_{language}", 5)
    sense = search_sense_of(language)
    vectors = {one.article_id: sense.of(one.faces()) for one in base} if sense else {}
    found = []
    for number in range(count):
        one, other = base[number % len(base)], chance.choice(base)
        mixed = tuple(f"{question} {other.title} {number}" for question in one.questions)
        entry = replace(one, article_id=f"{one.article_id}-{number}", questions=mixed)
        if vectors:
            near = vectors[one.article_id] + noise.normal(0, 0.03, vectors[one.article_id].shape).astype(np.float32)
            entry = replace(entry, vectors=near / np.linalg.norm(near, axis=1, keepdims=True))
        found.append(entry)
    return found


if __name__ == "__main__":
    sys.exit(measure().show())
