"""Every trunk is down in the middle of a campaign: real trunks, real programs of the company, no lead lost."""

import asyncio
import base64
import hashlib
import hmac
import json
import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bench.telephone_network import BECOMES, prepare, telephone_network
from models.attempt import Attempt
from models.lead import Lead
from tests.calls.test_campaign_calls import FLOW, plan, rows
from tests.live_server import QUICK, hotline, until
from voice.server_process import ServerProcess, free_port

pytestmark = [pytest.mark.call, pytest.mark.peer, pytest.mark.asyncio]
ADDRESS, FIRST, SECOND, PROGRAMS = "127.0.72.30", "127.0.72.31", "127.0.72.32", "127.0.72.33"
NUMBERS = [f"+86139300000{number:02d}" for number in range(12)]
PEOPLE = [number for number in NUMBERS if BECOMES[number[-1]] == "completed"]
BUSY = [number for number in NUMBERS if BECOMES[number[-1]] == "busy"]
SECRET = "whsec_" + base64.b64encode(b"of the company's own").decode()


class Programs:
    """The company's programs: what they were told, each with its headers."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, str], bytes]] = []

    def bodies(self, path: str) -> list[dict[str, Any]]:
        return [json.loads(body) for to, _, body in self.told if to == path]

    def events(self) -> list[str]:
        return [body["type"] for body in self.bodies("/results")]

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = await reader.readexactly(int(headers["content-length"]))
        self.told.append((request.split()[1], headers, body))
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()


def signature(headers: dict[str, str], body: bytes) -> str:
    """Return what Standard Webhooks has signed this delivery with."""
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()


@asynccontextmanager
async def programs() -> AsyncIterator[tuple[Programs, str]]:
    found = Programs()
    server = await asyncio.start_server(found.take, PROGRAMS, 0)
    async with server:
        yield found, f"http://{PROGRAMS}:{server.sockets[0].getsockname()[1]}"


@asynccontextmanager
async def dead_trunk(address: str, port: int) -> AsyncIterator[list[bytes]]:
    """Take what comes and answer nothing."""
    came: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        end.setblocking(False)
        end.bind((address, port))
        asyncio.get_running_loop().add_reader(end, lambda: came.append(end.recv(4096)))
        yield came
        asyncio.get_running_loop().remove_reader(end)


async def test_with_every_trunk_down_dialling_rests_and_says_so_and_goes_on_when_they_are_back(tmp_path: Path) -> None:
    (tmp_path / "calling.yaml").write_text(FLOW)
    ports = {FIRST: free_port(FIRST), SECOND: free_port(SECOND)}
    trunks = [
        {"name": name, "host": f"{address}:{ports[address]}", "health_check": 0, "caller_number": "4000100"}
        for name, address in (("first", FIRST), ("second", SECOND))
    ]
    async with programs() as (told, base):
        again = {"after": ["1s"], "most": 40}
        # It rests for longer than the command below may take on a busy machine: a trial call before the lines are back
        # would be tried at one that is dead yet and at one that lives again.
        breaker = {"window_s": 60, "share": 0.5, "least": 4, "rest_s": 20, "trial": 2}
        settings = plan(
            "down", tmp_path / "calling.yaml", breaker=breaker,
            retry={**dict.fromkeys(("busy", "no-answer", "declined", "hung-up-early"), "never"), "failed": again,
                   "congestion": {"after": ["1s"], "most": 2}},
            grades=[{"grade": "A", "disposition": ["completed"]}, {"grade": "E"}],
            webhooks=[{"url": f"{base}/results", "secret": SECRET}],
            follow_up=[{"grades": ["A"], "url": f"{base}/sms", "secret": SECRET, "data": {"template": "谢谢"}},
                       {"dispositions": ["busy"], "url": f"{base}/mail", "data": {"subject": "We called"}}],
        )  # fmt: skip
        url = f"sqlite:///{tmp_path / 'data' / 'hotline.sqlite'}"
        (tmp_path / "data").mkdir()
        prepare(url, settings, NUMBERS, [{"name": "first"}, {"name": "second"}])
        server = ServerProcess(tmp_path / "data", ADDRESS, {**QUICK, "SIP__TRUNKS": json.dumps(trunks)})
        async with server:
            async with dead_trunk(FIRST, ports[FIRST]) as first, dead_trunk(SECOND, ports[SECOND]) as second:
                await until(lambda: "breaker.tripped" in told.events(), "the alarm", 180)
                status = json.loads(await hotline(server.directory, "campaigns", "status", "down", "--json"))
                assert (status["state"], status["live"]["breaker"]) == ("tripped", "open")
                assert all((first, second)), "only one line was tried"
                leads = {lead.number: lead for lead in rows(url, Lead)}
                assert set(leads) == set(NUMBERS), "a lead is gone"
                assert {lead.state for lead in leads.values()} <= {"new", "waiting", "leased", "dialling"}
            async with (
                telephone_network(FIRST, ports[FIRST], tmp_path) as one,
                telephone_network(SECOND, ports[SECOND], tmp_path / "data") as other,
            ):
                await until(lambda: "breaker.mended" in told.events(), "the end of the alarm", 180)

                def over() -> bool:
                    return all(lead.state == "done" for lead in rows(url, Lead))

                await until(over, "the end of the list", 180)
                await until(lambda: len(told.bodies("/sms")) >= len(PEOPLE), "the follow-ups")
                await until(lambda: len(told.bodies("/mail")) >= len(BUSY), "the follow-ups of another kind")
                invites = [*one.invites(), *other.invites()]
    leads = {lead.number: lead for lead in rows(url, Lead)}
    assert {number: lead.disposition for number, lead in leads.items()} == {n: BECOMES[n[-1]] for n in NUMBERS}
    through = [attempt for attempt in rows(url, Attempt) if attempt.disposition != "failed"]
    placed = Counter(attempt.number for attempt in through for _ in attempt.lines)
    assert Counter(one.number for one in invites) == placed, "a call without its attempt, or twice for one"
    assert sorted(body["data"]["lead"]["number"] for body in told.bodies("/sms")) == sorted(PEOPLE)
    assert sorted(body["data"]["lead"]["number"] for body in told.bodies("/mail")) == sorted(BUSY)
    assert {body["data"]["follow_up"]["template"] for body in told.bodies("/sms")} == {"谢谢"}
    signed = [(headers, body) for to, headers, body in told.told if to in ("/results", "/sms")]
    assert all(signature(headers, body) in headers["webhook-signature"].split() for headers, body in signed)
