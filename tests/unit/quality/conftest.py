from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from models.call import Call
from models.database import migrate, open_engine
from models.turn import Turn
from tests.databases import database_url, postgresql, sqlite_pattern

__all__ = ["database_url", "postgresql", "sqlite_pattern"]

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
BLANK = {"String": "", "Float": 0.0, "Double": 0.0, "Integer": 0, "JSON": {}, "Boolean": False, "Moment": NOW}


def row(table, **values):
    """A row with something for every column that must have something."""
    blank = {
        column.name: BLANK[type(column.type).__name__] for column in table.__table__.columns if not column.nullable
    }
    return insert(table).values(**{**blank, **values})


class Records:
    """A database with calls in it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def call(self, name: str, *turns: tuple[str, str], seconds_ago: float = 60, state: str = "ended", **more) -> None:
        began = NOW - timedelta(seconds=seconds_ago)
        with self.engine.begin() as connection:
            ended = began + timedelta(seconds=10) if state == "ended" else None
            values = {"state": state, "language": "en", "started_at": began, "answered_at": began, "ended_at": ended}
            connection.execute(row(Call, id=name, **values | more))
            for number, (speaker, text) in enumerate(turns, 1):
                times = {"start_s": 3.0 * number, "end_s": 3.0 * number + 2}
                said = {"speaker": speaker, "text": text, "language": "en", "timings": {}}
                connection.execute(row(Turn, call_id=name, number=number, **said, **times))


@pytest.fixture
def records(tmp_path: Path) -> Records:
    engine = open_engine(f"sqlite:///{tmp_path / 'hotline.sqlite'}")
    migrate(engine)
    return Records(engine)


@pytest.fixture
def either(database_url: str) -> Iterator[Engine]:
    """A fresh database of each kind."""
    engine = open_engine(database_url)
    yield engine
    engine.dispose()
