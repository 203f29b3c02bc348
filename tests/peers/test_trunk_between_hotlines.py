"""One Hotline is the other's trunk: SHA-256 on the wire, IPv6, and calls that come to a registered contact."""

import asyncio
from typing import Any

import pytest

from models.cause import Cause
from models.settings import TrunkSettings, UserSettings
from tests.peers.trunk.our_edge import free, our_edge, until
from voice.line import HungUp, Origin, Party, Ringing
from voice.placing import CallRefused, Media
from voice.sip.request import Target

pytestmark = pytest.mark.peer

BRANCH = UserSettings(name="branch", password="right")
US = Origin("ourselves", "", "")


@pytest.fixture
def head():
    return free("127.0.0.45")


@pytest.fixture
def branch():
    return free("127.0.0.46")


def to(host, **settings):
    return TrunkSettings(
        **{"name": "head", "host": host, "username": "branch", "password": "right", "health_check": 0, **settings}
    )


def refusing(calls):
    def take(dialog):
        calls.put_nowait(dialog)
        dialog.reject(486, "Busy Here", Cause.BUSY)

    return take


@pytest.mark.parametrize(("centre", "office"), [("127.0.0.45", "127.0.0.46"), ("::1", "::1")])
async def test_they_register_with_sha_256_over_ipv4_and_ipv6(centre, office):
    head, branch = free(centre), free(office)
    async with our_edge(head, users=[BRANCH]) as centre:
        async with our_edge(branch, trunks=[to(head, register_with=True)]) as office:
            await until(lambda: centre.edge.bindings.users(0), "registration")
            (binding,) = centre.edge.bindings.users(0)["branch"]
            assert office.edge.trunks[0].line in binding.contact.uri
            assert binding.route == office.stack.address
            challenge = office.edge.registrations[0]._challenge
            assert challenge is not None
            assert challenge.algorithm == "SHA-256"
        assert centre.edge.bindings.users(0) == {}


async def test_a_call_to_the_registered_contact_is_the_trunks_even_from_an_unknown_address(head, branch):
    calls: asyncio.Queue[Any] = asyncio.Queue()
    async with (
        our_edge(head, users=[BRANCH]) as centre,
        our_edge(branch, refusing(calls), trunks=[to(head, register_with=True)], users=[BRANCH]) as office,
        our_edge(free("127.0.0.47")) as stranger,
    ):
        await until(lambda: centre.edge.bindings.users(0), "registration")
        (binding,) = centre.edge.bindings.users(0)["branch"]
        events: asyncio.Queue[Any] = asyncio.Queue()
        for contact, kind in ((binding.contact.uri, "trunk"), (f"sip:branch@{branch};line=guessed", "unknown")):
            target = Target(contact, office.stack.address)
            stranger.stack.call(target, Party("1"), "127.0.0.47", 40000, sink=events.put_nowait)
            assert (await asyncio.wait_for(calls.get(), 30)).origin.kind == kind
            assert isinstance(await asyncio.wait_for(events.get(), 30), HungUp)


async def test_a_call_through_the_trunk_is_proven_by_its_password(head, branch):
    calls: asyncio.Queue[Any] = asyncio.Queue()
    async with (
        our_edge(head, refusing(calls), users=[BRANCH]) as _,
        our_edge(branch, trunks=[to(head)]) as office,
    ):
        with pytest.raises(CallRefused, match=r"Line 'head' refused the call \(486\): the called side is busy\."):
            await office.outbound.call(US, "head", "100", Media("127.0.0.46", 40000), lambda event: None)
        dialog = await asyncio.wait_for(calls.get(), 30)
        assert dialog.origin == Origin("user", "branch", branch)
        assert dialog.called.number == "100"


async def test_a_wrong_password_never_reaches_the_hotline(head, branch):
    calls: asyncio.Queue[Any] = asyncio.Queue()
    async with (
        our_edge(head, refusing(calls), users=[BRANCH]) as centre,
        our_edge(branch, trunks=[to(head, password="wrong")]) as office,
    ):
        with pytest.raises(CallRefused, match=r"\(401\): the line wants other credentials"):
            await office.outbound.call(US, "head", "100", Media("127.0.0.46", 40000), lambda event: None)
        assert calls.empty()
        assert centre.edge.guard.failing() == {"127.0.0.46": 1}


async def test_a_stranger_is_answered_or_refused_as_the_settings_say(head, branch):
    calls: asyncio.Queue[Any] = asyncio.Queue()
    for accepted, code in ((True, 486), (False, 403)):
        events: asyncio.Queue[Any] = asyncio.Queue()
        async with (
            our_edge(head, refusing(calls), guard={"accept_unknown": accepted}) as centre,
            our_edge(branch) as stranger,
        ):
            target = Target(f"sip:100@{head}", centre.stack.address)
            stranger.stack.call(target, Party("1"), "127.0.0.46", 40000, sink=events.put_nowait)
            ended = await asyncio.wait_for(events.get(), 30)
            assert isinstance(ended, HungUp)
            assert ended.code == code
    assert calls.qsize() == 1


async def test_a_flood_is_silenced_while_a_trunk_is_heard(head, branch):
    calls: asyncio.Queue[Any] = asyncio.Queue()
    known = free("127.0.0.47")
    trunk = to(known)
    limits = {"requests_per_second": 2, "window": 2}
    async with (
        our_edge(head, refusing(calls), trunks=[trunk], guard=limits) as centre,
        our_edge(branch) as stranger,
        our_edge(known) as carrier,
    ):
        target = Target(f"sip:100@{head}", centre.stack.address)
        for caller, times in ((stranger, 30), (carrier, 30)):
            ended: asyncio.Queue[Any] = asyncio.Queue()
            for _ in range(times):
                caller.stack.call(target, Party("1"), "127.0.0.46", 40000, sink=ended.put_nowait, ring_seconds=1)
            for _ in range(times):
                assert not isinstance(await asyncio.wait_for(ended.get(), 30), Ringing)
        taken = [dialog.origin.kind for dialog in iter_queue(calls)]
        assert taken.count("trunk") == 30
        assert 0 < taken.count("unknown") <= 4
        assert centre.edge.guard.dropped["flood"] == 1
        assert centre.edge.guard.dropped["banned"] >= 20


def iter_queue(queue):
    while not queue.empty():
        yield queue.get_nowait()
