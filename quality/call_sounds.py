"""A call's sound files: its recording with the copy, messages left in it; which are here, and which only elsewhere.

Several servers may share a database, each with files of its own: one that isn't found here is gone only where the call
was this server's.
"""

import errno
import logging
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, select

from models.call import Call
from models.callback import CALLBACK_LIFE, Callback
from models.data_directory import node_of
from models.errors import HotlineError
from models.recording import Recording, is_own, masked_file, message_file, recording_file

log = logging.getLogger(__name__)
BEFORE = timedelta(hours=1)
"""A call's files are below the day on which it was prepared: so long at most before it began."""


@dataclass
class Sounds:
    """What the record has of a call's sound."""

    call_id: str
    node: str
    """Whose call it was; "" where nobody knows."""
    started_at: datetime
    recording: str = ""
    """Its path, as kept; "" for none."""
    note: str = ""
    messages: dict[str, str] = field(default_factory=dict)
    """Path by callback, of callbacks that are over."""
    wanted: set[str] = field(default_factory=set)
    """Paths of messages for which somebody is still to be called back."""


@dataclass(frozen=True)
class Here:
    """Which of them are on this machine."""

    ours: bool
    """Whether the call was this server's: then what is missing is gone."""
    recording: Path | None
    beside: tuple[Path, ...]
    """The copy without personal data, and parts of the recording that a flow kept and no callback has.

    The parts are there also where the recording isn't, or was deleted before.
    """
    messages: Mapping[str, Path]
    """By callback."""
    missing: tuple[str, ...]
    """Names of what the record has and isn't here."""

    @property
    def any(self) -> bool:
        """Whether there is anything to delete."""
        return bool(self.recording or self.beside or self.messages)


class Shelf:
    """A data directory as the place where one server's sound files are, as it is now: each folder is read once."""

    def __init__(self, directory: Path) -> None:
        """Raises nothing: a directory that no server ever claimed is nobody's."""
        self.directory, self.node = directory, node_of(directory)
        self._days: dict[str, Path | None] = {}
        self._folders: dict[Path, Mapping[str, Sequence[Path]]] = {}

    def ours(self, sounds: Sounds) -> bool:
        """Return whether the call was this server's."""
        return bool(self.node) and sounds.node == self.node

    def find(self, sounds: Sounds) -> Here:
        """Look for a call's files; raise OSError for what can't be read.

        A recording whose path can't be one of ours is missing, which is logged.
        """
        path, fault = self._recording(sounds)
        if fault:
            log.warning("The recording of call %s is taken to be missing: %s", sounds.call_id, fault)
        recording = path if path and _there(path) else None
        messages = self._messages(sounds)
        missing = [Path(sounds.recording).name] if sounds.recording and not recording else []
        missing += [Path(left).name for one, left in sounds.messages.items() if one not in messages]
        copy = [masked_file(path)] if path and _there(masked_file(path)) else []
        beside = (*copy, *self._parts(path, sounds))
        return Here(self.ours(sounds), recording, beside, messages, tuple(missing))

    def has(self, sounds: Sounds) -> bool:
        """Return whether anything of it is here to delete; as `find`, but in no time."""
        path, _ = self._recording(sounds)
        if path and (_there(path) or _there(masked_file(path))):
            return True
        return bool(self._messages(sounds) or self._parts(path, sounds))

    def _recording(self, sounds: Sounds) -> tuple[Path | None, str]:
        """Return where the recording is if it is here, and what is wrong with its path."""
        try:
            return (recording_file(self.directory, sounds.recording) if sounds.recording else None), ""
        except (HotlineError, ValueError, RuntimeError) as fault:  # out of the directory; no path; links in a circle
            return None, str(fault)

    def _parts(self, path: Path | None, sounds: Sounds) -> Sequence[Path]:
        """Return what flows kept of the recording, but for messages: these have ends of their own."""
        others = {Path(one).name for one in (*sounds.messages.values(), *sounds.wanted)}
        days = [self._day(at) for at in (sounds.started_at, sounds.started_at - BEFORE)]
        folders = dict.fromkeys(folder for folder in (path and path.parent, *days) if folder)
        found = [file for folder in folders for file in self._in(folder).get(sounds.call_id, ())]
        return [file for file in found if file.name not in others and _there(file)]

    def _day(self, at: datetime) -> Path | None:
        """Return the folder of a day's recordings; None where it leads out of the directory."""
        day = f"recordings/{at:%Y/%m/%d}"
        if day not in self._days:
            try:
                self._days[day] = recording_file(self.directory, day)
            except (HotlineError, RuntimeError):
                self._days[day] = None
        return self._days[day]

    def _in(self, folder: Path) -> Mapping[str, Sequence[Path]]:
        """Return the parts of recordings in a folder, by call."""
        if folder not in self._folders:
            found: defaultdict[str, list[Path]] = defaultdict(list)
            try:
                for name in sorted(os.listdir(folder)):
                    call_id, dash, _ = name.partition("-")
                    if dash and name.endswith(".wav"):
                        found[call_id].append(folder / name)
            except (FileNotFoundError, NotADirectoryError):  # nothing was recorded then, or only elsewhere
                pass
            self._folders[folder] = found
        return self._folders[folder]

    def _messages(self, sounds: Sounds) -> dict[str, Path]:
        """Messages' paths are absolute: another's may be on this machine, too, and isn't ours to delete."""
        files = {one: message_file(self.directory, path) for one, path in sounds.messages.items()}
        return {one: file for one, file in files.items() if _there(file) and is_own(self.directory, file)}


def sounds_of(connection: Connection, ids: Sequence[str]) -> dict[str, Sounds]:
    """Return what the record has of these calls' sound, by call; of calls that there are."""
    found = {
        row.id: Sounds(row.id, row.node, row.started_at)
        for row in connection.execute(select(Call.id, Call.node, Call.started_at).where(Call.id.in_(ids)))
    }
    recordings = select(Recording.call_id, Recording.path, Recording.note).where(Recording.call_id.in_(ids))
    for row in connection.execute(recordings):
        found[row.call_id].recording, found[row.call_id].note = row.path, row.note
    left = select(Callback.id, Callback.call_id, Callback.state, Callback.message)
    for one in connection.execute(left.where(Callback.call_id.in_(ids), Callback.message != "")):
        if one.call_id in found and one.state in CALLBACK_LIFE.ends:
            found[one.call_id].messages[one.id] = one.message
        elif one.call_id in found:
            found[one.call_id].wanted.add(one.message)
    return found


def _there(path: Path) -> bool:
    """Return whether there is such a file; raise OSError where nobody can know."""
    try:
        return path.is_file()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return False
        raise
