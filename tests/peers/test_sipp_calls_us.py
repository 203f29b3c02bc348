"""sipp as the calling side of a bare SIP stack."""

import pytest

from models.cause import Cause
from tests.peers.bare_stack import bare_stack
from tests.peers.sipp import sipp
from voice.line import HungUp, InfoDigit, MediaChanged

pytestmark = pytest.mark.peer


def plans(bare):
    return [event.plan for event in bare.events if isinstance(event, MediaChanged)]


async def test_a_call_comes_in_and_goes_again(sip_stack, tmp_path):
    async with sipp("uac", tmp_path, "-m", "20", "-r", "100", towards=sip_stack.address) as caller:
        await caller.passed()
    assert sip_stack.causes() == [Cause.CALLER_HUNG_UP] * 20
    assert sip_stack.stack.calls_of(sip_stack.dialogs[0].id) == ()
    assert sip_stack.dialogs[0].caller.name == "Caller"
    assert sip_stack.dialogs[0].called.number == "100"


async def test_hold_resume_and_hold_again_are_answered_and_told(sip_stack, tmp_path):
    async with sipp("hold", tmp_path, towards=sip_stack.address) as caller:
        await caller.passed()
    directions = [plan.direction for plan in plans(sip_stack)]
    assert directions == ["recvonly", "sendrecv", "inactive", "sendrecv", "recvonly", "sendrecv"]


async def test_a_new_address_and_codec_are_followed_and_an_impossible_one_changes_nothing(sip_stack, tmp_path):
    async with sipp("reinvite", tmp_path, towards=sip_stack.address) as caller:
        await caller.passed()
    assert [(plan.port, plan.codec) for plan in plans(sip_stack)] == [(6002, "PCMU"), (6002, "PCMA"), (6004, "PCMA")]


async def test_keys_come_by_info(sip_stack, tmp_path):
    async with sipp("info", tmp_path, towards=sip_stack.address) as caller:
        await caller.passed()
    keys = [event for event in sip_stack.events if isinstance(event, InfoDigit)]
    assert keys == [InfoDigit("5", 160), InfoDigit("#", 100)]


async def test_a_caller_who_gives_up_while_it_rings_gets_487(tmp_path):
    async with bare_stack(on_call=lambda bare, dialog: dialog.ring()) as bare:
        async with sipp("cancel", tmp_path, towards=bare.address) as caller:
            await caller.passed()
        assert bare.events == [HungUp(Cause.CANCELLED, 487, "Request Terminated")]


async def test_a_cancel_that_our_answer_overtook_changes_nothing(sip_stack, tmp_path):
    async with sipp("cancel_late", tmp_path, towards=sip_stack.address) as caller:
        await caller.passed()
    assert sip_stack.causes() == [Cause.CALLER_HUNG_UP]


async def test_what_comes_twice_is_one_call(tmp_path):
    def after_a_moment(bare, dialog):
        dialog.ring()
        bare.answer(dialog, after=0.1)

    async with bare_stack(on_call=after_a_moment) as bare:
        async with sipp("duplicates", tmp_path, towards=bare.address) as caller:
            await caller.passed()
        assert bare.causes() == [Cause.CALLER_HUNG_UP]
        assert bare.stack.counts["calls_in"] == 1


async def test_an_invite_without_offer_is_answered_with_ours(sip_stack, tmp_path):
    async with sipp("late_offer", tmp_path, towards=sip_stack.address) as caller:
        await caller.passed()
    plan = sip_stack.dialogs[0].negotiation.plan
    assert (plan.address, plan.codec) == ("127.0.0.32", "PCMU")
    assert sip_stack.failures == []
