"""Dispositions: one word for every end."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from campaigns.disposition import Disposition, disposition_of
from models.cause import Cause
from voice.call_outcome import Outcome

RANG = Outcome("c", Cause.NO_ANSWER, ringing_s=2.0)
TALKED = Outcome("c", Cause.ROBOT_HUNG_UP, answered_s=8.0, talk_s=40.0, answered_by="human", turns=5)


@pytest.mark.parametrize(
    ("cause", "code", "means"),
    [
        (Cause.BUSY, 486, "busy"),
        (Cause.NO_ANSWER, 0, "no-answer"),
        (Cause.DECLINED, 603, "declined"),
        (Cause.NO_SUCH_NUMBER, 404, "no-such-number"),
        (Cause.CONGESTION, 503, "congestion"),
        (Cause.CONGESTION, 486, "busy"),
        (Cause.LINE_UNREACHABLE, 0, "congestion"),
        (Cause.LINE_REFUSED, 500, "congestion"),
        (Cause.CANCELLED, 0, "stopped"),
        (Cause.MEDIA_FAILED, 0, "failed"),
    ],
)
def test_a_call_that_nobody_answered_is_named_by_the_line(cause: Cause, code: int, means: str) -> None:
    assert disposition_of(replace(RANG, cause=cause, code=code)) == means


def test_every_cause_has_a_disposition_whether_answered_or_not() -> None:
    for cause in Cause:
        assert disposition_of(replace(RANG, cause=cause)) in set(Disposition)
        assert disposition_of(replace(TALKED, cause=cause)) in set(Disposition)


def test_a_refusal_to_be_called_wins_over_everything() -> None:
    at = datetime(2026, 1, 1, 17, tzinfo=UTC)
    said = replace(TALKED, opt_out=True, appointment=at, handed_over="sales", abandoned=True)
    assert disposition_of(said) is Disposition.OPTED_OUT


def test_the_flows_own_word_counts_before_ours() -> None:
    assert disposition_of(replace(TALKED, results={"outcome": "wrong-person"})) is Disposition.WRONG_PERSON
    assert disposition_of(replace(TALKED, results={"outcome": "very interested"})) is Disposition.COMPLETED


def test_an_agreed_time_is_a_promise() -> None:
    promised = replace(TALKED, appointment=datetime(2026, 1, 1, 17, tzinfo=UTC))
    assert disposition_of(promised) is Disposition.PROMISED


@pytest.mark.parametrize(
    ("who", "results", "means"),
    [
        ("machine", {}, "machine"),
        ("machine", {"message_left": True}, "message-left"),
        ("screening", {}, "screened"),
        ("fax", {}, "fax"),
        ("silence", {}, "silent"),
        ("ivr", {}, "ivr"),
        ("announcement", {"announcement": "no-such-number"}, "no-such-number"),
        ("announcement", {"announcement": "suspended"}, "suspended"),
        ("announcement", {}, "switched-off"),
    ],
)
def test_who_answered_names_what_was_no_person(who: str, results: dict[str, object], means: str) -> None:
    assert disposition_of(replace(TALKED, answered_by=who, results=results)) == means


def test_who_hangs_up_at_once_without_a_word_hung_up_early() -> None:
    gone = replace(TALKED, cause=Cause.CALLER_HUNG_UP, talk_s=4.0, turns=1)
    assert disposition_of(gone) is Disposition.HUNG_UP_EARLY
    assert disposition_of(replace(gone, talk_s=30.0)) is Disposition.COMPLETED
    assert disposition_of(replace(gone, turns=4)) is Disposition.COMPLETED


def test_an_answer_without_any_sound_is_a_silent_line_not_a_person() -> None:
    assert disposition_of(replace(TALKED, cause=Cause.RTP_SILENT, turns=0, answered_by="")) is Disposition.SILENT


def test_who_answered_and_got_nobody_is_abandoned() -> None:
    assert disposition_of(replace(TALKED, abandoned=True)) is Disposition.ABANDONED
