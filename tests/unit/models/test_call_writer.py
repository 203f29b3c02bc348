"""The writer against a database that is locked, full, away or left behind by a killed server."""

import asyncio
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
import wave
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from models.call import new_id
from models.call_log import CallLog
from models.call_note import CallBegan, CallEnded, EventHappened
from models.call_writer import CallWriter, Patience
from models.errors import OperatorFault
from models.spool import Spool

IMPATIENT = Patience(linger=0.005, busy=0.05, pauses=(0.02, 0.05), spool_at=50, batch=20)


def open_writer(directory: Path, patience: Patience = IMPATIENT) -> CallWriter:
    return CallWriter(f"sqlite:///{directory / 'hotline.sqlite'}", directory, patience)


def rows(directory: Path, sql: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(directory / "hotline.sqlite") as database:
        return database.execute(sql).fetchall()


def lock(directory: Path) -> sqlite3.Connection:
    """Hold the database's write lock until `rollback`."""
    database = sqlite3.connect(directory / "hotline.sqlite", isolation_level=None, check_same_thread=False)
    database.execute("begin immediate")
    return database


def put_calls(writer: CallWriter, count: int) -> list[str]:
    ids = [new_id() for _ in range(count)]
    for call_id in ids:
        writer.put(CallBegan(call_id, 1000.0, "inbound", "4411", "800"))
        writer.put(EventHappened(call_id, new_id(), 1001.0, "digit", {"digit": "1"}))
    return ids


async def written(writer: CallWriter) -> None:
    done = asyncio.Event()
    loop = asyncio.get_running_loop()

    def tell() -> None:
        loop.call_soon_threadsafe(done.set)

    writer.when_written(tell)
    await asyncio.wait_for(done.wait(), 20)


async def test_a_locked_database_costs_no_record_and_no_waiting(tmp_path: Path) -> None:
    writer = open_writer(tmp_path)
    writer.start()
    other = lock(tmp_path)
    ids = put_calls(writer, 10)  # would never come back, if it waited for who has the lock
    await asyncio.sleep(0.5)
    assert writer.waiting == 20
    other.rollback()
    await written(writer)
    assert rows(tmp_path, "select id from call order by id") == [(call_id,) for call_id in ids]
    writer.close(1)


async def test_much_that_waits_goes_to_the_spool_and_comes_back_in_order(tmp_path: Path) -> None:
    writer = open_writer(tmp_path)
    writer.start()
    other = lock(tmp_path)
    ids = put_calls(writer, 60)
    for _ in range(400):
        if not writer._queue:
            break
        await asyncio.sleep(0.05)
    assert (tmp_path / "spool" / "notes.jsonl").exists()
    assert len(writer._queue) == 0
    assert (tmp_path / "spool" / "notes.jsonl").stat().st_size > 0
    for call_id in ids:
        writer.put(CallEnded(call_id, 1010.0, "busy"))
    other.rollback()
    await written(writer)
    assert rows(tmp_path, "select count(*), min(state), max(state) from call") == [(60, "ended", "ended")]
    assert not (tmp_path / "spool" / "notes.jsonl").exists()
    writer.close(1)


async def test_nobody_waits_while_the_spool_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = open_writer(tmp_path)
    writer.start()
    append, spooling, may_end, appended = writer._spool.append, threading.Event(), threading.Event(), threading.Event()

    def slowly(notes: Any) -> None:
        spooling.set()
        may_end.wait(20)
        append(notes)
        appended.set()

    monkeypatch.setattr(writer._spool, "append", slowly)
    other = lock(tmp_path)
    put_calls(writer, 60)
    assert await asyncio.to_thread(spooling.wait, 30)
    put_calls(writer, 60)
    assert not appended.is_set(), "who told of them waited for the spool"
    may_end.set()
    other.rollback()
    await written(writer)
    assert rows(tmp_path, "select count(*) from call") == [(120,)]
    writer.close(1)


def test_closing_keeps_its_time_and_forgets_nothing(tmp_path: Path) -> None:
    patient = Patience(linger=0.005, busy=0.05, pauses=(30.0,))
    writer = open_writer(tmp_path, patient)
    writer.start()
    other = lock(tmp_path)
    put_calls(writer, 3)
    time.sleep(0.2)
    began = time.perf_counter()
    writer.close(0.3)
    assert time.perf_counter() - began < 20, "far sooner than the next try"
    other.rollback()
    again = open_writer(tmp_path)
    assert again.start() == 3
    again.close(1)


def test_what_is_left_when_the_server_stops_is_written_at_the_next_start(tmp_path: Path) -> None:
    writer = open_writer(tmp_path)
    writer.start()
    other = lock(tmp_path)
    (call_id,) = put_calls(writer, 1)
    writer.put(CallEnded(call_id, 1010.0, "busy"))
    writer.close(0.2)
    other.rollback()
    assert rows(tmp_path, "select count(*) from call") == [(0,)]
    again = open_writer(tmp_path)
    assert again.start() == 0
    assert rows(tmp_path, "select id, state, cause from call") == [(call_id, "ended", "busy")]
    assert rows(tmp_path, "select name from event") == [("digit",)]
    again.close(1)


def test_a_spool_written_twice_changes_nothing(tmp_path: Path) -> None:
    writer = open_writer(tmp_path)
    (call_id,) = put_calls(writer, 1)
    writer.put(CallEnded(call_id, 1010.0, "busy"))
    notes = list(writer._queue)
    writer.start()
    writer.close(5)
    before = rows(tmp_path, "select * from call") + rows(tmp_path, "select * from event")
    Spool(tmp_path / "spool" / "notes.jsonl").append(notes)
    again = open_writer(tmp_path)
    again.start()
    again.close(1)
    assert rows(tmp_path, "select * from call") + rows(tmp_path, "select * from event") == before


async def test_a_full_disk_costs_no_record_once_there_is_room_again(tmp_path: Path) -> None:
    writer = open_writer(tmp_path)
    writer.start()
    assert writer._engine is not None
    with writer._engine.connect() as connection:
        pages = connection.exec_driver_sql("pragma page_count").scalar()
    writer._engine.dispose()
    limit = [pages]

    def small(connection: Any, _record: object, _proxy: object) -> None:
        connection.execute(f"pragma max_page_count = {limit[0]}")

    event.listen(writer._engine, "checkout", small)
    ids = put_calls(writer, 400)
    await asyncio.sleep(0.3)
    assert writer.waiting > 0
    limit[0] = 1_000_000
    await written(writer)
    assert rows(tmp_path, "select count(*) from call") == [(len(ids),)]
    writer.close(1)


async def test_without_database_and_spool_only_mere_events_are_dropped(tmp_path: Path) -> None:
    writer = open_writer(tmp_path, Patience(linger=0.005, busy=0.02, pauses=(0.02,), spool_at=5, at_most=10))
    writer.start()
    (tmp_path / "spool").write_text("a file where the directory should be")
    other = lock(tmp_path)
    ids = put_calls(writer, 30)
    assert writer.dropped > 0
    await asyncio.sleep(0.1)
    other.rollback()
    await written(writer)
    assert rows(tmp_path, "select count(*) from call") == [(len(ids),)]
    assert rows(tmp_path, "select count(*) from event") == [(30 - writer.dropped,)]
    (tmp_path / "spool").unlink()
    writer.close(1)


async def test_a_start_waits_for_a_database_that_is_locked_for_a_while(tmp_path: Path) -> None:
    writer = open_writer(tmp_path)
    writer.start()
    put_calls(writer, 1)
    writer.close(5)
    other = lock(tmp_path)
    again = open_writer(tmp_path)
    starting = asyncio.ensure_future(asyncio.to_thread(again.start))
    await asyncio.sleep(0.3)
    assert not starting.done()
    other.rollback()
    assert await starting == 1
    again.close(1)


def test_a_start_that_waited_in_vain_says_so_and_leaves_the_directory(tmp_path: Path) -> None:
    writer = open_writer(tmp_path)
    writer.start()
    put_calls(writer, 1)
    writer.close(5)
    other = lock(tmp_path)
    with pytest.raises(OperatorFault, match=r"database is locked.*start again\."):
        open_writer(tmp_path, Patience(busy=0.02, pauses=(0.01,), start=0.1)).start()
    other.rollback()
    again = open_writer(tmp_path)
    assert again.start() == 1
    again.close(1)


async def test_whatever_fails_the_thread_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = open_writer(tmp_path)
    writer.start()
    faults = [OperationalError("insert", {}, Exception("away")), OSError("spool"), ZeroDivisionError("ours")]
    holds = writer._spool.holds

    def fail() -> bool:
        if faults:
            raise faults.pop()
        return holds()

    monkeypatch.setattr(writer._spool, "holds", fail)
    put_calls(writer, 1)
    await written(writer)
    assert faults == []
    assert rows(tmp_path, "select count(*) from call") == [(1,)]
    writer.close(1)


def test_a_data_directory_serves_one_server_at_a_time(tmp_path: Path) -> None:
    writer = open_writer(tmp_path)
    writer.start()
    with pytest.raises(OperatorFault, match="in use by another running server"):
        open_writer(tmp_path).start()
    writer.close(1)
    again = open_writer(tmp_path)
    again.start()
    again.close(1)


def test_a_new_data_directory_is_nobody_elses_to_read(tmp_path: Path) -> None:
    writer = open_writer(tmp_path / "data")
    writer.start()
    writer.close(1)
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_an_unusable_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "hotline.sqlite").mkdir()
    with pytest.raises(OperatorFault, match="can't be opened"):
        open_writer(tmp_path).start()


KILLED = textwrap.dedent(
    """
    import asyncio, sys, time
    from pathlib import Path
    from models.call_log import CallLog

    async def main(directory):
        log = CallLog(f"sqlite:///{directory / 'hotline.sqlite'}", directory)
        await log.start()
        log.began("talking", "inbound", "4411", "800", 1000.0)
        log.answered("talking", 1002.0)
        log.recording("talking", directory / "talking.wav", 1002.5)
        log.turn("talking", 0, "robot", "Hello.", 0.0, 1.5)
        log.event("talking", "digit", 1004.0, digit="1")
        log.began("ringing", "inbound", "4412", "800", 2000.0)
        log.began("over", "inbound", "4413", "800", 3000.0)
        log.ended("over", 3001.0, "busy")
        await log.flush()
        print("written", flush=True)
        index = 1
        while True:
            log.turn("talking", index, "caller", "more", 2.0, 3.0)
            index += 1
            await asyncio.sleep(0.001)

    asyncio.run(main(Path(sys.argv[1])))
    """
)


def test_calls_open_at_a_kill_are_completed_with_what_is_known(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[3], text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "written\n"
    process.send_signal(signal.SIGKILL)
    process.wait(60)
    process.stdout.close()
    write_wav_with_a_stale_header(tmp_path / "talking.wav", seconds=7)
    writer = open_writer(tmp_path)
    assert writer.start() == 2
    writer.close(1)
    calls = rows(tmp_path, "select id, state, cause, ended_at, seconds from call order by started_at")
    assert calls == [
        ("talking", "ended", "server-stopped", "1970-01-01 00:16:49.500000", 7.5),
        ("ringing", "ended", "server-stopped", "1970-01-01 00:33:20.000000", None),
        ("over", "ended", "busy", "1970-01-01 00:50:01.000000", None),
    ]
    assert rows(tmp_path, "select path, seconds from recording") == [("talking.wav", 7.0)]
    assert rows(tmp_path, "select distinct state from leg") == [("ended",)]


def write_wav_with_a_stale_header(path: Path, seconds: int) -> None:
    """Two channels of 16 bits at 8 kHz whose header still says: one second."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(32000))
    with path.open("ab") as raw:
        raw.write(bytes(32000 * (seconds - 1)))


def test_calls_of_another_node_in_a_shared_database_are_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'shared.sqlite'}"
    first = CallWriter(url, tmp_path / "a", IMPATIENT)
    first.start()
    first.put(CallBegan("running", 1000.0, "inbound", "4411", "800"))
    second = CallWriter(url, tmp_path / "b", IMPATIENT)
    assert second.start() == 0
    second.close(1)
    first.close(1)
    third = CallWriter(url, tmp_path / "a", IMPATIENT)
    assert third.start() == 1
    third.close(1)


async def test_a_line_that_a_crash_cut_short_does_not_cost_the_others(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool" / "notes.jsonl")
    spool.append([CallBegan("a", 1.0, "inbound", "1", "2"), CallEnded("a", 2.0, "busy")])
    with spool.path.open("ab") as file:
        file.write(b'{"type":"CallBeg')
    writer = open_writer(tmp_path)
    writer.start()
    writer.close(1)
    assert rows(tmp_path, "select id, cause from call") == [("a", "busy")]


async def test_closing_an_idle_log_takes_no_time(tmp_path: Path) -> None:
    log = CallLog(f"sqlite:///{tmp_path / 'hotline.sqlite'}", tmp_path)
    await log.start()
    began = asyncio.get_running_loop().time()
    await log.close(10)
    assert asyncio.get_running_loop().time() - began < 1
    assert not (tmp_path / "spool").exists()
