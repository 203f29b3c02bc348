"""Call records as they are read."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from models.call import new_id
from models.call_list import TOGETHER, whole_call, whole_calls
from models.call_note import CallBegan, EventHappened, LegBegan, RecordingMade, TurnTaken
from models.database import migrate, open_engine
from models.note_rows import Rows

CALLS = 2 * TOGETHER + 1


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    engine = open_engine(f"sqlite:///{tmp_path / 'calls.sqlite'}")
    migrate(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def ids(connection: Connection) -> list[str]:
    """Calls with two legs, and turns and events told in another order than they happened."""
    made = [new_id() for _ in range(CALLS)]
    rows = Rows("here")
    for call_id in made:
        rows.add(CallBegan(call_id, 1.0, "inbound", "+4917112345", "800"))
        rows.add(LegBegan(call_id, 2))
        earlier, later = new_id(), new_id()
        for event_id, name in ((later, "resumed"), (earlier, "held")):
            rows.add(EventHappened(call_id, event_id, 2.0, name))
        for number in (2, 1):
            rows.add(TurnTaken(call_id, number, "caller", f"turn {number} of {call_id}", number, number + 1))
        rows.add(RecordingMade(call_id, f"{call_id}.wav", 1.0, 5.0))
    rows.write(connection)
    return made


def test_many_whole_calls_take_five_queries_for_each_lot(connection: Connection, ids: list[str]) -> None:
    asked: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *told: asked.append(told[2]))
    assert len(list(whole_calls(connection, ids, Path("data")))) == CALLS
    assert len(asked) == 5 * 3


def test_calls_come_in_the_order_asked_for_each_with_what_is_its_own(connection: Connection, ids: list[str]) -> None:
    wanted = ids[::-1]
    calls = list(whole_calls(connection, wanted, Path("data")))
    assert [call["id"] for call in calls] == wanted
    for call in (calls[0], calls[-1]):
        assert [turn["text"] for turn in call["turns"]] == [f"turn {n} of {call['id']}" for n in (1, 2)]
        assert [leg["number"] for leg in call["legs"]] == [1, 2]
        assert [event["name"] for event in call["events"]] == ["held", "resumed"]
        assert call["recording"].endswith(f"{call['id']}.wav")
        assert call == whole_call(connection, call["id"], Path("data"))


def test_a_call_that_is_gone_meanwhile_is_passed_over(connection: Connection, ids: list[str]) -> None:
    assert [call["id"] for call in whole_calls(connection, [ids[0], "gone", ids[1]], Path("data"))] == ids[:2]
