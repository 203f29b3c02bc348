"""What becomes of a call whose workers die, hang or see the clock jump, done to the live server."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest

from tests.calls.faults import caller_of, presses_one_and_is_told_the_hours, told
from tests.live_server import call_id_of, greeted, notes, record_of, sign, until, worker
from voice.demo import _sound
from voice.server_process import ServerProcess
from voice.synthetic_caller import SyntheticCaller

pytestmark = [pytest.mark.call, pytest.mark.asyncio(loop_scope="session")]


async def test_a_killed_media_worker_ends_its_call_with_a_true_record_and_the_next_call_works(
    live_server: ServerProcess,
) -> None:
    async with caller_of(live_server, "501") as caller:
        await greeted(caller)
        os.kill(worker(live_server, "hotline media"), signal.SIGKILL)
        await asyncio.wait_for(caller.ended_by_server.wait(), 30)
    record = await record_of(live_server, "501")
    assert record["cause"] == "media-failed"
    assert "media-lost" in [event["name"] for event in record["events"]]
    assert record["recording_seconds"] > 0.5
    await until(lambda: worker(live_server, "hotline media"), "a new media worker")
    await asyncio.sleep(1)
    async with caller_of(live_server, "502") as caller:
        await greeted(caller)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hung"])
async def test_without_its_speech_worker_a_call_goes_on_by_keypad(
    live_server: ServerProcess, how: signal.Signals
) -> None:
    number = f"51{how.value}"
    async with speech_worker_lost(live_server, number) as caller:
        os.kill(worker(live_server, "hotline speech"), how)
        await speech_lost(live_server, caller, 40)
        await presses_one_and_is_told_the_hours(live_server, caller)


async def test_a_recogniser_that_never_comes_back_costs_its_caller_25_seconds_and_not_the_call(
    live_server: ServerProcess,
) -> None:
    async with speech_worker_lost(live_server, "515") as caller:
        with sign(live_server, "hang"):
            await caller.say(_sound("services"))
            said = asyncio.get_running_loop().time()
            await speech_lost(live_server, caller, 25)
        assert await caller.wait_until_robot(speaks=True, steady=0.1), "the keypad is not spoken of"
        assert asyncio.get_running_loop().time() - said < 25
        await presses_one_and_is_told_the_hours(live_server, caller)


@asynccontextmanager
async def speech_worker_lost(server: ServerProcess, number: str) -> AsyncIterator[SyntheticCaller]:
    """A greeted caller; afterwards their record is that of a call by keypad, and the worker another one."""
    lost = await until(lambda: worker(server, "hotline speech"), "a speech worker", 120)
    async with caller_of(server, number) as caller:
        await greeted(caller)
        yield caller
        call = await call_id_of(server, number)
        await until(lambda: notes(server, "EventHappened", call=call, name="speech-back"), "speech again", 180)
    record = await record_of(server, number)
    assert record["cause"] == "caller-hung-up"
    assert [turn["digits"] for turn in record["turns"] if turn["digits"]] == ["1"]
    assert worker(server, "hotline speech") not in (0, lost)


async def speech_lost(server: ServerProcess, caller: SyntheticCaller, patience: float) -> None:
    """Return when the loss is on record and the caller was told of it."""
    call = await call_id_of(server, caller.number)
    await until(lambda: notes(server, "EventHappened", call=call, name="speech-lost"), "the loss noted", patience)
    await until(lambda: told(server, call, "use the keypad"), "word of the keypad")


async def test_a_clock_that_jumps_an_hour_and_back_during_a_call_moves_nothing(live_server: ServerProcess) -> None:
    media = worker(live_server, "hotline media")
    async with caller_of(live_server, "601") as caller:
        await greeted(caller)
        with sign(live_server, "jump"):
            await presses_one_and_is_told_the_hours(live_server, caller)
            await greeted(caller)
        await presses_one_and_is_told_the_hours(live_server, caller)
    record = await record_of(live_server, "601")
    assert worker(live_server, "hotline media") == media
    at = [datetime.fromisoformat(event["at"]) for event in record["events"] if event["name"] == "key"]
    assert at[0] - at[1] > timedelta(minutes=50), "the clock did not jump there and back"
    assert record["cause"] == "caller-hung-up"
    assert 2 < record["seconds"] < 100
    assert 2 < record["recording_seconds"] < 100
    starts = [turn["start_s"] for turn in record["turns"]]
    assert starts == sorted(starts)
    assert starts[-1] < 100
    assert record["media"]["packets_lost"] == 0
