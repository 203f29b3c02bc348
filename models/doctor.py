"""What can be wrong with the records before the first call: database, disk, data directory, clock."""

import ctypes
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy.exc import DBAPIError

from models.database import database_url, open_engine, schema_age
from models.errors import CannotDo, OperatorFault
from models.kept_recordings import compare
from models.settings import Settings

HOUR = 115 * 1024 * 1024
"""Bytes that an hour of a call's recording takes: two channels of 16 bits at 8 kHz."""
LITTLE = 20 * HOUR
VERY_LITTLE = HOUR // 2
BUILT = 1_763_683_200
"""Unix seconds before which this Hotline can't be running: the clock is wrong."""
UNSYNCHRONISED = 5
"""What adjtimex(2) returns while no time service keeps the clock (TIME_ERROR)."""


@dataclass(frozen=True)
class Finding:
    """One thing that the doctor looked at."""

    level: Literal["ok", "warning", "fault"]
    """fault: calls won't work like this; warning: something will be missing or is at risk."""
    subject: str
    sentence: str
    """What is found and, where it isn't ok, what to do."""


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield what is found about everything that records stand on."""
    directory = settings.data.directory
    yield _writable(directory)
    yield _space(directory / "recordings")
    yield _database(settings)
    yield from _recordings(settings)
    yield from _spool(directory)
    yield _clock(time.time())


def _writable(directory: Path) -> Finding:
    try:
        with tempfile.NamedTemporaryFile(dir=_existing(directory)) as file:
            file.write(b"x")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return Finding(
            "fault",
            "data",
            f"The data directory {directory} can't be written ({error.strerror}); "
            "make it writable or set [data] directory to another.",
        )
    return Finding("ok", "data", f"The data directory {directory} can be written.")


def _existing(directory: Path) -> Path:
    """Return the directory, or the nearest one above it that is there: a look must not make anything."""
    while not directory.exists() and directory != directory.parent:
        directory = directory.parent
    return directory


def _space(directory: Path) -> Finding:
    free = shutil.disk_usage(_existing(directory)).free
    words = f"{free / 1024**3:.1f} GiB are free for recordings, {free // HOUR} hours of calls"
    if free < VERY_LITTLE:
        return Finding("fault", "disk", f"{words}; free some space or move [data] directory to a larger disk.")
    if free < LITTLE:
        return Finding("warning", "disk", f"{words}; plan for more space.")
    return Finding("ok", "disk", f"{words}.")


def _database(settings: Settings) -> Finding:
    try:
        engine = open_engine(database_url(settings))
        shown = engine.url.render_as_string()
        if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists():
            return Finding("ok", "database", f"The database {shown} will be made at the first start.")
        with engine.connect() as connection:
            age = schema_age(connection)
        engine.dispose()
    except OperatorFault as error:
        return Finding("fault", "database", str(error))
    except DBAPIError as error:
        sentence = f"The database {shown} doesn't answer ({error.orig}); check [database] url and start it."
        return Finding("fault", "database", sentence)
    if age == "newer":
        return Finding("fault", "database", f"The database {shown} was written by a newer Hotline; upgrade this one.")
    upgrade = "" if age == "newest" else " and will be upgraded at the next start"
    return Finding("ok", "database", f"The database {shown} answers{upgrade}.")


def _recordings(settings: Settings) -> Iterator[Finding]:
    """Compare the recordings of this server's calls on record with the files that are there."""
    place = settings.data.directory / "recordings"
    if not place.resolve().is_relative_to(settings.data.directory.resolve()):
        yield Finding(
            "fault", "sounds", f"{place} is a link that leads out of the data directory: calls are recorded there, "
            "but nobody can hear them. Mount that disk on the folder instead (docs/operations.md).",
        )  # fmt: skip
        return
    try:
        found = compare(settings)
    except CannotDo as unread:
        yield Finding("warning", "sounds", str(unread))
        return
    except (OperatorFault, DBAPIError):
        return
    if found.lost:
        yield Finding(
            "warning", "sounds", f"{found.lost} calls on record have no recording any more, such as {found.example}; "
            f"put the backup of {place} back, or mount its disk.",
        )  # fmt: skip
    if found.unknown:
        yield Finding(
            "warning", "sounds", f"{found.unknown} recordings belong to no call on record, such as {found.stray}: they "
            "are newer than the database. Nothing lists, inspects or deletes them; delete what nobody needs.",
        )  # fmt: skip
    if not found.lost and not found.unknown:
        yield Finding("ok", "sounds", f"The recordings of all {found.there} calls that have one are there.")


def _spool(directory: Path) -> Iterator[Finding]:
    waiting, refused = directory / "spool" / "notes.jsonl", directory / "spool" / "refused.jsonl"
    if waiting.exists():
        yield Finding("warning", "records", f"Records wait in {waiting}; the next start writes them to the database.")
    if refused.exists():
        yield Finding("warning", "records", f"The database refused the records in {refused}; report them as a fault.")


def _clock(now: float) -> Finding:
    if now < BUILT:
        day = time.strftime("%Y-%m-%d", time.gmtime(now))
        return Finding("fault", "clock", f"The clock says {day}, which can't be; set it (timedatectl set-time).")
    if _unsynchronised():
        return Finding(
            "warning",
            "clock",
            "No time service keeps the clock, so times of records may drift; install chrony or systemd-timesyncd "
            "(within a container: on its host).",
        )
    return Finding("ok", "clock", "The clock is right and kept by a time service.")


def _unsynchronised() -> bool:
    """Ask the kernel without changing anything (adjtimex with mode 0, a struct timex of zeros)."""
    try:
        return int(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512))) == UNSYNCHRONISED
    except (OSError, AttributeError):
        return False
