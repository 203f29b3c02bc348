"""What goes wrong under a running server, done to a real one: callers keep their call or get a true ending."""

import asyncio
import json
import os
import resource
import signal
import sqlite3
import wave
from pathlib import Path
from typing import Any

import pytest

from models.errors import PeerFault
from tests.live_server import (
    QUICK,
    call_id_of,
    greeted,
    hotline,
    notes,
    record_of,
    server_with,
    show,
    until,
    worker,
)
from voice.server_process import ServerProcess
from voice.synthetic_caller import SyntheticCaller, header

pytestmark = [pytest.mark.call, pytest.mark.asyncio(loop_scope="session")]
ADDRESS = "127.0.0.67"
CALLERS = "127.0.0.68"


def caller_of(server: ServerProcess, number: str) -> SyntheticCaller:
    return SyntheticCaller(server.sip, CALLERS, number=number)


async def presses_one_and_is_told_the_hours(server: ServerProcess, caller: SyntheticCaller) -> None:
    since = len(server.lines)
    await caller.key("1")
    call = await call_id_of(server, caller.number)

    def told() -> list[dict[str, Any]]:
        robot = notes(server, "TurnTaken", since, call=call, speaker="robot")
        return [turn for turn in robot if "nine to six" in turn["text"]]

    await until(told, "the opening hours")
    assert await caller.wait_until_robot(speaks=True, steady=0.1), "the hours are not heard"


# -- workers die while somebody talks ------------------------------------------------------------------------


async def test_a_killed_media_worker_ends_its_call_with_a_true_record_and_the_next_call_works(
    live_server: ServerProcess,
) -> None:
    async with caller_of(live_server, "501") as caller:
        await greeted(caller)
        os.kill(worker(live_server, "hotline media"), signal.SIGKILL)
        await asyncio.wait_for(caller.ended_by_server.wait(), 5)
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
    was, since = worker(live_server, "hotline speech"), len(live_server.lines)
    async with caller_of(live_server, number) as caller:
        await greeted(caller)
        os.kill(was, how)
        await until(lambda: notes(live_server, "EventHappened", since, name="speech-lost"), "the loss noted", 15)
        await presses_one_and_is_told_the_hours(live_server, caller)
    record = await record_of(live_server, number)
    assert record["cause"] == "caller-hung-up"
    assert [turn["digits"] for turn in record["turns"] if turn["digits"]] == ["1"]
    new = await until(lambda: worker(live_server, "hotline speech") not in (0, was), "a new speech worker", 40)
    assert new


# -- callers and limits, with a server that has no recogniser --------------------------------------------------


async def test_a_caller_who_vanishes_is_hung_up_with_the_true_cause(tmp_path: Path) -> None:
    async with server_with(tmp_path, {**QUICK, "MEDIA__SILENCE_SECONDS": "2"}, ADDRESS) as server:
        caller = caller_of(server, "520")
        await caller.dial()
        await greeted(caller)
        caller.vanish()
        record = await record_of(server, "520")
    assert record["cause"] == "rtp-silent"
    assert record["recording_seconds"] > 1


async def test_a_disk_that_fills_up_ends_the_recording_and_not_the_call(tmp_path: Path) -> None:
    async with server_with(tmp_path, QUICK, ADDRESS) as server:
        async with caller_of(server, "525") as caller:
            await greeted(caller)
            # No file of the media worker may grow any more: what a full disk looks like to it.
            resource.prlimit(worker(server, "hotline media"), resource.RLIMIT_FSIZE, (4096, 4096))
            await until(lambda: notes(server, "EventHappened", name="recording-failed"), "the failure on record")
            await presses_one_and_is_told_the_hours(server, caller)
        record = await record_of(server, "525")
    assert record["cause"] == "caller-hung-up"
    assert record["recording_note"]
    assert record["recording_seconds"] > 1


async def test_beyond_the_limit_a_caller_is_told_when_to_try_again(tmp_path: Path) -> None:
    async with server_with(
        tmp_path, {**QUICK, "LIMITS__MAX_CALLS": "1", "LIMITS__RETRY_AFTER": "7"}, ADDRESS
    ) as server:
        async with caller_of(server, "530") as first:
            await greeted(first)
            second = caller_of(server, "531")
            with pytest.raises(PeerFault, match="503"):
                await second.dial()
            assert header(second.final, "Retry-After").split()[0] == "7"
            await presses_one_and_is_told_the_hours(server, first)
        assert (await record_of(server, "531"))["cause"] == "congestion"


async def test_with_every_port_in_use_a_caller_gets_503_and_the_next_one_a_port_again(tmp_path: Path) -> None:
    first_port = 30000 + os.getpid() % 4000 * 2
    ports = f"{first_port}-{first_port + 1}"
    async with server_with(tmp_path, {**QUICK, "MEDIA__PORTS": ports}, ADDRESS) as server:
        async with caller_of(server, "540") as first:
            await greeted(first)
            with pytest.raises(PeerFault, match="503"):
                await caller_of(server, "541").dial()
        await record_of(server, "540")
        async with caller_of(server, "542") as third:
            await greeted(third)
        assert (await record_of(server, "541"))["cause"] == "media-failed"


async def test_missing_weights_leave_keys_and_recorded_prompts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_WEIGHTS", str(tmp_path / "nothing"))
    prompt = tmp_path / "welcome.wav"
    prompt.write_bytes((Path(__file__).parent.parent / "sounds" / "opening_hours.wav").read_bytes())
    flow = tmp_path / "recorded.yaml"
    flow.write_text(
        "flow: recorded\nlanguages: [en]\nsteps:\n"
        f"  - step: welcome\n    play: {prompt}\n"
        '  - step: wish\n    ask: Press one.\n    otherwise: wish\n    digits: {"1": again}\n    no_input_s: 30\n'
        f"  - step: again\n    play: {prompt}\n    goto: wish\n"
    )
    settings = {
        "DIALPLAN__ROUTES": json.dumps([{"called": "*", "flow": str(flow)}]),
        "SPEECH__SYNTHESISER": "none",
        "SPEECH__RECOGNISER_MODEL": str(tmp_path / "nothing"),
    }
    async with server_with(tmp_path / "data", settings, ADDRESS) as server:
        async with caller_of(server, "550") as caller:
            await greeted(caller, 20)
            await caller.key("1")
            assert await caller.wait_until_robot(speaks=True, steady=0.5), "the recorded prompt is not heard again"
        record = await record_of(server, "550")
    assert [turn["digits"] for turn in record["turns"] if turn["digits"]] == ["1"]
    assert any("weights" in str(line.get("message", "")) for line in server.lines), "nobody was told"


# -- the server itself is stopped or killed --------------------------------------------------------------------


async def test_ten_calls_finish_while_the_server_drains_and_the_eleventh_is_refused(tmp_path: Path) -> None:
    server = server_with(tmp_path, {**QUICK, "LIMITS__DRAIN_SECONDS": "30"}, ADDRESS)
    await server.start()
    callers = [caller_of(server, f"56{index}") for index in range(10)]
    await asyncio.gather(*(caller.dial() for caller in callers))
    await asyncio.gather(*(greeted(caller) for caller in callers))
    os.kill(server.pid, signal.SIGTERM)
    await asyncio.sleep(0.3)
    with pytest.raises(PeerFault, match="503"):
        await caller_of(server, "570").dial()
    await asyncio.gather(*(presses_one_and_is_told_the_hours(server, caller) for caller in callers))
    await asyncio.gather(*(caller.key("9") for caller in callers))
    await asyncio.gather(*(asyncio.wait_for(caller.ended_by_server.wait(), 15) for caller in callers))
    await asyncio.gather(*(caller.hang_up() for caller in callers))
    assert await server.wait(15) == 0
    calls = json.loads(await hotline(tmp_path, "calls", "list", "--json"))
    assert [call["cause"] for call in calls].count("robot-hung-up") == 10
    assert [call["cause"] for call in calls].count("draining") == 1


async def test_after_kill_9_the_next_start_completes_the_record_and_the_recording_is_readable(tmp_path: Path) -> None:
    server = server_with(tmp_path, QUICK, ADDRESS)
    await server.start()
    caller = caller_of(server, "580")
    await caller.dial()
    await greeted(caller)
    call = await call_id_of(server, "580")
    await asyncio.sleep(1.2)
    await server.stop(by=signal.SIGKILL)
    caller.vanish()
    async with server_with(tmp_path, QUICK, ADDRESS):
        record = await show(tmp_path, call)
    assert record["cause"] == "server-stopped"
    assert record["ended_at"]
    assert record["turns"][0]["speaker"] == "robot"
    with wave.open(record["recording"], "rb") as recording:
        assert recording.getnchannels() == 2
        assert recording.getnframes() / 8000 > 2.0
        assert any(recording.readframes(recording.getnframes()))


async def test_a_database_locked_for_ten_seconds_loses_nothing(tmp_path: Path) -> None:
    async with server_with(tmp_path, QUICK, ADDRESS) as server:
        lock = sqlite3.connect(tmp_path / "hotline.sqlite", isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
        released = asyncio.get_running_loop().call_later(10, lock.rollback)
        for number in ("590", "591"):
            async with caller_of(server, number) as caller:
                await greeted(caller)
                await presses_one_and_is_told_the_hours(server, caller)
        await asyncio.sleep(max(0.0, released.when() - asyncio.get_running_loop().time()) + 3)
        for number in ("590", "591"):
            record = await record_of(server, number)
            assert record["cause"] == "caller-hung-up"
            assert [turn["digits"] for turn in record["turns"] if turn["digits"]] == ["1"]
            assert record["answered_at"]
    lock.close()
