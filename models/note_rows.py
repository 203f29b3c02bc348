"""From notes to rows: what a batch of notes writes, in as few statements as it can be. Each may be run twice."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, Table, bindparam, func, update
from sqlalchemy.dialects.postgresql import insert as insert_into_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_into_sqlite

from models.call import Call, CallState
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
from models.database import moment
from models.event import Event
from models.leg import Leg, LegState
from models.recording import Recording
from models.turn import Turn

Row = dict[str, Any]
Key = tuple[Any, ...]
CALLS, LEGS, TURNS, EVENTS, RECORDINGS = (
    table
    for table in (Call.__table__, Leg.__table__, Turn.__table__, Event.__table__, Recording.__table__)
    if isinstance(table, Table)
)
"""In the order in which they refer to each other."""


class Rows:
    """Rows of several notes, folded: a row that a later note changes is changed before it is written at all."""

    def __init__(self, node: str) -> None:
        self._node = node
        self._new: dict[Table, dict[Key, Row]] = {table: {} for table in (CALLS, LEGS, TURNS, EVENTS, RECORDINGS)}
        self._changed: dict[Table, dict[Key, Row]] = {table: {} for table in (CALLS, LEGS, TURNS, EVENTS, RECORDINGS)}

    def add(self, note: CallNote) -> None:
        """Take one note, in order."""
        TAKES[type(note)](self, note)

    def write(self, connection: Connection) -> None:
        """Write everything within the caller's transaction."""
        for table, rows in self._new.items():
            _insert(connection, table, rows.values())
        for table, rows in self._changed.items():
            _update(connection, table, rows)

    def new(self, table: Table, key: Key, **values: Any) -> None:
        """A row as it is from now on, whatever it was."""
        self._changed[table].pop(key, None)
        self._new[table][key] = {**_named(table, key), **values}

    def change(self, table: Table, key: Key, **values: Any) -> None:
        """Change some columns of a row that was written before, or is about to be; None leaves a column alone."""
        row = self._new[table].get(key)
        if row is None:
            row = self._changed[table].setdefault(key, {})
        row.update({name: value for name, value in values.items() if value is not None})

    def began(self, note: CallBegan) -> None:
        self.new(
            CALLS,
            (note.call_id,),
            node=self._node,
            state=CallState.RINGING,
            direction=note.direction,
            caller=note.caller,
            called=note.called,
            origin=note.origin,
            language=note.language,
            flow=note.flow,
            flow_version=note.flow_version,
            started_at=moment(note.at),
            answered_at=None,
            ended_at=None,
            seconds=None,
            cause="",
            code=0,
            words="",
        )
        self.new(LEGS, (note.call_id, 1), state=LegState.RINGING, sip_call_id=note.sip_call_id, media={})

    def settled(self, note: CallSettled) -> None:
        self.change(CALLS, (note.call_id,), language=note.language, flow=note.flow, flow_version=note.flow_version)

    def answered(self, note: CallAnswered) -> None:
        self.change(CALLS, (note.call_id,), state=CallState.ANSWERED, answered_at=moment(note.at))
        self.change(LEGS, (note.call_id, 1), state=LegState.UP)

    def leg_began(self, note: LegBegan) -> None:
        self.new(LEGS, (note.call_id, note.leg), state=LegState.RINGING, sip_call_id=note.sip_call_id, media={})

    def turn(self, note: TurnTaken) -> None:
        self.new(
            TURNS,
            (note.call_id, note.number),
            speaker=note.speaker,
            text=note.text,
            start_s=note.start_s,
            end_s=note.end_s,
            intent=note.intent,
            confidence=note.confidence,
            interrupted=note.interrupted,
            language=note.language,
            digits=note.digits,
            timings=note.timings,
        )

    def turn_changed(self, note: TurnChanged) -> None:
        self.change(
            TURNS,
            (note.call_id, note.number),
            text=note.text,
            end_s=note.end_s,
            interrupted=note.interrupted,
            intent=note.intent,
            confidence=note.confidence,
            timings=note.timings,
        )

    def event(self, note: EventHappened) -> None:
        self.new(EVENTS, (note.event_id,), call_id=note.call_id, at=moment(note.at), name=note.name, data=note.data)
        if note.leg_state:
            self.change(LEGS, (note.call_id, note.leg), state=note.leg_state)

    def recording(self, note: RecordingMade) -> None:
        row = {
            "path": note.path,
            "started_at": None if note.started_at is None else moment(note.started_at),
            "seconds": note.seconds,
            "note": note.note,
        }
        known = self._new[RECORDINGS].get((note.call_id,), {})
        self.new(RECORDINGS, (note.call_id,), **{n: known.get(n) if v is None else v for n, v in row.items()})

    def media(self, note: MediaMeasured) -> None:
        self.change(LEGS, (note.call_id, note.leg), media=note.figures)

    def ended(self, note: CallEnded) -> None:
        self.change(
            CALLS,
            (note.call_id,),
            state=CallState.ENDED,
            ended_at=moment(note.at),
            cause=note.cause,
            code=note.code,
            words=note.words,
            seconds=note.seconds,
        )
        self.change(LEGS, (note.call_id, 1), state=LegState.ENDED)


TAKES: dict[type[CallNote], Callable[[Rows, Any], None]] = {
    CallBegan: Rows.began,
    CallSettled: Rows.settled,
    CallAnswered: Rows.answered,
    LegBegan: Rows.leg_began,
    TurnTaken: Rows.turn,
    TurnChanged: Rows.turn_changed,
    EventHappened: Rows.event,
    RecordingMade: Rows.recording,
    MediaMeasured: Rows.media,
    CallEnded: Rows.ended,
}


def _named(table: Table, key: Key) -> Row:
    return dict(zip(table.primary_key.columns.keys(), key, strict=True))


def _insert(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    """Insert, or replace what was there under the same key (of a recording, only with what is known now)."""
    rows = list(rows)
    if not rows:
        return
    connection.execute(_upsert(connection.dialect.name, table, tuple(rows[0])), rows)


@cache
def _upsert(dialect: str, table: Table, columns: tuple[str, ...]) -> Executable:
    """Made once for each table: every one made anew would leave hundreds of objects in cycles behind each batch."""
    insert = insert_into_sqlite if dialect == "sqlite" else insert_into_postgresql
    statement = insert(table)
    keys = table.primary_key.columns.keys()
    others: dict[str, Any] = {name: statement.excluded[name] for name in columns if name not in keys}
    if table is RECORDINGS:
        others = {name: func.coalesce(value, table.c[name]) for name, value in others.items()}
    return statement.on_conflict_do_update(index_elements=keys, set_=others)


def _update(connection: Connection, table: Table, rows: dict[Key, Row]) -> None:
    """Update, one statement for all rows that change the same columns."""
    alike: dict[tuple[str, ...], list[Row]] = {}
    for key, values in rows.items():
        if values:
            where = {f"key_{name}": value for name, value in _named(table, key).items()}
            alike.setdefault(tuple(values), []).append({**values, **where})
    for columns, parameters in alike.items():
        connection.execute(_change(table, columns), parameters)


@cache
def _change(table: Table, columns: tuple[str, ...]) -> Executable:
    """Made once for each set of columns that notes change together, of which there are a few dozen."""
    statement = update(table).values({name: bindparam(name) for name in columns})
    for column in table.primary_key.columns:
        statement = statement.where(column == bindparam(f"key_{column.name}", type_=column.type))
    return statement
