"""What callers missed is grouped by meaning, and articles near it are found and kept, where there are encoders."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import Engine, select

from knowledge import articles, learning
from knowledge.articles import Editor, Embedding, Embeddings
from knowledge.by_meaning import brought_up_to_date
from knowledge.draft import Draft
from knowledge.entry import Vectors
from models.suggestion import Suggestion
from quality.missed import EVERY, Missed
from quality.writes import at_once
from tests.unit.quality.conftest import NOW

TODAY = date(2026, 11, 22)
ABOUT = {"repair": ("mend", "repair", "修", "坏"), "parking": ("car", "park", "车")}


def vectors(texts: Sequence[str]) -> Vectors:
    """Each text by what it is about, so that words don't count."""
    rows = [[float(any(word in text for word in words)) for words in ABOUT.values()] + [0.1] for text in texts]
    found = np.array(rows, np.float32)
    unit: Vectors = found / np.linalg.norm(found, axis=1, keepdims=True)
    return unit


def encoders(languages: Iterable[str]) -> Embeddings:
    return {language: Embedding("test", vectors) for language in languages}


def ask(engine: Engine, *questions: str, language: str) -> None:
    with engine.begin() as connection:
        for question in questions:
            learning.unanswered(connection, question, language, "call", 1.0, "unknown", at=NOW)


def publish(engine: Engine, draft: Draft, embeddings: Embeddings | None) -> None:
    with engine.begin() as connection:
        articles.write(connection, draft, Editor("ann", NOW), embeddings)


def look(engine: Engine) -> int:
    return brought_up_to_date(engine, TODAY, writes=at_once, encoders=encoders)


def kept(engine: Engine) -> list[list[str]]:
    with engine.connect() as connection:
        rows = connection.scalars(select(Suggestion.near).order_by(Suggestion.id)).all()
    return [[article for article, _ in near or ()] for near in rows]


@pytest.mark.parametrize(
    ("language", "asked", "draft"),
    [
        ("en", ("do you mend umbrellas", "who can repair gamps"), Draft("Repairs", "We mend all.", article_id="it")),
        ("zh", ("雨伞坏了怎么办", "你们修伞吗"), Draft("维修", "我们免费修理。", article_id="it", language="zh")),
    ],
)
def test_questions_come_together_by_meaning_and_the_article_near_them_is_kept(
    either: Engine, language: str, asked: tuple[str, ...], draft: Draft
) -> None:
    publish(
        either,
        Draft("Car" if language == "en" else "停车", "x", article_id="car", language=language),
        encoders([language]),
    )
    publish(either, draft, encoders([language]))
    ask(either, *asked, language=language)
    assert look(either) == 1
    with either.connect() as connection:
        (one,) = learning.suggestions(connection)
    assert one["count"] == 2
    assert kept(either)[0][0] == "it"
    assert look(either) == 0, "nothing is looked for twice"


def test_an_article_that_comes_later_is_found_by_what_waits_already(engine: Engine) -> None:
    ask(engine, "do you mend umbrellas", language="en")
    look(engine)
    assert kept(engine) == [[]]
    publish(engine, Draft("Repairs", "We mend all.", article_id="it"), encoders(["en"]))
    assert look(engine) == 1
    assert kept(engine) == [["it"]]


def test_where_an_article_is_not_encoded_nothing_is_told_by_meaning_until_it_is(either: Engine) -> None:
    publish(either, Draft("Parking", "Cars park here.", article_id="car"), encoders(["en"]))
    publish(either, Draft("Repairs", "We mend all.", article_id="it"), None)
    ask(either, "do you mend umbrellas", language="en")
    assert look(either) == 0
    assert kept(either) == [[]]
    loaded: list[str] = []

    def counted(languages: Iterable[str]) -> Embeddings:
        loaded.extend(languages)
        return encoders(loaded)

    assert brought_up_to_date(either, TODAY, writes=at_once, encoders=counted) == 0
    assert not loaded, "and no encoder is loaded for it every few seconds"
    keep_vectors(either, "it", "yesterday's")
    assert look(either) == 0
    keep_vectors(either, "car", "yesterday's")
    assert look(either) == 0, "all by an encoder that isn't today's"
    for article in ("it", "car"):
        keep_vectors(either, article, "test")
    assert look(either) == 1
    assert kept(either)[0][0] == "it"
    assert look(either) == 0


def keep_vectors(engine: Engine, article_id: str, model: str) -> None:
    """As a process does that answers calls: no revision goes up."""
    with engine.begin() as connection:
        (entry,) = [one for one in articles.entries(connection)[0] if one.article_id == article_id]
        articles.keep_vectors(connection, article_id, entry.version, vectors(entry.faces()), model)


def test_a_question_that_an_editor_words_anew_is_looked_for_anew(engine: Engine) -> None:
    publish(engine, Draft("Repairs", "We mend all.", article_id="it"), encoders(["en"]))
    ask(engine, "umbrella trouble", language="en")
    look(engine)
    with engine.begin() as connection:
        (one,) = learning.suggestions(connection)
        learning.edit(connection, one["id"], Editor("ann", NOW), question="can you mend my umbrella")
    assert look(engine) == 1


def test_an_inspector_looks_now_and_then_and_a_database_that_is_away_ends_nothing(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    missed = Missed(engine)
    now: datetime = NOW
    assert missed.step(now) == 0
    engine.dispose()
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE suggestion RENAME TO away")
    assert missed.step(now + EVERY / 2) == 0
    assert not caplog.messages
    assert missed.step(now + EVERY) == 0
    assert "aren't grouped" in caplog.text
    caplog.clear()
    assert missed.step(now + EVERY + timedelta(minutes=1)) == 0
    assert not caplog.messages
