"""Messages with a few things wrong, by the hundred, to a real stack: none raises, and the next call works."""

import asyncio
import random
import secrets
import time

import pytest

from models.settings import SipSettings, UserSettings
from tests.peers.bare_stack import bare_stack
from tests.unit.voice.sip.phone import OFFER, SDP, Phone
from voice.sip.edge import SipEdge

PIECES = [
    *'\0\t;,<>"\\%@:[]=?',
    "\r\n",
    "\r\n\r\n",
    "%zz",
    "[::1]",
    "-1",
    "65536",
    "9" * 21,
    "é",
    "\u202e",
    "sip:",
    "tel:",
]
PIECES += [
    "IN IP6 ::1",
    "IN IP4 224.0.0.1",
    "RTP/SAVP",
    "inactive",
    "SIP/2.0",
    "z9hG4bK",
    "branch=",
    "tag=",
    "lr",
    "a" * 500,
]
HEADERS = [
    "Require: 100rel",
    "Supported: timer",
    "Session-Expires: 90;refresher=uac",
    "Refer-To: <sip:300@10.0.0.1?Replaces=x%3Bto-tag%3Dy>",
    "Record-Route: <sip:127.0.23.2;lr>, <sip:10.0.0.1;lr>",
    'Authorization: Digest username="alice", realm="hotline", nonce="AAAA", uri="sip:x", response="0", qop=auth',
    "Expires: 0",
    "Content-Encoding: gzip",
    "Accept: text/html",
    "Subject: 你好",
]
METHODS = [
    "INVITE",
    "REGISTER",
    "OPTIONS",
    "UPDATE",
    "INFO",
    "REFER",
    "NOTIFY",
    "PRACK",
    "CANCEL",
    "ACK",
    "BYE",
    "MESSAGE",
]


def mutated(text, draw):
    """Cut, overwrite, repeat or exchange something in up to three places."""
    for _ in range(draw.choice([1, 1, 2, 3])):
        begin = draw.randrange(len(text) + 1)
        end = min(len(text), begin + draw.choice([1, 2, 5, 20, 100]))
        lines = text.split("\r\n")
        first, second = draw.randrange(len(lines)), draw.randrange(len(lines))
        match draw.randrange(6):
            case 0:
                text = text[:begin] + text[end:]
            case 1:
                text = text[:begin] + draw.choice(PIECES) + text[draw.choice([begin, end]) :]
            case 2:
                text = text[:begin] + text[begin:end] * draw.choice([2, 50]) + text[end:]
            case 3:
                lines[first], lines[second] = lines[second], lines[first]
                text = "\r\n".join(lines)
            case 4:
                name, colon, _ = lines[first].partition(draw.choice(":="))
                text = "\r\n".join([*lines[:first], name + colon + draw.choice(PIECES), *lines[first + 1 :]])
            case 5:
                text = "\r\n".join([*lines[:second], lines[first], *lines[second:]])
    return text


def message(phone, draw):
    """Return a message of any method, within the phone's call or outside of all; often only its body is wrong."""
    method, headers = draw.choice(METHODS), draw.sample(HEADERS, draw.choice([0, 0, 1, 3]))
    body = draw.choice(["", OFFER, OFFER, mutated(OFFER, draw)])
    text = phone.text(method, *headers, *[SDP] * bool(body), body=body)
    if draw.random() < 0.5:
        text = text.replace(f";tag={phone.to_tag}", "", 1).replace(phone.call_id, secrets.token_hex(8), 1)
    return mutated(text, draw) if draw.random() < 0.6 else text


@pytest.mark.parametrize("seed", range(3))
async def test_mutated_messages_raise_nothing_and_the_next_call_works(seed, caplog, capfd):
    draw = random.Random(seed)
    edge = SipEdge(SipSettings(users=[UserSettings(name="alice", password="right")]), time.monotonic)
    async with bare_stack("127.0.23.1", origins=edge.origins) as bare:
        bare.keep = False
        edge.plug_into(bare.stack)
        for _ in range(12):
            with Phone(bare.stack.address, "127.0.23.2") as phone:
                await phone.call()
                for _ in range(50):
                    phone.raw(message(phone, draw))
                    await asyncio.sleep(0)
        with Phone(bare.stack.address, "127.0.23.2") as phone:
            await phone.call()
            assert (await phone.ask("BYE")).code == 200
        assert bare.stack.counts["datagrams"] > 600
        assert bare.stack.counts["failures"] == 0
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []
    assert capfd.readouterr() == ("", "")
