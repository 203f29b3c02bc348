"""Retries: who is called again, when, and on which number."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaigns.disposition import Disposition
from campaigns.retry import Again, Final, RetryRule, RetryRules, Tried, after, rules_of
from models.errors import OperatorFault

NOW = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
RULES = rules_of(None)


def tried(disposition: Disposition, count: int = 1, **values: object) -> Tried:
    return Tried({disposition: count}, **values)  # type: ignore[arg-type]


def test_busy_is_tried_again_after_longer_and_longer_delays_and_then_no_more() -> None:
    found = [after(Disposition.BUSY, tried(Disposition.BUSY, count), RULES, NOW) for count in (1, 2, 3, 4)]
    assert [one.due - NOW for one in found[:3] if isinstance(one, Again)] == [
        timedelta(minutes=10), timedelta(hours=1), timedelta(hours=4),
    ]  # fmt: skip
    assert isinstance(found[3], Final)


@pytest.mark.parametrize(
    "final", [Disposition.COMPLETED, Disposition.HANDED_OVER, Disposition.OPTED_OUT, Disposition.WRONG_PERSON]
)
def test_what_is_final_is_never_called_again_though_there_are_more_numbers(final: Disposition) -> None:
    assert isinstance(after(final, tried(final, numbers=3), RULES, NOW), Final)


def test_no_rule_brings_back_who_refused() -> None:
    forced = RetryRules({Disposition.OPTED_OUT: RetryRule()})
    assert isinstance(after(Disposition.OPTED_OUT, tried(Disposition.OPTED_OUT), forced, NOW), Final)


def test_every_disposition_ends_whatever_happens() -> None:
    for disposition in Disposition:
        tries = 0
        while tries < 20:
            tries += 1
            if isinstance(after(disposition, tried(disposition, tries), RULES, NOW), Final):
                break
        assert tries <= 8


def test_all_tries_together_have_a_limit() -> None:
    many = Tried({"busy": 3, "no-answer": 3, "machine": 2})
    assert isinstance(after(Disposition.BUSY, many, RULES, NOW), Final)


def test_no_answer_is_tried_at_another_hour_where_the_callee_is() -> None:
    """It is ten in Shanghai; three hours later would be thirteen, which was tried, as was fifteen."""
    found = after(Disposition.NO_ANSWER, tried(Disposition.NO_ANSWER, hours=(10, 13, 15)), RULES, NOW, SHANGHAI)
    assert isinstance(found, Again)
    hour = found.due.astimezone(SHANGHAI).hour
    assert all(abs(hour - one) >= 2 for one in (10, 13, 15))
    assert found.due >= NOW + timedelta(hours=3)


def test_where_every_hour_was_tried_the_delay_alone_counts() -> None:
    found = after(Disposition.NO_ANSWER, tried(Disposition.NO_ANSWER, hours=tuple(range(24))), RULES, NOW)
    assert found == Again(NOW + timedelta(hours=3), 0, False, "no-answer, try 1 of 4")


def test_a_number_that_does_not_exist_leads_to_the_next_number_and_is_final_without_one() -> None:
    gone = Disposition.NO_SUCH_NUMBER
    found = after(gone, tried(gone, numbers=2), RULES, NOW)
    assert isinstance(found, Again)
    assert found.number_index == 1
    assert isinstance(after(gone, tried(gone, 2, numbers=2, number_index=1), RULES, NOW), Final)


def test_a_promise_is_kept_at_its_time_and_not_before() -> None:
    five = NOW + timedelta(hours=7)
    found = after(Disposition.PROMISED, tried(Disposition.PROMISED, appointment=five), RULES, NOW)
    assert isinstance(found, Again)
    assert found.due == five


def test_congestion_asks_for_another_line() -> None:
    found = after(Disposition.CONGESTION, tried(Disposition.CONGESTION), RULES, NOW)
    assert isinstance(found, Again)
    assert found.other_line


def test_written_rules_change_what_they_name_and_nothing_else() -> None:
    rules = rules_of({"busy": {"after": ["5m", 60], "most": 2}, "machine": "never", "any": {"most": 3}})
    assert rules.rules["busy"].after == (300.0, 60.0)
    assert rules.rules["no-answer"] == RULES.rules["no-answer"]
    assert "machine" not in rules.rules
    assert rules.most_tries == 3


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ({"bussy": {}}, "no disposition 'bussy'"),
        ({"busy": {"after": "soon"}}, "'soon' is no delay"),
        ({"busy": {"after": []}}, "after is empty"),
        ({"busy": {"often": 3}}, "has no 'often'"),
        ({"busy": {"most": 0}}, "whole number from 1"),
        ({"busy": {"other_hour": "yes"}}, "true or false"),
        ({"busy": 3}, "should be a rule"),
        ({"opted-out": {"most": 2}}, "never called again"),
        ({"any": {"most": "many"}}, "whole number"),
    ],
)
def test_what_is_written_wrong_is_one_sentence(written: dict[str, object], says: str) -> None:
    with pytest.raises(OperatorFault, match=says):
        rules_of(written)
