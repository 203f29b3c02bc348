"""Route, target and next hop within a dialog (RFC 3261 section 12)."""

from voice.sip.parsing import read
from voice.sip.peer import Peer

SOURCE = ("203.0.113.5", 5071)


def invite(*lines, via="192.0.2.1:5060", contact="sip:a@192.0.2.1:5066"):
    head = [
        "INVITE sip:100@h SIP/2.0",
        f"Via: SIP/2.0/UDP {via};branch=z9hG4bK1",
        "From: <sip:a@b>;tag=theirs",
        "To: <sip:100@h>",
        "Call-ID: x",
        "CSeq: 5 INVITE",
        *([f"Contact: <{contact}>"] if contact else []),
        *lines,
    ]
    return read("\r\n".join([*head, "", ""]).encode(), SOURCE)


def met(message):
    peer = Peer(("10.0.0.9", 5060), "<sip:us@10.0.0.9>", "x", "<sip:100@h>;tag=ours", "<sip:a@b>;tag=theirs", SOURCE)
    peer.called_us(message)
    return peer.request("BYE")


def test_a_request_goes_to_the_contact():
    via_proxy = "Via: SIP/2.0/UDP 192.0.2.8;branch=z9hG4bK0"
    bye = met(invite(via_proxy))
    assert (bye.uri, bye.target) == ("sip:a@192.0.2.1:5066", ("192.0.2.1", 5066))
    assert (bye.from_tag, bye.to_tag, bye.cseq_method) == ("ours", "theirs", "BYE")


def test_a_phone_behind_nat_is_reached_where_it_came_from():
    assert met(invite()).target == SOURCE


def test_a_name_in_contact_is_not_looked_up_in_the_middle_of_a_call():
    bye = met(invite(contact="sip:a@pbx.example.com"))
    assert (bye.uri, bye.target) == ("sip:a@pbx.example.com", SOURCE)


def test_without_a_contact_from_has_to_do():
    assert met(invite(contact="")).uri == "sip:a@b"


def test_a_loose_route_leads():
    bye = met(invite("Record-Route: <sip:198.51.100.1;lr>, <sip:198.51.100.2:5090;lr>"))
    assert bye.uri == "sip:a@192.0.2.1:5066"
    assert bye.values("Route") == ["<sip:198.51.100.1;lr>", "<sip:198.51.100.2:5090;lr>"]
    assert bye.target == ("198.51.100.1", 5060)


def test_a_strict_router_stands_in_the_request_uri():
    bye = met(invite("Record-Route: <sip:198.51.100.1>, <sip:198.51.100.2;lr>"))
    assert bye.uri == "sip:198.51.100.1"
    assert bye.values("Route") == ["<sip:198.51.100.2;lr>", "<sip:a@192.0.2.1:5066>"]
    assert bye.target == ("198.51.100.1", 5060)
