"""The knowledge base as it was: what it would have answered at a moment of the past, by the versions of that time."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property

import numpy as np
from sqlalchemy import Connection, Engine, func, select

from knowledge.articles import Embeddings
from knowledge.embedding import WhenAsked
from knowledge.entry import Entry
from knowledge.library import Encoders
from knowledge.search import Knowledge
from models.article import Article, ArticleVectors, ArticleVersion

MOST = 3
"""States that are kept: calls are inspected soon, so most of them share one."""


class Former:
    """All that the knowledge base ever knew."""

    def __init__(self, engine: Engine, embeddings: Embeddings | None = None) -> None:
        """Read nothing yet; `embeddings` by language, all there are without it."""
        self._engine = engine
        self._embeddings: Embeddings = WhenAsked() if embeddings is None else embeddings
        self._kept: OrderedDict[datetime, Knowledge] = OrderedDict()

    def at(self, moment: datetime) -> "Moment":
        """Return what it knew at `moment` (with a time zone); the database is read when something is asked."""
        return Moment(lambda: self.knowledge(moment), moment)

    def knowledge(self, moment: datetime) -> Knowledge:
        """Return the articles that were published at `moment`, ready to be searched."""
        with self._engine.connect() as connection:
            newest = connection.scalar(
                select(func.max(ArticleVersion.written_at)).where(ArticleVersion.written_at <= moment)
            )
            if newest is None:
                return Knowledge(())
            if newest not in self._kept:
                entries = list(_published(connection, moment, self._embeddings))
                self._kept[newest] = Knowledge(map(self._encoded, entries), Encoders(self._embeddings))
                while len(self._kept) > MOST:
                    self._kept.popitem(last=False)
        self._kept.move_to_end(newest)
        return self._kept[newest]

    def _encoded(self, entry: Entry) -> Entry:
        if entry.vectors is not None or not (embedding := self._embeddings.get(entry.language)):
            return entry
        return replace(entry, vectors=embedding.of(entry.faces()))


class Moment:
    """What was known at one moment."""

    def __init__(self, knowledge: Callable[[], Knowledge], moment: datetime) -> None:
        """`knowledge` is called when something is asked, once."""
        self._read, self._moment = knowledge, moment
        self._answers: dict[tuple[str, str, tuple[str, ...]], Entry | None] = {}
        """By question, language and tags: several rules ask the same of one call."""

    @cached_property
    def _knowledge(self) -> Knowledge:
        return self._read()

    def answering(self, question: str, language: str, tags: Sequence[str] = ()) -> Entry | None:
        """Return the article that would have been given as the answer to `question`, or None."""
        key = question, language, tuple(tags)
        if key not in self._answers:
            found = self._knowledge.search(question, language, self._moment, tags)
            self._answers[key] = self._knowledge.get(found.article_id) if found else None
        return self._answers[key]

    def article(self, id_: str) -> Entry | None:
        """Return the article of that id, or None where it wasn't given as an answer on that day."""
        entry = self._knowledge.get(id_)
        return entry if entry and entry.valid(self._moment.date()) else None


def _published(connection: Connection, moment: datetime, embeddings: Embeddings) -> Iterator[Entry]:
    """Yield each article by its newest version at `moment`, with its vectors where they are kept."""
    newest = (
        select(ArticleVersion.article_id, func.max(ArticleVersion.version).label("version"))
        .where(ArticleVersion.written_at <= moment)
        .group_by(ArticleVersion.article_id)
        .subquery()
    )
    rows = connection.execute(
        select(ArticleVersion.__table__, Article.language, ArticleVectors.version.label("of"), ArticleVectors.model,
               ArticleVectors.dimensions, ArticleVectors.rows)
        .join(newest, (ArticleVersion.article_id == newest.c.article_id) & (ArticleVersion.version == newest.c.version))
        .join(Article, Article.id == ArticleVersion.article_id)
        .outerjoin(ArticleVectors, ArticleVectors.article_id == ArticleVersion.article_id)
        .where(ArticleVersion.withdrawn.is_(False))
    ).mappings()  # fmt: skip
    for row in rows:
        embedding = embeddings.get(row["language"])
        vectors = None
        if embedding and row["model"] == embedding.model and row["of"] == row["version"]:
            vectors = np.frombuffer(row["rows"], "<f4").reshape(-1, row["dimensions"])
        yield Entry(
            row["article_id"], row["version"], row["language"], row["title"], tuple(row["questions"]), row["short"],
            row["long"], tuple(row["tags"]), row["valid_from"], row["valid_until"], vectors,
        )  # fmt: skip
