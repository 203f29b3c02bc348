"""What a call's end says of its line."""

import pytest

from bench.call_ends import ended, unanswered
from campaigns.line_outcome import Learned, learned
from models.cause import Cause
from voice.call_outcome import Outcome


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (unanswered(Cause.BUSY, 486, 2.0), Learned(delay_s=2.0)),
        (ended(Cause.CALLER_HUNG_UP, 0, 2.0, 9.0, 40.0, "human"), Learned(True, 2.0, True, 40.0)),
        (ended(Cause.CALLER_HUNG_UP, 0, None, 1.0, 3.0, "human"), Learned(True, 1.0, True, 3.0, short=True)),
        (ended(Cause.ROBOT_HUNG_UP, 0, 2.0, 9.0, 12.0, "machine"), Learned(True, 2.0, False, 12.0)),
        (ended(Cause.ROBOT_HUNG_UP, 0, 2.0, 4.0, 5.0, "announcement"), Learned(True, 2.0, False, 5.0)),
        (unanswered(Cause.CONGESTION, 503, retry_after=20), Learned(ill=True, rest_s=20.0)),
        (unanswered(Cause.CONGESTION, 503, retry_after=999_999), Learned(ill=True, rest_s=3600.0)),
        (unanswered(Cause.LINE_UNREACHABLE, 408), Learned(ill=True)),
        (unanswered(Cause.LINE_UNREACHABLE, 0), Learned(ill=True)),
        (unanswered(Cause.OPERATOR_HUNG_UP, 0, 2.0), Learned(counts=False)),
        (ended(Cause.RTP_SILENT, 0, 2.0, 4.0, 60.0, ""), Learned(True, 2.0, False, 60.0, ill=True)),
    ],
)
def test_an_end_says(end: Outcome, expected: Learned):
    assert learned(end, short_s=6.0) == expected


def test_a_machines_talk_is_billed_and_no_answer():
    end = learned(ended(Cause.ROBOT_HUNG_UP, 0, 2.0, 9.0, 12.0, "machine"), 6.0)
    assert end.talk_s is None
    assert end.connected_s == 12.0
