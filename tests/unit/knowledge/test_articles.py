"""Articles are written in versions, and it stays known who did what."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime

import numpy as np
import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from knowledge import articles, embedding
from knowledge.articles import Editor, Embedding, Written
from knowledge.draft import Draft
from knowledge.entry import Vectors
from knowledge.library import Library
from models.errors import CannotDo, OperatorFault

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
WANG = Editor("wang", NOW)
HOURS = Draft(
    "Opening hours", "Nine to six.", "Monday to Friday.", ("When are you open?",), tags=("shop",), owner="lee"
)
CHINESE_HOURS = Draft("营业时间", "早上九点到下午六点。", questions=("几点开门？",), valid_until=date(2026, 12, 31))


def put(engine: Engine, *drafts: Draft) -> list[Written]:
    with engine.begin() as connection:
        return [articles.write(connection, draft, WANG) for draft in drafts]


def test_an_added_article_is_read_as_it_was_written(engine: Engine) -> None:
    assert put(engine, HOURS, CHINESE_HOURS) == [Written.ADDED, Written.ADDED]
    with engine.connect() as connection:
        english, chinese = articles.read(connection, "opening-hours"), articles.read(connection, "营业时间")
    assert (english["language"], english["version"], english["questions"]) == ("en", 1, ["When are you open?"])
    assert (english["tags"], english["owner"], english["written_by"]) == (["shop"], "lee", "wang")
    assert (chinese["language"], chinese["valid_until"], chinese["short"]) == (
        "zh",
        "2026-12-31",
        "早上九点到下午六点。",
    )


def test_a_change_is_a_new_version_and_the_old_one_stays(engine: Engine) -> None:
    put(engine, HOURS)
    assert put(engine, Draft("Opening hours", "Ten to five.")) == [Written.CHANGED]
    with engine.connect() as connection:
        assert [one["short"] for one in articles.versions(connection, "opening-hours")] == [
            "Nine to six.",
            "Ten to five.",
        ]
        trail = [(one["who"], one["what"], one["version"], one["words"]) for one in articles.history(connection)]
    assert trail == [
        ("wang", "added", 1, ""),
        ("wang", "changed", 2, "questions, short, long, tags, owner"),
    ]


def test_the_same_content_again_changes_nothing(engine: Engine) -> None:
    put(engine, HOURS)
    assert put(engine, HOURS) == [Written.UNCHANGED]
    with engine.connect() as connection:
        assert len(articles.history(connection)) == 1
        assert articles.revision(connection) == 1


def test_a_withdrawn_article_is_no_answer_and_can_be_published_again(engine: Engine) -> None:
    put(engine, HOURS)
    library = Library(engine)
    library.refresh()
    assert library.search("when are you open", "en", NOW)
    with engine.begin() as connection:
        articles.withdraw(connection, "opening-hours", WANG)
    library.refresh()
    assert library.search("when are you open", "en", NOW) is None
    with engine.connect() as connection:
        assert list(articles.listed(connection)) == []
        assert [one["withdrawn"] for one in articles.listed(connection, withdrawn=True)] == [True]
    assert put(engine, HOURS) == [Written.CHANGED]
    library.refresh()
    assert library.search("when are you open", "en", NOW)


def test_an_article_is_found_as_soon_as_it_is_written(engine: Engine) -> None:
    library = Library(engine)
    assert library.refresh()
    assert not library.refresh()
    assert library.search("几点开门", "zh", NOW) is None
    put(engine, CHINESE_HOURS)
    assert library.refresh()
    found = library.search("你们几点开门", "zh", NOW)
    assert found is not None
    assert found.article_id == "营业时间"


def test_a_refresh_reads_only_what_changed(engine: Engine) -> None:
    put(engine, HOURS, CHINESE_HOURS)
    with engine.connect() as connection:
        published, gone = articles.entries(connection, since=1)
    assert [entry.article_id for entry in published] == ["营业时间"]
    assert gone == []


def test_vectors_are_kept_with_the_version_they_are_of(engine: Engine) -> None:
    asked: list[int] = []

    def of(texts: Sequence[str]) -> Vectors:
        asked.append(len(texts))
        return np.eye(3, dtype=np.float32)[: len(texts)]

    embeddings = {"en": Embedding("test", of)}
    with engine.begin() as connection:
        articles.write(connection, HOURS, WANG, embeddings)
        (entry,), _ = articles.entries(connection, embeddings=embeddings)
        (without,), _ = articles.entries(connection, embeddings={"en": Embedding("another model", of)})
    assert asked == [3]
    assert entry.vectors is not None
    assert entry.vectors.tolist() == np.eye(3).tolist()
    assert without.vectors is None


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        (Draft("Hours", " "), "no short answer"),
        (Draft("?!", "Nine."), "no title with a letter"),
        (Draft("Hours", "Nine.", language="fr"), "must be en or zh"),
        (Draft("Hours", "Nine.", valid_from=date(2027, 1, 1), valid_until=date(2026, 1, 1)), "put the dates in order"),
    ],
)
def test_what_can_not_be_an_article_is_said_in_a_sentence(engine: Engine, draft: Draft, words: str) -> None:
    with pytest.raises(OperatorFault, match=words):
        put(engine, draft)


def test_an_article_that_is_not_there_is_said_with_the_nearest(engine: Engine) -> None:
    put(engine, HOURS)
    with engine.begin() as connection:
        with pytest.raises(CannotDo, match="did you mean opening-hours"):
            articles.read(connection, "hours")
        with pytest.raises(CannotDo, match="hotline kb list"):
            articles.withdraw(connection, "nothing", WANG)
        articles.withdraw(connection, "opening-hours", WANG)
        with pytest.raises(CannotDo, match="withdrawn already"):
            articles.withdraw(connection, "opening-hours", WANG)


def test_vectors_of_a_former_encoder_are_made_anew_once(engine: Engine) -> None:
    made: list[str] = []

    def of(texts: Sequence[str]) -> Vectors:
        made.extend(texts)
        return np.eye(4, dtype=np.float32)[: len(texts)]

    with engine.begin() as connection:
        articles.write(connection, HOURS, WANG, {"en": Embedding("old", of)})
    made.clear()
    for _ in range(2):
        library = Library(engine, {"en": Embedding("new", of)})
        library.refresh()
    assert made == ["Opening hours", "When are you open?", "Nine to six."]


def test_only_encoders_of_languages_that_articles_are_in_are_loaded(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []

    class OneHot:
        version, dimension, name = "test", 4, "test"

        def of(self, texts: Sequence[str]) -> Vectors:
            return np.eye(4, dtype=np.float32)[: len(texts)]

    def sense_of(language: str) -> OneHot:
        loaded.append(language)
        return OneHot()

    monkeypatch.setattr(embedding, "search_sense_of", sense_of)
    library = Library(engine, embedding.WhenAsked())
    library.refresh()
    for language, question in (("en", "when are you open"), ("zh", "几点开门")):
        assert library.search(question, language, NOW) is None
    assert loaded == []
    put(engine, CHINESE_HOURS)
    library.refresh()
    assert library.search("你们几点开门", "zh", NOW)
    assert set(loaded) == {"zh"}
    assert dict(embedding.WhenAsked()).keys() == {"en", "zh"}


async def test_a_running_server_knows_a_change_without_being_told(engine: Engine) -> None:
    library = Library(engine)
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        following = group.create_task(library.follow(every=0.01))
        put(engine, CHINESE_HOURS)
        while library.search("几点开门", "zh", NOW) is None:
            await asyncio.sleep(0.01)
        following.cancel()


async def test_a_database_that_fails_for_a_while_leaves_what_was_known(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    put(engine, HOURS)
    library = Library(engine)
    library.refresh()

    def away() -> bool:
        raise OperationalError("select", {}, Exception("away"))

    monkeypatch.setattr(library, "refresh", away)
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        following = group.create_task(library.follow(every=0.01))
        await asyncio.sleep(0.1)
        assert not following.done()
        following.cancel()
    assert library.search("When are you open?", "en", NOW)
    assert [record.message for record in caplog.records].count(caplog.records[0].message) == 1
    assert "away" in caplog.text
