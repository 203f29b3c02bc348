"""Questions are grouped by the console and by `hotline kb` at once, and while calls go on."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event

import numpy as np
import pytest
from sqlalchemy import Connection, Engine

from knowledge import learning
from knowledge.articles import Embedding, Embeddings
from knowledge.entry import Vectors

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
PATIENCE_S = 20.0


def ask(engine: Engine, *questions: str, language: str = "en") -> None:
    with engine.begin() as connection:
        for question in questions:
            learning.unanswered(connection, question, language, "call", 3.5, "unknown", at=NOW)


def counts(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        return [one["count"] for one in learning.suggestions(connection)]


def until_somebody_waits(engine: Engine) -> None:
    """Return once a connection waits for another's lock; who waits for SQLite's only writer's place is seen nowhere."""
    end = time.monotonic() + PATIENCE_S
    while engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            if connection.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted").scalar():
                return
        assert time.monotonic() < end, "nobody waits"
        time.sleep(0.01)


def test_of_two_who_group_at_once_the_second_waits_and_opens_nothing_anew(
    either: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(either, "do you repair umbrellas", "do you repair umbrellas please")
    grouped, go_on, really = Event(), Event(), learning.group

    def group(connection: Connection, embeddings: Embeddings | None = None, before: datetime | None = None) -> int:
        count = really(connection, embeddings, before)
        if not grouped.is_set():
            grouped.set()
            assert go_on.wait(PATIENCE_S)
        return count

    monkeypatch.setattr(learning, "group", group)
    with ThreadPoolExecutor(2) as two:
        first = two.submit(learning.group_noted, either)
        assert grouped.wait(PATIENCE_S)
        second = two.submit(learning.group_noted, either)
        try:
            until_somebody_waits(either)
        finally:
            go_on.set()
        assert (first.result(), second.result()) == (2, 0)
    assert counts(either) == [2]


@pytest.mark.parametrize(
    ("language", "asked", "meanwhile"),
    [("en", "do you repair umbrellas", "who mends my gamp"), ("zh", "店门口能停车吗", "车子放哪里")],
)
def test_calls_write_while_sentences_are_encoded_and_what_they_ask_is_grouped_too(
    engine: Engine, language: str, asked: str, meanwhile: str
) -> None:
    encoded: list[list[str]] = []

    def of(texts: Sequence[str]) -> Vectors:
        if not encoded:
            ask(engine, meanwhile, language=language)
        encoded.append(list(texts))
        return np.ones((len(texts), 1), np.float32)

    ask(engine, asked, language=language)
    assert learning.group_noted(engine, {language: Embedding("test", of)}) == 2
    assert counts(engine) == [2], "alike by meaning alone"
    assert encoded == [[asked], [meanwhile]]


def test_where_nothing_waits_nothing_is_encoded(engine: Engine) -> None:
    def of(texts: Sequence[str]) -> Vectors:
        raise AssertionError(texts)

    ask(engine, "do you repair umbrellas")
    assert learning.group_noted(engine) == 1
    assert learning.group_noted(engine, {"en": Embedding("test", of)}) == 0
