"""A campaign whose callees talk to people: real softphones, a real trunk, one call for each agent who is free."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Engine, select

from bench.telephone_network import Network, prepare, telephone_network
from models.attempt import Attempt
from models.database import open_engine
from models.event import Event
from models.settings import SipSettings
from queues.applying import apply
from queues.plan_reading import read_plan
from queues.plan_rows import writing
from tests.live_server import QUICK, hotline, notes, until
from tests.peers.baresip import Phone, phone
from tests.peers.test_agents_phones import tone
from voice.server_process import ServerProcess, free_port

pytestmark = [pytest.mark.peer, pytest.mark.asyncio(loop_scope="module")]
SERVER, NETWORK, ANNA, BEN = "127.0.29.1", "127.0.29.2", "127.0.29.3", "127.0.29.4"
FLOW = """\
flow: selling
languages: [en]
steps:
  - step: hand
    enqueue: sales
    unavailable: Nobody is there.
    done: bye
  - step: bye
    hangup: Goodbye.
"""
PLAN = {
    "agents": [
        {"extension": "201", "name": "Anna", "password": "one", "skills": {"sales": 5}},
        {"extension": "202", "name": "Ben", "password": "two", "skills": {"sales": 5}},
    ],
    "queues": [{"name": "sales", "needs": [{"skill": "sales"}], "wrap_up_s": 0, "announce_every_s": 0}],
}
NAMES = {"201": "Anna", "202": "Ben"}
PEOPLE = [f"+86139300000{number}7" for number in range(6)]
LOOKED_AT = "+8613930000097"
TALK_S = 1.0
LAW_S = 2.0
"""From the callee's answer until somebody of ours is there."""


@dataclass(frozen=True)
class House:
    server: ServerProcess
    phones: dict[str, Phone]
    network: Network
    engine: Engine


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Two agents with phones that answer by themselves, as dialling for people needs; and a trunk."""
    directory, port = tmp_path_factory.mktemp("selling"), free_port(NETWORK)
    (directory / "selling.yaml").write_text(FLOW)
    url = f"sqlite:///{directory / 'data' / 'hotline.sqlite'}"
    (directory / "data").mkdir()
    plan = {
        "name": "selling", "country": "CN", "flows": [str(directory / "selling.yaml")], "holidays": "",
        "hours": ["mon-sun 00:00-24:00"], "mode": "progressive", "queue": "sales", "max_calls": 10,
        "calls_per_second": 10, "ring_seconds": 15,
    }  # fmt: skip
    prepare(url, plan, PEOPLE, [{"name": "network"}])
    prepare(url, {**plan, "name": "preview", "mode": "preview"}, [LOOKED_AT], [])
    engine = open_engine(url)
    with writing(engine) as connection:
        apply(connection, read_plan(PLAN), SipSettings())
    trunk = {"name": "network", "host": f"{NETWORK}:{port}", "health_check": 0, "caller_number": "4000100"}
    server = ServerProcess(directory / "data", SERVER, {**QUICK, "SIP__TRUNKS": json.dumps([trunk])})
    async with AsyncExitStack() as stack:
        network = await stack.enter_async_context(telephone_network(NETWORK, port, directory))
        await stack.enter_async_context(server)
        phones = {}
        for extension, address, password in (("201", ANNA, "one"), ("202", BEN, "two")):
            account = (
                f"<sip:{extension}@{SERVER}:{server.sip_port}>;auth_user={extension};auth_pass={password};"
                "regint=60;answermode=auto"
            )
            voice = tone(directory / f"{extension}.wav", 1000, 60)
            ours = phone(address, account, voice, directory / extension)
            phones[extension] = await stack.enter_async_context(ours)
        yield House(server, phones, network, engine)
    engine.dispose()


async def talks(house: House, extension: str) -> None:
    """Talk for a second to everybody who is connected, until cancelled."""
    done = 0
    while True:
        began = notes(house.server, "EventHappened", name="talk-began")
        mine = [one for one in began if one["data"]["agent"] == NAMES[extension]]
        if len(mine) > done:
            done += 1
            await asyncio.sleep(TALK_S)
            await house.phones[extension].do("hangup")
        await asyncio.sleep(0.05)


def rows(engine: Engine, table: Any) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(select(table.__table__)))


async def test_everybody_who_answers_talks_to_an_agent_in_time_and_nobody_is_called_whom_none_is_free_for(
    house: House,
) -> None:
    for extension, ours in house.phones.items():
        since = len(house.server.lines)
        await ours.do("dial", f"sip:*60@{SERVER}:{house.server.sip_port}")
        await until(lambda: notes(house.server, "CallEnded", since), f"log-in of {extension}")  # noqa: B023
    agents = [asyncio.ensure_future(talks(house, extension)) for extension in house.phones]
    try:
        await until(
            lambda: sum(one.state == "ended" for one in rows(house.engine, Attempt)) == len(PEOPLE),
            "the end of the list",
            180,
        )
    finally:
        for agent in agents:
            agent.cancel()
    attempts = [one for one in rows(house.engine, Attempt) if one.number in PEOPLE]
    assert [(one.disposition, one.abandoned) for one in attempts] == [("handed-over", False)] * len(PEOPLE)
    assert {one.agent for one in attempts} == set(NAMES)
    happened = {(one.call_id, one.name): one.at for one in rows(house.engine, Event)}
    waits = [(happened[one.call_id, "leg-answered"] - one.answered_at).total_seconds() for one in attempts]
    assert max(waits) < LAW_S
    needed = [(one.placed_at, happened[one.call_id, "talk-ended"]) for one in attempts]
    for begin, _ in needed:
        assert sum(first <= begin < last for first, last in needed) <= len(NAMES), "one call for each agent"


async def test_a_paused_agent_looks_at_a_lead_decides_and_talks_to_whom_was_called(house: House) -> None:
    directory = house.server.directory
    await hotline(directory, "agents", "state", "201", "paused", "--reason", "preview")
    shown = json.loads(await hotline(directory, "campaigns", "preview", "preview", "--agent", "201", "--json"))
    assert shown["number"] == LOOKED_AT
    await hotline(directory, "campaigns", "preview", "preview", "--agent", "201", "--do", "call")

    def talk() -> Any:
        mine = [one for one in rows(house.engine, Attempt) if one.number == LOOKED_AT and one.call_id]
        began = notes(house.server, "EventHappened", name="talk-began")
        return next((one for one in mine if any(note["call"] == one.call_id for note in began)), None)

    await until(talk, "a talk with the lead", 60)
    await asyncio.sleep(TALK_S)
    await house.phones["201"].do("hangup")
    attempt = await until(
        lambda: next((one for one in rows(house.engine, Attempt) if one.number == LOOKED_AT and one.ended_at), None),
        "the end of the attempt",
        60,
    )
    assert (attempt.mode, attempt.disposition, attempt.agent, attempt.abandoned) == (
        "preview", "handed-over", "201", False,
    )  # fmt: skip
