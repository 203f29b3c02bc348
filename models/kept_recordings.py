"""Whether the recordings on record and the files that are there are the same ones, as after a restored backup."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from models.call import Call
from models.data_directory import node_of
from models.database import database_url, open_engine, schema_age
from models.errors import CannotDo
from models.recording import Recording
from models.settings import Settings

FRESH_S = 600
"""A file that was written to so lately may be of a call that isn't in the database yet."""


@dataclass(frozen=True)
class Compared:
    """What both have, and what only one."""

    there: int = 0
    """Calls of this server whose recording is there."""
    lost: int = 0
    """Calls whose recording isn't there, though nothing on record says why."""
    example: str = ""
    """Path of one of these."""
    unknown: int = 0
    """Files that belong to no call of any server."""
    stray: str = ""
    """Path of one of these."""


def compare(settings: Settings) -> Compared:
    """Compare them, all of this server; nothing where there is no database of this program's yet.

    Two readings through, of the table and the folders, and no file is opened: a million calls take some seconds.
    Raises `CannotDo` where a folder can't be read, `OperatorFault` or SQLAlchemy's `DBAPIError` where the
    database doesn't answer.
    """
    directory = settings.data.directory
    engine = open_engine(database_url(settings))
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists():
        return Compared()
    try:
        with engine.connect() as connection:
            if schema_age(connection) != "newest":
                return Compared()
            ours = (
                select(Recording.path).join(Call, Call.id == Recording.call_id).where(Call.node == node_of(directory))
            )
            # What was deleted has no path, and what failed has a note.
            on_record = set(connection.scalars(ours.where(Recording.path != "", Recording.note == "")))
            known = set(connection.scalars(select(Call.id)))
    finally:
        engine.dispose()
    files = set(_files(directory))
    lost, stray = sorted(on_record - files), sorted(one for one in files if _call_of(one) not in known)
    stray = [one for one in stray if _old(directory / one)]
    return Compared(
        len(on_record) - len(lost), len(lost), lost[-1] if lost else "", len(stray), stray[-1] if stray else ""
    )


def _files(directory: Path) -> Iterator[str]:
    for folder, _, names in os.walk(directory / "recordings", onerror=_unread):
        place = Path(folder).relative_to(directory)
        yield from ((place / name).as_posix() for name in names if name.endswith(".wav"))


def _unread(error: OSError) -> None:
    """Raise what kept a folder from being read: nobody knows what is in it. One that isn't there holds nothing."""
    if not isinstance(error, FileNotFoundError):
        raise CannotDo(
            f"{error.filename} can't be read ({error.strerror}), so nobody knows which recordings are there; run this "
            "as the user that Hotline runs as."
        ) from error


def _call_of(path: str) -> str:
    """Return the id of the call that a recording, its masked copy, or a message left in it is named after."""
    return Path(path).name.partition(".")[0].partition("-")[0]


def _old(file: Path) -> bool:
    try:
        return time.time() - file.stat().st_mtime > FRESH_S
    except OSError:
        return False
