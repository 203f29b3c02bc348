"""What callers missed, by meaning: groups its questions and finds articles near them, for processes without encoders.

Suggestions keep what was near them (`Suggestion.near`) with the revision of the knowledge base that it was told by.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, and_, or_, select, update

from knowledge import articles, learning
from knowledge.articles import Embeddings
from knowledge.embedding import embeddings as encoders_of
from knowledge.search import Knowledge
from models.article import Article, ArticleVectors
from models.suggestion import Suggestion, SuggestionState
from models.writing import writing

Result = TypeVar("Result")
MOST_NEAR = 6
"""Articles kept with a suggestion."""
AT_ONCE = 50
"""Suggestions for which articles are looked for in one go, each some 20 ms."""


def brought_up_to_date(
    engine: Engine,
    today: date,
    *,
    writes: Callable[[Callable[[], Any]], Any],
    encoders: Callable[[Iterable[str]], Embeddings] = encoders_of,
) -> int:
    """Group the questions that wait, look for articles near suggestions; return of how many of these there is news.

    `writes` does each transaction that writes. Loads encoders (1-3 s each) where there is something to do for them.
    Raises `CannotDo` where the database can't be written.
    """
    with engine.connect() as connection:
        waiting = learning.waiting(connection)
    if waiting:
        ready = learning.encoded_ahead(engine, encoders(waiting))
        writes(lambda: learning.group_noted(engine, ready))
    return _look(engine, today, writes, encoders)


def _look(
    engine: Engine,
    today: date,
    writes: Callable[[Callable[[], Any]], Any],
    encoders: Callable[[Iterable[str]], Embeddings],
) -> int:
    with engine.connect() as connection:
        revision = articles.revision(connection)
        waits = and_(
            Suggestion.state == SuggestionState.OPEN,
            or_(Suggestion.near_revision.is_(None), Suggestion.near_revision != revision),
        )
        # Who encodes articles raises no revision: until all are, a language keeps the old one, and is looked at again.
        models = _models(connection)
        languages = {
            language
            for language in connection.scalars(select(Suggestion.language).where(waits).distinct())
            if models.get(language) != ""
        }
        if not languages:
            return 0
        ready = encoders(sorted(languages))
        languages -= {name for name, one in ready.items() if models.get(name, one.model) != one.model}
        old = connection.execute(
            select(Suggestion.id, Suggestion.language, Suggestion.question)
            .where(waits, Suggestion.language.in_(languages))
            .order_by(Suggestion.id.desc())
            .limit(AT_ONCE)
        ).all()
        if not old:
            return 0
        published = [one for one in articles.entries(connection, embeddings=ready)[0] if one.language in languages]
    # One that was changed just now, without vectors: then all wait, as to encode thousands would take minutes.
    bare = {one.language for one in published if one.vectors is None and one.language in ready}
    known = Knowledge(published, {name: one.of for name, one in ready.items() if name not in bare})
    near = {
        one.id: [
            [found.article_id, round(found.confidence, 4)]
            for found in known.candidates(one.question, one.language, today, most=MOST_NEAR)
        ]
        if one.language in ready
        else []
        for one in old
        if one.language not in bare
    }

    def keep() -> None:
        with writing(engine) as connection:
            for suggestion, found in near.items():
                changed = {"near": found, "near_revision": revision}
                connection.execute(update(Suggestion).where(Suggestion.id == suggestion).values(**changed))

    writes(keep)
    return len(near)


def _models(connection: Connection) -> dict[str, str]:
    """Return by which encoder all articles of a language have vectors, "" where some have none or another's."""
    rows = connection.execute(
        select(Article.language, ArticleVectors.model)
        .outerjoin(
            ArticleVectors,
            and_(ArticleVectors.article_id == Article.id, ArticleVectors.version == Article.version),
        )
        .where(Article.withdrawn.is_(False))
        .distinct()
    ).all()
    models: dict[str, str] = {}
    for row in rows:
        models[row.language] = "" if row.language in models else row.model or ""
    return models
