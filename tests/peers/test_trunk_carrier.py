"""sipp as the carrier's side of a trunk: its registrar, its switch, its OPTIONS."""

import asyncio

import pytest

from models.cause import Cause
from models.errors import CannotDo
from models.settings import TrunkSettings
from tests.peers.trunk.carrier import carrier
from tests.peers.trunk.our_edge import free, our_edge, until
from voice.line import Answered, HungUp, Origin, Ringing
from voice.placing import CallRefused, Media
from voice.sip.address import host_and_port
from voice.sip.registration_life import State
from voice.sip.trunk import Health

pytestmark = pytest.mark.peer

US = Origin("ourselves", "", "")
MEDIA = Media("127.0.0.41", 40100)


@pytest.fixture
def here():
    return free("127.0.0.41")


@pytest.fixture
def there():
    return free("127.0.0.43")


def line(**settings):
    return TrunkSettings(**{"name": "acme", "username": "me", "password": "secret", "health_check": 0, **settings})


async def test_we_register_with_a_provider_by_digest_and_unregister_at_the_end(here, there, tmp_path):
    async with carrier("registrar", there, tmp_path) as provider:
        trunk = line(host=there, register_with=True)
        async with our_edge(here, trunks=[trunk]) as ours:
            registration = ours.edge.registrations[0]
            await until(lambda: registration.state is State.REGISTERED, "registration")
            assert registration.error == ""
        assert await provider.finished() == 0
        assert len(provider.received("REGISTER")) == 3


async def test_a_wrong_password_is_one_sentence_and_no_flood(here, there, tmp_path):
    async with carrier("registrar", there, tmp_path) as provider:
        trunk = line(host=there, register_with=True, password="wrong")
        async with our_edge(here, trunks=[trunk]) as ours:
            registration = ours.edge.registrations[0]
            await until(lambda: registration.error, "refusal")
            assert registration.error == "'acme' refused our REGISTER (403 Forbidden)."
        assert len(provider.received("REGISTER")) == 2


async def test_a_call_goes_out_with_a_password_and_ends_as_the_carrier_says(here, there, tmp_path):
    events: asyncio.Queue[object] = asyncio.Queue()
    async with carrier("answers", there, tmp_path) as switch:
        trunk = line(host=there, caller_number="4930555", max_calls=1)
        async with our_edge(here, trunks=[trunk]) as ours:
            dialog = await ours.outbound.call(US, "acme", "4930777", MEDIA, events.put_nowait)
            assert dialog.direction == "outbound"
            kinds = [type(await asyncio.wait_for(events.get(), 30)) for _ in range(2)]
            assert kinds == [Ringing, Answered]
            ended = await asyncio.wait_for(events.get(), 30)
            assert isinstance(ended, HungUp)
            assert not ended.by_us
            assert ours.edge.trunks[0].calls == 0
        assert await switch.finished() == 0
        invite = switch.received("INVITE")[-1]
        assert invite.startswith(f"INVITE sip:4930777@{there} SIP/2.0")
        assert "sip:4930555@" in invite


async def test_a_carrier_without_capacity_is_left_alone_for_as_long_as_it_asks(here, there, tmp_path):
    async with carrier("busy", there, tmp_path) as switch:
        async with our_edge(here, trunks=[line(host=there)]) as ours:
            with pytest.raises(CallRefused, match=r"Line 'acme' refused the call \(503\): .* it is rested for 30 s\."):
                await ours.outbound.call(US, "acme", "100", MEDIA, lambda event: None)
            with pytest.raises(CannotDo, match="rested for"):
                await ours.outbound.call(US, "acme", "100", MEDIA, lambda event: None)
        assert await switch.finished() == 0


async def test_a_call_fails_over_from_a_dead_address_and_a_full_one(here, there, tmp_path, monkeypatch):
    monkeypatch.setattr("voice.placing.PATIENCE", 2.0)
    full_at = free("127.0.0.44")
    events: asyncio.Queue[object] = asyncio.Queue()
    async with (
        carrier("busy", full_at, tmp_path) as full,
        carrier("answers", there, tmp_path) as well,
        our_edge(here, trunks=[line(host="carrier.test")]) as ours,
    ):

        async def three(host, port=0):
            return [host_and_port(place, "a test") for place in (free("127.0.0.49"), full_at, there)]

        monkeypatch.setattr(ours.edge.resolver, "resolve", three)
        await ours.outbound.call(US, "acme", "100", MEDIA, events.put_nowait)
        assert isinstance(await asyncio.wait_for(events.get(), 30), Ringing)
        assert await full.finished() == 0
        assert await well.finished() == 0
        ended = [await asyncio.wait_for(events.get(), 30) for _ in range(2)][-1]
        assert isinstance(ended, HungUp)
        assert ended.cause is not Cause.LINE_UNREACHABLE


async def test_options_tell_a_trunk_that_is_gone_and_one_that_came_back(here, there, tmp_path, monkeypatch):
    monkeypatch.setattr("voice.sip.health_check.PATIENCE", 0.2)
    trunk = line(host=there, health_check=0.2)
    async with our_edge(here, trunks=[trunk]) as ours:
        watched = ours.edge.trunks[0]
        await until(lambda: watched.health is Health.DOWN, "the trunk's going down")
        with pytest.raises(CannotDo, match="does not answer its health checks"):
            await ours.outbound.call(US, "acme", "100", MEDIA, lambda event: None)
        async with carrier("alive", there, tmp_path, calls=3) as well:
            await until(lambda: watched.health is Health.UP, "the trunk's coming back")
            assert await well.finished() == 0
