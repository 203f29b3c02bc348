import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, insert

from models.call import Call
from models.database import Base, migrate, open_engine
from models.turn import Turn
from tests.postgresql import cluster

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


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a database with our tables on a server of its own."""
    with cluster() as server:
        url = server.format("postgres")
        engine = open_engine(url)
        migrate(engine)
        engine.dispose()
        yield url


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database with our tables, to copy."""
    path = tmp_path_factory.mktemp("pattern") / "pattern.sqlite"
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A fresh database of each kind."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("pattern"), tmp_path / "either.sqlite")
        url = f"sqlite:///{tmp_path / 'either.sqlite'}"
    else:
        url = request.getfixturevalue("postgresql")
    engine = open_engine(url)
    yield engine
    engine.dispose()
    if request.param == "postgresql":
        emptied = create_engine(url)
        with emptied.begin() as connection:
            tables = reversed(Base.metadata.sorted_tables)
            connection.exec_driver_sql("; ".join(f"DELETE FROM {table.name}" for table in tables))
        emptied.dispose()
