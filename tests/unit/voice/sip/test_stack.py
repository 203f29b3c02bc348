"""Everything outside calls, and everything that isn't SIP at all, over UDP against a real stack."""

import asyncio
import logging
import socket

import pytest

from models.errors import OperatorFault
from models.settings import SipSettings
from tests.peers.bare_stack import Anybody, bare_stack
from tests.unit.voice.sip.phone import HOST, OFFER, SDP, Phone
from voice.line import Origin
from voice.sip.admission import Admission
from voice.sip.errand import Errand
from voice.sip.guard import Verdict
from voice.sip.origins import Prove
from voice.sip.request import Response
from voice.sip.stack import SipStack


@pytest.fixture
async def bare():
    async with bare_stack("127.0.0.37") as found:
        yield found


@pytest.fixture
def phone(bare):
    with Phone(bare.stack.address) as found:
        yield found


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("OPTIONS", 200),
        ("REGISTER", 405),
        ("MESSAGE", 405),
        ("SUBSCRIBE", 489),
        ("PUBLISH", 489),
        ("REFER", 403),
        ("NOTIFY", 481),
        ("INFO", 481),
        ("UPDATE", 481),
        ("PRACK", 481),
        ("BYE", 481),
        ("CANCEL", 481),
        ("BREW", 501),
    ],
)
async def test_each_method_outside_a_call_gets_the_answer_of_its_rfc(bare, phone, method, code):
    answer = await phone.ask(method)
    assert answer.code == code
    assert answer.to_tag
    assert bare.stack.transactions.tserver == {}


async def test_options_tell_what_we_can_do_or_that_we_leave(bare, phone):
    able = await phone.ask("OPTIONS")
    assert able.first("Accept") == "application/sdp"
    assert "UPDATE" in able.listed("Allow")
    assert able.listed("Supported") == ["timer"]
    bare.code = 503
    assert (await phone.ask("OPTIONS")).code == 503


async def test_a_handler_answers_its_method_and_its_fault_is_500(bare, phone, caplog):
    bare.stack.handle("REGISTER", lambda request: Response(200, "OK", (("X-Seen", request.first("Contact")),)))
    assert (await phone.ask("REGISTER")).first("X-Seen") == f"<sip:200@{phone.shown}>"

    def broken(request):
        raise KeyError("oh")

    bare.stack.handle("MESSAGE", broken)
    assert (await phone.ask("MESSAGE")).code == 500
    assert bare.stack.counts["failures"] == 1


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\r\n\r\n",
        b"\0",
        b"\x00\x01\x00\x00\x21\x12\xa4\x42" + bytes(12),
        bytes(range(256)) * 8,
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"INVITE",
        b"INVITE sip:x SIP/2.0\r\n" + b"a" * 60_000,
        b"\xff" * 65_000,
        b"SIP/2.0 200 OK\r\n\r\n",
        b": : :\r\n : \r\n\r\n",
        b"OPTIONS sip:x@y SIP/2.0\r\nVia: SIP/2.0/UDP nowhere.example.com:99999\r\n\r\n",
    ],
)
async def test_rubbish_is_passed_over_and_the_next_call_works(bare, phone, rubbish, caplog, capfd):
    phone.raw(rubbish)
    await phone.silence(0.05)
    await phone.call()
    assert (await phone.ask("BYE")).code == 200
    assert [record for record in caplog.records if record.exc_info] == []
    assert capfd.readouterr() == ("", "")


async def test_a_storm_of_rubbish_is_counted_and_logged_in_one_line(bare, phone, caplog):
    caplog.set_level(logging.WARNING)
    for number in range(200):
        phone.raw(f"rubbish {number}")
    assert (await phone.ask("OPTIONS")).code == 200
    assert bare.stack.counts["malformed"] == 200
    assert len(caplog.records) <= 2


async def test_odd_but_legal_writing_is_understood(bare, phone):
    lines = [
        "OPTIONS sip:x@y SIP/2.0",
        f"v: SIP / 2.0 / TCP {phone.shown} ; branch = z9hG4bKodd",
        "v: SIP/2.0/UDP far.example.com:5080;branch=z9hG4bKb, SIP/2.0/UDP farther.example.com;branch=z9hG4bKc",
        'f : "A, \\"B\\" <c>"',
        " <sip:a@b>",
        "\t;tag=1",
        "TO:<sip:x@y>",
        "i: odd",
        "cSeQ: 00007",
        " OPTIONS",
        "L: 0",
    ]
    phone.raw("\r\n".join([*lines, "", ""]))
    answer = await phone.final()
    assert answer.code == 200
    hosts = ["far.example.com:5080", "farther.example.com"]
    assert [value.split()[1].split(";")[0] for value in answer.values("Via")] == [phone.shown, *hosts]
    assert answer.sender.name == 'A, "B" <c>'


async def test_a_body_longer_than_said_is_cut_and_a_shorter_one_refused(bare, phone):
    phone.raw(phone.text("OPTIONS", body="") + "trailing")
    assert (await phone.final()).code == 200
    phone.raw(phone.text("OPTIONS").replace("Content-Length: 0", "Content-Length: 10"))
    assert (await phone.final()).code == 400


async def test_answers_go_where_rport_says(bare, phone):
    text = phone.text("OPTIONS").replace(phone.shown, "10.9.8.7:4444", 1).replace(";branch", ";rport;branch", 1)
    phone.raw(text)
    answer = await phone.final()
    assert answer.via.parameters["received"] == HOST
    assert answer.via.parameters["rport"] == str(phone.port)


async def test_without_rport_answers_go_to_the_port_in_via(bare, phone):
    with Phone(bare.stack.address) as other:
        phone.raw(phone.text("OPTIONS").replace(phone.shown, other.shown, 1))
        assert (await other.final()).code == 200
    await phone.silence()


async def test_the_guard_judges_before_anything_is_read(caplog):
    class Grim(Anybody):
        def admits(self, address, now, head):
            return Verdict(not head.startswith(b"OPTIONS"), "flood", "Too much.")

    async with bare_stack("127.0.0.37", guard=Grim()) as bare:
        with Phone(bare.stack.address) as phone:
            phone.request("OPTIONS")
            await phone.silence()
            assert (await phone.ask("BREW")).code == 501
        assert bare.stack.counts["dropped"] == 1
    assert [record.getMessage() for record in caplog.records] == ["Too much."]


async def test_a_call_is_challenged_where_its_origin_has_to_be_proven():
    class Strict(Anybody):
        def of(self, arrival, now):
            assert (arrival.from_user, arrival.method) == ("200", "INVITE")
            return Prove(("Digest one", "Digest two")) if not arrival.credentials else Origin("user", "200", "")

    async with bare_stack("127.0.0.37", origins=Strict()) as bare:
        with Phone(bare.stack.address) as phone:
            answer = await phone.ask("INVITE", SDP, body=OFFER)
            assert (answer.code, answer.values("WWW-Authenticate")) == (401, ["Digest one", "Digest two"])
            await phone.call("Authorization: Digest three")
        assert bare.dialogs[0].origin.name == "200"


async def test_an_errand_brings_the_final_reply(bare, phone):
    errand = Errand("OPTIONS", "sip:t@example.com", "sip:us@x", "sip:t@example.com", "call-1", 7, (("X-A", "b"),))
    reply = asyncio.ensure_future(bare.stack.send((HOST, phone.port), errand))
    request = await phone.incoming("OPTIONS")
    assert (request.call_id, request.cseq, request.first("X-A")) == ("call-1", 7, "b")
    phone.reply(request, 100, "Trying")
    phone.reply(request, 503, "Full", "Retry-After: 9")
    heard = await reply
    assert (heard.code, heard.seconds("Retry-After")) == (503, 9)
    assert bare.stack.transactions.tclient == {}


def deaf(settings):
    admission = Admission((), 0)
    return SipStack(
        settings, guard=Anybody(), origins=Anybody(), admission=admission, on_call=print, health=lambda: 200
    )


async def test_a_port_that_is_taken_is_said_in_a_sentence():
    async with bare_stack("127.0.0.37") as bare:
        taken = SipSettings(listen=f"127.0.0.37:{bare.stack.address[1]}")
        second = deaf(taken)
        with pytest.raises(OperatorFault, match="another program has the port"):
            await second.start()


async def test_an_address_that_is_not_ours_is_said_in_a_sentence():
    elsewhere = SipSettings(listen="192.0.2.1:5060")
    stack = deaf(elsewhere)
    with pytest.raises(OperatorFault, match="no such address"):
        await stack.start()


@pytest.mark.parametrize(("listen", "host"), [("::1", "::1"), ("::", "::1"), ("::", "127.0.0.1")])
async def test_ipv6_is_served_and_both_families_on_the_open_address(listen, host):
    assert socket.has_ipv6
    async with bare_stack(listen) as bare:
        with Phone((host, bare.stack.address[1]), host) as phone:
            await phone.call()
            assert (await phone.ask("BYE")).code == 200


async def test_a_stopped_stack_leaves_no_timer_and_no_socket(bare, phone):
    await phone.ask("INVITE", SDP, body=OFFER)
    await bare.stack.stop(patience=0)
    await phone.silence(0.7)
    with Phone(bare.stack.address), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
        again.bind(bare.stack.address)


async def test_listening_everywhere_we_tell_each_peer_the_address_that_it_sees():
    async with bare_stack("0.0.0.0") as bare:
        bare.rtp = ("0.0.0.0", 40000)
        with Phone(("127.0.0.37", bare.stack.address[1])) as phone:
            answer = await phone.call()
            assert answer.first("Contact").startswith("<sip:100@127.0.0.1:")
            assert "c=IN IP4 127.0.0.1\r\n" in answer.body
