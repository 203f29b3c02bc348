"""URIs and name-addrs, as people and machines really write them."""

import pytest

from voice.sip.uri import BadUri, NameAddr, Uri, read_name_addr, read_uri, split_list


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("sip:100@10.0.0.1", Uri("sip", "100", "10.0.0.1")),
        (
            "SIP:+49%2030@Host.Example:5070;transport=udp;lr",
            Uri("sip", "+49 30", "Host.Example", 5070, {"transport": "udp", "lr": ""}),
        ),
        ("sips:[2001:db8::1]:5061", Uri("sips", "", "2001:db8::1", 5061)),
        ("sip:user;par=u%40h:secret@h", Uri("sip", "user", "h")),
        ("sip:a@b?Replaces=x%3By", Uri("sip", "a", "b", headers="Replaces=x%3By")),
        ("tel:+123;phone-context=x", Uri("tel", "+123", "")),
    ],
)
def test_parts_are_taken_apart(text, uri):
    assert read_uri(text) == uri


@pytest.mark.parametrize(
    "text", ["", "sip:", "sip:a b@c", "sip:a@b:99999", "<sip:a@b>", "100", "sip:a@b; lr", "sip:a@[::1"]
)
def test_what_is_no_uri_is_refused(text):
    with pytest.raises(BadUri):
        read_uri(text)


def test_only_a_numeric_host_is_an_address():
    assert read_uri("sip:a@10.0.0.1").address == ("10.0.0.1", 5060)
    assert read_uri("sip:a@[::1]:7").address == ("::1", 7)
    assert read_uri("sip:a@host.example").address is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('"A, \\"B\\" <c>" <sip:a@b>;tag=1', NameAddr('A, "B" <c>', "sip:a@b", {"tag": "1"})),
        ("Bob Smith<sip:a@b;lr> ; TAG = x ;;", NameAddr("Bob Smith", "sip:a@b;lr", {"tag": "x"})),
        ("sip:a@b;tag=2", NameAddr("", "sip:a@b", {"tag": "2"})),
        ("< sip:a@b >", NameAddr("", "sip:a@b")),
        ('<sip:a@b>;text="x;y, z";flag', NameAddr("", "sip:a@b", {"text": "x;y, z", "flag": ""})),
    ],
)
def test_names_uris_and_parameters_are_told_apart(text, found):
    assert read_name_addr(text) == found


@pytest.mark.parametrize(
    "text", ['"A <sip:a@b>', '"A" sip:a@b', "<sip:a@b", "A, B <sip:a@b>", "sip:a@b?x=y", "<>", "<sip:a@b> x"]
)
def test_what_could_be_read_in_two_ways_is_refused(text):
    with pytest.raises(BadUri):
        read_name_addr(text)


def test_lists_are_split_outside_quotes_and_brackets():
    assert split_list('"a, b" <sip:c@d,e>;x="1,2", <sip:f@g> ,h') == ['"a, b" <sip:c@d,e>;x="1,2"', "<sip:f@g>", "h"]
