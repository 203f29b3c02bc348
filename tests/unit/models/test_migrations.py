"""Migrations and models say the same, from an empty database up and back down."""

import io
import threading
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

import models.call_log
from models.call_entry import SEARCH
from models.database import Base, alembic_config, migrate, open_engine, revisions
from models.errors import OperatorFault

assert models.call_log


def test_the_migrations_lead_to_what_the_models_say(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'new.sqlite'}")
    migrate(engine)
    with engine.connect() as connection:
        opts = {"compare_type": True, "compare_server_default": True, "include_name": _is_a_models}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, Base.metadata) == []
        tables = {name for name in inspect(connection).get_table_names() if _is_a_models(name)}
        assert tables == {*Base.metadata.tables, "alembic_version"}


def _is_a_models(name: str | None, *_: object) -> bool:
    """Whether a table is a model's, and not one of those of the inverted index, which SQLite makes itself."""
    return not (name or "").startswith(SEARCH)


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'new.sqlite'}")
    migrate(engine)
    migrate(engine)
    with engine.connect() as connection:
        newest = ScriptDirectory.from_config(alembic_config()).get_current_head()
        assert MigrationContext.configure(connection).get_current_revision() == newest


def test_the_revisions_by_their_numbers_are_those_by_alembics_chain() -> None:
    scripts = ScriptDirectory.from_config(alembic_config())
    assert revisions() == [script.revision for script in scripts.walk_revisions()][::-1]


def test_a_database_of_a_newer_hotline_is_left_alone(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'new.sqlite'}")
    migrate(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9999'")
    with pytest.raises(OperatorFault, match="newer Hotline"):
        migrate(engine)


def test_a_migration_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'new.sqlite'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("create table recording (in_the_way integer)")
    with pytest.raises(OperatorFault, match="recording already exists"):
        migrate(engine)
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["recording"]


def test_every_migration_can_be_taken_back(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'new.sqlite'}")
    migrate(engine)
    with engine.begin() as connection:
        command.downgrade(alembic_config(connection), "base")
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]


def test_the_migrations_can_be_written_as_postgresql() -> None:
    config = alembic_config()
    config.set_main_option("dialect", "postgresql")
    config.output_buffer = io.StringIO()
    command.upgrade(config, "head", sql=True)
    sql = config.output_buffer.getvalue()
    for table in Base.metadata.tables:
        assert f"CREATE TABLE {table} (" in sql
    assert "TIMESTAMP WITH TIME ZONE" in sql


def test_sqlite_is_tuned_for_one_writer_and_many_readers(tmp_path: Path) -> None:
    with open_engine(f"sqlite:///{tmp_path / 'new.sqlite'}").connect() as connection:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        assert [connection.exec_driver_sql(f"pragma {name}").scalar() for name in names] == ["wal", 1, 1, 5000]


def test_two_servers_may_make_one_database_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.sqlite'}"
    faults: list[Exception] = []

    def upgrade() -> None:
        try:
            migrate(open_engine(url))
        except Exception as error:  # noqa: BLE001
            faults.append(error)

    threads = [threading.Thread(target=upgrade) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


@pytest.mark.parametrize("url", ["nonsense", "oracel://x", "sqlite:////proc/none/x.sqlite"])
def test_a_wrong_database_url_is_one_sentence(url: str) -> None:
    with pytest.raises(OperatorFault, match=r"^(The|\[database\]).*\.$"):
        migrate(open_engine(url))
