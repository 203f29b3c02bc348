"""The knowledge of a running server: the newest index at hand, renewed when an article changes.

Searching never waits for the database: `knowledge` is an immutable index that is swapped whole. `follow` looks every
quarter of a second whether the revision moved and, if so, reads only what changed and indexes it in a thread.
"""

import asyncio
import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from knowledge import articles
from knowledge.articles import Embeddings
from knowledge.entry import Entry
from knowledge.search import Found, Knowledge
from knowledge.shelf import Embed

log = logging.getLogger(__name__)
LOOK_EVERY = 0.25
"""Seconds until a change in the database is live."""
MANY = 200
"""Articles without vectors from which on it is said that they take a while: each has about seven sentences of 15 ms."""


class Encoders(Mapping[str, Embed]):
    """What encodes sentences, by language; loads no encoder before it is asked for."""

    def __init__(self, embeddings: Embeddings) -> None:
        self._embeddings = embeddings

    def __getitem__(self, language: str) -> Embed:
        return self._embeddings[language].of

    def __iter__(self) -> Iterator[str]:
        return iter(self._embeddings)

    def __len__(self) -> int:
        return len(self._embeddings)


class Library:
    """What is known, always the newest."""

    def __init__(self, engine: Engine, embeddings: Embeddings | None = None) -> None:
        """Know nothing until the first `refresh`; `embeddings` by language, asked for those that articles are in."""
        self._engine = engine
        self._embeddings: Embeddings = {} if embeddings is None else embeddings
        self._revision = -1
        self._renewing = threading.Lock()
        self.knowledge = Knowledge((), Encoders(self._embeddings))

    def search(self, question: str, language: str, at: datetime | date, tags: Sequence[str] = ()) -> Found | None:
        """Search the index at hand; returns at once, without a look at the database."""
        return self.knowledge.search(question, language, at, tags)

    def refresh(self) -> bool:
        """Read what changed since the last time, and tell whether anything had. Any thread; blocks on the database."""
        with self._renewing:
            with self._engine.connect() as connection:
                newest = articles.revision(connection)
                if newest == self._revision:
                    return False
                published, gone = articles.entries(connection, self._revision, self._embeddings)
            self._say_what_takes_long(published)
            self.knowledge = self.knowledge.changed(map(self._with_vectors, published), gone)
            self._revision = newest
        return True

    def _say_what_takes_long(self, published: Sequence[Entry]) -> None:
        """As after a change of the encoder: the line isn't open meanwhile."""
        new = sum(entry.vectors is None and entry.language in self._embeddings for entry in published)
        if new >= MANY:
            log.warning("%d articles are prepared for searching by meaning, about %d min, once", new, new // 600 + 1)

    def _with_vectors(self, entry: Entry) -> Entry:
        """The entry with vectors of today's encoder; where they were missing they are kept for the next start."""
        embedding = self._embeddings.get(entry.language)
        if embedding is None or entry.vectors is not None:
            return entry
        vectors = embedding.of(entry.faces())
        try:
            with self._engine.begin() as connection:
                articles.keep_vectors(connection, entry.article_id, entry.version, vectors, embedding.model)
        except DBAPIError as error:
            log.warning("vectors of %s can't be kept (%s); they are made again", entry.article_id, error.orig)
        return replace(entry, vectors=vectors)

    async def follow(self, every: float = LOOK_EVERY) -> None:
        """Keep the index new until cancelled; what the database can't tell now is asked again later."""
        failing = False
        while True:
            try:
                await asyncio.to_thread(self.refresh)
                failing = False
            except DBAPIError as error:
                if not failing:
                    log.warning(
                        "the knowledge base can't be read (%s); what was known before is still known", error.orig
                    )
                failing = True
            await asyncio.sleep(every)
