"""Questions for the knowledge base: callers' words with the article that answers them, and questions that none does."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from asr_tts.sense import search_sense_of
from knowledge.entry import Entry
from knowledge.importing import read_articles
from knowledge.search import Knowledge

DATA = Path(__file__).parent / "data" / "knowledge"
DAY = date(2026, 11, 21)


@dataclass(frozen=True)
class Question:
    """What a caller asks."""

    text: str
    article: str
    """"" where no article answers it."""


def questions(name: str) -> list[Question]:
    """Return the questions of a set, such as "test_en"."""
    return list(_read(DATA / f"{name}.questions"))


def entries(name: str, variants: int = 2) -> list[Entry]:
    """Return the articles of a set as they are searched, each with so many question variants as far as it has them.

    Two stand in the article; the development companies have five, the test's ten (one or two less where a variant was
    a test question by chance).
    """
    drafts = [one.draft for one in read_articles(DATA / f"{name}.md")]
    more: dict[str, list[str]] = {}
    for one in _read(DATA / f"{name}.variants"):
        more.setdefault(one.article, []).append(one.text)
    return [
        Entry(
            draft.article_id,
            1,
            draft.language,
            draft.title,
            (*draft.questions, *more.get(draft.article_id, ()))[:variants],
            draft.short,
            draft.long,
        )
        for draft in drafts
    ]


def knowledge(name: str, variants: int = 2) -> Knowledge:
    """Return the articles of a set with so many question variants each, ready to be searched by meaning too."""
    language = name[-2:]
    sense = search_sense_of(language)
    return Knowledge(entries(name, variants), {language: sense.of} if sense else {})


def _read(path: Path) -> Iterator[Question]:
    """Lines under the id of their article in brackets; [-] stands for none."""
    article = ""
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("["):
            article = "" if line == "[-]" else line[1:-1]
        elif line and not line.startswith("#"):
            yield Question(line, article)
