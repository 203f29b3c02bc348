"""A database with agents and queues, as the tests of queues have it; and one with an inspected call a language."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bench import long_call
from models.database import open_engine
from tests.unit.console.people import put_accounts
from tests.unit.queues.conftest import empty, engine, put

__all__ = ["empty", "engine", "put"]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, empty: Path) -> tuple[Path, Mapping[str, str]]:
    """A database with accounts and a call in each language, to be copied; and the calls' ids by language."""
    directory = tmp_path_factory.mktemp("made")
    shutil.copy(empty, directory / "hotline.sqlite")
    engine = open_engine(f"sqlite:///{directory / 'hotline.sqlite'}")
    put_accounts(engine)
    with engine.begin() as connection:
        long_call.put_agent(connection)
        long_call.put_scorecard(connection)
        calls = {language: long_call.put(connection, directory, language, 0.8) for language in ("en", "zh")}
    engine.dispose()
    return directory / "hotline.sqlite", calls


@pytest.fixture
def calls(made: tuple[Path, Mapping[str, str]]) -> Mapping[str, str]:
    """The ids of the two calls, by language."""
    return made[1]


@pytest.fixture
def engine_with_calls(made: tuple[Path, Mapping[str, str]], tmp_path: Path) -> Iterator[Engine]:
    """A copy of that database for one test."""
    engine = open_engine(f"sqlite:///{shutil.copy(made[0], tmp_path / 'with_calls.sqlite')}")
    yield engine
    engine.dispose()
