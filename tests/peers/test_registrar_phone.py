"""A real softphone (baresip) registers with us, calls with its password, and is called."""

import asyncio
import contextlib
import socket
from typing import Any

import pytest

from models.cause import Cause
from models.settings import UserSettings
from tests.peers.trunk.our_edge import free, our_edge, until
from voice.line import HungUp, Origin, Party, Ringing
from voice.placing import Media
from voice.sip.address import host_and_port

pytestmark = pytest.mark.peer

ALICE = UserSettings(name="alice", password="right")
MEDIA = Media("127.0.0.41", 40200)
CONFIG = """\
sip_listen {place}
module_path /usr/lib/baresip/modules
module stdio.so
module g711.so
module ausine.so
module aufile.so
audio_source ausine,440
audio_player aufile,/dev/null
ctrl_tcp_listen {control}
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
"""


@pytest.fixture
def ours_at():
    return free("127.0.0.41")


class Phone:
    """baresip, told what to do over its control socket."""

    def __init__(self, place, control):
        self.place = place
        self._control = host_and_port(control, "a test")

    def do(self, command, parameters=""):
        text = f'{{"command":"{command}","params":"{parameters}"}}'
        with socket.create_connection(self._control, 5) as control:
            control.sendall(f"{len(text)}:{text},".encode())
            control.recv(4096)


@contextlib.asynccontextmanager
async def phone(account, directory):
    home = directory / "phone"
    home.mkdir()
    place, control = free("127.0.0.42"), free("127.0.0.42")
    (home / "config").write_text(CONFIG.format(place=place, control=control))
    (home / "accounts").write_text(account + "\n")
    (home / "contacts").write_text("")
    process = await asyncio.create_subprocess_exec(
        "baresip",
        *("-f", str(home), "-t", "25"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield Phone(place, control)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()


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
        await asyncio.to_thread(alice.do, "dial", f"sip:100@{ours_at}")
        dialog = await asyncio.wait_for(calls.get(), 10)
        assert dialog.origin == Origin("user", "alice", alice.place)
        assert dialog.called.number == "100"


async def test_a_phone_without_password_gets_no_further_than_the_question(ours_at, tmp_path):
    calls: list[object] = []
    async with (
        our_edge(ours_at, on_call=calls.append, users=[ALICE]) as ours,
        phone(f"<sip:alice@{ours_at}>;regint=0;auth_pass=no", tmp_path) as stranger,
    ):
        await until(lambda: _ready(stranger), "baresip")
        await asyncio.to_thread(stranger.do, "dial", f"sip:100@{ours_at}")
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
        assert isinstance(await asyncio.wait_for(events.get(), 5), Ringing)
        await asyncio.to_thread(alice.do, "hangup")
        ended = await asyncio.wait_for(events.get(), 5)
        assert isinstance(ended, HungUp)
        assert not ended.by_us


def _ready(stranger):
    try:
        stranger.do("reginfo")
    except OSError:
        return False
    return True
