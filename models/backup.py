"""A copy of the database as it is at one moment, made while calls run.

Copying its file isn't one: what was written last is in the file beside it (hotline.sqlite-wal), and both change.
"""

import os
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from models.database import BUSY_SECONDS, WAYS_OUT, database_url
from models.errors import CannotDo, OperatorFault
from models.settings import Settings


@dataclass(frozen=True)
class Backup:
    """What a copy holds."""

    calls: int
    newest: str
    """When its newest call began, UTC as the database writes it; "" without calls."""


def back_up(settings: Settings, to: Path) -> Backup:
    """Copy the database to the file `to`, which appears whole or not at all; one that is there already is replaced.

    Calls go on meanwhile: nobody is kept from writing. Raises `CannotDo` where the database isn't SQLite or `to` is
    the database itself or a folder, `OperatorFault` where reading or writing fails.
    """
    url = make_url(database_url(settings))
    if url.get_backend_name() != "sqlite":
        raise CannotDo(
            f"The database {url.render_as_string()} is copied by its own program: pg_dump -Fc -f {to} "
            f"-d {url.database} (docs/operations.md)."
        )
    source = Path(url.database or "")
    if not source.is_file():
        raise OperatorFault(f"There is no database {source} to back up; name its configuration with --config.")
    if _is_same(to, source):
        raise CannotDo(f"{to} is the database itself; name another file, best on another disk.")
    if os.path.isdir(to):
        raise CannotDo(f"{to} is a folder; name a file in it, as in {to / 'hotline-backup.sqlite'}.")
    part = to.with_name(f".{to.name}.part")
    try:
        found = _copy(source, part)
        os.replace(part, to)
    except sqlite3.Error as error:
        ways = {**WAYS_OUT, "disk is full": "make room where the backup goes"}
        remedy = [what for words, what in ways.items() if words in str(error)] or ["try again"]
        raise OperatorFault(f"The database {source} can't be backed up to {to} ({error}); {remedy[-1]}.") from error
    except OSError as error:
        raise OperatorFault(
            f"The backup {to} can't be written ({error.strerror}); make its folder writable, or name another file."
        ) from error
    finally:
        with suppress(OSError):  # where its folder is none or can't be written, which is said above
            part.unlink(missing_ok=True)
    return found


def _is_same(to: Path, source: Path) -> bool:
    try:
        return to.samefile(source)
    except OSError:  # not there, or where nobody may look: writing there says why
        return False


def _copy(source: Path, part: Path) -> Backup:
    part.unlink(missing_ok=True)
    # It holds what people said, and what passwords are kept as.
    part.touch(mode=0o600)
    # No other pragma: the copy is one file, whatever the journal.
    original, copy = (sqlite3.connect(path, timeout=BUSY_SECONDS) for path in (source, part))
    try:
        # All pages in one step: between two steps a server's writing would begin the copy anew, for ever.
        original.backup(copy, pages=-1)
        if (found := copy.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(f"database disk image is malformed: {found}")
        copy.execute("PRAGMA journal_mode=DELETE")
        calls, newest = copy.execute("SELECT count(*), max(started_at) FROM call").fetchone()
    finally:
        copy.close()
        original.close()
    descriptor = os.open(part, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return Backup(calls, (newest or "")[:19])
