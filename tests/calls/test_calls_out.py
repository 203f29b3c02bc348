"""Calls that the command line has a running server place, to a second Hotline and to peers that don't answer."""

import asyncio
import json
import os
import sys
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from models.cause import Cause
from models.control_client import ask
from models.control_protocol import PlaceCall
from models.errors import CannotDo
from tests.live_server import QUICK, ROUTES, closed_record, hotline, notes, server_with, until
from tests.peers.trunk.our_edge import free, our_edge
from voice.server_process import ServerProcess
from voice.sip.dialog import SipDialog

pytestmark = [pytest.mark.call, pytest.mark.asyncio(loop_scope="module")]
OURS, THEIRS, STRANGE = "127.0.24.1", "127.0.24.2", "127.0.24.3"
FLOW = """\
flow: reminder
languages: [en]
steps:
  - step: remind
    ask: This is a reminder of your appointment. Press one to confirm.
    digits: {"1": thanks}
    otherwise: thanks
    no_input_s: 1
    max_attempts: 1
  - step: thanks
    hangup: Thank you. Goodbye.
"""


def behaves(dialog: SipDialog) -> None:
    """A phone system of few words: what it does is in the number."""
    match dialog.called.number:
        case "busy":
            dialog.reject(486, "Busy Here", Cause.BUSY)
        case "nowhere":
            dialog.reject(404, "Not Found", Cause.NO_SUCH_NUMBER)
        case _:
            dialog.ring()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[ServerProcess, ServerProcess]]:
    """Ours with three trunks, and the other Hotline, which one of them leads to."""
    strange = free(STRANGE)
    directory = tmp_path_factory.mktemp("calls-out")
    (directory / "reminder.yaml").write_text(FLOW)
    theirs = server_with(directory / "theirs", QUICK, THEIRS)
    trunk = {"health_check": 0, "caller_number": "5550100"}
    trunks = [
        {**trunk, "name": "branch", "host": f"{THEIRS}:{theirs.sip_port}"},
        {**trunk, "name": "strange", "host": strange},
    ]
    ours = ServerProcess(
        directory / "ours",
        OURS,
        {
            **QUICK,
            "DIALPLAN__ROUTES": ROUTES,
            "SIP__TRUNKS": json.dumps(trunks),
            "SIP__RING_SECONDS": "6",
            "DIALPLAN__DIRECTORY": str(directory),
        },
    )
    async with our_edge(strange, behaves), theirs, ours:
        yield ours, theirs


async def place(server: ServerProcess, *arguments: str) -> tuple[int, str, str]:
    """Run `hotline calls place`; return exit code, output and what was said on stderr."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "console", "calls", "place", *arguments),
        env={**os.environ, "HOTLINE_DATA__DIRECTORY": str(server.directory)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, said = await process.communicate()
    return process.returncode or 0, output.decode(), said.decode().strip()


async def test_a_call_is_placed_talked_and_kept_like_any_other(servers: tuple[ServerProcess, ServerProcess]) -> None:
    ours, theirs = servers
    code, output, said = await place(ours, "800", "--flow", "reminder", "--trunk", "branch", "--follow")
    assert (code, said) == (0, "")
    assert "800 is called." in output
    assert "It is answered" in output
    assert "robot   This is a reminder of your appointment." in output
    assert "over after" in output
    assert "robot-hung-up" in output
    [began] = await until(lambda: notes(ours, "CallBegan", called="800"), "its beginning")
    record = await closed_record(ours.directory, began["call"])
    assert (record["direction"], record["caller"], record["called"]) == ("outbound", "5550100", "800")
    assert (record["flow"], record["cause"], record["origin"]) == ("reminder", "robot-hung-up", "trunk branch")
    assert record["answered_at"]
    assert record["media"]["packets_in"] > 50
    with wave.open(record["recording"], "rb") as recording:
        assert recording.getnchannels() == 2
        assert recording.getnframes() / 8000 > 3
    [heard] = notes(theirs, "CallBegan", called="800")
    assert heard["caller"] == "5550100"


async def test_a_running_call_is_ended_by_its_id(servers: tuple[ServerProcess, ServerProcess]) -> None:
    ours, _ = servers
    code, output, _ = await place(ours, "801", "--trunk", "branch", "--json")
    facts = json.loads(output)
    assert (code, facts["answered"]) == (0, True)
    await hotline(ours.directory, "calls", "hangup", facts["id"])
    [ended] = await until(lambda: notes(ours, "CallEnded", call=facts["id"]), "the end of the call")
    assert ended["cause"] == "operator-hung-up"


async def asked(server: ServerProcess, number: str, trunk: str = "strange", flow: str = "") -> str:
    """Give the order as the command does; return the sentence of its refusal."""
    order = PlaceCall(number, flow, trunk)
    with pytest.raises(CannotDo) as refused:
        await asyncio.to_thread(lambda: list(ask(server.directory, order)))
    return str(refused.value)


@pytest.mark.parametrize(
    ("number", "cause", "why"),
    [
        ("busy", "busy", "Line 'strange' refused the call (486): the called side is busy"),
        ("nowhere", "no-such-number", "Line 'strange' refused the call (404): there is no such number"),
        ("patience", "no-answer", "nobody took it while it rang"),
        (
            "no number",
            "line-unreachable",
            "'no number' can't be dialled: a number has 1-64 digits, letters or + * # . _ ~ -",
        ),
    ],
)
async def test_who_is_not_reached_has_a_cause_in_words(
    servers: tuple[ServerProcess, ServerProcess], number: str, cause: str, why: str
) -> None:
    assert await asked(servers[0], number) == f"{number} was not reached ({cause}): {why}."
    [began] = await until(lambda: notes(servers[0], "CallBegan", called=number), "its beginning")
    [ended] = await until(lambda: notes(servers[0], "CallEnded", call=began["call"]), "its end")
    assert (ended["cause"], ended["words"].rstrip(".")) == (cause, why)


async def test_the_command_ends_with_1_where_nobody_answers(servers: tuple[ServerProcess, ServerProcess]) -> None:
    code, output, said = await place(servers[0], "busy", "--trunk", "strange", "--json")
    facts = json.loads(output)
    assert (code, facts["cause"], facts["code"], facts["answered"]) == (1, "busy", 486, False)
    assert said.startswith("busy was not reached (busy)")


async def test_what_is_not_there_is_said_in_one_sentence(
    servers: tuple[ServerProcess, ServerProcess], tmp_path: Path
) -> None:
    known = "There is no line 'moon'; the configured ones are: 'branch', 'strange'"
    assert known in await asked(servers[0], "800", trunk="moon")
    assert await asked(servers[0], "800", flow="remainder") == (
        "There is no flow 'remainder'; write 'reminder' instead."
    )
    code, _, said = await place(ServerProcess(tmp_path, OURS), "800")
    assert (code, said.startswith("No Hotline runs with this data directory")) == (1, True)
