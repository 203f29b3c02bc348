"""A database with agents and queues for what works on one."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from models.database import migrate, open_engine
from models.settings import SipSettings
from queues.applying import apply
from queues.plan_reading import read_plan
from queues.plan_rows import writing

Put = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all tables and nothing in them, to be copied."""
    path = tmp_path_factory.mktemp("queues") / "empty.sqlite"
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


@pytest.fixture
def engine(tmp_path: Path, empty: Path) -> Iterator[Engine]:
    shutil.copy(empty, tmp_path / "hotline.sqlite")
    engine = open_engine(f"sqlite:///{tmp_path / 'hotline.sqlite'}", busy_seconds=0.05)
    yield engine
    engine.dispose()


@pytest.fixture
def put(engine: Engine) -> Put:
    """Applies a document, as `hotline queues apply` does; what it leaves out of its sections is removed."""

    def put(document: dict[str, Any]) -> None:
        with writing(engine) as connection:
            apply(connection, read_plan(document), SipSettings(), prune=True)

    return put
