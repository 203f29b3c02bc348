"""A real softphone (baresip) registers with us, calls with its password, and is called."""

import asyncio
import contextlib
import socket
from typing import Any

import pytest

from models.cause import Cause
from models.settings import UserSettings
from tests.peers.trunk.our_edge import our_edge, until
from voice.line import HungUp, Origin, Party, Ringing
from voice.placing import Media

pytestmark = pytest.mark.peer

ALICE = UserSettings(name="alice", password="right")
MEDIA = Media("127.0.0.41", 40200)
CONFIG = """\
sip_listen {address}:5070
module_path /usr/lib/baresip/modules
module stdio.so
module g711.so
module ausine.so
module aufile.so
audio_source ausine,440
audio_player aufile,/dev/null
ctrl_tcp_listen {address}:4444
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
"""


class Phone:
    """baresip, told what to do over its control socket."""

    def __init__(self, address):
        self._address = address

    def do(self, command, parameters=""):
        text = f'{{"command":"{command}","params":"{parameters}"}}'
        with socket.create_connection((self._address, 4444), 5) as control:
            control.sendall(f"{len(text)}:{text},".encode())
            control.recv(4096)


@contextlib.asynccontextmanager
async def phone(address, account, directory):
    home = directory / "phone"
    home.mkdir()
    (home / "config").write_text(CONFIG.format(address=address))
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
        yield Phone(address)
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


async def test_a_phone_registers_refreshes_nothing_twice_and_unregisters_when_it_leaves(tmp_path):
    async with our_edge("127.0.0.41:5071", users=[ALICE]) as ours:
        bindings = ours.edge.bindings

        def mine():
            return bindings.of("alice", asyncio.get_running_loop().time())

        async with phone("127.0.0.42", account("127.0.0.41:5071"), tmp_path):
            await until(mine, "registration")
            (binding,) = mine()
            assert binding.route == ("127.0.0.42", 5070)
            assert binding.user_agent.startswith("baresip")
        await until(lambda: not mine(), "unregistering")


async def test_a_wrong_password_registers_nothing_and_is_counted(tmp_path):
    async with our_edge("127.0.0.41:5072", users=[ALICE]) as ours:
        async with phone("127.0.0.42", account("127.0.0.41:5072", password="wrong"), tmp_path):
            await until(ours.edge.guard.failing, "a counted failure")
        assert ours.edge.bindings.users(0) == {}


async def test_a_registered_phone_proves_itself_when_it_calls(tmp_path):
    calls: asyncio.Queue[Any] = asyncio.Queue()

    def take(dialog):
        calls.put_nowait(dialog)
        dialog.reject(486, "Busy Here", Cause.BUSY)

    async with (
        our_edge("127.0.0.41:5073", on_call=take, users=[ALICE]) as ours,
        phone("127.0.0.42", account("127.0.0.41:5073"), tmp_path) as alice,
    ):
        await until(lambda: ours.edge.bindings.users(0), "registration")
        await asyncio.to_thread(alice.do, "dial", "sip:100@127.0.0.41:5073")
        dialog = await asyncio.wait_for(calls.get(), 10)
        assert dialog.origin == Origin("user", "alice", "127.0.0.42:5070")
        assert dialog.called.number == "100"


async def test_a_phone_without_password_gets_no_further_than_the_question(tmp_path):
    calls: list[object] = []
    async with (
        our_edge("127.0.0.41:5074", on_call=calls.append, users=[ALICE]) as ours,
        phone("127.0.0.42", "<sip:alice@127.0.0.41:5074>;regint=0;auth_pass=no", tmp_path) as stranger,
    ):
        await until(lambda: _ready(stranger), "baresip")
        await asyncio.to_thread(stranger.do, "dial", "sip:100@127.0.0.41:5074")
        await until(ours.edge.guard.failing, "a counted failure")
    assert calls == []


async def test_a_registered_phone_is_called_where_it_registered_from(tmp_path):
    events: asyncio.Queue[object] = asyncio.Queue()
    async with (
        our_edge("127.0.0.41:5075", users=[ALICE]) as ours,
        phone("127.0.0.42", account("127.0.0.41:5075"), tmp_path) as alice,
    ):
        await until(lambda: ours.edge.bindings.users(0), "registration")
        robot = Party("robot", uri="sip:robot@127.0.0.41:5075")
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
