"""Connections that rested are asked whether they live, those just used aren't; faults of the database are sentences."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError

import models.database
from models.database import RESTED_S, _ask_whoever_rested, opened_for, schema_age
from models.errors import OperatorFault
from models.settings import DataSettings, Settings


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(models.database, "time", clock)
    return clock


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{tmp_path / 'a.sqlite'}")
    _ask_whoever_rested(engine)
    return engine


def use(engine: Engine) -> Any:
    with engine.connect() as connection:
        assert connection.exec_driver_sql("select 1").scalar() == 1
        return connection.connection.dbapi_connection


def test_a_connection_is_asked_only_where_it_rested(
    engine: Engine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def lives(connection: Any) -> bool:
        asked.append(connection)
        return True

    monkeypatch.setattr(engine.dialect, "do_ping", lives)
    first = use(engine)
    clock.now += RESTED_S / 2
    assert use(engine) is first
    clock.now += RESTED_S / 2
    assert use(engine) is first
    assert asked == [], "it was used a moment ago each time"
    clock.now += RESTED_S
    assert use(engine) is first
    assert asked == [first]


@pytest.mark.parametrize("raises", [False, True])
def test_a_dead_connection_that_rested_is_replaced_and_so_are_those_beside_it(
    engine: Engine, clock: Clock, monkeypatch: pytest.MonkeyPatch, raises: bool
) -> None:
    def dead(_: Any) -> bool:
        if raises:
            raise engine.dialect.loaded_dbapi.OperationalError("the server closed the connection")
        return False

    with engine.connect() as one, engine.connect() as other:
        before = [each.connection.dbapi_connection for each in (one, other)]
    monkeypatch.setattr(engine.dialect, "do_ping", dead)
    clock.now += RESTED_S
    with engine.connect() as one, engine.connect() as other:
        after = [each.connection.dbapi_connection for each in (one, other)]
        assert one.exec_driver_sql("select 1").scalar() == other.exec_driver_sql("select 1").scalar() == 1
    assert len({*map(id, before), *map(id, after)}) == 4


def test_an_opened_database_is_made_and_its_faults_begin_with_what_could_not_be_done(tmp_path: Path) -> None:
    settings = Settings(data=DataSettings(directory=tmp_path / "new"))
    with opened_for(settings, "Campaigns can't be read") as engine, engine.connect() as connection:
        assert schema_age(connection) == "newest"
    for said, what in (
        ("database is locked", "try again, and if that goes on see which"),
        ("database or disk is full", "make room on the disk of [data] directory"),
        ("attempt to write a readonly database", "make its file and folder writable"),
    ):
        with pytest.raises(OperatorFault) as refused, opened_for(settings, "Campaigns can't be read"):
            raise OperationalError("", {}, sqlite3.OperationalError(said))
        assert str(refused.value).startswith(f"Campaigns can't be read ({said}); {what}")
    sentence = r"^Campaigns can't be read \(no such table: absent\); check \[database\] url\.$"
    with (
        pytest.raises(OperatorFault, match=sentence),
        opened_for(settings, "Campaigns can't be read") as engine,
        engine.connect() as connection,
    ):
        connection.exec_driver_sql("SELECT * FROM absent")
