"""Calls that come in, over UDP against a real stack: answers, refusals, and the ways to end before and after."""

import asyncio

import pytest

from models.cause import Cause
from models.errors import CannotDo, PeerFault
from tests.peers.bare_stack import RTP, bare_stack
from tests.unit.voice.sip.phone import OFFER, SDP, Phone
from voice.line import HungUp


def untouched(bare, dialog):
    """Leave the call as it is: the test decides."""


@pytest.fixture
async def bare():
    async with bare_stack("127.0.0.37", on_call=untouched) as found:
        yield found


@pytest.fixture
def phone(bare):
    with Phone(bare.stack.address) as found:
        yield found


async def invited(bare, phone, *headers, body=OFFER):
    text = phone.request("INVITE", SDP, *headers, body=body)
    trying = await phone.hear()
    assert (trying.code, trying.to_tag) == (100, None)
    await bare.until(lambda: bare.dialogs)
    return text, bare.dialogs[-1]


async def test_trying_ringing_and_answer_come_in_order_with_one_tag(bare, phone):
    _, dialog = await invited(bare, phone)
    dialog.ring()
    ringing = await phone.hear()
    plan = await dialog.answer(*RTP)
    answer = await phone.hear()
    assert (ringing.code, answer.code) == (180, 200)
    assert ringing.to_tag == answer.to_tag
    assert answer.first("Contact") == ringing.first("Contact")
    assert (plan.codec, plan.port, plan.digits_payload_type) == ("PCMA", 7000, 101)
    assert "m=audio 40000 RTP/AVP 8 101\r\n" in answer.body


async def test_sound_before_the_answer_comes_with_183(bare, phone):
    _, dialog = await invited(bare, phone)
    plan = dialog.early(*RTP)
    early = await phone.hear()
    assert early.code == 183
    assert await dialog.answer(*RTP) == plan
    assert (await phone.hear()).body == early.body


async def test_the_answer_is_repeated_until_it_is_acknowledged(bare, phone):
    _, dialog = await invited(bare, phone)
    await dialog.answer(*RTP)
    first = await phone.hear()
    again = await phone.hear(1.0)
    assert again.to_bytes() == first.to_bytes()
    phone.up(first)
    phone.request("ACK", cseq=phone.cseq)
    await phone.silence(1.2)


async def test_a_repeated_invite_hears_what_the_first_one_heard(bare, phone):
    text, dialog = await invited(bare, phone)
    phone.raw(text)
    assert (await phone.hear()).code == 100
    dialog.ring()
    ringing = await phone.hear()
    phone.raw(text)
    assert (await phone.hear()).to_bytes() == ringing.to_bytes()
    assert len(bare.dialogs) == 1


async def test_the_same_invite_by_another_way_is_a_merged_request(bare, phone):
    await invited(bare, phone)
    answer = await phone.ask("INVITE", SDP, body=OFFER, cseq=phone.cseq)
    assert answer.code == 482
    assert len(bare.dialogs) == 1


async def test_a_refusal_carries_code_and_retry_after(bare, phone):
    _, dialog = await invited(bare, phone)
    dialog.reject(503, "Full", Cause.CONGESTION, retry_after=10)
    answer = await phone.final()
    assert (answer.code, answer.words, answer.first("Retry-After")) == (503, "Full", "10")
    assert bare.events == [HungUp(Cause.CONGESTION, 503, "Full", by_us=True)]


async def test_hanging_up_before_the_answer_refuses_and_only_once(bare, phone):
    _, dialog = await invited(bare, phone)
    dialog.hang_up(Cause.BUSY)
    dialog.hang_up(Cause.TOO_LONG)
    assert (await phone.final()).code == 486
    assert bare.causes() == [Cause.BUSY]


async def test_hanging_up_before_the_ack_waits_for_it(bare, phone):
    _, dialog = await invited(bare, phone)
    await dialog.answer(*RTP)
    answer = await phone.final()
    dialog.hang_up(Cause.ROBOT_HUNG_UP)
    await phone.silence()
    phone.up(answer)
    phone.request("ACK", cseq=phone.cseq)
    bye = await phone.incoming("BYE")
    assert bye.first("Reason") == 'Q.850;cause=16;text="robot-hung-up"'
    assert bare.stack.calls_of(dialog.id) == ()
    assert bare.causes() == [Cause.ROBOT_HUNG_UP]


async def test_a_bye_is_sent_until_it_is_answered(bare, phone):
    _, dialog = await invited(bare, phone)
    await dialog.answer(*RTP)
    phone.up(await phone.final())
    phone.request("ACK", cseq=phone.cseq)
    await phone.ask("OPTIONS")
    dialog.hang_up(Cause.TOO_LONG)
    first = await phone.incoming("BYE")
    again = await phone.incoming("BYE")
    assert again.to_bytes() == first.to_bytes()
    phone.reply(again, 200, "OK")
    await phone.silence(1.2)
    assert bare.stack.transactions.tclient == {}


async def test_a_caller_who_says_bye_before_the_answer_gets_487_too(bare, phone):
    _, dialog = await invited(bare, phone)
    dialog.ring()
    phone.to_tag = (await phone.hear()).to_tag
    phone.request("BYE")
    answers = {heard.cseq_method: heard.code for heard in (await phone.final(), await phone.final())}
    assert answers == {"INVITE": 487, "BYE": 200}
    with pytest.raises(CannotDo, match="hung up before our answer"):
        await dialog.answer(*RTP)


async def test_an_answer_after_the_cancel_cannot_be_given(bare, phone):
    text, dialog = await invited(bare, phone)
    branch = text.split("branch=")[1].split("\r\n")[0]
    phone.request("CANCEL", 'Reason: SIP;cause=200;text="Call completed elsewhere"', cseq=phone.cseq, branch=branch)
    codes = {heard.cseq_method: heard.code for heard in (await phone.final(), await phone.final())}
    assert codes == {"CANCEL": 200, "INVITE": 487}
    assert bare.events == [HungUp(Cause.CANCELLED, 487, "Call completed elsewhere")]
    with pytest.raises(CannotDo):
        await dialog.answer(*RTP)
    dialog.ring()
    dialog.reject(486, "Busy Here", Cause.BUSY)
    assert bare.causes() == [Cause.CANCELLED]


async def test_a_late_offer_is_answered_in_the_ack(bare, phone):
    phone.request("INVITE")
    await phone.hear()
    await bare.until(lambda: bare.dialogs)
    answering = asyncio.ensure_future(bare.dialogs[0].answer(*RTP))
    answer = await phone.final()
    assert "m=audio 40000 RTP/AVP 0 8 9 13 101\r\n" in answer.body
    phone.up(answer)
    phone.request("ACK", SDP, cseq=phone.cseq, body=OFFER)
    plan = await answering
    assert (plan.codec, plan.port) == ("PCMA", 7000)


async def test_an_ack_without_the_answer_that_was_due_ends_the_call(bare, phone):
    phone.request("INVITE")
    await phone.hear()
    await bare.until(lambda: bare.dialogs)
    answering = asyncio.ensure_future(bare.dialogs[0].answer(*RTP))
    phone.up(await phone.final())
    phone.request("ACK", cseq=phone.cseq)
    with pytest.raises(PeerFault):
        await answering
    await phone.incoming("BYE")
    assert bare.causes() == [Cause.NO_COMMON_CODEC]


@pytest.mark.parametrize(
    ("headers", "body", "code", "named"),
    [
        ([SDP], OFFER.replace("8 0 101", "18 97"), 488, ("Warning", "305 hotline")),
        ([SDP], OFFER.replace("RTP/AVP", "RTP/SAVP"), 488, ("Warning", "302 hotline")),
        ([SDP], OFFER.replace("m=audio", "m=video"), 488, ("Warning", "304 hotline")),
        ([SDP], OFFER.replace("127.0.0.36", "my.host"), 488, ("Warning", "301 hotline")),
        ([SDP], "rubbish", 400, ("Warning", "399 hotline")),
        (["Content-Type: text/plain"], "hello", 415, ("Accept", "application/sdp")),
        ([SDP, "Content-Encoding: gzip"], OFFER, 415, ("Accept-Encoding", "identity")),
        ([SDP, "Accept: text/html"], OFFER, 406, ("Accept", "application/sdp")),
        ([SDP, "Require: 100rel"], OFFER, 420, ("Unsupported", "100rel")),
        ([SDP, "Supported: timer", "Session-Expires: 30"], OFFER, 422, ("Min-SE", "90")),
    ],
)
async def test_what_cannot_be_taken_is_refused_with_the_reason(bare, phone, headers, body, code, named):
    answer = await phone.ask("INVITE", *headers, body=body)
    assert answer.code == code
    assert answer.first(named[0]).startswith(named[1])
    assert bare.dialogs == []


async def test_a_fault_of_ours_is_500_and_no_call_stuck_in_trying(caplog):
    def broken(bare, dialog):
        raise ZeroDivisionError

    async with bare_stack("127.0.0.37", on_call=broken) as bare:
        with Phone(bare.stack.address) as phone:
            assert (await phone.ask("INVITE", SDP, body=OFFER)).code == 500
        assert bare.causes() == [Cause.OUR_ERROR]
        assert bare.stack.counts["failures"] == 1


async def test_replaces_is_no_ability_of_ours_and_without_require_the_call_is_an_ordinary_one(bare, phone):
    replaces = "Replaces: abc;to-tag=1;from-tag=2"
    answer = await phone.ask("INVITE", SDP, replaces, "Require: replaces", body=OFFER)
    assert (answer.code, answer.first("Unsupported")) == (420, "replaces")
    _, dialog = await invited(bare, phone, replaces, "Supported: replaces")
    await dialog.answer(*RTP)
    assert "replaces" not in (await phone.final()).listed("Supported")


async def test_a_caller_who_can_prack_is_rung_and_answered_without_it(bare, phone):
    _, dialog = await invited(bare, phone, "Supported: 100rel")
    dialog.ring()
    ringing = await phone.hear()
    assert (ringing.code, ringing.first("RSeq"), ringing.listed("Require")) == (180, "", [])
    await dialog.answer(*RTP)
    assert (await phone.final()).code == 200
