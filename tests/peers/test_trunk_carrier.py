"""sipp as the carrier's side of a trunk: its registrar, its switch, its OPTIONS."""

import asyncio

import pytest

from models.cause import Cause
from models.errors import CannotDo
from models.settings import TrunkSettings
from tests.peers.trunk.carrier import carrier
from tests.peers.trunk.our_edge import our_edge, until
from voice.line import Answered, HungUp, Origin, Ringing
from voice.placing import CallRefused, Media
from voice.sip.registration_life import State
from voice.sip.trunk import Health

pytestmark = pytest.mark.peer

US = Origin("ourselves", "", "")
MEDIA = Media("127.0.0.41", 40100)


def line(**settings):
    return TrunkSettings(**{"name": "acme", "username": "me", "password": "secret", "health_check": 0, **settings})


async def test_we_register_with_a_provider_by_digest_and_unregister_at_the_end(tmp_path):
    async with carrier("registrar", "127.0.0.43", 5061, tmp_path) as provider:
        trunk = line(host="127.0.0.43:5061", register_with=True)
        async with our_edge("127.0.0.41:5061", trunks=[trunk]) as ours:
            registration = ours.edge.registrations[0]
            await until(lambda: registration.state is State.REGISTERED, "registration")
            assert registration.error == ""
        assert await provider.finished() == 0
        assert len(provider.received("REGISTER")) == 3


async def test_a_wrong_password_is_one_sentence_and_no_flood(tmp_path):
    async with carrier("registrar", "127.0.0.43", 5062, tmp_path) as provider:
        trunk = line(host="127.0.0.43:5062", register_with=True, password="wrong")
        async with our_edge("127.0.0.41:5062", trunks=[trunk]) as ours:
            registration = ours.edge.registrations[0]
            await until(lambda: registration.error, "refusal")
            assert registration.error == "'acme' refused our REGISTER (403 Forbidden)."
        assert len(provider.received("REGISTER")) == 2


async def test_a_call_goes_out_with_a_password_and_ends_as_the_carrier_says(tmp_path):
    events: asyncio.Queue[object] = asyncio.Queue()
    async with carrier("answers", "127.0.0.43", 5063, tmp_path) as switch:
        trunk = line(host="127.0.0.43:5063", caller_number="4930555", max_calls=1)
        async with our_edge("127.0.0.41:5063", trunks=[trunk]) as ours:
            dialog = await ours.outbound.call(US, "acme", "4930777", MEDIA, events.put_nowait)
            assert dialog.direction == "outbound"
            kinds = [type(await asyncio.wait_for(events.get(), 10)) for _ in range(2)]
            assert kinds == [Ringing, Answered]
            ended = await asyncio.wait_for(events.get(), 10)
            assert isinstance(ended, HungUp)
            assert not ended.by_us
            assert ours.edge.trunks[0].calls == 0
        assert await switch.finished() == 0
        invite = switch.received("INVITE")[-1]
        assert invite.startswith("INVITE sip:4930777@127.0.0.43:5063 SIP/2.0")
        assert "sip:4930555@" in invite


async def test_a_carrier_without_capacity_is_left_alone_for_as_long_as_it_asks(tmp_path):
    async with carrier("busy", "127.0.0.43", 5064, tmp_path) as switch:
        async with our_edge("127.0.0.41:5064", trunks=[line(host="127.0.0.43:5064")]) as ours:
            with pytest.raises(CallRefused, match=r"Line 'acme' refused the call \(503\): .* it is rested for 30 s\."):
                await ours.outbound.call(US, "acme", "100", MEDIA, lambda event: None)
            with pytest.raises(CannotDo, match="rested for"):
                await ours.outbound.call(US, "acme", "100", MEDIA, lambda event: None)
        assert await switch.finished() == 0


async def test_a_call_fails_over_from_a_dead_address_and_a_full_one(tmp_path, monkeypatch):
    monkeypatch.setattr("voice.placing.PATIENCE", 0.5)
    events: asyncio.Queue[object] = asyncio.Queue()
    async with (
        carrier("busy", "127.0.0.44", 5065, tmp_path) as full,
        carrier("answers", "127.0.0.43", 5065, tmp_path) as well,
        our_edge("127.0.0.41:5065", trunks=[line(host="carrier.test")]) as ours,
    ):

        async def three(host, port=0):
            return [("127.0.0.49", 5065), ("127.0.0.44", 5065), ("127.0.0.43", 5065)]

        monkeypatch.setattr(ours.edge.resolver, "resolve", three)
        await ours.outbound.call(US, "acme", "100", MEDIA, events.put_nowait)
        assert isinstance(await asyncio.wait_for(events.get(), 10), Ringing)
        assert await full.finished() == 0
        assert await well.finished() == 0
        ended = [await asyncio.wait_for(events.get(), 10) for _ in range(2)][-1]
        assert isinstance(ended, HungUp)
        assert ended.cause is not Cause.LINE_UNREACHABLE


async def test_options_tell_a_trunk_that_is_gone_and_one_that_came_back(tmp_path, monkeypatch):
    monkeypatch.setattr("voice.sip.health_check.PATIENCE", 0.2)
    trunk = line(host="127.0.0.43:5066", health_check=0.2)
    async with our_edge("127.0.0.41:5066", trunks=[trunk]) as ours:
        watched = ours.edge.trunks[0]
        await until(lambda: watched.health is Health.DOWN, "the trunk's going down")
        with pytest.raises(CannotDo, match="does not answer its health checks"):
            await ours.outbound.call(US, "acme", "100", MEDIA, lambda event: None)
        async with carrier("alive", "127.0.0.43", 5066, tmp_path, calls=3) as well:
            await until(lambda: watched.health is Health.UP, "the trunk's coming back")
            assert await well.finished() == 0
