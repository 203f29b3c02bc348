"""Offers and answers, as text in and plans out."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.line import MediaPlan
from voice.sip.sdp import BadDescription, Ours, agree, answer, common, document, offer, read

OURS = Ours("10.0.0.9", 40000, ("PCMU", "PCMA", "G722"))


def described(*lines, head="c=IN IP4 192.0.2.1"):
    return "\r\n".join(["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", *([head] if head else []), "t=0 0", *lines, ""])


def plan_of(*lines, ours=OURS, **named):
    return agree(read(described(*lines, **named)), ours)[0]


def test_the_first_codec_of_theirs_that_we_allow_is_taken():
    plan = plan_of(
        "m=audio 5004 RTP/AVP 97 18 9 0 101 13",
        "a=rtpmap:97 opus/48000/2",
        "a=rtpmap:101 telephone-event/8000",
        "a=ptime:30",
    )
    assert plan == MediaPlan("192.0.2.1", 5004, "G722", 9, 30, 101, 13, "sendrecv")


def test_a_codec_under_a_number_of_their_own_is_known_by_its_name():
    plan = plan_of("m=audio 5004 RTP/AVP 111 96", "a=rtpmap:111 pcma/8000/1", "a=rtpmap:96 telephone-event/8000")
    assert (plan.codec, plan.payload_type, plan.digits_payload_type) == ("PCMA", 111, 96)


def test_a_static_number_that_is_mapped_to_something_else_is_something_else():
    with pytest.raises(BadDescription) as refused:
        plan_of("m=audio 5004 RTP/AVP 0", "a=rtpmap:0 L16/44100")
    assert (refused.value.code, refused.value.warning) == (488, 305)


def test_digits_at_another_clock_are_not_ours():
    lines = ["a=rtpmap:101 telephone-event/16000", "a=rtpmap:102 telephone-event/8000"]
    assert plan_of("m=audio 5004 RTP/AVP 0 101 102", *lines).digits_payload_type == 102
    assert plan_of("m=audio 5004 RTP/AVP 0 101", lines[0]).digits_payload_type == -1


@pytest.mark.parametrize(
    ("attributes", "ptime"),
    [
        ([], 20),
        (["a=ptime:10"], 10),
        (["a=ptime:60"], 60),
        (["a=ptime:5"], 10),
        (["a=ptime:200"], 60),
        (["a=ptime:25"], 20),
        (["a=ptime:20.0"], 20),
        (["a=ptime:60", "a=maxptime:40"], 40),
        (["a=ptime:what"], 20),
    ],
)
def test_packet_times_are_whole_tens_from_10_to_60(attributes, ptime):
    assert plan_of("m=audio 5004 RTP/AVP 0", *attributes).ptime_ms == ptime


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("sendrecv", "sendrecv"), ("sendonly", "recvonly"), ("recvonly", "sendonly"), ("inactive", "inactive")],
)
def test_directions_are_reversed_also_where_the_session_says_them(theirs, ours):
    assert plan_of("m=audio 5004 RTP/AVP 0", f"a={theirs}").direction == ours
    assert plan_of(f"a={theirs}", "m=audio 5004 RTP/AVP 0").direction == ours
    assert plan_of(f"a={theirs}", "m=audio 5004 RTP/AVP 0", "a=sendrecv").direction == "sendrecv"


def test_the_old_way_to_hold_is_understood():
    assert plan_of("m=audio 5004 RTP/AVP 0", head="c=IN IP4 0.0.0.0").direction == "recvonly"


def test_a_medium_has_its_own_address_or_the_sessions():
    assert plan_of("m=audio 5004 RTP/AVP 0", "c=IN IP4 192.0.2.7").address == "192.0.2.7"
    assert plan_of("m=audio 5004 RTP/AVP 0", "c=IN IP6 2001:db8::7", head="").address == "2001:db8::7"
    assert plan_of("m=audio 5004 RTP/AVP 0", "c=IN IP4 192.0.2.7/127/2").address == "192.0.2.7"


def test_port_zero_is_a_paused_stream():
    theirs = read(described("m=audio 0 RTP/AVP 0"))
    plan, at = agree(theirs, OURS)
    assert (plan.port, plan.direction) == (0, "inactive")
    assert answer(theirs, plan, at, OURS).startswith("m=audio 0 RTP/AVP 0")


def test_each_line_of_the_offer_has_one_in_the_answer():
    theirs = read(
        described(
            "m=video 6000 RTP/AVP 31 99",
            "m=audio 5000 RTP/SAVP 0",
            "m=audio 0 RTP/AVP 0",
            "m=audio 5004 RTP/AVPF 8",
            "m=image 5006 udptl t38",
        )
    )
    plan, at = agree(theirs, OURS)
    lines = [line for line in answer(theirs, plan, at, OURS).split("\r\n") if line.startswith("m=")]
    assert lines == [
        "m=video 0 RTP/AVP 31 99",
        "m=audio 0 RTP/SAVP 0",
        "m=audio 0 RTP/AVP 0",
        "m=audio 40000 RTP/AVPF 8",
        "m=image 0 udptl t38",
    ]


def test_lines_end_as_they_like():
    text = described("m=audio 5004 RTP/AVP 0", "", "a=sendonly ")
    assert agree(read(text.replace("\r\n", "\n")), OURS) == agree(read(text), OURS)


@pytest.mark.parametrize(
    ("lines", "code", "warning"),
    [
        (["m=video 5004 RTP/AVP 31"], 488, 304),
        (["m=audio 5004 RTP/SAVP 0"], 488, 302),
        (["m=audio 5004 RTP/AVP 18"], 488, 305),
        (["m=audio 5004 RTP/AVP 101", "a=rtpmap:101 telephone-event/8000"], 488, 305),
        (["m=audio 5004 RTP/AVP 0", "c=IN IP4 some.host.example"], 488, 301),
        ([], 488, 304),
        (["m=audio"], 400, 399),
        (["m=audio 99999 RTP/AVP 0"], 400, 399),
        (["m=audio -1 RTP/AVP 0"], 400, 399),
        (["m=audio 5004 RTP/AVP 0", "c=IN"], 400, 399),
        (["nonsense"], 400, 399),
    ],
)
def test_what_cannot_be_agreed_on_says_why(lines, code, warning):
    with pytest.raises(BadDescription) as refused:
        plan_of(*lines)
    assert (refused.value.code, refused.value.warning) == (code, warning)
    assert str(refused.value).endswith(".")


def test_our_offer_is_understood_by_ourselves():
    text = document("2001:db8::1", 7, 1, offer(Ours("2001:db8::1", 40000, ("G722", "PCMA"))))
    plan, _ = agree(read(text), OURS)
    assert plan == MediaPlan("2001:db8::1", 40000, "G722", 9, 20, 101, 13, "sendrecv")
    assert "o=hotline 7 1 IN IP6 2001:db8::1\r\n" in text


def test_an_offer_within_a_call_keeps_the_numbers_and_puts_the_codec_in_use_first():
    running = MediaPlan("192.0.2.1", 5004, "PCMA", 111, 30, 96, -1, "sendrecv")
    lines = offer(Ours("10.0.0.9", 40000, ("PCMU", "PCMA"), "sendonly"), running).split("\r\n")
    assert lines[0] == "m=audio 40000 RTP/AVP 111 0 96"
    assert {"a=rtpmap:111 PCMA/8000", "a=rtpmap:96 telephone-event/8000", "a=sendonly"} <= set(lines)


def test_two_wishes_together_allow_what_both_allow():
    assert common("sendrecv", "sendonly") == "sendonly"
    assert common("recvonly", "sendonly") == "inactive"
    assert common("recvonly", "sendrecv") == "recvonly"


@given(st.lists(st.sampled_from("vocmat"), max_size=8), st.text(max_size=40))
def test_nothing_but_a_bad_description_comes_of_any_text(kinds, tail):
    text = "v=0\r\n" + "".join(f"{kind}={tail}\r\n" for kind in kinds)
    with contextlib.suppress(BadDescription):
        agree(read(text), OURS)
