"""Which file of a call somebody may hear: personal data are beeped out unless the right and the wish are there."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, select

from console.access import Right, Viewer
from models.errors import CannotDo, HotlineError, OperatorFault
from models.recording import Recording
from quality.beeping import Unmasked, Unwritten, masked_recording
from quality.call_search import may_see
from quality.erasing import deletion
from quality.sound import data_at

log = logging.getLogger(__name__)


class Silent(StrEnum):
    """Why nothing can be heard; `call.sound_…` says it to people."""

    STRANGE = "strange"
    """No such call, or none that the viewer may see: nobody learns which."""
    FORBIDDEN = "forbidden"
    """The original, without the right to it."""
    NONE = "none"
    """Nothing was recorded."""
    DELETED = "deleted"
    """It was deleted, by age or as somebody asked."""
    MISSING = "missing"
    """The file is gone, or isn't where recordings are kept."""
    BROKEN = "broken"
    """The file is no recording, or can't be read."""
    UNWRITABLE = "unwritable"
    """Its copy without personal data can't be written: a full disk, a directory that is only read."""
    WAITING = "waiting"
    """Nobody knows yet where personal data are, as the call isn't inspected."""
    ERASED = "erased"
    """Nobody knows any more where personal data are, as what was said is deleted."""


STATUS = {
    Silent.STRANGE: 404, Silent.FORBIDDEN: 403, Silent.ERASED: 403, Silent.WAITING: 409, Silent.UNWRITABLE: 503,
}  # fmt: skip
"""404 for the others."""


class NoSound(HotlineError):
    """Nothing can be heard."""

    def __init__(self, why: Silent) -> None:
        super().__init__(f"The recording can't be played: {why}.")
        self.why = why


def playable(connection: Connection, directory: Path, viewer: Viewer, call_id: str, *, original: bool) -> Path:
    """Return the file to play, which is masked where it has to be; raise `NoSound` where nothing may or can."""
    if not viewer.may(Right.CALLS) or not may_see(connection, call_id, viewer.scope()):
        raise NoSound(Silent.STRANGE)
    if original and not viewer.may(Right.ORIGINAL):
        raise NoSound(Silent.FORBIDDEN)
    kept = connection.execute(select(Recording.path, Recording.note).where(Recording.call_id == call_id)).first()
    if kept is None or not kept.path:
        raise NoSound(Silent.DELETED if kept is not None and deletion(kept.note) else Silent.NONE)
    path = within(directory, kept.path)
    if original:
        return path
    try:
        masked = masked_recording(connection, call_id, directory)
    except Unmasked as fault:
        raise NoSound(Silent.ERASED if fault.erased else Silent.WAITING) from fault
    except Unwritten as fault:
        log.warning("Call %s has no copy without personal data: %s", call_id, fault)
        raise NoSound(Silent.UNWRITABLE) from fault
    except CannotDo as fault:
        raise NoSound(Silent.MISSING) from fault
    except (OperatorFault, OSError) as fault:
        log.warning("The recording of call %s can't be read: %s", call_id, fault)
        raise NoSound(Silent.BROKEN) from fault
    return within(directory, str(masked))


@contextmanager
def reading() -> Iterator[None]:
    """Raise `NoSound` for a recording that can't be read any more, though it was there a moment ago."""
    try:
        yield
    except (OperatorFault, OSError, ValueError) as fault:
        raise NoSound(Silent.BROKEN) from fault


def within(directory: Path, kept: str) -> Path:
    """Return a recording's path; raise `NoSound` where it leads out of the data directory, or to no recording."""
    root = directory.resolve()
    try:
        path = (root / kept).resolve()
        there = path.is_relative_to(root) and path.is_file()
    except (ValueError, OSError, RuntimeError) as fault:
        raise NoSound(Silent.MISSING) from fault
    if not there:
        raise NoSound(Silent.MISSING)
    with reading():
        data_at(path)
    return path
