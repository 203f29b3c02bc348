"""The database: SQLite in WAL mode by default, PostgreSQL where one machine is not enough."""

import math
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Connection, DateTime, Dialect, Engine, Table, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidatePoolError, NoSuchModuleError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from models.errors import OperatorFault
from models.settings import Settings

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
RESTED_S = 1.0
"""After which a connection is asked whether it still lives."""
BUSY_SECONDS = 5.0
"""How long SQLite itself waits for another writer before it says "locked"."""


class Base(DeclarativeBase):
    """What all tables share."""


def table_of(noun: type[Base]) -> Table:
    """Return the table of a noun, for statements over many rows."""
    assert isinstance(noun.__table__, Table)
    return noun.__table__


class Moment(TypeDecorator[datetime]):
    """A point in time, UTC on both sides; SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def moment(seconds: float) -> datetime:
    """Return Unix `seconds` as a UTC time."""
    return datetime.fromtimestamp(seconds, UTC)


def database_url(settings: Settings) -> str:
    """Return the configured URL, or that of hotline.sqlite in the data directory."""
    return settings.database.url or f"sqlite:///{settings.data.directory / 'hotline.sqlite'}"


def open_engine(url: str, busy_seconds: float = BUSY_SECONDS) -> Engine:
    """Return an engine for `url` (nothing is connected yet); SQLite gets its pragmas on every connection."""
    try:
        if make_url(url).get_backend_name() == "sqlite":
            engine = create_engine(url, connect_args={"timeout": busy_seconds}, hide_parameters=True)
            event.listen(engine, "connect", _tune_sqlite)
            return engine
        patience = {"connect_timeout": 5} if "+psycopg" in url else {}
        engine = create_engine(url, hide_parameters=True, connect_args=patience)
        _ask_whoever_rested(engine)
        return engine
    except (ArgumentError, NoSuchModuleError) as error:
        raise OperatorFault(f"[database] url is no database address: {error}; write sqlite:///FILE or "
                            "postgresql+psycopg://USER:PASSWORD@HOST/NAME.") from error  # fmt: skip
    except ModuleNotFoundError as error:
        raise OperatorFault(
            f"The driver {error.name} of [database] url is not installed; for PostgreSQL write "
            "postgresql+psycopg://… there and run pip install 'psycopg[binary]'."
        ) from error


WAYS_OUT = {
    "database is locked": "try again, and if that goes on see which other program is writing to it",
    "database or disk is full": "make room on the disk of [data] directory",
    "readonly database": "make its file and folder writable",
    "disk image is malformed": "put a backup of it back",
}
"""What SQLite says, and what to do."""


@contextmanager
def opened_for(settings: Settings, refused: str) -> Iterator[Engine]:
    """Open the configured database, made where there is none; a fault of it becomes a sentence.

    `refused` is that sentence's beginning, such as "Campaigns can't be read". Raises `OperatorFault`.
    """
    engine = open_engine(database_url(settings))
    try:
        migrate(engine)
        yield engine
    except DBAPIError as error:
        raise OperatorFault(f"{refused} ({error.orig}); {way_out(error)}.") from error
    finally:
        engine.dispose()


def way_out(error: DBAPIError, otherwise: str = "check [database] url") -> str:
    """Return what to do about a fault of the database, `otherwise` where it is none of those that are known."""
    said = str(error.orig)
    return next((what for words, what in WAYS_OUT.items() if words in said), otherwise)


def _ask_whoever_rested(engine: Engine) -> None:
    """Ask a connection whether it still lives before it is used again, unless it was used a moment ago.

    SQLAlchemy's own pre-ping asks each time, which is a way to the server and back before every transaction.
    """

    @event.listens_for(engine, "checkin")
    def rests(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def wakes(connection: Any, record: Any, _proxy: object) -> None:
        if time.monotonic() - record.info.pop("rests_since", math.inf) < RESTED_S:
            return
        try:
            lives = engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error:
            lives = False
        if not lives:
            raise InvalidatePoolError


def _tune_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


_migrating = threading.Lock()


def migrate(engine: Engine) -> None:
    """Bring the schema up to the newest migration; raise `OperatorFault` when that can't be done."""
    database = engine.url.database
    if engine.url.get_backend_name() == "sqlite" and database and database != ":memory:":
        _make_directory(Path(database).parent)
    try:
        with _migrating, engine.begin() as connection:
            if schema_age(connection) == "newest":
                return
            if engine.dialect.name == "sqlite":
                # Python's sqlite3 doesn't begin a transaction for DDL: a kill would leave half of a migration.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            if schema_age(connection) == "newer":
                raise OperatorFault(
                    f"The database {engine.url.render_as_string()} was written by a newer Hotline; upgrade this one."
                )
            from alembic import command

            command.upgrade(alembic_config(connection), "head")
    except DBAPIError as error:
        raise OperatorFault(
            f"The database {engine.url.render_as_string()} can't be opened: {error.orig}; "
            "check [database] url, its rights and whether it is reachable."
        ) from error


def schema_age(connection: Connection) -> Literal["empty", "older", "newest", "newer"]:
    """Compare the database's schema with the one that this Hotline knows.

    Without alembic, which takes longer to load than a command that lists calls should last.
    """
    found = None
    if inspect(connection).has_table("alembic_version"):
        found = connection.exec_driver_sql("select version_num from alembic_version").scalar()
    if found is None:
        return "empty"
    known = revisions()
    if found == known[-1]:
        return "newest"
    return "older" if found in known else "newer"


def revisions() -> list[str]:
    """Return the revisions of our migrations, the oldest first; they are numbered."""
    scripts = (file.read_text(encoding="utf-8") for file in (MIGRATIONS / "versions").glob("*.py"))
    return sorted(number for script in scripts for number in re.findall(r'^revision = "(\w+)"', script, re.MULTILINE))


def _make_directory(directory: Path) -> None:
    try:
        # It will hold what people said, and what passwords are kept as.
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OperatorFault(
            f"The directory {directory} for the database can't be made ({error.strerror}); "
            "give another [data] directory or the right to write there."
        ) from error


def alembic_config(connection: Connection | None = None) -> "Config":
    """Return alembic's configuration for our migrations, bound to `connection`."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
