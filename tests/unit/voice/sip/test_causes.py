import pytest

from models.cause import Cause
from voice.sip.causes import MEANINGS, meaning, reason_header, refusal, worth_another_address, worth_another_line

IANA = [
    *(300, 301, 302, 305, 380),
    *(400, 401, 402, 403, 404, 405, 406, 407, 408, 410, 412, 413, 414, 415, 416, 417, 420, 421, 422, 423, 424, 425),
    *(428, 429, 430, 433, 436, 437, 438, 439, 440, 469, 470, 480, 481, 482, 483, 484, 485, 486, 487, 488, 489, 491),
    *(493, 494, 500, 501, 502, 503, 504, 505, 513, 555, 580, 600, 603, 604, 606, 607, 608),
]
"""Final failure codes of the registry "Session Initiation Protocol (SIP) Parameters: Response Codes"."""


def test_every_registered_failure_code_has_its_own_words():
    assert sorted(MEANINGS) == IANA


@pytest.mark.parametrize("code", range(300, 700))
def test_every_possible_final_code_has_a_cause_and_words(code):
    cause, words = meaning(code)
    assert cause in Cause
    assert cause is not Cause.OUR_ERROR
    assert words
    assert words[-1] != "."


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (486, Cause.BUSY),
        (600, Cause.BUSY),
        (480, Cause.NO_ANSWER),
        (404, Cause.NO_SUCH_NUMBER),
        (603, Cause.DECLINED),
        (488, Cause.NO_COMMON_CODEC),
        (503, Cause.CONGESTION),
        (407, Cause.UNAUTHORISED),
        (499, Cause.LINE_REFUSED),
        (699, Cause.DECLINED),
    ],
)
def test_a_code_means_its_cause(code, cause):
    assert meaning(code)[0] is cause


@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_can_be_sent_as_a_refusal_and_as_a_reason(cause):
    code, phrase = refusal(cause)
    assert 400 <= code < 700
    assert phrase
    assert reason_header(cause).startswith("Q.850;cause=")
    assert f'text="{cause.value}"' in reason_header(cause)


def test_the_next_address_is_tried_for_trouble_on_the_way_only():
    assert [code for code in IANA if worth_another_address(code)] == [408, 430, 502, 503, 504]


def test_another_line_is_tried_for_the_lines_trouble_and_never_for_the_callees():
    callees = {404, 410, 480, 484, 485, 486, 487, 600, 603, 604, 607, 608}
    assert not any(worth_another_line(code) for code in callees)
    assert all(worth_another_line(code) for code in (403, 407, 408, 430, 488, *range(500, 506)))
    assert all(worth_another_line(code) for code in IANA if worth_another_address(code))
