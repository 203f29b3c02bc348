"""Every message of RFC 4475 over UDP to a real stack, compared with the table in docs/rfc4475.md."""

import asyncio
import logging
import re
import socket
import time
from pathlib import Path

import pytest

from models.settings import UserSettings
from tests.peers.bare_stack import bare_stack
from voice.sip.authenticator import Authenticator, Nonces
from voice.sip.bindings import Bindings
from voice.sip.register_request import register_handler
from voice.sip.registrar import Registrar

ROOT = Path(__file__).parents[4]
MESSAGES = {path.stem: path.read_bytes() for path in sorted((ROOT / "tests/rfc4475").glob("*.dat"))}
PEER = "127.0.0.32"
OPTIONS = (
    "OPTIONS sip:x@127.0.0.31 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.32:5060;branch=z9hG4bK{0}\r\nMax-Forwards: 70\r\n"
    "From: <sip:a@b>;tag=1\r\nTo: <sip:x@y>\r\nCall-ID: {0}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
)


def table():
    rows = {}
    for line in (ROOT / "docs/rfc4475.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 6 and cells[0] in MESSAGES:
            rows[cells[0]] = cells[4]
    return rows


def bound(port):
    peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    peer.setblocking(False)
    peer.bind((PEER, port))
    return peer


async def final_code(peer, seconds):
    """Code of the next final response, or "dropped"."""
    try:
        async with asyncio.timeout(seconds):
            while True:
                data = await asyncio.get_running_loop().sock_recv(peer, 65535)
                code = data.split(b" ", 2)[1].decode()
                if code >= "200":
                    return code
    except TimeoutError:
        return "dropped"


def test_the_table_has_every_message():
    assert table().keys() == MESSAGES.keys()
    assert len(MESSAGES) == 49


async def test_every_torture_message_gets_what_the_table_says_and_the_next_good_one_works(caplog, capfd):
    caplog.set_level(logging.WARNING)
    users = Authenticator("example.com", [UserSettings(name="user", password="x")], Nonces(60))
    expected, found = table(), {}
    async with bare_stack() as bare:
        bare.stack.handle("REGISTER", register_handler(Registrar(users, Bindings()), lambda: 0.0))
        where, began = bare.stack.address, time.monotonic()
        with bound(5060) as usual, bound(5050) as odd:
            for name, message in MESSAGES.items():
                peer = odd if name == "quotbal" else usual
                peer.sendto(message, where)
                found[name] = await final_code(peer, 0.2 if expected[name] == "dropped" else 20)
                # The 200s are repeated until an ACK comes: what follows must not be mistaken for them.
                for transaction in bare.stack.transactions.tserver.values():
                    if transaction.teA is not None:
                        transaction.teA.cancel()
                usual.sendto(OPTIONS.format(f"good-after-{name}").encode(), where)
                assert await final_code(usual, 20) == "200", f"the stack does not answer after {name}"
        seconds = time.monotonic() - began
        transactions = bare.stack.transactions
        assert all(t.state.__name__ == "COMPLETED" for t in transactions.tserver.values())
        assert transactions.tclient == {}
        assert bare.stack.counts["failures"] == 0
    assert found == expected
    assert [record for record in caplog.records if record.exc_info] == []
    # At most one line a second about what can't be read, with the number of those between.
    assert 1 <= len([record for record in caplog.records if re.match("< ", record.getMessage())]) <= 2 + seconds
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", [name for name, code in table().items() if code == "400" and name != "unksm2"])
async def test_a_refusal_names_the_fault_and_repeats_what_the_sender_matches_it_by(name):
    async with bare_stack() as bare:
        with bound(5060) as usual, bound(5050) as odd:
            peer = odd if name == "quotbal" else usual
            peer.sendto(MESSAGES[name], bare.stack.address)
            answer = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(peer, 65535), 20)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert re.match(rb"SIP/2.0 400 Bad Request: \S", head)
    assert b"\r\nVia: SIP/2.0/" in head
    assert b";received=127.0.0.32" in head
    assert b"\r\nCSeq: " in head
    assert body == b""
