"""Whom a list keeps from being called isn't called by hand either, however the number is typed."""

import pytest
from sqlalchemy import Engine

from campaigns.do_not_call import list_named, put_numbers
from campaigns.hand_calls import HandCalls
from campaigns.line_book import LineBook
from campaigns.line_plan import Line
from models.settings import LineSettings
from models.writing import writing
from tests.unit.campaigns.conftest import NOON, Make

LINES = [Line(name="telecom", dial={"+86": "9"}, numbers=("+862161234567",))]


@pytest.fixture
def hand_calls(engine: Engine) -> HandCalls:
    with writing(engine) as connection:
        everybody = list_named(connection, "national", NOON)
        put_numbers(connection, everybody, [8613800000001, 12015550123], NOON)
        put_numbers(connection, list_named(connection, "theirs", NOON, "spring"), [8613800000002], NOON)
    return HandCalls(engine, LineBook(LINES, LineSettings(), NOON.timestamp()))


@pytest.mark.parametrize(
    "typed", ["+8613800000001", "13800000001", "8613800000001", "008613800000001", "913800000001", "+86 138-0000-0001",
     "+86 (0)138 0000 0001", "(+86) 13800000001"],
)  # fmt: skip
def test_a_listed_number_is_refused_however_it_is_typed(hand_calls: HandCalls, typed: str) -> None:
    refusal = hand_calls.refusal_now(typed)
    assert "+8613800000001 is on the do-not-call list 'national'" in refusal
    assert refusal.endswith(".")


def test_a_campaigns_country_says_what_a_number_means(hand_calls: HandCalls, make_campaign: Make) -> None:
    assert hand_calls.refusal_now("2015550123") == ""
    make_campaign(country="US")
    assert "+12015550123" in hand_calls.refusal_now("(201) 555-0123")


@pytest.mark.parametrize("typed", ["+", "+ ", "+" + 25 * "8", "+86 1380 0000 0001 0000"])
def test_what_is_no_number_is_answered_with_a_sentence(hand_calls: HandCalls, typed: str) -> None:
    refusal = hand_calls.refusal_now(typed)
    assert "is no number in international form" in refusal
    assert refusal.endswith(".")


@pytest.mark.parametrize("typed", [25 * "8", "13800000002", "+8613800000003", "201", "anna", "*65"])
def test_everybody_else_may_be_called(hand_calls: HandCalls, typed: str) -> None:
    assert hand_calls.refusal_now(typed) == ""


def test_lists_that_cant_be_asked_forbid_the_call(hand_calls: HandCalls, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE do_not_call_list RENAME TO gone")
    try:
        assert "can't be asked" in hand_calls.refusal_now("+8613800000003")
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE gone RENAME TO do_not_call_list")
