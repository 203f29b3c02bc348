"""What goes wrong under a running server, done to a real one: callers keep their call or get a true ending."""

import asyncio
import errno
import json
import os
import resource
import shutil
import signal
import socket
import sqlite3
import wave
from collections.abc import AsyncIterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from asr_tts import weights
from bench.processes import family
from models.errors import PeerFault
from tests.calls.faults import caller_of, presses_one_and_is_told_the_hours
from tests.live_server import (
    MANY,
    MEDDLING,
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
from voice.synthetic_caller import header

pytestmark = [pytest.mark.call, pytest.mark.asyncio(loop_scope="session")]
ADDRESS = "127.0.0.67"


# -- callers and limits, with a server that has no recogniser --------------------------------------------------


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def keypad_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerProcess]:
    """Two calls at a time, two streams, two seconds of patience with a silent peer."""
    first = 30000 + os.getpid() % 4000 * 4
    settings = {
        **QUICK,
        "SIP__GUARD": MANY,
        "MEDIA__SILENCE_SECONDS": "2",
        "MEDIA__PORTS": f"{first}-{first + 3}",
        "LIMITS__MAX_CALLS": "2",
        "LIMITS__RETRY_AFTER": "7",
    }
    async with server_with(tmp_path_factory.mktemp("keypad"), settings, ADDRESS) as server:
        yield server


def ports_of(server: ServerProcess) -> range:
    first, last = server.settings["MEDIA__PORTS"].split("-")
    return range(int(first), int(last) + 1)


def bound(end: socket.socket, port: int) -> bool:
    """Take a port of the server's; False while a call still has it."""
    try:
        end.bind((ADDRESS, port))
    except OSError as refusal:
        if refusal.errno != errno.EADDRINUSE:
            raise
        return False
    return True


async def test_a_caller_who_vanishes_is_hung_up_with_the_true_cause(keypad_server: ServerProcess) -> None:
    caller = caller_of(keypad_server, "520")
    await caller.dial()
    await greeted(caller)
    caller.vanish()
    record = await record_of(keypad_server, "520")
    assert record["cause"] == "rtp-silent"
    assert record["recording_seconds"] > 1


async def test_a_disk_that_fills_up_ends_the_recording_and_not_the_call(keypad_server: ServerProcess) -> None:
    media = worker(keypad_server, "hotline media")
    async with caller_of(keypad_server, "525") as caller:
        await greeted(caller)
        # No file of the media worker may grow any more: what a full disk looks like to it.
        before = resource.prlimit(media, resource.RLIMIT_FSIZE)
        resource.prlimit(media, resource.RLIMIT_FSIZE, (4096, before[1]))
        await until(lambda: notes(keypad_server, "EventHappened", name="recording-failed"), "the failure on record")
        await presses_one_and_is_told_the_hours(keypad_server, caller)
        resource.prlimit(media, resource.RLIMIT_FSIZE, before)
    record = await record_of(keypad_server, "525")
    assert record["cause"] == "caller-hung-up"
    assert record["recording_note"]
    assert record["recording_seconds"] > 1


async def test_beyond_the_limit_a_caller_is_told_when_to_try_again(keypad_server: ServerProcess) -> None:
    async with caller_of(keypad_server, "530") as first, caller_of(keypad_server, "531"):
        await greeted(first)
        third = caller_of(keypad_server, "532")
        with pytest.raises(PeerFault, match="503"):
            await third.dial()
        assert header(third.final, "Retry-After").split()[0] == "7"
        await presses_one_and_is_told_the_hours(keypad_server, first)
    assert (await record_of(keypad_server, "532"))["cause"] == "congestion"
    for number in ("530", "531"):
        assert (await record_of(keypad_server, number))["cause"] == "caller-hung-up"


async def test_with_every_port_in_use_a_caller_gets_503_and_the_next_one_a_port_again(
    keypad_server: ServerProcess,
) -> None:
    with ExitStack() as others:
        for port in ports_of(keypad_server):
            other = others.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            await until(partial(bound, other, port), f"port {port} free, whose last call is over")
        with pytest.raises(PeerFault, match="503"):
            await caller_of(keypad_server, "541").dial()
    async with caller_of(keypad_server, "542") as next_one:
        await greeted(next_one)
    assert (await record_of(keypad_server, "541"))["cause"] == "media-failed"


async def test_a_database_locked_for_ten_seconds_loses_nothing(keypad_server: ServerProcess) -> None:
    lock = sqlite3.connect(keypad_server.directory / "hotline.sqlite", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    released = asyncio.get_running_loop().call_later(10, lock.rollback)
    for number in ("590", "591"):
        async with caller_of(keypad_server, number) as caller:
            await greeted(caller)
            await presses_one_and_is_told_the_hours(keypad_server, caller)
    await asyncio.sleep(max(0.0, released.when() - asyncio.get_running_loop().time()))
    for number in ("590", "591"):
        record = await record_of(keypad_server, number)
        assert record["cause"] == "caller-hung-up"
        assert [turn["digits"] for turn in record["turns"] if turn["digits"]] == ["1"]
        assert record["answered_at"]
    lock.close()


# -- weights that are missing or damaged ----------------------------------------------------------------------


async def test_missing_weights_leave_keys_and_recorded_prompts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_WEIGHTS", str(tmp_path / "nothing"))
    settings = {"SPEECH__SYNTHESISER": "none", "SPEECH__RECOGNISER_MODEL": str(tmp_path / "nothing")}
    server = await gets_through_by_keys(tmp_path, settings, "550")
    assert len(warned_of(server, "nothing")) == 1


async def test_a_damaged_recogniser_and_a_missing_voice_are_named_and_leave_keys_and_recorded_prompts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged_whisper(tmp_path / "weights")
    monkeypatch.setenv("HOTLINE_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("PYTHONPATH", f"{MEDDLING}{os.pathsep}{MEDDLING.parent.parent}")
    monkeypatch.setenv("MEDDLING", str(tmp_path))
    (tmp_path / "no-joe").touch()
    server = await gets_through_by_keys(tmp_path, {}, "555")
    [damaged] = warned_of(server, "whisper-base")
    assert "are damaged" in damaged
    assert "hotline models fetch whisper-base" in damaged
    [missing] = warned_of(server, "piper-en-joe")
    assert "are not installed" in missing
    assert "hotline models fetch piper-en-joe" in missing


def damaged_whisper(root: Path) -> None:
    """Lay out all weights there are, as links, with one byte of the recogniser's changed."""
    real = weights.find("whisper-base")
    root.mkdir()
    for model in real.parent.iterdir():
        if model.is_dir() and model != real:
            (root / model.name).symlink_to(model)
    (root / real.name).mkdir()
    for file in real.iterdir():
        (root / real.name / file.name).symlink_to(file)
    model = root / real.name / "model.bin"
    model.unlink()
    shutil.copyfile(real / model.name, model)
    middle = model.stat().st_size // 2
    with model.open("r+b") as weights_file:
        weights_file.seek(middle)
        [byte] = weights_file.read(1)
        weights_file.seek(middle)
        weights_file.write(bytes([byte ^ 1]))


async def gets_through_by_keys(directory: Path, settings: dict[str, str], number: str) -> ServerProcess:
    """Have a caller hear a recorded prompt, press a key for it again, and one to leave; return the ended server."""
    prompt = directory / "hours.wav"
    prompt.write_bytes((Path(__file__).parent.parent / "sounds" / "opening_hours.wav").read_bytes())
    flow = directory / "recorded.yaml"
    flow.write_text(
        "flow: recorded\nlanguages: [en]\nsteps:\n"
        f"  - step: welcome\n    play: {prompt}\n"
        '  - step: wish\n    ask: Press one.\n    otherwise: wish\n    digits: {"1": again, "9": end}\n'
        "    no_input_s: 30\n"
        f"  - step: again\n    play: {prompt}\n    goto: wish\n"
        "  - step: end\n    hangup: Goodbye.\n"
    )
    routes = {"DIALPLAN__ROUTES": json.dumps([{"called": "*", "flow": str(flow)}])}
    async with server_with(directory / "data", {**routes, **settings}, ADDRESS) as server:
        async with caller_of(server, number) as caller:
            await greeted(caller)
            await caller.key("1")
            assert await caller.wait_until_robot(speaks=True, steady=0.5), "the recorded prompt is not heard again"
            await caller.key("9")
            await asyncio.wait_for(caller.ended_by_server.wait(), 60)
        record = await record_of(server, number)
    assert [turn["digits"] for turn in record["turns"] if turn["digits"]] == ["1", "9"]
    assert record["cause"] == "robot-hung-up"
    return server


def warned_of(server: ServerProcess, what: str) -> list[str]:
    """Return the lines, warnings or worse, in which the server names something."""
    lines = [line for line in server.lines if line.get("level") in ("warning", "error")]
    return [str(line["message"]) for line in lines if what in str(line["message"])]


# -- the server itself is stopped or killed --------------------------------------------------------------------


async def test_ten_calls_finish_while_the_server_drains_and_the_eleventh_is_refused(tmp_path: Path) -> None:
    server = server_with(tmp_path, {**QUICK, "SIP__GUARD": MANY, "LIMITS__DRAIN_SECONDS": "120"}, ADDRESS)
    await server.start()
    callers = [caller_of(server, f"56{index}") for index in range(10)]
    await asyncio.gather(*(caller.dial() for caller in callers))
    await asyncio.gather(*(greeted(caller) for caller in callers))
    for pid in family(server.pid):  # as systemd stops a service: all of its processes at once
        os.kill(pid, signal.SIGTERM)
    await until(lambda: any("draining: 10 calls" in str(line.get("message")) for line in server.lines), "the draining")
    with pytest.raises(PeerFault, match="503"):
        await caller_of(server, "570").dial()
    await asyncio.gather(*(presses_one_and_is_told_the_hours(server, caller) for caller in callers))
    await asyncio.gather(*(caller.key("9") for caller in callers))
    await asyncio.gather(*(asyncio.wait_for(caller.ended_by_server.wait(), 60) for caller in callers))
    await asyncio.gather(*(caller.hang_up() for caller in callers))
    assert await server.wait(60) == 0
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
