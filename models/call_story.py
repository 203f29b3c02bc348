"""A call's story in the log: one line a note, `<` for what came from the caller, `>` for what went to it.

As JSON a line carries the note's own fields too. Strings there are masked unless they are known to be ours: whoever
adds a field decides that it holds nobody's words or number, and until then nobody reads them in a log.
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
OURS = frozenset(
    [
        "type",
        "direction",
        "origin",
        "language",
        "flow",
        "flow_version",
        "sip_call_id",
        "speaker",
        "intent",
        "event_id",
        "name",
        "leg_state",
        "path",
        "note",
        "cause",
        "codec",
    ]
)
"""Fields of notes whose strings are names, codes and ids."""
OURS_IN_EVENTS = frozenset(["step", "verb", "way", "language", "codec", "address", "by", "mode", "order", "cause"])
"""The same in what an event tells."""
OUR_REASONS = frozenset(
    ["false-stop", "ignored", "misheard", "no_match", "media-lost", "speech-lost", "recording-failed", "no-stream"]
)
"""Events whose `reason` or `why` is one of our own sentences; in others it may quote somebody."""

IN_A_LINE = {"at": "happened_at", "note": "recording_note"}
"""Fields of notes whose names mean something else in a line: when it was written, and of what kind it is."""


def tell(events: Events) -> None:
    """Log every note that is published from now on."""
    events.subscribe(_write)


def _write(note: CallNote) -> None:
    log.info("%s", _Line(note), extra={"call": note.call_id, "fields": fields(note)})


def fields(note: CallNote) -> dict[str, Any]:
    """Return a note as JSON may have it: its kind, its fields, what is personal masked."""
    shown = {name: _shown(value, name in OURS) for name, value in msgspec.to_builtins(note).items()}
    for name in {"timings", "figures"} & shown.keys():
        shown[name] = {inner: _shown(value, inner in OURS) for inner, value in getattr(note, name).items()}
    if isinstance(note, EventHappened) and note.data:
        ours = OURS_IN_EVENTS | ({"reason", "why"} if note.name in OUR_REASONS else set())
        shown["data"] = {inner: _shown(value, inner in ours) for inner, value in note.data.items()}
    shown.pop("type", None)
    shown.pop("call_id")
    return {"note": type(note).__name__} | {IN_A_LINE.get(name, name): value for name, value in shown.items()}


def _shown(value: Any, ours: bool) -> Any:
    plain = value is None or isinstance(value, bool | int | float)
    return value if plain or ours or unmasked() else str(Personal(str(value)))


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
                return f"  ended: {n.cause}{f' ({n.code} {Personal(n.words)})' if n.code else ''}"


def _meaning(note: TurnTaken | TurnChanged) -> str:
    if not note.intent:
        return ""
    return f" -> {note.intent}" + ("" if note.confidence is None else f" {note.confidence:.2f}")
