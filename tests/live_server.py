"""A real server process for tests: one with every engine for the whole run, and quick ones without a recogniser.

A server takes many seconds to start, so what leaves it well shares one; what doesn't starts its own.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from typer.testing import CliRunner, Result

import voice.cli
from bench.processes import family
from voice.server_process import ServerProcess
from voice.synthetic_caller import SyntheticCaller

FLOW = Path(__file__).parent / "calls" / "desk.yaml"
ROUTES = json.dumps([{"called": "*", "flow": str(FLOW)}])
ADDRESS = "127.0.0.64"
QUICK = {"SPEECH__RECOGNISER": "none", "SPEECH__SYNTHESISER": "pyttsx3"}
"""Settings of a server that starts sooner: keys only, espeak's voice."""
MANY = json.dumps({"requests_per_second": 200, "max_calls": 0})
"""[sip.guard] for tests with more calls and requests from one address than a stranger may bring."""
MEDDLING = Path(__file__).parent / "meddling"


def server_with(directory: Path, settings: dict[str, str] | None = None, address: str = ADDRESS) -> ServerProcess:
    """Return a server, not started yet, that answers with the flow of these tests."""
    return ServerProcess(directory, address, {"DIALPLAN__ROUTES": ROUTES, **(settings or {})})


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def live_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerProcess]:
    """One server with every engine and a user `anna` (password `right`) for the whole run; see `sign`."""
    users = json.dumps([{"name": "anna", "password": "right"}])
    settings = {"SIP__USERS": users, "SIP__GUARD": MANY, "LIMITS__DRAIN_SECONDS": "2"}
    directory = tmp_path_factory.mktemp("live")
    server = server_with(directory, settings)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONPATH", f"{MEDDLING}{os.pathsep}{MEDDLING.parent.parent}")
        environment.setenv("MEDDLING", str(directory))
        await server.start()
    try:
        yield server
    finally:
        await server.stop()


@contextmanager
def sign(server: ServerProcess, fault: str) -> Iterator[None]:
    """Have a fault of tests/meddling in every process of the live server meanwhile."""
    file = server.directory / fault
    file.touch()
    try:
        yield
    finally:
        file.unlink()


async def until(condition: Callable[[], Any], what: str, patience: float = 30.0) -> Any:
    """Return what `condition` gives once it is true; fail naming `what` after `patience` seconds.

    The patience is a net, not a claim: the machine may be slow, and other tests busy on it.
    """
    for _ in range(round(patience / 0.05)):
        if result := condition():
            return result
        await asyncio.sleep(0.05)
    raise AssertionError(f"{what} did not come within {patience:.0f} s")


def notes(server: ServerProcess, kind: str, since: int = 0, **wanted: object) -> list[dict[str, Any]]:
    """Return what the server has logged of its calls since line `since`: notes of a kind with these fields."""
    return [
        line
        for line in server.lines[since:]
        if line.get("note") == kind and all(line.get(name) == value for name, value in wanted.items())
    ]


async def call_id_of(server: ServerProcess, caller: str) -> str:
    """Return the id of the newest call from `caller`."""
    found = await until(lambda: notes(server, "CallBegan", caller=caller), f"a call from {caller}")
    return str(found[-1]["call"])


async def record_of(server: ServerProcess, caller: str) -> dict[str, Any]:
    """Return the record of the newest call from `caller`, closed, as `hotline calls show --json` prints it."""
    call = await call_id_of(server, caller)
    await until(lambda: notes(server, "CallEnded", call=call), f"the end of the call from {caller}")
    return await closed_record(server.directory, call)


async def closed_record(directory: Path, call: str) -> dict[str, Any]:
    """Return the record of a call that is over, once its end and what RTP told are in the database.

    A thread writes it as soon as it gets to it; of an answered call the figures of RTP come after the end.
    """

    def closed() -> bool:
        told = _show(directory, call)
        record = json.loads(told.stdout) if told.exit_code == 0 else {}
        return bool(record.get("ended_at") and (not record["answered_at"] or record["legs"][0]["media"]))

    await until(closed, f"the whole record of call {call}")
    await asyncio.sleep(0.2)  # what is told with the figures may be written with the next rows, some 20 ms later
    return await show(directory, call)


async def hotline(directory: Path, *arguments: str) -> str:
    """Run a `hotline` command on a server's data and return what it prints; its failure fails the test."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "console", *arguments),
        env={**os.environ, "HOTLINE_DATA__DIRECTORY": str(directory)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, words = await process.communicate()
    assert process.returncode == 0, words.decode()
    return output.decode()


async def show(directory: Path, call: str) -> dict[str, Any]:
    """Return one call's record as `hotline calls show --json` prints it, without a process for it."""
    told = _show(directory, call)
    assert told.exit_code == 0, told.stderr
    record = json.loads(told.stdout)
    assert isinstance(record, dict)
    return record


def _show(directory: Path, call: str) -> Result:
    environment = {"HOTLINE_DATA__DIRECTORY": str(directory)}
    return CliRunner().invoke(voice.cli.app, ["show", call, "--json"], env=environment, catch_exceptions=False)


async def greeted(caller: SyntheticCaller, patience: float = 30.0) -> None:
    """Hear the robot's turn to its end; a robot that says nothing fails the test."""
    assert await caller.wait_until_robot(speaks=True, steady=0.1, patience=patience), "the robot says nothing"
    assert await caller.wait_until_robot(speaks=False, steady=0.6, patience=patience), "the robot does not end"


def worker(server: ServerProcess, name: str) -> int:
    """Return the process id of a server's worker, as named in `ps` ("hotline media 1"); 0 where there is none."""
    for pid in family(server.pid):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if command.replace(b"\0", b" ").decode().strip().startswith(name):
            return pid
    return 0
