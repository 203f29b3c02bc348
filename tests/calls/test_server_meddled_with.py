"""Faults from inside a process: `sitecustomize` brings them into those of a real server, on a sign from the test."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.live_server import QUICK, call_id_of, greeted, notes, record_of, server_with, until, worker
from voice.server_process import ServerProcess
from voice.synthetic_caller import SyntheticCaller

pytestmark = [pytest.mark.call]
ADDRESS = "127.0.24.5"
JUMPING = """\
import os, time
real = time.time
time.time = lambda: real() + (3600.0 if os.path.exists({sign!r}) else 0.0)
"""
Meddle = Callable[[str], Path]


@pytest.fixture
def meddle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Meddle:
    """Let every process of servers started from now on run `code` first; return the file that is the sign."""

    def prepare(code: str) -> Path:
        sign, place = tmp_path / "sign", tmp_path / "meddling"
        place.mkdir()
        (place / "sitecustomize.py").write_text(code.format(sign=str(sign)))
        monkeypatch.setenv("PYTHONPATH", f"{place}{os.pathsep}{Path(__file__).parents[2]}")
        return sign

    return prepare


async def hours_are_told(server: ServerProcess, caller: SyntheticCaller) -> None:
    since = len(server.lines)
    await caller.key("1")
    call = await call_id_of(server, caller.number)

    def told() -> bool:
        robot = notes(server, "TurnTaken", since, call=call, speaker="robot")
        return any("nine to six" in turn["text"] for turn in robot)

    await until(told, "the opening hours", 20)
    assert await caller.wait_until_robot(speaks=True, steady=0.1), "the hours are not heard"


async def test_a_clock_that_jumps_an_hour_and_back_during_a_call_moves_nothing(tmp_path: Path, meddle: Meddle) -> None:
    sign = meddle(JUMPING)
    async with server_with(tmp_path / "data", QUICK, ADDRESS) as server:
        media = worker(server, "hotline media")
        async with SyntheticCaller(server.sip, ADDRESS, number="601") as caller:
            await greeted(caller)
            sign.touch()
            await hours_are_told(server, caller)
            await greeted(caller)
            sign.unlink()
            await hours_are_told(server, caller)
        record = await record_of(server, "601")
        assert worker(server, "hotline media") == media
    at = [datetime.fromisoformat(event["at"]) for event in record["events"] if event["name"] == "key"]
    assert at[0] - at[1] > timedelta(minutes=50), "the clock did not jump there and back"
    assert record["cause"] == "caller-hung-up"
    assert 2 < record["seconds"] < 100
    assert 2 < record["recording_seconds"] < 100
    starts = [turn["start_s"] for turn in record["turns"]]
    assert starts == sorted(starts)
    assert starts[-1] < 100
    assert record["media"]["packets_lost"] == 0
