"""One side of a call's offers and answers."""

import pytest

from voice.sip.negotiation import Negotiation
from voice.sip.sdp import BadDescription

OFFER = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 5004 RTP/AVP 8 0\r\n"


def version(text):
    return text.split("\r\n")[1].split()[2]


@pytest.fixture
def side():
    negotiation = Negotiation(("PCMU", "PCMA"))
    negotiation.at("10.0.0.9", 40000)
    return negotiation


def test_the_version_grows_with_each_change_and_only_then(side):
    first = side.answer_to(side.check(OFFER))
    again = side.answer_to(side.check(OFFER.replace("5004", "5006")))
    side.towards("sendonly")
    held = side.offered()
    assert [version(text) for text in (first, again, held)] == ["1", "1", "2"]
    assert first.split()[2:3] == held.split()[2:3]


def test_while_we_hold_an_offer_of_theirs_does_not_resume(side):
    side.answer_to(side.check(OFFER))
    side.towards("sendonly")
    assert "a=sendonly" in side.answer_to(side.check(OFFER))
    assert side.plan.direction == "sendonly"


def test_an_offer_that_cannot_be_met_leaves_the_plan(side):
    side.answer_to(side.check(OFFER))
    before = side.plan
    with pytest.raises(BadDescription):
        side.answer_to(side.check(OFFER.replace("8 0", "18")))
    assert side.plan == before


def test_an_answer_without_media_is_none(side):
    side.offered()
    with pytest.raises(BadDescription):
        side.answered("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\n")


def test_an_answer_settles_the_codec(side):
    side.offered()
    assert side.answered(OFFER.replace("8 0", "8")).codec == "PCMA"
