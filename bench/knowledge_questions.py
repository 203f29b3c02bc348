"""Questions for the knowledge base: callers' words with the article that answers them, and questions that none does."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from asr_tts.sense import sense_of
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
    found, article = [], ""
    for line in (DATA / f"{name}.questions").read_text("utf-8").splitlines():
        if line.startswith("["):
            article = "" if line == "[-]" else line[1:-1]
        elif line and not line.startswith("#"):
            found.append(Question(line, article))
    return found


def entries(name: str) -> list[Entry]:
    """Return the articles of a set, as they are searched."""
    drafts = [one.draft for one in read_articles(DATA / f"{name}.md")]
    return [
        Entry(draft.article_id, 1, draft.language, draft.title, draft.questions, draft.short, draft.long)
        for draft in drafts
    ]


def knowledge(name: str) -> Knowledge:
    """Return the articles of a set, ready to be searched by meaning too."""
    language = name[-2:]
    sense = sense_of(language)
    return Knowledge(entries(name), {language: sense.of} if sense else {})
