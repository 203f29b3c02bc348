"""The call log: what was told is in the database, whatever the database does meanwhile."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from models.call import new_id
from models.call_log import CallLog
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
