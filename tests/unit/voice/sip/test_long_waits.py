"""What happens after half a minute and more, in virtual time: silent peers, session timers, forgotten transfers."""

import asyncio

import pytest

from models.cause import Cause
from tests.peers.bare_stack import RTP, bare_stack
from tests.unit.voice.sip.phone import HOST, OFFER, SDP, Phone
from voice.line import HungUp, Party
from voice.sip.request import Target

pytestmark = pytest.mark.looptime


@pytest.fixture
async def bare():
    async with bare_stack("127.0.0.38") as found:
        yield found


@pytest.fixture
def phone(bare):
    with Phone(bare.stack.address) as found:
        yield found


def now():
    return asyncio.get_running_loop().time()


async def test_a_peer_that_never_answers_is_given_up_after_32_seconds(bare, phone):
    heard: asyncio.Queue[HungUp] = asyncio.Queue()
    bare.stack.call(Target("sip:x@y", (HOST, phone.port)), Party("robot"), *RTP, sink=heard.put_nowait)
    began = now()
    ended = await heard.get()
    assert now() - began == pytest.approx(32, abs=0.5)
    assert (ended.cause, ended.code) == (Cause.LINE_UNREACHABLE, 408)
    sent = [await phone.hear() for _ in range(7)]
    assert {message.start_line for message in sent} == {"INVITE sip:x@y SIP/2.0"}
    await asyncio.sleep(33)
    assert bare.stack.transactions.tclient == {}


async def test_an_answer_that_is_never_acknowledged_ends_the_call(bare, phone):
    await phone.ask("INVITE", SDP, body=OFFER)
    began = now()
    await bare.until(lambda: bare.events, 60)
    assert now() - began == pytest.approx(32, abs=0.5)
    assert [event.cause for event in bare.events] == [Cause.LINE_UNREACHABLE]
    repeated = [heard async for heard in everything(phone)]
    # 0.5, 1, 2 and then every 4 seconds; the BYE is the last new thing.
    assert 8 <= len([heard for heard in repeated if heard.start_line == "SIP/2.0 200 OK"]) <= 10
    assert [heard for heard in repeated if heard.start_line.startswith("BYE")]


async def everything(phone):
    while True:
        try:
            yield await phone.hear(0.5)
        except TimeoutError:
            return


async def test_a_session_that_the_peer_stops_refreshing_expires(bare, phone):
    answer = await phone.call("Supported: timer", "Session-Expires: 120")
    assert answer.first("Session-Expires") == "120;refresher=uac"
    assert answer.first("Require") == "timer"
    await asyncio.sleep(60)
    refreshed = await phone.ask("UPDATE", "Supported: timer", "Session-Expires: 120;refresher=uac")
    assert refreshed.first("Session-Expires") == "120;refresher=uac"
    began = now()
    bye = await bye_of(phone)
    assert now() - began == pytest.approx(88, abs=1)
    assert bye.first("Reason") == 'Q.850;cause=102;text="session-expired"'
    assert bare.events == [HungUp(Cause.SESSION_EXPIRED, by_us=True)]


async def bye_of(phone):
    while (heard := await phone.hear(200)).start_line.split()[0] != "BYE":
        pass
    phone.reply(heard, 200, "OK")
    return heard


@pytest.mark.parametrize(("allowed", "method"), [("INVITE, BYE, UPDATE", "UPDATE"), ("INVITE, BYE", "INVITE")])
async def test_we_refresh_at_half_the_interval_where_the_peer_leaves_it_to_us(bare, phone, allowed, method):
    answer = await phone.call("Supported: timer", "Session-Expires: 200;refresher=uas", f"Allow: {allowed}")
    assert answer.first("Session-Expires") == "200;refresher=uas"
    for _ in range(2):
        began = now()
        refresh = await phone.hear(150)
        assert refresh.method == method
        assert now() - began == pytest.approx(100, abs=1)
        assert refresh.first("Session-Expires") == "200;refresher=uac"
        body = OFFER if method == "INVITE" else ""
        headers = [f"Contact: <sip:200@{phone.shown}>", "Session-Expires: 200;refresher=uac", SDP]
        phone.reply(refresh, 200, "OK", *headers, body=body)
        if method == "INVITE":
            await phone.incoming("ACK")
    assert bare.events == []


async def test_a_session_whose_refresh_is_refused_ends_when_it_expires(bare, phone):
    await phone.call("Supported: timer", "Session-Expires: 200;refresher=uas", "Allow: UPDATE")
    refresh = await phone.hear(150)
    phone.reply(refresh, 500, "No")
    await bye_of(phone)
    assert bare.causes() == [Cause.SESSION_EXPIRED]


async def test_a_transfer_that_nobody_reports_on_fails_in_the_end(bare, phone):
    await phone.call()
    phone.request("REFER", "Refer-To: <sip:300@10.0.0.1>")
    await bare.until(lambda: bare.events)
    bare.dialogs[0].refer_progress(100, "Trying")
    assert (await phone.final()).code == 202
    phone.reply(await phone.incoming("NOTIFY"), 200, "OK")
    last = await phone.hear(200)
    assert last.body == "SIP/2.0 503 Service Unavailable\r\n"
    phone.reply(last, 200, "OK")


async def test_a_transfer_that_nobody_decides_on_is_refused(bare, phone):
    await phone.call()
    phone.request("REFER", "Refer-To: <sip:300@10.0.0.1>")
    assert (await phone.hear(6)).code == 503
    assert bare.dialogs[0].refers == []


async def test_a_cancel_that_is_never_settled_leaves_nothing_behind(bare, phone):
    dialog = bare.stack.call(Target("sip:x@y", (HOST, phone.port)), Party("robot"), *RTP, sink=lambda event: None)
    invite = await phone.incoming("INVITE")
    phone.reply(invite, 180, "Ringing")
    await asyncio.sleep(0.01)
    dialog.hang_up(Cause.CANCELLED)
    await asyncio.sleep(70)
    assert bare.stack.transactions.tclient == {}


@pytest.mark.parametrize("after", [0.1, 15.9])
async def test_replies_are_remembered_for_late_duplicates_and_then_forgotten(after):
    # Within the test, for a fixture's timers don't run on virtual time.
    async with bare_stack("127.0.0.38") as bare:
        with Phone(bare.stack.address) as phone:
            await asyncio.sleep(after)
            text = phone.request("OPTIONS")
            first = await phone.final()
            await asyncio.sleep(31.9)
            phone.raw(text)
            assert (await phone.final()).to_bytes() == first.to_bytes()
            await asyncio.sleep(17)
        assert bare.stack.transactions.l1rcache == {}
        assert bare.stack.transactions.l2rcache == {}
        assert bare.stack.transactions.l3rcache == {}
