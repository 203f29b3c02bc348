"""The call log: what was told is in the database, whatever the database does meanwhile."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from models.call import new_id
from models.call_log import CallLog
from models.call_note import CallNote
from models.call_writer import CallWriter, Patience
from models.cause import Cause
from voice.media.media_protocol import StreamFigures

IMPATIENT = Patience(linger=0.005, busy=0.05, pauses=(0.02, 0.05), spool_at=50)


def open_log(directory: Path, patience: Patience = IMPATIENT) -> CallLog:
    log = CallLog(f"sqlite:///{directory / 'hotline.sqlite'}", directory)
    log._writer = CallWriter(f"sqlite:///{directory / 'hotline.sqlite'}", directory, patience)
    return log


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[CallLog]:
    log = open_log(tmp_path)
    await log.start()
    yield log
    await log.close(1)


def rows(directory: Path, sql: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(directory / "hotline.sqlite") as database:
        return database.execute(sql).fetchall()


def tell_a_call(log: CallLog, at: float = 1000.0) -> str:
    call_id = new_id()
    log.began(call_id, "inbound", "4411", "800", at, origin="trunk a", language="en", flow="reception")
    log.answered(call_id, at + 1)
    log.turn(call_id, 0, "robot", "Hello.", 0.0, 1.5)
    log.turn(call_id, 1, "caller", "hi", 2, 2.5, intent="greet", confidence=0.9, timings={"decode_ms": 180})
    log.event(call_id, "digit", at + 2, digit="5")
    log.media(call_id, 1, StreamFigures(packets_in=500, mos=4.4))
    log.ended(call_id, at + 10, Cause.CALLER_HUNG_UP, 200, "BYE")
    return call_id


async def test_a_whole_call_is_written_as_it_was_told(log: CallLog, tmp_path: Path) -> None:
    call_id = tell_a_call(log)
    await log.flush()
    assert rows(tmp_path, "select id, state, cause, code, answered_at from call") == [
        (call_id, "ended", "caller-hung-up", 200, "1970-01-01 00:16:41.000000")
    ]
    assert rows(tmp_path, "select number, text, intent, interrupted from turn order by number") == [
        (0, "Hello.", "", 0),
        (1, "hi", "greet", 0),
    ]
    assert rows(tmp_path, "select name, data from event") == [("digit", '{"digit": "5"}')]
    assert rows(tmp_path, "select state, json_extract(media, '$.packets_in') from leg") == [("ended", 500)]


async def test_an_interrupted_turn_keeps_what_was_really_heard(log: CallLog, tmp_path: Path) -> None:
    call_id = tell_a_call(log)
    log.turn_changed(call_id, 0, text="Hel", end_s=0.4, interrupted=True)
    await log.flush()
    log.turn_changed(call_id, 1, intent="farewell")
    await log.flush()
    assert rows(tmp_path, "select text, end_s, interrupted, intent from turn order by number") == [
        ("Hel", 0.4, 1, ""),
        ("hi", 2.5, 0, "farewell"),
    ]


async def test_a_turn_told_twice_is_one_turn(log: CallLog, tmp_path: Path) -> None:
    call_id = tell_a_call(log)
    await log.flush()
    log.turn(call_id, 1, "caller", "high", 2, 2.6)
    await log.flush()
    assert rows(tmp_path, "select text, intent from turn where number = 1") == [("high", "")]


async def test_notes_of_many_calls_told_at_once_all_arrive(log: CallLog, tmp_path: Path) -> None:
    for at in range(300):
        tell_a_call(log, at)
    await log.flush()
    assert rows(tmp_path, "select count(*) from call where state = 'ended'") == [(300,)]
    assert rows(tmp_path, "select count(*) from turn") == [(600,)]
    assert log.waiting == 0


async def test_an_impossible_move_is_kept_as_an_event_and_changes_nothing(
    log: CallLog, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    call_id = tell_a_call(log)
    log.ended(call_id, 2000, Cause.BUSY)
    log.answered(call_id)
    await log.flush()
    assert rows(tmp_path, "select cause from call") == [("caller-hung-up",)]
    assert [name for (name,) in rows(tmp_path, "select name from event order by id")] == [
        "digit",
        "impossible-move",
        "impossible-move",
    ]
    assert {record.__dict__["call"] for record in caplog.records} == {call_id}


async def test_what_is_told_of_a_call_that_never_began_stops_nobody(log: CallLog, tmp_path: Path) -> None:
    log.answered("nobody")
    log.event("nobody", "digit", digit="1")
    log.turn("nobody", 0, "caller", "hello", 0, 1)
    call_id = tell_a_call(log)
    await log.flush()
    assert rows(tmp_path, "select id from call") == [(call_id,)]
    assert (tmp_path / "spool" / "refused.jsonl").read_text().count("nobody") == 2


async def test_hold_and_resume_move_the_leg(log: CallLog, tmp_path: Path) -> None:
    call_id = new_id()
    log.began(call_id, "inbound", "1", "2", sip_call_id="abc@x")
    log.answered(call_id)
    log.event(call_id, "held")
    await log.flush()
    assert rows(tmp_path, "select state, sip_call_id from leg") == [("held", "abc@x")]
    log.event(call_id, "resumed")
    await log.flush()
    assert rows(tmp_path, "select state from leg") == [("up",)]


async def test_a_second_leg_has_a_life_and_figures_of_its_own(log: CallLog, tmp_path: Path) -> None:
    call_id = new_id()
    log.began(call_id, "inbound", "1", "2", sip_call_id="abc@x")
    log.answered(call_id)
    log.leg(call_id, 2, "def@y")
    log.event(call_id, "leg-answered", leg=2)
    log.media(call_id, 2, StreamFigures(packets_in=7))
    await log.flush()
    figures = "select number, state, sip_call_id, json_extract(media, '$.packets_in') from leg order by number"
    assert rows(tmp_path, figures) == [(1, "up", "abc@x", None), (2, "up", "def@y", 7)]
    log.event(call_id, "leg-ended", leg=2)
    log.event(call_id, "held", leg=2)
    await log.flush()
    assert rows(tmp_path, "select state from leg order by number") == [("up",), ("ended",)]


async def test_what_no_database_takes_is_cleaned_on_the_way_in(log: CallLog, tmp_path: Path) -> None:
    call_id = new_id()
    log.began(call_id, "inbound", "44\udc8011\0", "你好")
    log.event(call_id, "odd", value=float("nan"), path=tmp_path, nested={"a": ("\ud800", 1)})
    await log.flush()
    assert rows(tmp_path, "select caller, called from call") == [("44?11", "你好")]
    assert not (tmp_path / "spool" / "refused.jsonl").exists()


async def test_the_length_of_a_call_does_not_jump_with_the_clock(tmp_path: Path) -> None:
    steady = [100.0]
    wall = [5000.0]
    log = CallLog(
        f"sqlite:///{tmp_path / 'hotline.sqlite'}",
        tmp_path,
        clock=lambda: wall[0],
        steady_clock=lambda: steady[0],
    )
    await log.start()
    call_id = new_id()
    log.began(call_id, "inbound", "1", "2")
    log.answered(call_id)
    steady[0] += 30
    wall[0] -= 3600
    log.ended(call_id, cause=Cause.ROBOT_HUNG_UP)
    await log.close(5)
    assert rows(tmp_path, "select seconds from call") == [(30.0,)]


async def test_a_recording_told_again_with_its_fault_keeps_its_beginning_and_may_move_with_its_directory(
    log: CallLog, tmp_path: Path
) -> None:
    call_id = tell_a_call(log)
    log.recording(call_id, tmp_path / "recordings" / "a.wav", 1001.5)
    await log.flush()
    log.recording(call_id, tmp_path / "recordings" / "a.wav", note="The disk is full.")
    await log.flush()
    assert rows(tmp_path, "select path, started_at, note from recording") == [
        ("recordings/a.wav", "1970-01-01 00:16:41.500000", "The disk is full.")
    ]


async def test_every_note_is_published_at_once_and_a_failing_listener_harms_nobody(log: CallLog) -> None:
    heard: list[str] = []

    def fail(note: CallNote) -> None:
        raise RuntimeError("broken")

    log.events.subscribe(fail)
    leave = log.events.subscribe(lambda note: heard.append(type(note).__name__))
    tell_a_call(log)
    assert heard == [
        "CallBegan",
        "CallAnswered",
        "TurnTaken",
        "TurnTaken",
        "EventHappened",
        "MediaMeasured",
        "CallEnded",
    ]
    leave()
    tell_a_call(log)
    assert len(heard) == 7


def test_ids_sort_in_the_order_of_making() -> None:
    ids = [new_id() for _ in range(2000)]
    assert ids == sorted(set(ids))
    assert {len(one) for one in ids} == {16}
