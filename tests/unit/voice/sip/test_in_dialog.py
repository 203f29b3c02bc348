"""What a peer may ask within a call, over UDP against a real stack."""

import asyncio

import pytest

from models.cause import Cause
from tests.peers.bare_stack import bare_stack
from tests.unit.voice.sip.phone import OFFER, SDP, Phone
from voice.line import HungUp, InfoDigit, MediaChanged, Referred


@pytest.fixture
async def bare():
    async with bare_stack("127.0.0.37") as found:
        yield found


@pytest.fixture
def phone(bare):
    with Phone(bare.stack.address) as found:
        yield found


@pytest.mark.parametrize(
    ("method", "code", "header"),
    [
        ("OPTIONS", 200, "Allow"),
        ("NOTIFY", 481, "To"),
        ("MESSAGE", 405, "Allow"),
        ("SUBSCRIBE", 489, "To"),
        ("PUBLISH", 405, "Allow"),
        ("PRACK", 481, "To"),
        ("BREW", 405, "Allow"),
        ("REFER", 400, "To"),
    ],
)
async def test_each_method_gets_the_answer_of_its_rfc(bare, phone, method, code, header):
    await phone.call()
    answer = await phone.ask(method)
    assert answer.code == code
    assert answer.first(header)
    assert bare.causes() == []


async def test_requests_of_a_call_that_we_do_not_know_get_481(bare, phone):
    await phone.call()
    ours, phone.to_tag = phone.to_tag, "another"
    assert (await phone.ask("BYE")).code == 481
    phone.to_tag, phone.from_tag = ours, "forged"
    assert (await phone.ask("BYE")).code == 481
    assert bare.causes() == []


async def test_an_unknown_option_that_is_required_is_named(bare, phone):
    await phone.call()
    answer = await phone.ask("INFO", "Require: timer, teleport")
    assert (answer.code, answer.first("Unsupported")) == (420, "teleport")


async def test_an_old_sequence_number_is_out_of_order(bare, phone):
    await phone.call()
    assert (await phone.ask("OPTIONS", cseq=9)).code == 200
    assert (await phone.ask("OPTIONS", cseq=8)).code == 500


@pytest.mark.parametrize(
    ("kind", "body", "events", "code"),
    [
        ("application/dtmf-relay", "Signal=*\r\nDuration=250\r\n", [InfoDigit("*", 250)], 200),
        ("application/dtmf-relay", "signal = 11\r\n", [InfoDigit("#", 100)], 200),
        ("application/dtmf", "7", [InfoDigit("7", 100)], 200),
        ("application/dtmf-relay", "Signal=flash\r\n", [], 400),
        ("application/dtmf", "77", [], 400),
        ("text/plain", "7", [], 415),
    ],
)
async def test_info_brings_keys_and_refuses_the_rest(bare, phone, kind, body, events, code):
    await phone.call()
    assert (await phone.ask("INFO", f"Content-Type: {kind}", body=body)).code == code
    assert bare.events == events


async def test_an_info_package_that_nobody_offered_gets_469(bare, phone):
    await phone.call()
    assert (await phone.ask("INFO", "Info-Package: g.fancy")).code == 469


async def test_a_bye_ends_the_call_once_and_says_why(bare, phone):
    await phone.call()
    assert (await phone.ask("BYE", 'Reason: SIP;cause=200;text="done"')).code == 200
    assert bare.events == [HungUp(Cause.CALLER_HUNG_UP, words="done")]
    assert (await phone.ask("BYE")).code == 481


async def test_a_refer_is_told_of_accepted_with_the_first_progress_and_reported_on(bare, phone):
    await phone.call()
    text = phone.request("REFER", "Refer-To: <sip:300@10.0.0.1?Replaces=abc%3Bto-tag%3D1>")
    phone.raw(text)
    await phone.silence()
    bare.dialogs[0].refer_progress(100, "Trying")
    answer = await phone.final()
    assert (answer.code, answer.first("Contact")[:5]) == (202, "<sip:")
    first = await phone.incoming("NOTIFY")
    assert (first.body, first.first("Event")) == ("SIP/2.0 100 Trying\r\n", f"refer;id={phone.cseq}")
    assert first.first("Subscription-State").startswith("active;expires=")
    phone.reply(first, 200, "OK")
    assert bare.events == [Referred("sip:300@10.0.0.1", "abc%3Bto-tag%3D1")]
    bare.dialogs[0].refer_progress(180, "Ringing")
    ringing = await phone.incoming("NOTIFY")
    phone.reply(ringing, 200, "OK")
    bare.dialogs[0].refer_progress(200, "OK")
    last = await phone.incoming("NOTIFY")
    phone.reply(last, 200, "OK")
    assert last.body == "SIP/2.0 200 OK\r\n"
    assert last.first("Subscription-State") == "terminated;reason=noresource"
    assert first.cseq < ringing.cseq < last.cseq
    bare.dialogs[0].refer_progress(200, "OK")
    await phone.silence()
    assert bare.causes() == []


async def test_a_transfer_that_is_declined_is_no_accepted_one(bare, phone):
    await phone.call()
    phone.request("REFER", "Refer-To: <sip:300@10.0.0.1>")
    await bare.until(lambda: bare.events)
    bare.dialogs[0].refer_progress(603, "Decline")
    assert (await phone.final()).code == 603
    await phone.silence()
    assert (await phone.ask("OPTIONS")).code == 200


async def test_a_refer_that_is_open_when_the_call_ends_is_declined(bare, phone):
    await phone.call()
    phone.request("REFER", "Refer-To: <sip:300@10.0.0.1>")
    await phone.silence()
    phone.request("BYE")
    answers = {heard.cseq_method: heard.code for heard in (await phone.final(), await phone.final())}
    assert answers == {"REFER": 603, "BYE": 200}
    assert bare.stack.transactions.tserver == {}


async def test_a_refer_without_subscription_is_not_reported_on(bare, phone):
    await phone.call()
    phone.request("REFER", "Refer-To: <sip:300@10.0.0.1>", "Refer-Sub: false")
    await phone.silence()
    bare.dialogs[0].refer_progress(100, "Trying")
    answer = await phone.final()
    assert (answer.code, answer.first("Refer-Sub")) == (202, "false")
    bare.dialogs[0].refer_progress(200, "OK")
    await phone.silence()


async def test_an_update_changes_the_media_or_only_the_place(bare, phone):
    await phone.call()
    held = await phone.ask("UPDATE", SDP, body=OFFER.replace("sendrecv", "sendonly"))
    assert held.code == 200
    assert "a=recvonly" in held.body
    assert (await phone.ask("UPDATE")).body == ""
    assert [event.plan.direction for event in bare.events if isinstance(event, MediaChanged)] == ["recvonly"]


async def test_a_reinvite_that_cannot_be_met_leaves_the_call_as_it_was(bare, phone):
    await phone.call()
    refused = await phone.ask("INVITE", SDP, body=OFFER.replace("8 0 101", "18"))
    assert refused.code == 488
    assert refused.first("Warning").startswith("305 hotline ")
    phone.request("ACK", cseq=phone.cseq, branch=refused.via.getBranch())
    garbled = await phone.ask("INVITE", SDP, body="nonsense")
    assert garbled.code == 400
    assert bare.events == []
    assert bare.dialogs[0].negotiation.plan.codec == "PCMA"


async def test_while_our_reinvite_is_open_the_peers_gets_491(bare, phone):
    await phone.call()
    await phone.ask("OPTIONS")
    bare.dialogs[0].hold(True)
    ours = await phone.incoming("INVITE")
    assert (await phone.ask("INVITE", SDP, body=OFFER)).code == 491
    phone.reply(ours, 200, "OK", f"Contact: <sip:200@{phone.shown}>", SDP, body=OFFER.replace("sendrecv", "recvonly"))
    await phone.incoming("ACK")
    assert [event.plan.direction for event in bare.events] == ["sendonly"]


async def test_a_second_offer_before_the_first_is_acknowledged_has_to_wait(bare, phone):
    await phone.call()
    await phone.ask("INVITE", SDP, body=OFFER)
    answer = await phone.ask("INVITE", SDP, body=OFFER)
    assert (answer.code, answer.first("Retry-After")) == (500, "2")


async def test_answers_repeat_the_version_until_something_changes(bare, phone):
    def version(answer):
        return answer.body.split("o=hotline ")[1].split()[1]

    first = await phone.call()
    await phone.ask("OPTIONS")
    same = await phone.ask("UPDATE", SDP, body=OFFER)
    other = await phone.ask("UPDATE", SDP, body=OFFER.replace("8 0 101", "0 101"))
    assert [version(answer) for answer in (first, same, other)] == ["1", "1", "2"]


async def test_a_hold_that_the_peer_refuses_is_over(bare, phone):
    await phone.call()
    await phone.ask("OPTIONS")
    bare.dialogs[0].hold(True)
    phone.reply(await phone.incoming("INVITE"), 488, "Not Acceptable Here")
    await phone.incoming("ACK")
    bare.dialogs[0].hold(False)
    await phone.silence()
    assert bare.events == []


async def test_a_peer_that_knows_the_call_no_more_ends_it(bare, phone):
    await phone.call()
    await phone.ask("OPTIONS")
    bare.dialogs[0].hold(True)
    phone.reply(await phone.incoming("INVITE"), 481, "Call Does Not Exist")
    await phone.incoming("ACK")
    assert bare.causes() == [Cause.LINE_UNREACHABLE]


async def test_a_listener_that_fails_does_not_keep_the_bye_back(bare, phone, caplog):
    await phone.call()
    await phone.ask("OPTIONS")

    def broken(event):
        raise ValueError(event)

    bare.dialogs[0].attach(broken)
    bare.dialogs[0].hang_up(Cause.ROBOT_HUNG_UP)
    await phone.incoming("BYE")
    assert "HungUp was not taken" in caplog.text


async def test_events_before_a_listener_came_are_handed_over_in_order():
    heard: list[object] = []

    def late(bare, dialog):
        # The bare stack has attached its own by now: take it off again.
        dialog._sink = None
        bare.answer(dialog)

    async with bare_stack("127.0.0.37", on_call=late) as bare:
        with Phone(bare.stack.address) as phone:
            await phone.call()
            await phone.ask("INFO", "Content-Type: application/dtmf", body="1")
            await phone.ask("BYE")
            bare.dialogs[0].attach(heard.append)
    assert heard == [InfoDigit("1", 100), HungUp(Cause.CALLER_HUNG_UP)]


@pytest.mark.parametrize(("code", "there"), [(200, True), (405, True), (481, False), (0, False)])
async def test_whoever_says_anything_to_options_is_there_unless_they_forgot_the_call(bare, phone, code, there):
    await phone.call()
    await phone.ask("OPTIONS")
    asking = asyncio.ensure_future(bare.dialogs[0].is_there(0.3))
    asked = await phone.incoming("OPTIONS")
    if code:
        phone.reply(asked, code, "Said")
    assert await asking is there
    assert bare.causes() == []
