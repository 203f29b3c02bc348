"""A transaction that writes what it has read: nobody else writes between, and a fault becomes a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from models.database import way_out
from models.errors import Refused


@contextmanager
def writing(engine: Engine, lock: int = 0) -> Iterator[Connection]:
    """Yield a transaction that has SQLite's only writer's place from its beginning.

    With PostgreSQL, all that name the same `lock` go one after the other; 0: its rows' own locks are enough.
    Raises `CannotDo` where the database can't be written.
    """
    with _said(), engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        elif lock:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({int(lock)})")
        yield connection


@contextmanager
def each_by_itself(engine: Engine) -> Iterator[Connection]:
    """Yield a connection on which each statement is a transaction: two ways to the server less. Raises `CannotDo`."""
    with _said(), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        sentence = (
            f"The database can't be written now ({error.orig}); nothing was changed: {way_out(error, 'try again')}."
        )
        raise Refused(sentence, "frame.unwritten") from error
