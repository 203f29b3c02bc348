"""What a person may have deleted of a call: its recording with the copy beside it, and on demand every word of it.

The call's record stays: who called when and how long, its scores and what people said of them. A transaction that is
kept means that the files are gone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from asr_tts.prompt_cache import cache_below
from models.audit import record
from models.call import Call, CallState
from models.callback import Callback
from models.database import table_of
from models.errors import CannotDo, OperatorFault
from models.event import Event
from models.inspection import CallScore, Finding, Inspection, InspectionState
from models.recording import Recording
from models.taught import Taught
from models.turn import Turn
from quality.beeping import MASKING, masking_of
from quality.call_entries import note_call
from quality.call_sounds import Here, Shelf, Sounds, sounds_of
from quality.handed_on import erase_handed_on
from quality.said import ERASED, promised, worded

OURS: Mapping[str, tuple[str, ...]] = {
    "step": ("step",), "understood": ("turn", "intent", "runner_up", "runner_up_confidence"), "talk-began": ("agent",),
}  # fmt: skip
"""What stays of events, as it is ours; of all others only that they happened and when."""
ON_REQUEST, BY_AGE = "on request", "by age"
"""Why something is deleted."""


DELETED = "deleted {why} on {day}"
"""The note of a recording that was deleted."""
NOT_FOUND = "not found on {day}, when it was to be deleted {why}"
"""The note of one whose file had gone before, nobody knows where; its path is kept."""
_DELETED = re.compile(rf"deleted ({ON_REQUEST}|{BY_AGE}) on (\d{{4}}-\d\d-\d\d)")
_NOT_FOUND = re.compile(rf"not found on (\d{{4}}-\d\d-\d\d), when it was to be deleted (?:{ON_REQUEST}|{BY_AGE})")


def deletion(note: str) -> tuple[str, str] | None:
    """Return why (`ON_REQUEST` or `BY_AGE`) and on which day a recording was deleted, as its note has it."""
    found = _DELETED.fullmatch(note)
    return (found[1], found[2]) if found else None


def not_found(note: str) -> str:
    """Return the day on which a recording was to be deleted and its file wasn't found, as its note has it; or ""."""
    found = _NOT_FOUND.fullmatch(note)
    return found[1] if found else ""


@dataclass(frozen=True)
class Erased:
    files: tuple[str, ...]
    """Names of those that were there."""
    words: bool
    missing: tuple[str, ...] = ()
    """Names of those that should have gone, too, and weren't found; the record keeps their paths."""
    elsewhere: str = ""
    """The other node that may have these."""


def erase(
    connection: Connection,
    call_id: str,
    directory: Path,
    now: datetime,
    *,
    by: str,
    words: bool = False,
    why: str = ON_REQUEST,
) -> Erased:
    """Delete a call's recording and its masked copy, and its `words` where that is wanted; put it on the trail.

    With the words, and by age, go the messages that were left in it, but for those of which somebody is still to be
    called back. A file that isn't found keeps its path in the record: another server may have it. With the words, on
    request, goes the sound of all that the robot of this data directory said to any caller: by age it is gone before.

    Within the caller's transaction. Raises `CannotDo` while the call or its inspection goes on, while words that are to
    go are needed for a callback, where there is nothing left to delete, or all of it is another server's;
    `OperatorFault` where a file can't be deleted: nothing of the rest is kept then.
    """
    _insist_on_rest(connection, call_id, words=words)
    sounds = sounds_of(connection, [call_id])[call_id]
    if not words and why == ON_REQUEST:
        sounds = replace(sounds, messages={}, wanted={*sounds.wanted, *sounds.messages.values()})
    here = Shelf(directory).find(sounds)
    said = words and bool(worded(connection, [call_id]))
    if not (sounds.recording or sounds.messages or here.any or said):
        raise CannotDo(f"Of call {call_id} there is {'nothing' if words else 'no recording'} left to delete.")
    if not (here.any or said or here.ours):
        raise CannotDo(
            f"{', '.join(here.missing)} of call {call_id} isn't below this data directory, and nothing is deleted: "
            f"{_whose(sounds.node)}."
        )
    if said:
        _erase_words(connection, call_id, now, why)
    _note_sounds(connection, sounds, here, why, f"{now:%Y-%m-%d}")
    note_call(connection, call_id)
    files = (*([here.recording] if here.recording else []), *here.beside, *here.messages.values())
    elsewhere = sounds.node if here.missing and not here.ours else ""
    found = Erased(tuple(file.name for file in files), said, here.missing, elsewhere)
    told = {"files": list(found.files), "words": found.words}
    if found.missing:
        told["missing"] = list(found.missing)
    record(connection, now, by, "erased", call_id=call_id, words=", ".join(found.files), data=told)
    # Last: what went wrong before has deleted nothing of the record yet.
    if words and why == ON_REQUEST:
        cache_below(directory).forget_callers()
    _unlink(files)
    return found


def _whose(node: str) -> str:
    if not node:
        return (
            "nobody knows whose call it was; `hotline calls inherit ''` makes all such calls this server's, "
            "which says then of files that it doesn't have that they weren't found"
        )
    return (
        f"the call was the server's with node {node}; run this there, or where that one is gone for good, "
        f"`hotline calls inherit {node}` here first"
    )


def _note_sounds(connection: Connection, sounds: Sounds, here: Here, why: str, day: str) -> None:
    of_call = update(Recording).where(Recording.call_id == sounds.call_id)
    if here.recording:
        connection.execute(of_call.values(path="", note=DELETED.format(why=why, day=day)))
    elif sounds.recording and here.ours:
        connection.execute(of_call.values(note=NOT_FOUND.format(why=why, day=day)))
    if here.messages:
        connection.execute(update(Callback).where(Callback.id.in_(here.messages)).values(message=""))


def _insist_on_rest(connection: Connection, call_id: str, *, words: bool) -> None:
    state = connection.scalar(select(Call.state).where(Call.id == call_id))
    if state is None:
        raise CannotDo(f"There is no call {call_id}; `hotline calls list` shows which there are.")
    if state != CallState.ENDED:
        raise CannotDo(f"Call {call_id} still goes on; `hotline calls hangup {call_id}` ends it.")
    # Whoever writes findings has the inspection's row meanwhile: what is read behind this has them all.
    inspected = select(Inspection.state).where(Inspection.call_id == call_id).with_for_update()
    if connection.scalar(inspected) == InspectionState.TAKEN:
        raise CannotDo(f"Call {call_id} is being inspected just now; try again in a minute.")
    if words and (still := promised(connection, [call_id])):
        callback = still[call_id]
        raise CannotDo(f"Somebody is still to be called back for it; `hotline callbacks cancel {callback}` ends that.")


def _erase_words(connection: Connection, call_id: str, now: datetime, why: str) -> None:
    connection.execute(update(Turn).where(Turn.call_id == call_id).values(text="", digits=""))
    connection.execute(delete(Taught).where(Taught.call_id == call_id))
    for event in connection.execute(select(Event.id, Event.name, Event.data).where(Event.call_id == call_id)).all():
        ours = {name: event.data[name] for name in OURS.get(event.name, ()) if name in event.data}
        connection.execute(update(Event).where(Event.id == event.id).values(data=ours))
    of_call = select(CallScore.id).where(CallScore.call_id == call_id)
    for row in connection.execute(
        select(Finding.score_id, Finding.rule, Finding.evidence).where(Finding.score_id.in_(of_call))
    ).all():
        this = update(Finding).where(Finding.score_id == row.score_id, Finding.rule == row.rule)
        connection.execute(this.values(evidence=[{**one, "words": ""} for one in row.evidence]))
    _erase_inspection(connection, call_id, now, why)
    erase_handed_on(connection, call_id)


def _erase_inspection(connection: Connection, call_id: str, now: datetime, why: str) -> None:
    columns = Inspection.state, Inspection.facts, Inspection.listened, Inspection.transcript, Inspection.personal
    row = connection.execute(select(*columns).where(Inspection.call_id == call_id)).first()
    nothing: dict[str, Any] = {"transcript": [], "personal": []}
    if row is None or row.state == InspectionState.WAITING:
        # What has no words any more isn't to be scored as a call in which nobody spoke.
        told = f"The call's words were deleted {why}."
        given_up = {**nothing, "state": InspectionState.GIVEN_UP, "words": told, "facts": {}, "taken_by": ""}
        if row is None:
            fresh = {"call_id": call_id, "tries": 0, "queued_at": now, "listened": False}
            connection.execute(insert(table_of(Inspection)).values(**fresh, **given_up))
        else:
            connection.execute(update(Inspection).where(Inspection.call_id == call_id).values(**given_up))
        return
    facts = {**row.facts, ERASED: now.isoformat()}
    # Its recording may be left elsewhere, with a copy: of which inspection that is couldn't be told any more.
    if row.personal:
        facts[MASKING] = masking_of(row.transcript, row.personal, exact=row.listened)
    connection.execute(update(Inspection).where(Inspection.call_id == call_id).values(**nothing, facts=facts))


def _unlink(files: tuple[Path, ...]) -> None:
    for file in files:
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise OperatorFault(
                f"The recording {file.name} can't be deleted ({error.strerror}); make its directory writable."
            ) from error
