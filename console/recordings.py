"""Which file of a call somebody may hear: personal data are beeped out unless the right and the wish are there."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, select

from console.access import Right, Viewer
from models.errors import HotlineError
from models.inspection import Inspection, InspectionState
from models.recording import Recording
from quality.beeping import masked_recording
from quality.call_search import may_see
from quality.sound import data_at


class Silent(StrEnum):
    """Why nothing can be heard; `call.sound_…` says it to people."""

    STRANGE = "strange"
    """No such call, or none that the viewer may see: nobody learns which."""
    FORBIDDEN = "forbidden"
    """The original, without the right to it."""
    NONE = "none"
    """Nothing was recorded."""
    MISSING = "missing"
    """The file is gone, or isn't where recordings are kept."""
    BROKEN = "broken"
    """The file is no recording."""
    WAITING = "waiting"
    """Nobody knows yet where personal data are, as the call isn't inspected."""


STATUS = {Silent.STRANGE: 404, Silent.FORBIDDEN: 403, Silent.WAITING: 409}
"""404 for the others."""


class NoSound(HotlineError):
    """Nothing can be heard."""

    def __init__(self, why: Silent) -> None:
        super().__init__(f"The recording can't be played: {why}.")
        self.why = why


@dataclass(frozen=True)
class Source:
    """Whose sound it is, before anything is masked."""

    path: Path
    masks: bool
    """Whether a copy without personal data has to be played."""


def source(connection: Connection, directory: Path, viewer: Viewer, call_id: str, *, original: bool) -> Source:
    """Return what may be played of a call's recording; raise `NoSound` where nothing may or can."""
    if not viewer.may(Right.CALLS) or not may_see(connection, call_id, viewer.scope()):
        raise NoSound(Silent.STRANGE)
    if original and not viewer.may(Right.ORIGINAL):
        raise NoSound(Silent.FORBIDDEN)
    kept = connection.scalar(select(Recording.path).where(Recording.call_id == call_id))
    if not kept:
        raise NoSound(Silent.NONE)
    path = within(directory, kept)
    if original:
        return Source(path, masks=False)
    found = connection.execute(
        select(Inspection.state, Inspection.personal).where(Inspection.call_id == call_id)
    ).first()
    if found is None or found.state != InspectionState.DONE:
        raise NoSound(Silent.WAITING)
    return Source(path, masks=bool(found.personal))


def playable(connection: Connection, directory: Path, viewer: Viewer, call_id: str, *, original: bool) -> Path:
    """Return the file to play, which is masked where it has to be; raise `NoSound`."""
    found = source(connection, directory, viewer, call_id, original=original)
    if not found.masks:
        return found.path
    try:
        return within(directory, str(masked_recording(connection, call_id, directory)))
    except HotlineError as fault:
        raise NoSound(Silent.MISSING) from fault


def within(directory: Path, kept: str) -> Path:
    """Return a recording's path; raise `NoSound` where it leads out of the data directory, or to no recording."""
    root = directory.resolve()
    try:
        path = (root / kept).resolve()
    except (ValueError, OSError, RuntimeError) as fault:
        raise NoSound(Silent.MISSING) from fault
    if not path.is_relative_to(root) or not path.is_file():
        raise NoSound(Silent.MISSING)
    try:
        data_at(path)
    except (HotlineError, OSError) as fault:
        raise NoSound(Silent.BROKEN) from fault
    return path
