"""How a server is put together, and the order in which it stops."""

import asyncio

import pytest

from models.errors import CannotDo
from models.settings import DataSettings, Settings, SipSettings, TrunkSettings
from server import Server
from tests.unit.voice.sip.test_edge import Stack
from voice.line import Origin
from voice.placing import Media
from voice.sip.origins import Arrival

pytestmark = pytest.mark.looptime

TRUNK = TrunkSettings(
    name="a",
    host="127.0.0.46",
    username="me",
    password="x",
    register_with=True,
    health_check=0,
    caller_number="5550100",
    max_calls=1,
)
MEDIA = Media("127.0.0.45", 4000)


@pytest.fixture
def settings(tmp_path):
    return Settings(
        data=DataSettings(directory=tmp_path),
        sip=SipSettings(listen="127.0.0.45:5062", trunks=[TRUNK], ring_seconds=17),
    )


async def test_trunks_are_told_to_send_no_more_calls_before_the_running_ones_are_waited_for(settings, monkeypatch):
    server, stack = Server(settings), Stack()
    told: list[str] = []

    async def drain(seconds):
        told.extend(dict(errand.headers)["Expires"] for _, _, errand in stack.sent)
        bye = Arrival("BYE", ("127.0.0.46", 5060), "somebody", "h", line=server.edge.trunks[0].line)
        assert server.edge.origins.of(bye, 2) == Origin("trunk", "a", "127.0.0.46:5060")
        assert all(server.edge.guard.admits("127.0.0.46", 2, b"BYE sip:h SIP/2.0\r\n").admitted for _ in range(500))

    monkeypatch.setattr(server.reception, "drain", drain)
    server.edge.plug_into(stack)
    async with asyncio.TaskGroup() as group:
        group.create_task(server.edge.run())
        await asyncio.sleep(1)
        await server._drain()
    assert told == ["300", "0"]
    server.run_directory.rmdir()


async def test_calls_are_placed_as_the_settings_say(settings, monkeypatch):
    server, placed = Server(settings), []

    def call(target, caller, address, port, *, ring_seconds, **more):
        placed.append((target.address, caller.number, more["credentials"].username, round(ring_seconds)))
        raise CannotDo("That is all we wanted to know.")

    monkeypatch.setattr(server.stack, "call", call)
    for _ in range(3):
        with pytest.raises(CannotDo, match="That is all"):
            await server.outbound.call(Origin("ourselves", "", ""), "a", "123", MEDIA, lambda event: None)
    assert placed == [(("127.0.0.46", 5060), "5550100", "me", 17)] * 3
    server.edge.trunks[0].take()
    with pytest.raises(CannotDo, match="its max_calls"):
        await server.outbound.call(Origin("ourselves", "", ""), "a", "123", MEDIA, lambda event: None)
    server.run_directory.rmdir()
