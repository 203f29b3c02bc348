"""What a call's end says of its line."""

import pytest

from campaigns.line_outcome import Learned, learned
from models.cause import Cause
from voice.call_outcome import Outcome


def ended(
    cause: Cause,
    code: int = 0,
    ringing_s: float | None = None,
    answered_s: float | None = None,
    talk_s: float = 0.0,
    answered_by: str = "",
    retry_after: int = 0,
) -> Outcome:
    return Outcome(
        "",
        cause,
        code=code,
        ringing_s=ringing_s,
        answered_s=answered_s,
        talk_s=talk_s,
        answered_by=answered_by,
        retry_after=retry_after,
    )


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (ended(Cause.BUSY, 486, 2.0), Learned(delay_s=2.0)),
        (ended(Cause.CALLER_HUNG_UP, 0, 2.0, 9.0, 40.0, "human"), Learned(True, 2.0, True, 40.0)),
        (ended(Cause.CALLER_HUNG_UP, 0, None, 1.0, 3.0, "human"), Learned(True, 1.0, True, 3.0, short=True)),
        (ended(Cause.ROBOT_HUNG_UP, 0, 2.0, 9.0, 12.0, "machine"), Learned(True, 2.0, False, 12.0)),
        (ended(Cause.ROBOT_HUNG_UP, 0, 2.0, 4.0, 5.0, "announcement"), Learned(True, 2.0, False, 5.0)),
        (ended(Cause.CONGESTION, 503, retry_after=20), Learned(ill=True, rest_s=20.0)),
        (ended(Cause.CONGESTION, 503, retry_after=999_999), Learned(ill=True, rest_s=3600.0)),
        (ended(Cause.LINE_UNREACHABLE, 408), Learned(ill=True)),
        (ended(Cause.LINE_UNREACHABLE, 0), Learned(ill=True)),
        (ended(Cause.OPERATOR_HUNG_UP, 0, 2.0), Learned(counts=False)),
        (ended(Cause.RTP_SILENT, 0, 2.0, 4.0, 60.0), Learned(True, 2.0, False, 60.0, ill=True)),
    ],
)
def test_an_end_says(end: Outcome, expected: Learned):
    assert learned(end, short_s=6.0) == expected


def test_a_machines_talk_is_billed_and_no_answer():
    end = learned(ended(Cause.ROBOT_HUNG_UP, 0, 2.0, 9.0, 12.0, "machine"), 6.0)
    assert end.talk_s is None
    assert end.connected_s == 12.0
