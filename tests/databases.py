"""Fresh databases with our tables, of each kind, as fixtures for the packages whose tests need both."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from models.database import Base, migrate, open_engine
from tests.postgresql import cluster


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
def sqlite_pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database with our tables, to copy."""
    path = tmp_path_factory.mktemp("pattern") / "pattern.sqlite"
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh database with our tables, of each kind."""
    if request.param == "sqlite":
        path = tmp_path / "hotline.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_pattern"), path)
        yield f"sqlite:///{path}"
        return
    url: str = request.getfixturevalue("postgresql")
    yield url
    # One database for all, emptied in one way to the server: making one anew would take longer than most tests.
    emptied = create_engine(url)
    with emptied.begin() as connection:
        tables = reversed(Base.metadata.sorted_tables)
        connection.exec_driver_sql("; ".join(f"DELETE FROM {table.name}" for table in tables))
    emptied.dispose()
