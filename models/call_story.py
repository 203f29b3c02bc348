"""A call's story in the log: one line a note, `<` for what came from the caller, `>` for what went to it.

As JSON a line carries the note's own fields too; what is personal in them is masked like everything else.
"""

import logging
from typing import Any

import msgspec

from models.call_note import (
    CallAnswered,
    CallBegan,
    CallEnded,
    CallNote,
    CallSettled,
    EventHappened,
    LegBegan,
    MediaMeasured,
    RecordingMade,
    TurnChanged,
    TurnTaken,
)
from models.event import Events
from models.log import Personal, unmasked

log = logging.getLogger("call")
PERSONAL = frozenset({"caller", "called", "text", "digit", "digits", "slots", "summary"})
"""Fields that hold numbers and words of people."""


def tell(events: Events) -> None:
    """Log every note that is published from now on."""
    events.subscribe(_write)


def _write(note: CallNote) -> None:
    log.info("%s", _Line(note), extra={"call": note.call_id, "fields": fields(note)})


def fields(note: CallNote) -> dict[str, Any]:
    """Return a note as JSON may have it: its kind, its fields, what is personal masked."""
    shown = {name: _shown(name, value) for name, value in msgspec.to_builtins(note).items()}
    shown.pop("type", None)
    shown.pop("call_id")
    if "at" in shown:
        shown["happened_at"] = shown.pop("at")
    return {"note": type(note).__name__, **shown}


def _shown(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {inner: _shown(inner, one) for inner, one in value.items()}
    if name in PERSONAL and value is not None and not unmasked():
        return str(Personal(str(value)))
    return value


class _Line:
    """A note as people read it; made only when it is written."""

    def __init__(self, note: CallNote) -> None:
        self._note = note

    def __str__(self) -> str:
        match self._note:
            case CallBegan() as n:
                sides = f"from {Personal(n.caller)} to {Personal(n.called)}"
                return f"< {n.direction} call {sides} ({n.origin}), flow {n.flow}"
            case CallSettled() as n:
                return f"  flow {n.flow or 'as it was'}, language {n.language or 'as it was'}"
            case CallAnswered():
                return "> answered"
            case LegBegan() as n:
                return f"  leg {n.leg} begins"
            case TurnTaken() as n:
                arrow = "<" if n.speaker == "caller" else ">"
                words = f"keys {Personal(n.digits)}" if n.digits else f'"{Personal(n.text)}"'
                return f"{arrow} {n.start_s:.1f}-{n.end_s:.1f} s {n.speaker}: {words}{_meaning(n)}"
            case TurnChanged() as n:
                return f"  turn {n.number}{' was interrupted' if n.interrupted else ''}{_meaning(n)}"
            case EventHappened() as n:
                return f"  {n.name}"
            case RecordingMade() as n:
                return f"  recording {n.path}{f' ({n.note})' if n.note else ''}"
            case MediaMeasured() as n:
                return f"  leg {n.leg}: {n.figures}"
            case CallEnded() as n:
                return f"  ended: {n.cause}{f' ({n.code} {n.words})' if n.code else ''}"


def _meaning(note: TurnTaken | TurnChanged) -> str:
    if not note.intent:
        return ""
    return f" -> {note.intent}" + ("" if note.confidence is None else f" {note.confidence:.2f}")
