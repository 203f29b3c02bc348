"""Reading call records: the list with its filters, and one call whole, as plain values for JSON."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, FromClause, Row, Select, or_, select

from models.call import Call
from models.errors import CannotDo
from models.event import Event
from models.leg import Leg
from models.recording import Recording, wav_seconds
from models.turn import Turn

Document = dict[str, Any]
AnyQuery = Select[*tuple[Any, ...]]
CALLS, LEGS, TURNS, EVENTS, RECORDINGS = (each.__table__ for each in (Call, Leg, Turn, Event, Recording))
TOGETHER = 200
"""Whole calls that are read in one go: five queries, and a few megabytes at most."""


@dataclass(frozen=True)
class Filters:
    """Which calls; what is left empty doesn't restrict."""

    since: datetime | None = None
    until: datetime | None = None
    """Calls that began in [since, until)."""
    number: str = ""
    """Caller or called; `*` stands for any run of characters."""
    cause: str = ""
    direction: str = ""
    limit: int = 0
    """The newest so many; 0: all."""


COLUMNS = (
    Call.id,
    Call.direction,
    Call.caller,
    Call.called,
    Call.origin,
    Call.started_at,
    Call.answered_at,
    Call.ended_at,
    Call.seconds,
    Call.state,
    Call.cause,
    Call.language,
    Call.flow,
    Recording.path,
)


def list_calls(connection: Connection, filters: Filters, directory: Path) -> Iterator[Document]:
    """Yield the calls that pass, newest first, without their turns and events."""
    query = _filtered(select(*COLUMNS).outerjoin(Recording, Recording.call_id == Call.id), filters)
    query = query.order_by(Call.started_at.desc(), Call.id.desc())
    if filters.limit:
        query = query.limit(filters.limit)
    for row in connection.execution_options(yield_per=1000).execute(query):
        yield _summary(row, directory)


def find_call(connection: Connection, id_or_last: str) -> str:
    """Return the id that begins like that, or the newest call's for "last"; raise `CannotDo` unless it is just one."""
    if id_or_last == "last":
        newest = connection.scalar(select(Call.id).order_by(Call.started_at.desc(), Call.id.desc()).limit(1))
        if newest is None:
            raise CannotDo("There is no call on record yet.")
        return newest
    begin = id_or_last.lower()
    found = connection.scalars(select(Call.id).where(Call.id.startswith(begin, autoescape=True)).limit(2)).all()
    if not found:
        raise CannotDo(f"No call on record has an id that begins with '{id_or_last}'; hotline calls list shows them.")
    if len(found) > 1:
        raise CannotDo(f"Several calls have ids that begin with '{id_or_last}'; write more of it.")
    return found[0]


def whole_call(connection: Connection, call_id: str, directory: Path) -> Document:
    """Return everything on record about one call."""
    (call,) = whole_calls(connection, [call_id], directory)
    return call


def whole_calls(connection: Connection, ids: Iterable[str], directory: Path) -> Iterator[Document]:
    """Yield everything on record about calls, in the order of `ids`; one that is gone meanwhile is passed over."""
    waiting = iter(ids)
    while chunk := list(islice(waiting, TOGETHER)):
        calls = {row.id: row for row in connection.execute(select(CALLS).where(Call.id.in_(chunk)))}
        recordings = _by_call(connection, RECORDINGS, chunk)
        legs, turns, events = (_by_call(connection, table, chunk) for table in (LEGS, TURNS, EVENTS))
        for call_id in chunk:
            if call := calls.get(call_id):
                recording = next(iter(recordings[call_id]), None)
                yield _document(call, recording, legs[call_id], turns[call_id], events[call_id], directory)


def _by_call(connection: Connection, table: FromClause, ids: list[str]) -> defaultdict[str, list[Row[Any]]]:
    """Return the rows of several calls, those of each in their own order."""
    query = select(table).where(table.c.call_id.in_(ids)).order_by(*table.primary_key)
    rows: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(query):
        rows[row.call_id].append(row)
    return rows


def _document(
    call: Row[Any],
    recording: Row[Any] | None,
    legs: list[Row[Any]],
    turns: list[Row[Any]],
    events: list[Row[Any]],
    directory: Path,
) -> Document:
    return {
        "id": call.id,
        "direction": call.direction,
        "caller": call.caller,
        "called": call.called,
        "origin": call.origin,
        "state": call.state,
        **_times(call),
        "cause": call.cause or None,
        "code": call.code or None,
        "words": call.words,
        "language": call.language,
        "flow": call.flow,
        "flow_version": call.flow_version,
        **_recording(recording, directory),
        "turns": [_turn(turn) for turn in turns],
        "media": {"packets_in": 0, "packets_lost": 0, "jitter_ms": 0.0, "mos": 0.0, **(legs[0].media if legs else {})},
        "legs": [
            {"number": leg.number, "state": leg.state, "sip_call_id": leg.sip_call_id, "media": leg.media}
            for leg in legs
        ],
        "events": [{"at": iso(event.at), "name": event.name, **_particulars(event.data)} for event in events],
    }


def iso(at: datetime | None) -> str | None:
    """Return a time as ISO 8601 in UTC with Z and milliseconds."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _filtered(query: AnyQuery, filters: Filters) -> AnyQuery:
    if filters.since:
        query = query.where(Call.started_at >= filters.since)
    if filters.until:
        query = query.where(Call.started_at < filters.until)
    if "*" in filters.number:
        pattern = filters.number.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("*", "%")
        query = query.where(or_(Call.caller.like(pattern, escape="\\"), Call.called.like(pattern, escape="\\")))
    elif filters.number:
        query = query.where(or_(Call.caller == filters.number, Call.called == filters.number))
    if filters.cause:
        query = query.where(Call.cause == filters.cause)
    if filters.direction:
        query = query.where(Call.direction == filters.direction)
    return query


def _summary(row: Row[Any], directory: Path) -> Document:
    return {
        "id": row.id,
        "direction": row.direction,
        "caller": row.caller,
        "called": row.called,
        "origin": row.origin,
        "state": row.state,
        **_times(row),
        "cause": row.cause or None,
        "language": row.language,
        "flow": row.flow,
        "recording": _path(row.path, directory),
    }


def _times(call: Row[Any]) -> Document:
    return {
        "started_at": iso(call.started_at),
        "answered_at": iso(call.answered_at),
        "ended_at": iso(call.ended_at),
        "seconds": None if call.seconds is None else round(call.seconds, 3),
    }


def _recording(row: Row[Any] | None, directory: Path) -> Document:
    if row is None:
        return {"recording": None, "recording_started_at": None, "recording_seconds": None, "recording_note": ""}
    seconds = wav_seconds(directory / row.path) if row.seconds is None else row.seconds
    return {
        "recording": _path(row.path, directory),
        "recording_started_at": iso(row.started_at),
        "recording_seconds": None if seconds is None else round(seconds, 3),
        "recording_note": row.note,
    }


def _path(path: str | None, directory: Path) -> str | None:
    return str((directory / path).absolute()) if path else None


def _turn(turn: Row[Any]) -> Document:
    return {
        "speaker": turn.speaker,
        "text": turn.text,
        "start_s": round(turn.start_s, 3),
        "end_s": round(turn.end_s, 3),
        "intent": turn.intent or None,
        "confidence": turn.confidence,
        "interrupted": turn.interrupted,
        "language": turn.language,
        "digits": turn.digits,
        "timings": turn.timings,
    }


def _particulars(data: Document) -> Document:
    """Return an event's data; its own `at` or `name` must not hide the event's."""
    return {f"data_{key}" if key in {"at", "name"} else key: value for key, value in data.items()}
