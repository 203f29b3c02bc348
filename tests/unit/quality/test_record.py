from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine

from models.agent import Agent, AgentChange
from models.attempt import Attempt
from models.call import Call
from models.callback import Callback
from models.campaign import Campaign
from models.database import Base
from models.errors import CannotDo
from models.event import Event
from models.queue_caller import QueueCaller
from models.queue_event import QueueEvent
from models.recording import Recording
from models.turn import Turn
from quality.record import conversation_of
from tests.unit.quality.conftest import row

BEGAN = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def _at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


@pytest.fixture
def connection():
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        yield connection


def _call(connection, **more):
    values = {"state": "ended", "direction": "inbound", "language": "en", "flow": "reception", "cause": "x"}
    connection.execute(row(Call, id="c1", started_at=_at(-3), answered_at=_at(0), seconds=60.0, **values, **more))


def _turn(connection, number, speaker, text, start, end, **more):
    values = {"number": number, "speaker": speaker, "text": text, "start_s": start, "end_s": end, **more}
    connection.execute(row(Turn, call_id="c1", **values))


def test_a_record_becomes_a_conversation(connection):
    _call(connection)
    connection.execute(row(Recording, call_id="c1", path="x", started_at=_at(0.5), seconds=58.0, note=""))
    _turn(connection, 2, "caller", "Where is it?", 3.0, 4.0, intent="parcel", confidence=0.8, language="en")
    _turn(connection, 1, "robot", "Hello.", 0.0, 2.0, interrupted=True, language="en")
    _turn(connection, 3, "caller", "", 6.0, 6.5, digits="427106")
    connection.execute(row(Event, id="e1", call_id="c1", at=_at(4.9), name="sounds-angry", data={"anger": 0.7}))
    found = conversation_of(connection, "c1")
    assert (found.seconds, found.flow, found.cause, found.over) == (58.0, "reception", "x", True)
    assert [(turn.speaker, turn.text) for turn in found.turns] == [
        ("robot", "Hello."), ("caller", "Where is it?"), ("caller", "427106"),
    ]  # fmt: skip
    robot, caller, keys = found.turns
    assert robot.interrupted
    assert (caller.intent, caller.confidence, caller.anger) == ("parcel", 0.8, 0.7)
    assert keys.anger == 0.0
    (angry,) = found.happenings
    assert angry.name == "sounds-angry"
    assert angry.at == pytest.approx(4.4)


def test_an_agent_s_words_are_those_of_who_talked_then(connection):
    _call(connection)
    for number, (queue, agent, since) in enumerate((("billing", "201", 10), ("repairs", "202", 30))):
        connection.execute(
            row(
                QueueCaller, id=f"q{number}", call_id="c1", queue=queue, agent=agent, joined_at=_at(5 + number),
                answered_at=_at(since),
            )
        )  # fmt: skip
    connection.execute(row(Agent, id="a2", extension="202", team="blue"))
    _turn(connection, 1, "agent", "Billing, hello.", 11, 13)
    _turn(connection, 2, "agent", "Repairs, hello.", 31, 33)
    found = conversation_of(connection, "c1")
    assert [turn.agent for turn in found.turns] == ["201", "202"]
    assert (found.agents, found.queue, found.team) == (("201", "202"), "repairs", "blue")


def test_a_ticket_that_is_wanted_is_a_kept_promise(connection):
    _call(connection)
    for number, (call, name) in enumerate((("c1", "ticket.wanted"), ("c2", "ticket.wanted"), ("c1", "queue.answered"))):
        event = {
            "id": number + 1,
            "node": "n",
            "number": number,
            "name": name,
            "at": _at(25),
            "data": {"desk": "billing"},
        }
        connection.execute(row(QueueEvent, call_id=call, **event))
    (happening,) = conversation_of(connection, "c1").happenings
    assert (happening.name, happening.at, happening.data) == ("ticket.wanted", 25, {"desk": "billing"})


def test_a_callback_that_is_on_record_is_a_kept_promise(connection):
    _call(connection)
    connection.execute(row(Callback, id="b1", call_id="c1", made_at=_at(20)))
    assert [(one.name, one.at) for one in conversation_of(connection, "c1").happenings] == [("callback.promised", 20)]


def test_a_call_that_goes_on_is_not_over(connection):
    connection.execute(row(Call, id="c1", state="answered", started_at=_at(0), answered_at=_at(1)))
    assert not conversation_of(connection, "c1").over


def test_a_call_that_nobody_knows_is_a_sentence(connection):
    with pytest.raises(CannotDo, match="There is no call none; `hotline calls list`"):
        conversation_of(connection, "none")


def _stay(connection, began=0.0, ended=40.0, **more):
    values = {"id": "s1", "call_id": "c1", "queue": "billing", "agent": "201", "state": "served", **more}
    connection.execute(
        row(QueueCaller, answered_at=_at(began), ended_at=_at(ended), joined_at=_at(began - 5), **values)
    )


def _change(connection, number, second, state):
    connection.execute(row(AgentChange, id=number, extension="201", at=_at(second), state=state))


def test_the_wrap_up_is_what_the_agent_did_after_the_talk(connection):
    _call(connection)
    _stay(connection)
    for number, (second, state) in enumerate([(-9, "ready"), (0, "talking"), (40.2, "wrap-up"), (72.7, "ready")], 1):
        _change(connection, number, second, state)
    assert conversation_of(connection, "c1").wrap_up_s == 32.5


@pytest.mark.parametrize("changes", [[(40.2, "wrap-up")], [(41.0, "ready"), (90.0, "wrap-up"), (99.0, "ready")], []])
def test_without_a_wrap_up_that_is_over_nobody_knows_how_long_it_was(connection, changes):
    _call(connection)
    _stay(connection)
    for number, (second, state) in enumerate(changes, 1):
        _change(connection, number, second, state)
    assert conversation_of(connection, "c1").wrap_up_s is None


def test_a_call_of_a_campaign_knows_its_name(connection):
    _call(connection)
    assert conversation_of(connection, "c1").campaign == ""
    connection.execute(row(Campaign, id="k1", name="spring", state="running"))
    connection.execute(row(Attempt, id="a1", campaign_id="k1", call_id="c1", state="ended"))
    assert conversation_of(connection, "c1").campaign == "spring"
