"""Datagrams: what is read, and that nothing else ever comes of one than a message or a refusal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.sip.message import Request
from voice.sip.parsing import Malformed, read, read_via

SOURCE = ("192.0.2.9", 5062)
GOOD = (
    b"INVITE sip:100@h SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5062;branch=z9hG4bK1;rport\r\nFrom: <sip:a@b>;tag=1\r\n"
    b"To: <sip:100@h>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nContact: <sip:a@192.0.2.9>\r\nContent-Length: 3\r\n\r\nabc"
)


def test_a_message_is_written_as_it_was_read():
    message = read(GOOD, SOURCE)
    assert isinstance(message, Request)
    assert (message.method, message.uri, message.body, message.source) == ("INVITE", "sip:100@h", "abc", SOURCE)
    again = message.to_bytes().replace(b";received=192.0.2.9", b"").replace(b";rport=5062", b";rport")
    assert again == GOOD


def test_bytes_that_are_no_text_go_through_unchanged():
    data = GOOD.replace(b"abc", b"\xff\x00\xc3")
    assert read(data, SOURCE).to_bytes().endswith(b"\r\n\r\n\xff\x00\xc3")


def test_compact_and_lower_case_names_are_the_same():
    data = (
        GOOD.replace(b"Via:", b"v:").replace(b"Call-ID:", b"i :").replace(b"Contact:", b"M:").replace(b"From", b"fROM")
    )
    assert [name for name, _ in read(data, SOURCE).headers] == [name for name, _ in read(GOOD, SOURCE).headers]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b"SIP/2.0\r", b"SIP/3.0\r", "Version Not Supported"),
        (b"1 INVITE", b"1 BYE", "CSeq method"),
        (b"1 INVITE", b"2147483648 INVITE", "CSeq"),
        (b"CSeq: 1 INVITE\r\n", b"", "no CSeq"),
        (b"To:", b"From:", "no To"),
        (b"Content-Length: 3", b"Content-Length: 4", "beyond the end"),
        (b"Content-Length: 3", b"Content-Length: x", "Content-Length"),
        (b"Call-ID: x", b"Call-ID: x y", "Call-ID"),
        (b"<sip:a@192.0.2.9>", b"<name:a>", "scheme"),
        (b"sip:100@h SIP", b"http://h SIP", "Scheme"),
        (b"Contact:", b"no header here\r\nContact:", "no header"),
        (b"Contact:", b"Max-Forwards: many\r\nContact:", "Max-Forwards"),
    ],
)
def test_a_fault_is_named_and_answered(old, new, fault):
    with pytest.raises(Malformed, match=fault) as refused:
        read(GOOD.replace(old, new, 1), SOURCE)
    assert refused.value.answer is not None
    assert refused.value.answer.startswith(b"SIP/2.0 ")
    assert refused.value.address == SOURCE


def test_nothing_is_answered_to_an_ack_or_without_a_way_back():
    for data in (GOOD.replace(b"INVITE", b"ACK").replace(b"To:", b"Nope:"), GOOD.replace(b"Via:", b"Nope:")):
        with pytest.raises(Malformed) as refused:
            read(data, SOURCE)
        assert refused.value.answer is None


@pytest.mark.parametrize(
    "text", ["", "SIP/2.0/UDP", "SIP/2.0/UDP h:99999", "SIP/2.0/UDP h;;a", "UDP h", "SIP/2.0/UDP h x"]
)
def test_a_hop_that_is_none(text):
    assert read_via(text) is None


def test_a_forged_rport_does_not_break_the_answer():
    via = read_via("SIP/2.0/UDP [2001:db8::1]:70;rport=abc;received=")
    assert via is not None
    assert via.reply_address == ("2001:db8::1", 70)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_message_or_malformed(data):
    try:
        read(data, SOURCE)
    except Malformed:
        pass


@given(st.integers(0, len(GOOD) - 1), st.binary(max_size=4), st.integers(0, 20))
def test_any_damage_to_a_good_message_is_a_message_or_malformed(at, inserted, removed):
    try:
        message = read(GOOD[:at] + inserted + GOOD[at + removed :], SOURCE)
    except Malformed:
        return
    # Whatever passes must be safe to work with.
    message.getTId(wCSM=True, wBRN=True, wTTG=True)
    message.listed("Contact")
    message.to_bytes()
