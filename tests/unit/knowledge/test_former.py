from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from knowledge import articles
from knowledge.articles import Editor
from knowledge.draft import Draft
from knowledge.former import Former
from models.database import migrate, open_engine

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = open_engine(f"sqlite:///{tmp_path / 'hotline.sqlite'}")
    migrate(engine)
    return engine


def write(engine: Engine, at: datetime, short: str, **more) -> None:
    draft = Draft(title="Opening hours", questions=("When are you open?",), short=short, language="en",
                  article_id="hours", **more)  # fmt: skip
    with engine.begin() as connection:
        articles.write(connection, draft, Editor("ann", at))


def test_an_answer_is_the_one_of_its_time(engine):
    write(engine, NOON, "Nine to five.")
    write(engine, NOON + timedelta(hours=1), "Nine to six.")
    former = Former(engine, {})
    asked = "When are you open?", "en"
    assert former.at(NOON - timedelta(seconds=1)).answering(*asked) is None
    first, second = (former.at(NOON + timedelta(minutes=after)).answering(*asked) for after in (30, 120))
    assert (first and first.short) == "Nine to five."
    assert (second and second.version) == 2


def test_what_was_withdrawn_answered_until_then(engine):
    write(engine, NOON, "Nine to five.")
    with engine.begin() as connection:
        articles.withdraw(connection, "hours", Editor("ann", NOON + timedelta(hours=1)))
    former = Former(engine, {})
    assert former.at(NOON + timedelta(minutes=30)).article("hours") is not None
    assert former.at(NOON + timedelta(hours=2)).article("hours") is None


def test_an_article_is_no_answer_before_its_first_day(engine):
    write(engine, NOON, "Nine to five.", valid_from=date(2026, 11, 22))
    former = Former(engine, {})
    assert former.at(NOON + timedelta(hours=1)).article("hours") is None
    assert former.at(NOON + timedelta(days=1)).article("hours") is not None
