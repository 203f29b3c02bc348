"""Frames of a page's socket: what NiceGUI's script says passes, and nothing that the libraries would stumble over."""

import json
from urllib.parse import parse_qs

import pytest

from console.page_frames import page_of, proper

PAGE = "c0ffee"
EVENT = {"id": 7, "client_id": PAGE, "listener_id": "l1", "args": ["1.5", None, '{"a": [1]}']}


def said(name: str, **told: object) -> str:
    return f"42{json.dumps([name, {'client_id': PAGE, **told}])}"


ACK = said("ack", next_message_id=1)
HANDS = {"tab_id": "t", "document_id": "d"}


def acts(**other: object) -> str:
    return said("event", **{**EVENT, **other})


PROPER = [
    "3", "1", "41", "40", "40{}", '40{"auth":1}', acts(), said("event", id=0, listener_id="x"), ACK, f"4212{ACK[2:]}",
    said("javascript_response", request_id="r1", result={"any": 1}), said("log", level="info", message="x"),
    said("handshake", **HANDS, next_message_id="3"), said("handshake", **HANDS, old_tab_id=None),
    said("handshake", **HANDS, old_tab_id="o"), acts(args=[json.dumps("[[[[" * 50 + "她说：「好」")]),
]  # fmt: skip
WRONG = [
    None, "", b"", b"\x04", "x", "9", "2probe", "5", "42", "42[", "42{}", "42[]", '42["event"]', '42["event",[]]',
    "40[", "40{", "43[1]", "451-[]", "46", '42["event",{"client_id":"c0ffee"}]', acts(args=["{"]), acts(args="1"),
    acts(id="7"), acts(client_id="somebody-elses"), acts(args=["[" * 100_000]), said("ack", next_message_id="x"),
    said("ack"), said("handshake"), said("handshake", **HANDS, next_message_id="x"), said("javascript_response"),
    said("unheard of"), said("handshake", **HANDS, next_message_id="9" * 5000),
    said("handshake", **HANDS, old_tab_id=[1]),
    f"42/other,{ACK[2:]}", f"42{'9' * 30}[]", "42" + "[" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("frame", PROPER, ids=range(len(PROPER)))
def test_what_the_script_of_a_page_says_is_heard(frame):
    assert proper(frame, PAGE)


@pytest.mark.parametrize("frame", WRONG, ids=range(len(WRONG)))
def test_what_no_page_says_is_not(frame):
    assert not proper(frame, PAGE)


@pytest.mark.parametrize(
    ("query", "page"),
    [
        ("client_id=c0ffee", "c0ffee"), ("", ""), ("client_id=c0ffee&implicit_handshake=false", "c0ffee"),
        ("client_id=c0ffee&implicit_handshake=true&tab_id=t&document_id=d&next_message_id=3", "c0ffee"),
        ("client_id=c0ffee&implicit_handshake=true", ""),
        ("client_id=c0ffee&implicit_handshake=true&tab_id=t&document_id=d&next_message_id=x", ""),
        (f"client_id=c0ffee&implicit_handshake=true&tab_id=t&document_id=d&next_message_id={'9' * 5000}", ""),
    ],
)  # fmt: skip
def test_a_socket_opens_with_what_greeting_needs(query, page):
    assert page_of(parse_qs(query)) == page
