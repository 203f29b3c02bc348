"""Calls of nobody we know, over UDP against our stack and edge: what they learn of us, how many they may have."""

import asyncio
import contextlib
import logging

import pytest

from models.cause import Cause
from models.errors import CannotDo
from tests.peers.trunk.our_edge import free, our_edge, until
from tests.unit.voice.sip.phone import OFFER, SDP, Phone
from voice.line import Origin
from voice.placing import Media
from voice.sip.address import host_and_port
from voice.sip.dialog import SipDialog

pytestmark = pytest.mark.peer
HERE, THERE = "127.0.23.1", "127.0.23.2"
ALICE = {"name": "alice", "password": "right"}
US = Origin("ourselves", "", "")


@pytest.fixture
def here():
    return free(HERE)


def busy(dialog):
    dialog.reject(486, "Busy Here", Cause.BUSY)


async def answer_as(caller, here, **settings):
    """What an INVITE from this From URI gets, without what differs in every answer."""
    async with our_edge(here, busy, users=[ALICE], **settings) as ours:
        with Phone(ours.stack.address, THERE) as phone:
            text = phone.text("INVITE", SDP, body=OFFER, uri=f"sip:100@{here}")
            phone.raw(text.replace(f"sip:200@{phone.shown}>;tag", f"{caller.format(here=here)}>;tag", 1))
            answer = await phone.final()
        names = [name for name, _ in answer.headers if name != "From"]
        offered = [value.split("nonce=")[0] for value in answer.values("WWW-Authenticate")]
        return answer.code, answer.words, names, offered


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("domain", ["{here}", HERE, "hotline", "elsewhere.test"])
async def test_the_answer_to_a_stranger_does_not_tell_whose_names_we_know(here, domain, accepted):
    guard = {"accept_unknown": accepted}
    known, unknown, none = [
        await answer_as(f"sip:{user}{domain}", here, guard=guard) for user in ("alice@", "bob@", "")
    ]
    assert known == unknown == none
    assert known[0] == (486 if accepted and domain == "elsewhere.test" else 401)


async def test_an_unknown_address_has_no_more_calls_at_a_time_than_it_may(here, caplog):
    caplog.set_level(logging.WARNING)
    dialogs: list[SipDialog] = []
    async with our_edge(here, dialogs.append, guard={"max_calls": 2}) as ours:
        with contextlib.ExitStack() as held:
            phones = [held.enter_context(Phone(ours.stack.address, THERE)) for _ in range(5)]
            for phone in phones[:2]:
                phone.request("INVITE", SDP, body=OFFER)
            await until(lambda: len(dialogs) == 2, "the two calls")
            for phone in phones[2:4]:
                refused = await phone.ask("INVITE", SDP, body=OFFER)
                assert (refused.code, refused.first("Retry-After")) == (503, "10")
            with Phone(ours.stack.address, "127.0.23.3") as other:
                other.request("INVITE", SDP, body=OFFER)
                await until(lambda: len(dialogs) == 3, "the call from another address")
            assert ours.stack.counts["refused_unknown_full"] == 2
            [(caller, why), again] = ours.full
            assert caller == "200"
            assert "127.0.23.2 is unknown and has 2 calls, max_calls of [sip.guard]" in why
            assert again == (caller, why)
            assert [record.getMessage()[:60] for record in caplog.records] == [
                "A call was refused (503): 127.0.23.2 is unknown and has 2 ca"
            ]
            busy(dialogs[0])
            phones[4].request("INVITE", SDP, body=OFFER)
            await until(lambda: len(dialogs) == 4, "a call in place of the one that ended")


async def test_a_trunks_calls_count_in_both_directions(here):
    there = free(THERE)
    dialogs: list[SipDialog] = []
    acme = {"name": "acme", "host": there, "max_calls": 2, "health_check": 0}
    async with our_edge(here, dialogs.append, trunks=[acme]) as ours, our_edge(there, lambda d: d.ring()) as carrier:
        placed = await ours.outbound.call(US, "acme", "100", Media(HERE, 40000), lambda event: None)
        address = host_and_port(here, "a test")
        with contextlib.ExitStack() as held:
            phones = [held.enter_context(Phone(address, THERE)) for _ in range(3)]
            phones[0].request("INVITE", SDP, body=OFFER)
            await until(lambda: len(dialogs) == 1, "the call that comes in")
            refused = await phones[1].ask("INVITE", SDP, body=OFFER)
            assert (refused.code, refused.first("Retry-After")) == (503, "10")
            assert ours.stack.counts["refused_trunk_full"] == 1
            [(caller, why)] = ours.full
            assert (caller, "carries 2 calls, its max_calls" in why) == ("200", True)
            with pytest.raises(CannotDo, match="carries 2 calls, its max_calls"):
                await ours.outbound.call(US, "acme", "100", Media(HERE, 40000), lambda event: None)
            placed.hang_up(Cause.CANCELLED)
            await until(lambda: ours.edge.trunks[0].calls == 1, "the end of the placed call")
            phones[2].request("INVITE", SDP, body=OFFER)
            await until(lambda: len(dialogs) == 2, "a call in place of the placed one")
            for dialog in dialogs:
                busy(dialog)
            assert ours.edge.trunks[0].calls == 0
        assert carrier.stack.counts["in_INVITE"] == 1


async def test_calls_that_end_in_every_way_give_their_place_back(here):
    dialogs: list[SipDialog] = []
    async with our_edge(here, dialogs.append, guard={"max_calls": 1}) as ours:

        async def called(phone):
            phone.request("INVITE", SDP, body=OFFER)
            count = len(dialogs)
            await until(lambda: len(dialogs) > count, "the call")
            return dialogs[-1]

        with Phone(ours.stack.address, THERE) as cancels:
            text = cancels.request("INVITE", SDP, body=OFFER)
            await until(lambda: dialogs, "the call")
            branch = text.split("branch=")[1].split("\r\n")[0]
            cancels.request("CANCEL", cseq=cancels.cseq, branch=branch)
            await until(lambda: dialogs[-1].over, "the cancel")
        with Phone(ours.stack.address, THERE) as hangs_up:
            dialog = await called(hangs_up)
            answering = asyncio.ensure_future(dialog.answer(HERE, 40000))
            hangs_up.up(await hangs_up.final("INVITE"))
            await answering
            hangs_up.request("ACK", cseq=hangs_up.cseq)
            assert (await hangs_up.ask("BYE")).code == 200
        with Phone(ours.stack.address, THERE) as bad:
            assert (await bad.ask("INVITE", SDP, body=OFFER.replace("8 0 101", "18"))).code == 488
        with Phone(ours.stack.address, THERE) as last:
            busy(await called(last))
        assert not ours.edge.admission._strangers
