"""sipp's callers against a whole server."""

import asyncio
from pathlib import Path

import pytest

from tests.live_server import record_of
from voice.server_process import ServerProcess

pytestmark = [pytest.mark.peer, pytest.mark.asyncio(loop_scope="session")]
ADDRESS = "127.0.0.66"
HERE = Path(__file__).parent


async def sipp(
    server: ServerProcess, directory: Path, *arguments: str, address: str = ADDRESS, called: str = "hotline"
) -> None:
    """Run sipp against the server; what it calls a failure fails the test with its own words."""
    host, port = server.sip
    process = await asyncio.create_subprocess_exec(
        *("sipp", *arguments, f"{host}:{port}", "-i", address, "-mi", address, "-s", called),
        *("-nostdin", "-timeout", "90s", "-timeout_error", "-trace_err", "-error_file", "errors.log"),
        cwd=directory,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    code = await process.wait()
    said = directory / "errors.log"
    assert code == 0, said.read_text() if said.exists() else f"sipp ended with {code}"


async def test_twenty_callers_in_two_seconds_are_all_answered(live_server: ServerProcess, tmp_path: Path) -> None:
    await sipp(live_server, tmp_path, "-sn", "uac", "-m", "20", "-r", "10", "-d", "300")
    record = await record_of(live_server, "sipp")
    assert record["cause"] == "caller-hung-up"
    assert record["answered_at"]


async def test_a_call_held_and_resumed_is_answered_as_offered(live_server: ServerProcess, tmp_path: Path) -> None:
    await sipp(live_server, tmp_path, "-sf", str(HERE / "hold.xml"), "-m", "1")
    names = [event["name"] for event in (await record_of(live_server, "holder"))["events"]]
    assert names.index("held") < names.index("resumed")


async def test_a_key_by_info_answers_the_question(live_server: ServerProcess, tmp_path: Path) -> None:
    await sipp(live_server, tmp_path, "-sf", str(HERE / "info.xml"), "-m", "1")
    turns = (await record_of(live_server, "keyer"))["turns"]
    assert [turn["digits"] for turn in turns if turn["speaker"] == "caller"] == ["1"]
    assert any("nine to six" in turn["text"] for turn in turns if turn["speaker"] == "robot")
