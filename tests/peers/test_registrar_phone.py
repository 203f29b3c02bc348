"""A real softphone (baresip) registers with us, calls with its password, and is called."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from models.cause import Cause
from models.settings import UserSettings
from tests.peers import baresip
from tests.peers.trunk.our_edge import free, our_edge, until
from voice.line import HungUp, Origin, Party, Ringing
from voice.placing import Media
from voice.sip.address import host_and_port

pytestmark = pytest.mark.peer

ALICE = UserSettings(name="alice", password="right")
MEDIA = Media("127.0.0.41", 40200)
VOICE = Path(__file__).parent.parent / "sounds" / "opening_hours.wav"


@pytest.fixture
def ours_at():
    return free("127.0.0.41")


def phone(account, directory):
    return baresip.phone("127.0.0.42", account, VOICE, directory / "phone")


def account(server, password="right", user="alice"):
    return f"<sip:{user}@{server}>;auth_user={user};auth_pass={password};regint=60;answermode=manual"


async def test_a_phone_registers_refreshes_nothing_twice_and_unregisters_when_it_leaves(ours_at, tmp_path):
    async with our_edge(ours_at, users=[ALICE]) as ours:
        bindings = ours.edge.bindings

        def mine():
            return bindings.of("alice", asyncio.get_running_loop().time())

        async with phone(account(ours_at), tmp_path) as alice:
            await until(mine, "registration")
            (binding,) = mine()
            assert binding.route == host_and_port(alice.place, "a test")
            assert binding.user_agent.startswith("baresip")
        await until(lambda: not mine(), "unregistering")


async def test_a_wrong_password_registers_nothing_and_is_counted(ours_at, tmp_path):
    async with our_edge(ours_at, users=[ALICE]) as ours:
        async with phone(account(ours_at, password="wrong"), tmp_path):
            await until(ours.edge.guard.failing, "a counted failure")
        assert ours.edge.bindings.users(0) == {}


async def test_a_registered_phone_proves_itself_when_it_calls(ours_at, tmp_path):
    calls: asyncio.Queue[Any] = asyncio.Queue()

    def take(dialog):
        calls.put_nowait(dialog)
        dialog.reject(486, "Busy Here", Cause.BUSY)

    async with (
        our_edge(ours_at, on_call=take, users=[ALICE]) as ours,
        phone(account(ours_at), tmp_path) as alice,
    ):
        await until(lambda: ours.edge.bindings.users(0), "registration")
        await alice.do("dial", f"sip:100@{ours_at}")
        dialog = await asyncio.wait_for(calls.get(), 30)
        assert dialog.origin == Origin("user", "alice", alice.place)
        assert dialog.called.number == "100"


async def test_a_phone_without_password_gets_no_further_than_the_question(ours_at, tmp_path):
    calls: list[object] = []
    async with (
        our_edge(ours_at, on_call=calls.append, users=[ALICE]) as ours,
        phone(f"<sip:alice@{ours_at}>;regint=0;auth_pass=no", tmp_path) as stranger,
    ):
        await stranger.do("dial", f"sip:100@{ours_at}")
        await until(ours.edge.guard.failing, "a counted failure")
    assert calls == []


async def test_a_registered_phone_is_called_where_it_registered_from(ours_at, tmp_path):
    events: asyncio.Queue[object] = asyncio.Queue()
    async with (
        our_edge(ours_at, users=[ALICE]) as ours,
        phone(account(ours_at), tmp_path) as alice,
    ):
        await until(lambda: ours.edge.bindings.users(0), "registration")
        robot = Party("robot", uri=f"sip:robot@{ours_at}")
        await ours.outbound.call_user("alice", robot, MEDIA, events.put_nowait)
        assert isinstance(await asyncio.wait_for(events.get(), 30), Ringing)
        await alice.do("hangup")
        ended = await asyncio.wait_for(events.get(), 30)
        assert isinstance(ended, HungUp)
        assert not ended.by_us
