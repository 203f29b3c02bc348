"""A whole call centre over real SIP: softphones that log in by code, callers who wait, and a server that is killed."""

import asyncio
import itertools
import json
import os
import signal
import wave
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models.callback import Callback
from models.database import migrate, open_engine
from models.queue_caller import QueueCaller
from models.queue_event import QueueEvent
from models.settings import SipSettings
from queues.applying import apply
from queues.plan_reading import read_plan
from queues.plan_rows import writing
from tests.live_server import MANY, QUICK, notes, record_of, until
from tests.peers.baresip import Phone, phone
from tests.peers.test_agents_phones import heard_in, tone
from voice.server_process import ServerProcess
from voice.synthetic_caller import SyntheticCaller

pytestmark = [pytest.mark.peer, pytest.mark.asyncio(loop_scope="session")]
SERVER, ANNA, BEN, CALLERS = "127.0.28.1", "127.0.28.2", "127.0.28.3", "127.0.28.4"
FLOW = """\
flow: hotline
languages: [en]
commands: {operator: sorry}
steps:
  - step: hand
    enqueue: billing
    unavailable: Nobody is there.
    done: sorry
  - step: sorry
    hangup: Goodbye.
"""
QUEUE = {
    "name": "billing",
    "needs": [{"skill": "billing"}],
    "whisper": "Billing.",
    "wrap_up_s": 0,
    "announce_every_s": 0,
    "callback_after_s": 2,
}
PLAN = {
    "agents": [
        {"extension": "201", "name": "Anna", "password": "one", "skills": {"billing": 5}},
        {"extension": "202", "name": "Ben", "password": "two", "skills": {"billing": 5}},
    ],
    "queues": [QUEUE],
}
AGENTS = {"201": 1000, "202": 1500}
NUMBERS = {"700": 610, "701": 720, "702": 850, "703": 1150, "704": 1270}
"""Hertz of what each says, none of them in our tones: who is heard is known by that."""


@dataclass(frozen=True)
class House:
    server: ServerProcess
    phones: dict[str, Phone]
    engine: Engine

    def rings(self, extension: str) -> list[str]:
        """Return the calls for which an agent's phone has rung."""
        found = notes(self.server, "EventHappened", name="leg-ringing")
        return [line["call"] for line in found if line["data"]["who"] == extension]

    async def dials(self, extension: str, code: str) -> None:
        """Let an agent dial a service code, and hear what is said to it."""
        since = len(self.server.lines)
        await self.phones[extension].do("dial", f"sip:{code}@{SERVER}:{self.server.sip_port}")
        await until(lambda: notes(self.server, "CallEnded", since), f"the end of {code}")

    async def works(self, extension: str) -> None:
        """Let an agent take every call for a moment, one after the other, until cancelled."""
        for turn in itertools.count():
            call = await self.rung(extension, turn)
            await self.phones[extension].do("accept")
            await self.sees(call, "talk-began")
            await asyncio.sleep(1.2)
            await self.phones[extension].do("hangup")
            await self.sees(call, "talk-ended")

    async def rung(self, extension: str, turn: int) -> str:
        """Return the call for which an agent's phone rings after `turn` others."""
        await until(lambda: len(self.rings(extension)) > turn, f"ringing at {extension}", 30)
        return self.rings(extension)[turn]

    async def sees(self, call: str, event: str) -> None:
        await until(lambda: notes(self.server, "EventHappened", call=call, name=event), f"{event} of {call}")

    def stays(self) -> dict[str, list[QueueCaller]]:
        """Return the stays of each number, in order."""
        found: dict[str, list[QueueCaller]] = {}
        with Session(self.engine) as session:
            for stay in session.scalars(select(QueueCaller).order_by(QueueCaller.id)):
                found.setdefault(stay.caller, []).append(stay)
        return found

    def callbacks(self) -> list[tuple[str, bool]]:
        """Return number of each callback, and whether it is over."""
        with Session(self.engine) as session:
            return [(row.number, row.ended_at is not None) for row in session.scalars(select(Callback))]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    directory = tmp_path_factory.mktemp("centre")
    (directory / "hotline.yaml").write_text(FLOW)
    settings = {
        **QUICK,
        "SIP__GUARD": MANY,
        "DIALPLAN__ROUTES": json.dumps([{"called": "*", "flow": str(directory / "hotline.yaml")}]),
    }
    server = ServerProcess(directory / "server", SERVER, settings)
    server.directory.mkdir()
    engine = open_engine(f"sqlite:///{server.directory / 'hotline.sqlite'}")
    migrate(engine)
    with writing(engine) as connection:
        apply(connection, read_plan(PLAN), SipSettings())
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(server)
        phones = {}
        for (extension, pitch), address, password in zip(AGENTS.items(), (ANNA, BEN), ("one", "two"), strict=True):
            account = (
                f"<sip:{extension}@{SERVER}:{server.sip_port}>;auth_user={extension};auth_pass={password};regint=60"
            )
            voice = tone(directory / f"{extension}.wav", pitch, 60)
            ours = phone(address, account, voice, directory / extension, 120)
            phones[extension] = await stack.enter_async_context(ours)
        yield House(server, phones, engine)
    engine.dispose()


@asynccontextmanager
async def calling(house: House, number: str, directory: Path) -> AsyncIterator[SyntheticCaller]:
    """Call, and speak at the number's pitch until the end."""
    with wave.open(str(tone(directory / f"{number}.wav", NUMBERS[number], 1))) as file:
        second = np.frombuffer(file.readframes(8000), np.int16)

    async def speak() -> None:
        while True:
            await caller.say(second)

    async with SyntheticCaller(house.server.sip, CALLERS, number=number, called="hotline") as caller:
        speaking = asyncio.ensure_future(speak())
        try:
            yield caller
        finally:
            speaking.cancel()


async def is_served(house: House, number: str, directory: Path) -> None:
    async with calling(house, number, directory) as caller:
        await asyncio.wait_for(caller.ended_by_server.wait(), 40)


def heard(path: Path, channel: int) -> set[str]:
    """Return who is to be heard for half a second and more in one channel of a recording."""
    with wave.open(str(path)) as file:
        frames = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        samples = frames.reshape(-1, file.getnchannels())[:, channel].astype(float)
    return set().union(
        *(heard_in(samples[at : at + 4000], {**AGENTS, **NUMBERS}) for at in range(0, len(samples) - 4000, 4000))
    )


async def test_five_callers_talk_to_two_agents_who_logged_in_by_code_and_recordings_tell_to_whom(
    house: House, tmp_path: Path
) -> None:
    for extension in AGENTS:
        await house.dials(extension, "*60")
    async with asyncio.TaskGroup() as group:
        agents = [group.create_task(house.works(extension)) for extension in AGENTS]
        callers = []
        for number in NUMBERS:
            callers.append(group.create_task(is_served(house, number, tmp_path)))
            await asyncio.sleep(0.3)
        await asyncio.wait(callers)
        for agent in agents:
            agent.cancel()
    served = {}
    for number, [stay] in house.stays().items():
        assert stay.state == "served"
        record = await record_of(house.server, number)
        served[number] = stay.agent
        assert heard(record["recording"], 1) == {stay.agent}, "the right channel is the agent whom the caller heard"
        assert heard(record["recording"], 0) == {number}
    assert sorted(served) == sorted(NUMBERS)
    for extension in AGENTS:
        dumps = list(house.phones[extension].home.glob("dump-*-dec.wav"))
        told = set().union(*(heard(dump, 0) for dump in dumps))
        assert told == {number for number, agent in served.items() if agent == extension}
        assert len(told) >= 2


async def test_a_caller_outlives_the_agents_phone_and_all_that_is_promised_outlives_the_server(
    house: House, tmp_path: Path
) -> None:
    server, anna, ben = house.server, house.phones["201"], house.phones["202"]
    turns = {extension: len(house.rings(extension)) for extension in AGENTS}
    await house.dials("201", "*621")
    async with AsyncExitStack() as stack:
        callers = [await stack.enter_async_context(calling(house, "700", tmp_path))]
        call = await house.rung("202", turns["202"])
        await ben.do("accept")
        await house.sees(call, "talk-began")
        os.kill(ben.pid, signal.SIGKILL)
        callers += [await stack.enter_async_context(calling(house, number, tmp_path)) for number in ("701", "702")]
        await until(lambda: len(house.stays()["702"]) == 2, "702 waiting")
        await asyncio.sleep(2.5)
        await callers[2].key("1")
        await until(lambda: house.callbacks() == [("702", False)], "the promise")
        await until(lambda: len(house.stays()["700"]) == 3, "700 waiting again, after the phone that died", 20)
        await house.dials("201", "*60")
        assert await house.rung("201", turns["201"]) == call, "who came first is first again"
        await anna.do("accept")
        await until(lambda: len(notes(server, "EventHappened", call=call, name="talk-began")) == 2, "the next talk")
        await server.stop(by=signal.SIGKILL)
        for caller in callers:
            caller.vanish()
    await anna.do("hangup")
    await server.start()
    stays = house.stays()
    assert [stays[number][-1].state for number in ("700", "701", "702")] == ["stopped", "stopped", "callback"]
    assert house.callbacks() == [("702", False)]
    async with calling(house, "701", tmp_path):
        # She is ready, as she was.
        call = await house.rung("201", turns["201"] + 1)
        await anna.do("accept")
        await house.sees(call, "talk-began")
        await anna.do("hangup")
        stopped, again = house.stays()["701"][-2:]
        assert stopped.ended_at is not None
        assert again.credit_s >= (stopped.ended_at - stopped.joined_at).total_seconds() - 0.01 >= 3
    with Session(house.engine) as session:
        of_server = select(QueueEvent.number).where(QueueEvent.node != "command").order_by(QueueEvent.id)
        numbers = list(session.scalars(of_server))
    assert numbers == list(range(1, len(numbers) + 1))
