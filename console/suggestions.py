"""Suggestions for the knowledge base in the console: what callers got no answer to, and what an editor makes of it.

Everything goes through `knowledge/learning.py`, as `hotline kb` does it. The console has no encoders of sentences: an
inspector that follows groups questions by meaning and finds the articles near them (`knowledge/by_meaning.py`); what
none took for a while is done here, by words alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from console.access import Right
from console.hidden_words import named
from console.refused import Refused
from console.visit import Visit
from knowledge import articles, learning
from knowledge.articles import Editor
from knowledge.draft import slug
from knowledge.entry import Entry
from knowledge.library import Library
from models.audit import record
from models.errors import CannotDo
from models.suggestion import SuggestionState
from models.writing import writing
from quality.masking import masked_words

PAGE = 20
"""Suggestions on one page."""
PATIENCE = timedelta(minutes=10)
"""So long a question waits for who can group it by meaning; what was grouped by words stays so."""
NEAR = 2
"""Articles named with a suggestion, as `hotline kb unanswered` does; its form offers all that are near."""
FOUND = 6
"""Articles that a search finds."""
MOST_SIGNS = {"title": 200, "short": 1000, "long": 20_000, "asked": 5000, "words": 500}
"""Characters that each field of a form takes."""


@dataclass(frozen=True)
class Near:
    """An article that may answer."""

    article_id: str
    title: str
    short: str
    questions: int
    """How many it has."""
    confidence: float
    """0-1."""


@dataclass(frozen=True)
class Example:
    """A question as a caller put it, and where it is heard."""

    question: str
    """Without personal data."""
    why: str
    call_id: str
    at_s: float


@dataclass(frozen=True)
class Shown:
    """A suggestion as its page shows it, without personal data."""

    id: str
    state: str
    language: str
    question: str
    answer: str
    """What an agent answered or an editor drafted; "" while there is none."""
    agent: bool
    """Whether an agent answered it after a hand-over."""
    count: int
    last_at: str
    """ISO time; "" where its calls' words were deleted."""
    examples: tuple[Example, ...]
    near: tuple[Near, ...]
    by_meaning: bool
    """Whether those are near by meaning; else by words."""
    article_id: str
    """What it became, or what its callers rejected; "" for nothing."""
    decided: str
    """Who approved or discarded it; "" while it is open."""


@dataclass(frozen=True)
class Written:
    """What an editor wrote into the form of an article."""

    title: str = ""
    short: str = ""
    long: str = ""
    asked: tuple[str, ...] = ()
    """Questions that it takes along."""

    @classmethod
    def of(cls, title: object, short: object, long: object, asked: object) -> "Written":
        """Return it of what a browser says: questions one a line."""
        lines = tuple(line for part in _text(asked).splitlines() if (line := " ".join(part.split())))
        return cls(_text(title), _text(short), _text(long), lines)


class Suggestions:
    """What one visitor sees of them and may do with them; every method blocks on the database."""

    def __init__(self, visit: Visit, library: Library) -> None:
        """`library`: of the whole console, without encoders."""
        self._visit, self._library = visit, library

    def page(self, state: SuggestionState, language: str, skip: int) -> tuple[list[Shown], bool]:
        """Return a page of suggestions, most asked first, and whether there are more behind it."""
        self._insist()
        learning.group_noted(self._visit.engine, before=self._visit.now() - PATIENCE)
        with self._visit.engine.connect() as connection:
            found = learning.suggestions(connection, state, language, most=PAGE + 1, skip=skip)
            decided = {one["id"]: _decided_by(connection, one["id"]) for one in found if state is not _OPEN}
        if state is _OPEN:
            self._library.refresh()
        return [self._shown(one, decided.get(one["id"], "")) for one in found[:PAGE]], len(found) > PAGE

    def coming(self) -> int:
        """Return how many questions wait to be grouped: who can do so by meaning has them within some seconds."""
        self._insist()
        with self._visit.engine.connect() as connection:
            return learning.ungrouped(connection)

    def near(self, words: str, language: str, most: int = FOUND) -> tuple[Near, ...]:
        """Return the published articles likest to some words, best first; none that share nothing with them."""
        knowledge, today = self._library.knowledge, self._visit.now().astimezone(self._visit.zone).date()
        found = knowledge.candidates(words[: MOST_SIGNS["words"]], language, today, most=most)
        near = [(one, knowledge.get(one.article_id)) for one in found[:most] if any(one.likeness)]
        return tuple(_near(entry, one.confidence) for one, entry in near if entry)

    def asked(self, suggestion_id: str) -> tuple[tuple[str, ...], int]:
        """Return the questions that an article would take along, and how many were left out for personal data."""
        self._insist()
        with self._visit.engine.connect() as connection:
            language = learning.language_of(connection, suggestion_id)
            found = learning.questions(connection, suggestion_id)
        clean = tuple(one for one in found if masked_words(one, language) == one)
        return clean, len(found) - len(clean)

    def approve(self, suggestion_id: str, written: Written) -> str:
        """Make it a new article; return the article's id. Raises `CannotDo`."""
        for name in ("title", "short", "long"):
            _insist_short(name, getattr(written, name))
        if not slug(written.title):
            raise Refused("An article needs a title with a letter or digit in it.", "knowledge.no_title")
        if not written.short:
            raise Refused("An article needs a short answer.", "knowledge.no_answer")
        changes = {"title": written.title, "short": written.short, "long": written.long}
        return self._approve(suggestion_id, written.asked, changes=changes)

    def approve_into(self, suggestion_id: str, article_id: str, asked: Sequence[str]) -> str:
        """Add its questions to an article; return the article's id. Raises `CannotDo`."""
        if not article_id:
            raise Refused("No article is chosen.", "knowledge.no_choice")
        if not asked:
            raise Refused("There is no question to add.", "knowledge.no_question")
        return self._approve(suggestion_id, asked, article_id=article_id)

    def keep(self, suggestion_id: str, answer: str) -> None:
        """Keep a draft of the short answer without publishing it. Raises `CannotDo`."""
        _insist_short("short", answer)
        if not answer:
            raise Refused("There is no short answer to keep.", "knowledge.no_answer")
        with self._changing() as (connection, editor):
            learning.edit(connection, suggestion_id, editor, answer=answer)
            self._trail(connection, "knowledge.edited", "", suggestion=suggestion_id)

    def discard(self, suggestion_id: str, why: str) -> None:
        """Put it away. Raises `CannotDo`."""
        _insist_short("words", why)
        with self._changing() as (connection, editor):
            learning.discard(connection, suggestion_id, replace(editor, words=why))
            self._trail(connection, "knowledge.discarded", why, suggestion=suggestion_id)

    def _approve(self, suggestion_id: str, asked: Sequence[str], **named: Any) -> str:
        _insist_short("asked", "\n".join(asked))
        with self._changing() as (connection, editor):
            # Without vectors: the server, which has encoders, makes them when it takes the article up.
            article = learning.approve(connection, suggestion_id, editor, asked=asked, **named)
            action = "knowledge.added-to" if named.get("article_id") else "knowledge.approved"
            self._trail(connection, action, article, suggestion=suggestion_id)
        return article

    @contextmanager
    def _changing(self) -> Iterator[tuple[Connection, Editor]]:
        self._insist()
        with writing(self._visit.engine) as connection:
            yield connection, Editor(self._visit.viewer.name, self._visit.now())

    def _trail(self, connection: Connection, action: str, words: str, **data: str) -> None:
        visit = self._visit
        record(connection, visit.now(), visit.viewer.name, action, words=words, data=data, address=visit.address)

    def _insist(self) -> None:
        if not self._visit.may(Right.KNOWLEDGE):
            raise CannotDo(self._visit.say("frame.forbidden"))

    def _shown(self, one: Mapping[str, Any], decided: str) -> Shown:
        language = one["language"]
        examples = tuple(
            Example(self._masked(each["question"], language), each["why"], each["call_id"], each["at_s"])
            for each in one["examples"]
        )
        agent = one["origin"] == "agent"
        near = self._near_by_meaning(one) if one["state"] == _OPEN else ()
        if not (by_meaning := bool(near)) and one["state"] == _OPEN:
            near = self.near(one["question"], language)
        return Shown(
            id=one["id"],
            state=one["state"],
            language=language,
            question=self._masked(one["question"], language),
            # What an editor drafted stays as it is: a number in it is one that callers are to hear.
            answer=self._masked(one["answer"], language) if agent else one["answer"],
            agent=agent,
            count=one["count"],
            last_at=one["last_at"] or "",
            examples=examples,
            near=near,
            by_meaning=by_meaning,
            article_id=one["article_id"] or "",
            decided=decided,
        )

    def _near_by_meaning(self, one: Mapping[str, Any]) -> tuple[Near, ...]:
        """Return what was found near it, but for articles that are withdrawn by now."""
        kept = [(self._library.knowledge.get(article), confidence) for article, confidence in one["near"] or ()]
        return tuple(_near(entry, confidence) for entry, confidence in kept if entry)

    def _masked(self, words: str, language: str) -> str:
        return named(masked_words(words, language), self._visit.phrases, self._visit.language)


_OPEN = SuggestionState.OPEN


def _near(entry: Entry, confidence: float) -> Near:
    return Near(entry.article_id, entry.title, entry.short, len(entry.questions), confidence)


def _decided_by(connection: Connection, suggestion_id: str) -> str:
    """Return who decided about a suggestion: the last who did anything with it."""
    trail = articles.history(connection, suggestion_id=suggestion_id)
    return str(trail[-1]["who"]) if trail else ""


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _insist_short(name: str, text: str) -> None:
    if len(text) > (most := MOST_SIGNS[name]):
        raise Refused(f"That is longer than {most:,} characters.", "knowledge.too_long", most=f"{most:,}")
