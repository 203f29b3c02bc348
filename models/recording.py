"""A recording: the two-channel sound of a call, left the caller, right what the caller heard."""

from datetime import datetime
from pathlib import Path
from struct import Struct
from typing import BinaryIO

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, Moment
from models.errors import CannotDo


class Recording(Base):
    __tablename__ = "recording"

    call_id: Mapped[str] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"), primary_key=True)
    path: Mapped[str]
    """Below the data directory: relative to it, so that the directory may move; else absolute."""
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    seconds: Mapped[float | None]
    note: Mapped[str]
    """Why it ended early or is missing; "" where all is well."""


def recording_file(directory: Path, path: str) -> Path:
    """Return where a recording's file is; raise `CannotDo` where its path leads out of the data directory.

    Links count: what `path` really names has to be inside.
    """
    root = directory.resolve()
    found = (root / path).resolve()
    if ".." in Path(path).parts or not found.is_relative_to(root):
        raise CannotDo(
            "The record names a recording outside of the data directory, which is never opened; "
            "put the file back below recordings/ in [data] directory, or correct its path in the table `recording`."
        )
    return found


def message_file(directory: Path, path: str) -> Path:
    """Return where a message is that a caller left: below the data directory, wherever that is now, or where written.

    The directory's own comes first: it may be a copy of the one that the message was written in.
    """
    _, found, below = path.rpartition("recordings/")
    own = directory / "recordings" / below
    return own if found and own.is_file() else Path(path)


def is_own(directory: Path, file: Path) -> bool:
    """Return whether a message's file is this data directory's, and may be deleted: by its name, or what that names.

    Any other may be the original's of which this is a copy, or another server's.
    """
    named = file.is_relative_to(directory) and ".." not in file.parts
    return named or file.resolve().is_relative_to(directory.resolve())


def masked_file(path: Path) -> Path:
    """Return where the copy of a recording without personal data is: beside it, and to be deleted with it."""
    return path.with_name(f"{path.stem}.masked.wav")


CHUNK = Struct("<4sI")
FORMAT = Struct("<HHIIHH")


def wav_seconds(path: Path) -> float | None:
    """Return how much sound the WAV file holds, in seconds; None where it is no WAV file.

    The file's size counts, not the length in its header: that is stale where the writer was killed.
    """
    try:
        with path.open("rb") as file:
            return _seconds(file, path.stat().st_size)
    except OSError:
        return None


def _seconds(file: BinaryIO, size: int) -> float | None:
    head = file.read(12)
    if head[:4] != b"RIFF" or head[8:] != b"WAVE":
        return None
    bytes_per_second = 0
    for _ in range(64):
        chunk = file.read(CHUNK.size)
        if len(chunk) < CHUNK.size:
            return None
        name, length = CHUNK.unpack(chunk)
        if name == b"data":
            return (size - file.tell()) / bytes_per_second if bytes_per_second else None
        body = file.read(length + length % 2)
        if name == b"fmt " and len(body) >= FORMAT.size:
            bytes_per_second = FORMAT.unpack_from(body)[3]
    return None
