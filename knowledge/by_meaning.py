"""What callers missed, by meaning: groups its questions and finds articles near them, for processes without encoders.

Suggestions keep what was near them (`Suggestion.near`) with the revision of the knowledge base that it was told by.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Engine, or_, select, update

from knowledge import articles, learning
from knowledge.articles import Embeddings
from knowledge.embedding import embeddings as encoders_of
from knowledge.search import Knowledge
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
        old = connection.execute(
            select(Suggestion.id, Suggestion.language, Suggestion.question)
            .where(Suggestion.state == SuggestionState.OPEN)
            .where(or_(Suggestion.near_revision.is_(None), Suggestion.near_revision != revision))
            .order_by(Suggestion.id.desc())
            .limit(AT_ONCE)
        ).all()
        if not old:
            return 0
        languages = {one.language for one in old}
        ready = encoders(sorted(languages))
        published = [one for one in articles.entries(connection, embeddings=ready)[0] if one.language in languages]
    # Where some have no vectors of today's encoder, all are told by words: to encode thousands would take minutes.
    bare = {one.language for one in published if one.vectors is None}
    known = Knowledge(published, {name: one.of for name, one in ready.items() if name not in bare})
    near = {
        one.id: [
            [found.article_id, round(found.confidence, 4)]
            for found in known.candidates(one.question, one.language, today, most=MOST_NEAR)
        ]
        if one.language in ready and one.language not in bare
        else []
        for one in old
    }

    def keep() -> None:
        with writing(engine) as connection:
            for suggestion, found in near.items():
                changed = {"near": found, "near_revision": revision}
                connection.execute(update(Suggestion).where(Suggestion.id == suggestion).values(**changed))

    writes(keep)
    return len(near)
