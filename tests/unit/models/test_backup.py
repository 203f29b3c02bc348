"""A backup of the database is one moment of it, whole, while others write."""

import errno
import os
import sqlite3
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bench import long_call
from console.command import app
from models.backup import back_up
from models.database import migrate, open_engine
from models.errors import CannotDo, OperatorFault
from models.settings import DatabaseSettings, DataSettings, Settings


@pytest.fixture
def given(tmp_path: Path) -> Settings:
    """A data directory with two calls on record."""
    engine = open_engine(f"sqlite:///{tmp_path / 'data' / 'hotline.sqlite'}")
    migrate(engine)
    with engine.begin() as connection:
        long_call.put_agent(connection)
        long_call.put_scorecard(connection)
        for _ in range(2):
            long_call.put(connection, tmp_path / "data", "en", 0.7)
    engine.dispose()
    return Settings(data=DataSettings(directory=tmp_path / "data"))


def test_a_copy_made_while_somebody_writes_is_whole_and_one_file(given: Settings, tmp_path: Path) -> None:
    database = given.data.directory / "hotline.sqlite"
    with sqlite3.connect(database) as connection:
        connection.execute("create table pair (a integer, b integer)")
        connection.execute("insert into pair values (0, 0)")
    done, wrote = threading.Event(), threading.Event()

    def write() -> None:
        writer = sqlite3.connect(database, isolation_level=None)
        while not done.is_set():
            writer.execute("begin immediate")
            writer.execute("update pair set a = a + 1")
            writer.execute("update pair set b = b + 1")
            writer.execute("commit")
            wrote.set()
        writer.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        wrote.wait(10)
        assert back_up(given, tmp_path / "copy.sqlite").calls == 2
    finally:
        done.set()
        thread.join()
    assert [path.name for path in tmp_path.iterdir() if "copy" in path.name] == ["copy.sqlite"]
    with sqlite3.connect(tmp_path / "copy.sqlite") as copy:
        [(a, b)] = copy.execute("select a, b from pair").fetchall()
    assert a == b > 0


def test_what_is_still_in_the_journal_is_in_the_copy_and_a_server_takes_it_up(given: Settings, tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{given.data.directory / 'hotline.sqlite'}")
    with engine.connect() as held:  # as a server does, so that nothing is moved out of the journal
        held.exec_driver_sql("pragma wal_autocheckpoint = 0")
        held.exec_driver_sql("update call set caller = '5550199'")
        held.commit()
        back_up(given, tmp_path / "copy.sqlite")
    restored = open_engine(f"sqlite:///{tmp_path / 'copy.sqlite'}")
    migrate(restored)
    with restored.connect() as connection:
        assert set(connection.exec_driver_sql("select caller from call").scalars()) == {"5550199"}
        assert connection.exec_driver_sql("pragma journal_mode").scalar() == "wal"


def test_only_who_may_read_the_data_may_read_the_copy_and_the_last_one_is_replaced(
    given: Settings, tmp_path: Path
) -> None:
    (tmp_path / "copy.sqlite").write_text("yesterday's")
    back_up(given, tmp_path / "copy.sqlite")
    assert (tmp_path / "copy.sqlite").stat().st_mode & 0o777 == 0o600


def test_a_damaged_database_is_said_and_the_last_copy_stays(given: Settings, tmp_path: Path) -> None:
    back_up(given, tmp_path / "copy.sqlite")
    before = (tmp_path / "copy.sqlite").read_bytes()
    damaged = bytearray((given.data.directory / "hotline.sqlite").read_bytes())
    damaged[4096 : 4096 * 40] = bytes(4096 * 39)
    (given.data.directory / "hotline.sqlite").write_bytes(damaged)
    with pytest.raises(OperatorFault, match="put a backup of it back"):
        back_up(given, tmp_path / "copy.sqlite")
    assert (tmp_path / "copy.sqlite").read_bytes() == before
    assert not list(tmp_path.glob(".*.part"))


def test_what_can_not_be_backed_up_is_a_sentence(given: Settings, tmp_path: Path) -> None:
    with pytest.raises(CannotDo, match="is the database itself"):
        back_up(given, given.data.directory / "hotline.sqlite")
    with pytest.raises(OperatorFault, match="can't be written"):
        back_up(given, tmp_path / "nowhere" / "copy.sqlite")
    with pytest.raises(OperatorFault, match="There is no database"):
        back_up(Settings(data=DataSettings(directory=tmp_path / "none")), tmp_path / "copy.sqlite")
    url = "postgresql+psycopg://hotline:secret@host/line"
    with pytest.raises(CannotDo, match="pg_dump -Fc") as refused:
        back_up(Settings(database=DatabaseSettings(url=url)), tmp_path / "copy.dump")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("folder", [".", "/", "..", "kept"])
def test_a_folder_is_no_place_for_a_copy_and_a_file_in_it_is_named(
    given: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    (tmp_path / "kept").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CannotDo, match=r"is a folder; name a file in it, as in .*hotline-backup\.sqlite"):
        back_up(given, Path(folder))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "kept"]


def test_a_file_taken_for_a_folder_is_a_sentence(given: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OperatorFault, match=r"can't be written \(Not a directory\); make its folder writable"):
        back_up(given, tmp_path / "file" / "copy.sqlite")


def test_a_folder_that_one_may_not_enter_is_a_sentence(
    given: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed, stat = str(tmp_path / "closed"), os.stat

    def refused(path: str | Path, *rest: object, **more: object) -> os.stat_result:
        # As the system does for everybody but root, whom a test may run as.
        if str(path).startswith(closed):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return stat(path, *rest, **more)  # type: ignore[arg-type]

    def no_touch(path: Path, *_: object, **__: object) -> None:
        refused(path)

    monkeypatch.setattr(os, "stat", refused)
    monkeypatch.setattr(Path, "touch", no_touch)
    monkeypatch.setattr(Path, "unlink", no_touch)
    with pytest.raises(OperatorFault, match=r"can't be written \(Permission denied\); make its folder writable"):
        back_up(given, tmp_path / "closed" / "copy.sqlite")


def test_the_command_says_what_the_copy_has(given: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_DATA__DIRECTORY", str(given.data.directory))
    said = CliRunner().invoke(app, ["backup", str(tmp_path / "copy.sqlite")])
    assert said.exit_code == 0, said.output
    assert "has the database with 2 calls, the newest of 20" in said.output
