"""The doctor says what is wrong with the records' ground, and what to do."""

import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest

from models import doctor
from models.database import migrate, open_engine
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


def test_a_clock_before_our_time_is_a_fault() -> None:
    assert doctor._clock(0).level == "fault"
    assert doctor._clock(doctor.BUILT + 1).level in {"ok", "warning"}
