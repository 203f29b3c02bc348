"""A real softphone (baresip) is an agent's: it registers with the agent's password, and its death is seen at once."""

import asyncio
import contextlib
import os
import signal
import time
from pathlib import Path

import pytest

from models.control_protocol import SetAgentState
from models.database import migrate, open_engine
from models.settings import DatabaseSettings, Settings, SipSettings
from queues.applying import apply
from queues.call_centre import CallCentre
from queues.plan_reading import read_plan
from queues.plan_rows import writing
from tests.peers import baresip
from tests.peers.trunk.our_edge import OurEdge, free, until

pytestmark = pytest.mark.peer
SERVER, PHONE = "127.0.21.1", "127.0.21.2"
VOICE = Path(__file__).parent.parent / "sounds" / "opening_hours.wav"


async def nobody_is_called(*arguments):
    raise AssertionError(f"nobody is called back here: {arguments}")


async def tell(news):
    raise AssertionError(f"nothing is news here: {news}")


@contextlib.asynccontextmanager
async def open_centre(directory, **sip):
    """A call centre with our SIP stack, without media: agent 201 with the password "geheim" wants to be ready."""
    url = f"sqlite:///{directory / 'hotline.sqlite'}"
    settings = Settings(database=DatabaseSettings(url=url), sip=SipSettings(listen=free(SERVER), **sip))
    migrate(open_engine(url))
    engine = open_engine(url)
    with writing(engine) as connection:
        agents = [{"extension": "201", "name": "安娜", "password": "geheim"}]
        apply(connection, read_plan({"agents": agents}), settings.sip)
    engine.dispose()
    centre = CallCentre(settings, nobody_is_called)
    ours = OurEdge(settings.sip, more_users=centre.users)
    await ours.stack.start()
    await centre.open("here", ours.edge)
    try:
        ours.edge.plug_into(ours.stack)
        async with asyncio.TaskGroup() as group:
            group.create_task(ours.edge.run())
            await centre.set_state(SetAgentState("201", "ready"), tell)
            yield centre, settings.sip.listen
            await ours.edge.stop()
    finally:
        await ours.stack.stop()
        await centre.close()


def phone(server, directory, password="geheim"):
    account = f"<sip:201@{server}>;auth_user=201;auth_pass={password};regint=60;answermode=manual"
    return baresip.phone(PHONE, account, VOICE, directory / "phone")


def state(centre):
    return str(centre.book.presence("201").state)


async def test_an_agent_is_there_with_the_phone_and_gone_when_it_leaves(tmp_path):
    async with open_centre(tmp_path) as (centre, server):
        assert state(centre) == "offline"
        async with phone(server, tmp_path):
            await until(lambda: state(centre) == "ready", "the agent with the phone")
        await until(lambda: state(centre) == "offline", "the agent's leaving with the phone")
        assert centre.book.presence("201").reason == "phone not registered"


async def test_a_phone_that_dies_without_a_word_makes_its_agent_unavailable_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr("voice.sip.phone_check.PATIENCE", 3.0)
    async with open_centre(tmp_path, phone_check=0.5) as (centre, server), phone(server, tmp_path) as anna:
        await until(lambda: state(centre) == "ready", "the agent with the phone")
        await asyncio.sleep(4.0)
        assert state(centre) == "ready", "a phone that answers OPTIONS is there"
        died = time.monotonic()
        os.kill(anna.pid, signal.SIGKILL)
        await until(lambda: state(centre) == "offline", "the agent's loss")
        assert time.monotonic() - died < 20, "long before its registration is over"
        assert centre.book.presence("201").reason == "phone does not answer"
