"""A batch of notes is few statements, in the words of either database."""

from typing import Any

import pytest
from sqlalchemy import Connection, Dialect
from sqlalchemy.dialects import postgresql, sqlite

from models.call_note import (
    CallAnswered,
    CallBegan,
    CallEnded,
    CallNote,
    EventHappened,
    LegBegan,
    MediaMeasured,
    RecordingMade,
    TurnChanged,
    TurnTaken,
)
from models.note_rows import Rows

DIALECTS = [sqlite.dialect(), postgresql.dialect()]


class Scribe:
    """Stands where a connection stands, and writes down what would be executed."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.written: list[tuple[str, list[dict[str, Any]]]] = []

    def execute(self, statement: Any, parameters: list[dict[str, Any]]) -> None:
        sql = str(statement.compile(dialect=self.dialect, column_keys=list(parameters[0])))
        self.written.append((" ".join(sql.split()), parameters))


def written(dialect: Dialect, notes: list[CallNote]) -> list[tuple[str, list[dict[str, Any]]]]:
    rows = Rows("node")
    for note in notes:
        rows.add(note)
    scribe = Scribe(dialect)
    connection: Connection = scribe  # type: ignore[assignment]
    rows.write(connection)
    return scribe.written


def whole_call(call_id: str) -> list[CallNote]:
    return [
        CallBegan(call_id, 1.0, "inbound", "4411", "800"),
        CallAnswered(call_id, 2.0),
        LegBegan(call_id, 2, "x"),
        RecordingMade(call_id, "a.wav", 2.0),
        TurnTaken(call_id, 0, "robot", "Hello there.", 0.0, 1.0),
        TurnChanged(call_id, 0, text="Hello", interrupted=True),
        EventHappened(call_id, f"event of {call_id}", 3.0, "digit"),
        MediaMeasured(call_id, 1, {"packets_in": 5}),
        RecordingMade(call_id, "a.wav", note="full"),
        CallEnded(call_id, 9.0, "busy"),
    ]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_a_hundred_whole_calls_are_one_statement_a_table(dialect: Dialect) -> None:
    notes = [note for number in range(100) for note in whole_call(f"call {number}")]
    statements = written(dialect, notes)
    assert [sql.split()[:3] for sql, _ in statements] == [
        ["INSERT", "INTO", table] for table in ("call", "leg", "turn", "event", "recording")
    ]
    assert [len(parameters) for _, parameters in statements] == [100, 200, 100, 100, 100]
    assert all("ON CONFLICT" in sql for sql, _ in statements)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_rows_that_are_written_already_are_updated_alike_together(dialect: Dialect) -> None:
    notes: list[CallNote] = [CallAnswered(f"call {number}", 2.0) for number in range(50)]
    calls, legs = written(dialect, notes)
    assert calls[0].startswith("UPDATE call SET state=")
    assert (len(calls[1]), len(legs[1])) == (50, 50)


def test_later_notes_are_folded_into_rows_not_yet_written() -> None:
    call, legs, turn, _, recording = (parameters for _, parameters in written(DIALECTS[0], whole_call("a")))
    assert (call[0]["state"], call[0]["cause"]) == ("ended", "busy")
    assert [leg["media"] for leg in legs] == [{"packets_in": 5}, {}]
    assert (turn[0]["text"], turn[0]["interrupted"], turn[0]["end_s"]) == ("Hello", True, 1.0)
    assert (recording[0]["note"], recording[0]["started_at"].timestamp()) == ("full", 2.0)
