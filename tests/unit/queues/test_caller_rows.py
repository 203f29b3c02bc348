"""What earlier stays say of who calls now: how often, whether somebody was there, and who."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from models.call import new_id
from models.database import moment
from models.queue_caller import QueueCaller
from queues.caller_rows import history
from queues.journal import record

NOW = 1_800_000_000.0
MIDNIGHT = NOW - 36_000


@pytest.fixture
def stays(engine):
    def write(*rows):
        with engine.begin() as connection:
            for call_id, state, agent, hours in rows:
                at = moment(NOW) - timedelta(hours=hours)
                connection.execute(
                    insert(QueueCaller).values(
                        id=new_id(), call_id=call_id, node="n", queue="billing", state=state, caller="+1",
                        language="en", tags=[], joined_at=at, credit_s=0, answered_at=None, ended_at=at, agent=agent,
                        data={},
                    )
                )  # fmt: skip

    return write


def told(engine, but=""):
    with engine.connect() as connection:
        return history(connection, "+1", NOW, MIDNIGHT, but)


@pytest.mark.parametrize("state", ["abandoned", "stopped", "overflowed"])
def test_who_hung_up_or_was_turned_away_today_failed_to_get_through(engine, stays, state):
    stays(("a", state, "", 3))
    assert told(engine) == (1, True, ())


def test_who_was_served_after_an_overflow_in_the_same_call_did_not_fail(engine, stays):
    stays(("a", "overflowed", "", 3), ("a", "served", "201", 3))
    assert told(engine) == (1, False, ("201",))


def test_who_was_led_straight_to_somebody_who_answered_did_not_fail(engine, stays):
    stays(("a", "overflowed", "", 3))
    with engine.begin() as connection:
        record(connection, "n", "direct.answered", call_id="a", agent="+4930")
    assert told(engine) == (1, False, ())


def test_yesterdays_calls_say_only_who_served(engine, stays):
    stays(("old", "abandoned", "", 30), ("older", "served", "202", 60))
    assert told(engine) == (0, False, ("202",))


def test_the_present_call_is_no_earlier_one(engine, stays):
    stays(("a", "abandoned", "", 3), ("now", "overflowed", "", 0))
    assert told(engine, but="now") == (1, True, ())
    assert told(engine)[0] == 2
