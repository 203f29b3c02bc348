"""The doctor says what is wrong with the records' ground, and what to do."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import delete, func, select, update

from bench import long_call
from models import doctor
from models.call import Call
from models.database import migrate, open_engine
from models.recording import Recording, masked_file
from models.settings import DatabaseSettings, DataSettings, Settings


def settings(directory: Path, url: str = "") -> Settings:
    return Settings(data=DataSettings(directory=directory), database=DatabaseSettings(url=url))


def about(subject: str, given: Settings) -> doctor.Finding:
    (finding,) = [finding for finding in doctor.examine(given) if finding.subject == subject]
    return finding


def test_a_fresh_directory_is_fine(tmp_path: Path) -> None:
    found = list(doctor.examine(settings(tmp_path / "data")))
    assert {finding.level for finding in found if finding.subject in {"data", "database"}} == {"ok"}
    assert all(finding.sentence.endswith(".") for finding in found)
    assert not (tmp_path / "data").exists()


def test_a_directory_that_cannot_be_written_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    assert about("data", settings(tmp_path / "data")).level == "fault"


@pytest.mark.parametrize(("hours", "level"), [(0.1, "fault"), (5, "warning"), (100, "ok")])
def test_little_disk_is_said_in_hours_of_calls(
    hours: float, level: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = SimpleNamespace(free=int(hours * doctor.HOUR))
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: usage)  # type: ignore[attr-defined]
    assert about("disk", settings(tmp_path)).level == level


def test_a_database_that_answers_is_fine(tmp_path: Path) -> None:
    migrate(open_engine(f"sqlite:///{tmp_path / 'hotline.sqlite'}"))
    assert about("database", settings(tmp_path)).sentence.endswith("answers.")


def test_a_file_that_is_no_database_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "hotline.sqlite").write_text("no database at all, but long enough to be read as one" * 20)
    assert about("database", settings(tmp_path)).level == "fault"


def test_a_database_of_a_newer_hotline_is_a_fault(tmp_path: Path) -> None:
    migrate(open_engine(f"sqlite:///{tmp_path / 'hotline.sqlite'}"))
    with sqlite3.connect(tmp_path / "hotline.sqlite") as database:
        database.execute("update alembic_version set version_num = '9999'")
    assert "newer Hotline" in about("database", settings(tmp_path)).sentence


def test_records_that_wait_or_were_refused_are_told(tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool" / "notes.jsonl").write_text("{}\n")
    assert about("records", settings(tmp_path)).level == "warning"


@pytest.fixture
def kept(tmp_path: Path) -> Settings:
    """A server's data directory with three calls, each with a recording."""
    (tmp_path / "node").write_text("north\n")
    (tmp_path / "recordings").mkdir()
    engine = open_engine(f"sqlite:///{tmp_path / 'hotline.sqlite'}")
    migrate(engine)
    with engine.begin() as connection:
        long_call.put_agent(connection)
        long_call.put_scorecard(connection)
        for _ in range(3):
            call_id = long_call.put(connection, tmp_path, "en", 0.7)
        connection.execute(update(Call).values(node="north"))
        file = tmp_path / "recordings" / f"{call_id}.wav"
    file.with_name(f"{call_id}-1-message.wav").touch()
    masked_file(file).touch()
    return settings(tmp_path)


def test_all_recordings_are_there(kept: Settings) -> None:
    assert about("sounds", kept).level == "ok"
    assert "all 3 calls" in about("sounds", kept).sentence


def test_recordings_that_are_gone_are_counted_but_not_those_that_were_deleted_on_purpose(kept: Settings) -> None:
    files = (kept.data.directory / "recordings").iterdir()
    first, second, _ = sorted(file for file in files if file.name.count(".") == 1 and "-" not in file.name)
    first.unlink()
    second.unlink()
    with open_engine(f"sqlite:///{kept.data.directory / 'hotline.sqlite'}").begin() as connection:
        connection.execute(update(Recording).where(Recording.path.contains(first.name)).values(path=""))
    found = about("sounds", kept)
    assert found.level == "warning"
    assert "1 calls on record have no recording any more" in found.sentence
    assert second.name in found.sentence


def test_recordings_of_calls_that_an_older_database_does_not_know_are_counted(kept: Settings) -> None:
    with open_engine(f"sqlite:///{kept.data.directory / 'hotline.sqlite'}").begin() as connection:
        connection.execute(delete(Call).where(Call.id == select(func.max(Call.id)).scalar_subquery()))
    assert about("sounds", kept).level == "ok"  # written to a moment ago: its call may come yet
    for file in (kept.data.directory / "recordings").iterdir():
        os.utime(file, (0, 0))
    assert "3 recordings belong to no call on record" in about("sounds", kept).sentence


def test_who_may_not_read_the_recordings_is_told_so_and_not_that_all_are_gone(
    kept: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed, scandir = str(kept.data.directory / "recordings"), os.scandir

    def refused(path: str) -> Iterator[os.DirEntry[str]]:
        # As the system does for everybody but root, whom a test may run as.
        if str(path) == closed:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)
    found = about("sounds", kept)
    assert found.level == "warning"
    assert f"{closed} can't be read (Permission denied)" in found.sentence
    assert "run this as the user that Hotline runs as" in found.sentence


def test_a_link_to_another_disk_is_a_fault_as_nothing_there_can_be_heard(kept: Settings, tmp_path: Path) -> None:
    elsewhere = tmp_path.with_name(f"{tmp_path.name}-disk")
    (tmp_path / "recordings").rename(elsewhere)
    (tmp_path / "recordings").symlink_to(elsewhere)
    assert about("sounds", kept).level == "fault"
    assert "Mount that disk" in about("sounds", kept).sentence


def test_a_clock_before_our_time_is_a_fault() -> None:
    assert doctor._clock(0).level == "fault"
    assert doctor._clock(doctor.BUILT + 1).level in {"ok", "warning"}
