"""RFC 4028 as rules: who refreshes, when, and what is too brief."""

import pytest

from voice.sip.message import Request, Response
from voice.sip.session_refresh import Interval, TooBrief, answered, asked, granted, kept_up


def invite(expires, supported="timer"):
    return Request("INVITE", "sip:x@y", [("Session-Expires", expires), ("Supported", supported)])


@pytest.mark.parametrize(
    ("expires", "supported", "found"),
    [
        ("1800", "timer", Interval(1800, "peer")),
        ("1800;refresher=uac", "replaces, timer", Interval(1800, "peer")),
        ("1800 ; refresher = uas", "timer", Interval(1800, "us")),
        ("1800", "", Interval(1800, "us")),
        ("60", "timer", TooBrief()),
        ("60", "", Interval(90, "us")),
        ("90", "timer", Interval(90, "peer")),
        ("soon", "timer", None),
        ("", "timer", None),
        ("99999999999", "timer", Interval(86400, "peer")),
    ],
)
def test_the_peer_refreshes_wherever_it_can(expires, supported, found):
    assert asked(invite(expires, supported)) == found


def test_our_answer_says_who_refreshes_and_requires_it_only_of_a_peer_that_can():
    assert answered(None) == []
    assert dict(answered(Interval(1800, "peer"))) == {"Require": "timer", "Session-Expires": "1800;refresher=uac"}
    assert dict(answered(Interval(1800, "us"))) == {"Session-Expires": "1800;refresher=uas"}


def test_in_an_answer_to_us_the_uac_is_us():
    response = Response(200, "OK", [("Session-Expires", "1800;refresher=uac")])
    assert granted(response) == Interval(1800, "us")
    assert granted(Response(200, "OK", [("Session-Expires", "1800;refresher=uas")])) == Interval(1800, "peer")
    assert granted(Response(200, "OK", [])) is None


def test_our_own_requests_keep_the_refresher():
    assert kept_up(Interval(1800, "us")) == [("Session-Expires", "1800;refresher=uac")]
    assert kept_up(Interval(1800, "peer")) == [("Session-Expires", "1800;refresher=uas")]


def test_we_refresh_at_half_and_give_up_a_little_before_the_end():
    assert Interval(1800, "us").refresh_after == 900
    assert Interval(1800, "peer").expires_after == 1768
    assert Interval(90, "peer").expires_after == 60
