"""Campaigns on a real server: a list is called through a real trunk, and an operator stops one by command."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from bench.telephone_network import BECOMES, Network, prepare, telephone_network
from models.attempt import Attempt
from models.database import open_engine
from models.lead import Lead
from tests.live_server import QUICK, hotline, until
from voice.server_process import ServerProcess, free_port

pytestmark = [pytest.mark.call, pytest.mark.peer, pytest.mark.asyncio(loop_scope="module")]
ADDRESS, NETWORK = "127.0.72.20", "127.0.72.21"
FLOW = """\
flow: calling
languages: [en]
steps:
  - step: hello
    hangup: Hello, this is a test call.
"""
LONG = """\
flow: long
languages: [en]
steps:
  - step: hello
    ask: Please wait a long time.
    speech: false
    no_input_s: 60
    digits: {"9": bye}
    otherwise: bye
  - step: bye
    hangup: Goodbye.
"""
NUMBERS = [f"+86139100000{number:02d}" for number in range(20)]


def plan(name: str, flow: Path, **values: Any) -> dict[str, Any]:
    return {
        "name": name, "country": "CN", "flows": [str(flow)], "holidays": "", "hours": ["mon-sun 00:00-24:00"],
        "max_calls": 30, "calls_per_second": 20, "ring_seconds": 15, "frequency": [{"times": 50, "days": 1}],
        "retry": dict.fromkeys(("busy", "no-answer", "declined", "congestion", "hung-up-early"), "never"), **values,
    }  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def called(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[ServerProcess, Network, str]]:
    """A server with a trunk to the network, one campaign that runs and one whose talks never end."""
    directory, port = tmp_path_factory.mktemp("campaigns"), free_port(NETWORK)
    (directory / "calling.yaml").write_text(FLOW)
    (directory / "long.yaml").write_text(LONG)
    url = f"sqlite:///{directory / 'data' / 'hotline.sqlite'}"
    prepare(url, plan("short", directory / "calling.yaml"), NUMBERS, [{"name": "network"}])
    people = [f"+8613920000{number:02d}9" for number in range(50)]
    prepare(url, plan("long", directory / "long.yaml", max_calls=50, calls_per_second=50), people, [], start=False)
    trunk = {"name": "network", "host": f"{NETWORK}:{port}", "health_check": 0, "caller_number": "4000100"}
    server = ServerProcess(directory / "data", ADDRESS, {**QUICK, "SIP__TRUNKS": json.dumps([trunk])})
    async with telephone_network(NETWORK, port, directory) as network, server:
        yield server, network, url


def rows(url: str, table: Any) -> list[Any]:
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            return list(connection.execute(select(table.__table__)))
    finally:
        engine.dispose()


async def test_a_list_is_called_to_its_end_and_every_lead_has_its_true_disposition(
    called: tuple[ServerProcess, Network, str],
) -> None:
    server, network, url = called

    def over() -> bool:
        return all(lead.state == "done" for lead in rows(url, Lead) if lead.number in NUMBERS)

    await until(over, "the end of the list", 180)
    leads = {lead.number: lead.disposition for lead in rows(url, Lead) if lead.number in NUMBERS}
    assert leads == {number: BECOMES[number[-1]] for number in NUMBERS}
    assert Counter(one.number for one in network.invites()) == Counter(NUMBERS)
    answered = [one for one in rows(url, Attempt) if one.disposition == "completed"]
    assert all(one.call_id and one.talk_s > 0 and one.line == "network" for one in answered)
    status = json.loads(await hotline(server.directory, "campaigns", "status", "short", "--json"))
    assert status["state"] in ("running", "finished")
    assert status["leads"] == {"done": 20}


async def test_an_operator_stops_fifty_calls_in_the_middle_and_nobody_is_lost(
    called: tuple[ServerProcess, Network, str],
) -> None:
    server, network, url = called

    def mine(state: str) -> list[Any]:
        return [one for one in rows(url, Attempt) if one.number.startswith("+86139200") and one.state == state]

    await hotline(server.directory, "campaigns", "start", "long")
    await until(lambda: len(mine("answered")) == 50, "fifty talks", 120)
    said = json.loads(await hotline(server.directory, "campaigns", "stop", "long", "--json"))
    assert said == {"name": "long", "state": "stopped", "live": True}
    await until(lambda: len(mine("ended")) == 50, "the end of all calls", 90)
    leads = [lead for lead in rows(url, Lead) if lead.number.startswith("+86139200")]
    assert {lead.state for lead in leads} == {"waiting"}
    # Who was there for eight seconds without a sound (sipp sends none) is known to be silent.
    assert "stopped" in {lead.disposition for lead in leads} <= {"stopped", "silent"}
    placed = len(network.invites())
    await asyncio.sleep(2)
    assert len(network.invites()) == placed
