"""What pacing knew before a restart it knows after it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from campaigns.attempt_rows import BLANK
from campaigns.pacing import Pacing
from campaigns.past_calls import MOST, PastCall, past_calls, recall
from models.attempt import Attempt
from models.call import new_id
from models.database import table_of
from tests.unit.campaigns.conftest import NOON


def put(engine: Engine, number: int, **values: Any) -> None:
    row = {
        **BLANK, "id": new_id(), "campaign_id": "c", "lead_id": number, "node": "a", "number": "+861391", "state":
        "ended", "placed_at": NOON + timedelta(minutes=number), "answered_at": None, "ended_at": None, **values,
    }  # fmt: skip
    with engine.begin() as connection:
        connection.execute(insert(table_of(Attempt)).values(row))


def after(number: int, seconds: float) -> Any:
    return NOON + timedelta(minutes=number, seconds=seconds)


def test_the_latest_calls_are_read_in_their_order_with_what_pacing_would_have_seen(engine: Engine) -> None:
    put(engine, 1, ended_at=after(1, 30))
    put(engine, 2, answered_at=after(2, 12), ended_at=after(2, 192), agent="201", answered_by="human")
    put(engine, 3, answered_at=after(3, 9), ended_at=after(3, 15), answered_by="machine")
    put(engine, 4, answered_at=after(4, 7), ended_at=after(4, 10), answered_by="human", abandoned=True)
    put(engine, 5)
    put(engine, 6, campaign_id="another", ended_at=after(6, 1))
    with engine.connect() as connection:
        assert past_calls(connection, "c") == [
            PastCall(30.0, False), PastCall(12.0, True, 180.0), PastCall(9.0, False), PastCall(7.0, True),
        ]  # fmt: skip
        assert past_calls(connection, "c", 1) == [PastCall(7.0, True)]


def test_a_new_pacing_knows_as_much_as_one_that_saw_the_calls() -> None:
    seen, told = Pacing("predictive"), Pacing("predictive")
    calls = [PastCall(8.0 + n % 9, n % 3 == 0, 60.0 + n if n % 3 == 0 else None) for n in range(MOST)]
    for n, call in enumerate(calls):
        if call.person:
            seen.answered(call.ringing_s, float(n))
            seen.talked(call.talk_s or 0.0)
        else:
            seen.call_ended_unanswered(call.ringing_s)
    recall(told.learned, calls)
    assert told.learned.rings.known == seen.learned.rings.known == MOST
    assert told.learned.rings.share == pytest.approx(seen.learned.rings.share)
    assert told.learned.talks.mean == pytest.approx(seen.learned.talks.mean)
