"""A database with agents and queues for what works on one."""

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


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'hotline.sqlite'}", busy_seconds=0.05)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def put(engine: Engine) -> Put:
    """Applies a document, as `hotline queues apply` does; what it leaves out of its sections is removed."""

    def put(document: dict[str, Any]) -> None:
        with writing(engine) as connection:
            apply(connection, read_plan(document), SipSettings(), prune=True)

    return put
