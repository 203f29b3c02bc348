import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from dialplans.exchange import Unanswered
from models.database import migrate, open_engine
from models.suggestion import Unanswered as Noted
from voice.open_questions import OpenQuestion, OpenQuestions


def question(words):
    return OpenQuestion(Unanswered(words, "unknown"), "en", "call-1", 2.5, datetime(2026, 11, 21, tzinfo=UTC))


def written(engine):
    with engine.connect() as connection:
        return [row.question for row in connection.execute(select(Noted.__table__).order_by(Noted.id))]


@pytest.fixture
def engine(tmp_path):
    made = open_engine(f"sqlite:///{tmp_path / 'known.sqlite'}")
    yield made
    made.dispose()


async def test_what_waits_when_the_server_stops_is_written_still(engine):
    migrate(engine)
    questions = OpenQuestions(engine)
    running = asyncio.ensure_future(questions.run())
    await asyncio.sleep(0)
    questions.add(question("Do you repair violins?"))
    questions.add(question("Do you buy gold?"))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert written(engine) == ["Do you repair violins?", "Do you buy gold?"]


async def test_a_database_that_takes_nothing_now_is_given_it_later(engine, caplog):
    questions = OpenQuestions(engine)
    questions.add(question("Do you repair violins?"))
    assert questions._write() is False
    assert "they wait" in caplog.text
    migrate(engine)
    assert questions._write() is True
    assert written(engine) == ["Do you repair violins?"]
