"""A database of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.database import migrate, open_engine
from tests.databases import database_url, postgresql, sqlite_pattern

__all__ = ["database_url", "postgresql", "sqlite_pattern"]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'hotline.sqlite'}")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def either(database_url: str) -> Iterator[Engine]:
    """A fresh database of each kind."""
    engine = open_engine(database_url)
    yield engine
    engine.dispose()
