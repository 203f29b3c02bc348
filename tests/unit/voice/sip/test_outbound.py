"""Calls that we make, over UDP against a bare phone."""

import asyncio

import pytest

from models.cause import Cause
from models.errors import CannotDo
from tests.peers.bare_stack import RTP, bare_stack
from tests.unit.voice.sip.phone import HOST, OFFER, SDP, Phone
from voice.line import Answered, HungUp, Party, Ringing
from voice.sip.request import Credentials, Target

CHALLENGE = 'Proxy-Authenticate: Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth"'


@pytest.fixture
async def bare():
    async with bare_stack("127.0.0.37") as found:
        yield found


@pytest.fixture
def phone(bare):
    with Phone(bare.stack.address) as found:
        yield found


def placed(bare, phone, uri="sip:100@example.com", **named):
    events: list[object] = []
    target = Target(uri, (HOST, phone.port))
    return bare.stack.call(target, Party("robot"), *RTP, sink=events.append, **named), events


async def test_the_offer_lists_what_we_allow_and_the_numeric_hop_is_used(bare, phone):
    dialog, _ = placed(bare, phone, headers=[("X-Campaign", "7")])
    invite = await phone.incoming("INVITE")
    assert invite.uri == "sip:100@example.com"
    assert invite.first("X-Campaign") == "7"
    assert "m=audio 40000 RTP/AVP 0 8 9 13 101\r\n" in invite.body
    assert (dialog.id, dialog.called.number, dialog.origin.kind) == (invite.call_id, "100", "ourselves")
    with pytest.raises(CannotDo):
        await dialog.answer(*RTP)


async def test_route_contact_and_credentials_lead_what_follows(bare, phone):
    with Phone(bare.stack.address) as proxy:
        dialog, events = placed(bare, phone, credentials=Credentials("me", "secret"))
        first = await phone.incoming("INVITE")
        phone.reply(first, 407, "Proxy Authentication Required", CHALLENGE)
        # The ACK comes before what follows from the challenge.
        assert (await phone.incoming("ACK")).cseq == first.cseq
        second = await phone.incoming("INVITE")
        assert second.cseq == first.cseq + 1
        assert second.first("Proxy-Authorization").startswith('Digest username="me", realm="r"')
        route = f"<sip:{proxy.shown};lr>"
        answer = f"Contact: <sip:agent@{phone.shown}>"
        phone.reply(second, 200, "OK", f"Record-Route: <sip:far.example.com;lr>, {route}", answer, SDP, body=OFFER)
        ack = await proxy.incoming("ACK")
        assert ack.uri == f"sip:agent@{phone.shown}"
        assert ack.values("Route") == [route, "<sip:far.example.com;lr>"]
        assert ack.first("Proxy-Authorization") == second.first("Proxy-Authorization")
        assert [type(event) for event in events] == [Answered]
        dialog.hang_up(Cause.ROBOT_HUNG_UP)
        bye = await proxy.incoming("BYE")
        assert bye.values("Route") == ack.values("Route")
        proxy.reply(bye, 407, "Proxy Authentication Required", CHALLENGE)
        proven = await proxy.incoming("BYE")
        assert proven.first("Proxy-Authorization")
        assert proven.cseq == bye.cseq + 1


async def test_a_repeated_200_is_acknowledged_again(bare, phone):
    _, events = placed(bare, phone)
    invite = await phone.incoming("INVITE")
    for extra in ("", "X-Changed: on the way"):
        headers = [f"Contact: <sip:a@{phone.shown}>", SDP, *([extra] if extra else [])]
        phone.reply(invite, 200, "OK", *headers, body=OFFER)
        await phone.incoming("ACK")
    assert len(events) == 1


async def test_early_media_shows_in_ringing_and_the_200_may_be_without(bare, phone):
    _, events = placed(bare, phone)
    invite = await phone.incoming("INVITE")
    phone.reply(invite, 100, "Trying")
    phone.reply(invite, 180, "Ringing")
    phone.reply(invite, 183, "Session Progress", SDP, body=OFFER)
    phone.reply(invite, 200, "OK", f"Contact: <sip:a@{phone.shown}>")
    await phone.incoming("ACK")
    assert events[0] == Ringing()
    assert events[1].plan.codec == "PCMA"
    assert events[2] == Answered(events[1].plan)


async def test_an_answer_that_we_cannot_take_is_acknowledged_and_ended(bare, phone):
    _, events = placed(bare, phone)
    invite = await phone.incoming("INVITE")
    contact = f"Contact: <sip:a@{phone.shown}>"
    phone.reply(invite, 200, "OK", contact, SDP, body=OFFER.replace("8 0 101", "18"))
    await phone.incoming("ACK")
    await phone.incoming("BYE")
    assert [event.cause for event in events] == [Cause.NO_COMMON_CODEC]


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (302, Cause.LINE_REFUSED),
        (404, Cause.NO_SUCH_NUMBER),
        (486, Cause.BUSY),
        (503, Cause.CONGESTION),
        (603, Cause.DECLINED),
    ],
)
async def test_a_refusal_is_acknowledged_where_the_invite_went_and_has_its_cause(bare, phone, code, cause):
    dialog, events = placed(bare, phone)
    invite = await phone.incoming("INVITE")
    phone.reply(invite, code, "No", "Contact: <sip:elsewhere@127.0.0.99>", "Retry-After: 7 (busy)")
    ack = await phone.incoming("ACK")
    assert (ack.uri, ack.via.getBranch()) == (invite.uri, invite.via.getBranch())
    assert [(event.cause, event.code, event.by_us) for event in events] == [(cause, code, False)]
    assert (dialog.heard, dialog.retry_after) == (True, 7)
    assert bare.stack.calls_of(dialog.id) == ()


async def test_a_call_that_nobody_heard_is_cancelled_only_when_somebody_does(bare, phone):
    dialog, events = placed(bare, phone)
    invite = await phone.incoming("INVITE")
    dialog.hang_up(Cause.CANCELLED)
    assert events == [HungUp(Cause.CANCELLED, by_us=True)]
    phone.reply(invite, 180, "Ringing")
    cancel = await phone.incoming("CANCEL")
    assert cancel.via.getBranch() == invite.via.getBranch()
    assert cancel.first("Reason") == 'Q.850;cause=16;text="cancelled"'
    phone.reply(cancel, 200, "OK")
    phone.reply(invite, 487, "Request Terminated")
    await phone.incoming("ACK")
    assert len(events) == 1


async def test_a_person_has_the_whole_ringing_time_whatever_the_network_took_to_find_the_phone(bare, phone):
    loop = asyncio.get_running_loop()
    _, events = placed(bare, phone, ring_seconds=3.0, reach_seconds=2.0)
    invite = await phone.incoming("INVITE")
    phone.reply(invite, 100, "Trying")
    await asyncio.sleep(0.8)
    began = loop.time()
    phone.reply(invite, 180, "Ringing")
    await asyncio.sleep(2.0)
    phone.reply(invite, 183, "Session Progress")
    cancel = await phone.incoming("CANCEL")
    assert 2.9 < loop.time() - began < 4.5, "from the first ringing, not from the last"
    assert cancel.call_id == invite.call_id
    assert events[-1].cause is Cause.NO_ANSWER


async def test_a_call_that_never_rings_is_given_up_after_its_own_time(bare, phone):
    began = asyncio.get_running_loop().time()
    _, events = placed(bare, phone, ring_seconds=30, reach_seconds=0.4)
    phone.reply(await phone.incoming("INVITE"), 100, "Trying")
    await phone.incoming("CANCEL")
    assert asyncio.get_running_loop().time() - began < 20
    assert events[-1].cause is Cause.NO_ANSWER


async def test_our_reinvite_waits_where_both_asked_at_once(bare, phone):
    dialog, _ = placed(bare, phone)
    phone.reply(await phone.incoming("INVITE"), 200, "OK", f"Contact: <sip:a@{phone.shown}>", SDP, body=OFFER)
    await phone.incoming("ACK")
    dialog.hold(True)
    first = await phone.incoming("INVITE")
    phone.reply(first, 491, "Request Pending")
    await phone.incoming("ACK")
    await phone.silence(1.0)
    again = await phone.hear()
    assert (again.method, again.cseq) == ("INVITE", first.cseq + 1)
    assert "a=sendonly" in again.body


async def test_a_second_phone_that_answers_the_same_call_is_hung_up_on(bare, phone):
    _, events = placed(bare, phone)
    invite = await phone.incoming("INVITE")
    with Phone(bare.stack.address) as other:
        contact = f"Contact: <sip:a@{phone.shown}>"
        phone.reply(invite, 200, "OK", contact, SDP, body=OFFER)
        await phone.incoming("ACK")
        second = invite.response(200, "OK", [("Contact", f"<sip:b@{other.shown}>")], tag="other")
        phone.raw(second.to_bytes())
        ack = await other.incoming("ACK")
        assert (ack.cseq, ack.to_tag) == (invite.cseq, "other")
        bye = await other.incoming("BYE")
        assert (bye.cseq, bye.to_tag) == (invite.cseq + 1, "other")
        other.reply(bye, 200, "OK")
    assert [type(event) for event in events] == [Answered]


async def test_a_stale_nonce_is_answered_with_the_new_one_and_a_wrong_password_is_not_repeated(bare, phone):
    _, events = placed(bare, phone, credentials=Credentials("me", "secret"))
    phone.reply(await phone.incoming("INVITE"), 407, "Proxy Authentication Required", CHALLENGE)
    await phone.incoming("ACK")
    stale = CHALLENGE.replace('"n"', '"m"') + ", stale=true"
    phone.reply(await phone.incoming("INVITE"), 407, "Proxy Authentication Required", stale)
    await phone.incoming("ACK")
    third = await phone.incoming("INVITE")
    assert len(third.values("Proxy-Authorization")) == 1
    assert 'nonce="m"' in third.first("Proxy-Authorization")
    phone.reply(third, 407, "Proxy Authentication Required", CHALLENGE)
    await phone.incoming("ACK")
    assert [event.cause for event in events] == [Cause.UNAUTHORISED]


async def test_each_use_of_one_nonce_counts_up(bare, phone):
    dialog, _ = placed(bare, phone, credentials=Credentials("me", "secret"))
    phone.reply(await phone.incoming("INVITE"), 407, "Proxy Authentication Required", CHALLENGE)
    await phone.incoming("ACK")
    invite = await phone.incoming("INVITE")
    phone.reply(invite, 200, "OK", f"Contact: <sip:a@{phone.shown}>", SDP, body=OFFER)
    await phone.incoming("ACK")
    dialog.hang_up(Cause.ROBOT_HUNG_UP)
    phone.reply(await phone.incoming("BYE"), 407, "Proxy Authentication Required", CHALLENGE)
    bye = await phone.incoming("BYE")
    assert "nc=00000001" in invite.first("Proxy-Authorization")
    assert "nc=00000002" in bye.first("Proxy-Authorization")
