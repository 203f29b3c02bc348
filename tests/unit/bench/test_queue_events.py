"""The count of what a kill lost or doubled sees each fault that there could be."""

from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from bench.queue_events import NODE, count
from models.agent import AgentPresence
from models.call import new_id
from models.database import migrate, moment, open_engine
from models.queue_caller import QueueCaller
from models.queue_event import QueueEvent
from models.settings import SipSettings
from queues.applying import apply
from queues.plan_reading import read_plan
from queues.plan_rows import stored_agents, writing
from queues.presence import Presence
from queues.presence_rows import Told, presence_rows

SAID = [("queue.joined", "c1", ""), ("agent.state", "c1", "offline"), ("queue.offered", "c1", "")]
WELL = {"events": 3, "lost": 0, "doubled": 0, "left out": 0, "out of order": 0, "presences": 0, "callers": 0}


@pytest.fixture
def engine(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'hotline.sqlite'}")
    migrate(engine)
    with writing(engine) as connection:
        apply(connection, read_plan({"agents": {"201": {"password": "x"}}}), SipSettings())
        agent_id = stored_agents(connection)["201"].id
        for row in presence_rows(agent_id, "201", Presence(), Told("offline", "command"), 1.0):
            connection.execute(row)
        stay: dict[str, Any] = {
            "call_id": "c1",
            "node": NODE,
            "queue": "q",
            "state": "offered",
            "caller": "",
            "language": "",
            "tags": [],
        }
        stay |= {"id": new_id(), "joined_at": moment(1), "credit_s": 0.0, "agent": "", "data": {}}
        connection.execute(insert(QueueCaller).values(stay))
    happen(engine, *SAID)
    return engine


def happen(engine, *events, first=1):
    with engine.begin() as connection:
        for number, (name, call_id, state) in enumerate(events, first):
            row = {"node": NODE, "number": number, "at": moment(1), "name": name, "queue": "", "call_id": call_id}
            data = {"state": state} if state else {}
            connection.execute(insert(QueueEvent).values(**row, agent="", data=data))


def change(engine, statement):
    with engine.begin() as connection:
        connection.execute(statement)


def test_what_is_whole_has_no_fault(engine):
    assert count(engine, SAID) == WELL


def test_an_event_that_was_said_to_have_happened_and_is_not_there_is_lost(engine):
    assert count(engine, [*SAID, ("queue.answered", "c1", "")]) == WELL | {"lost": 1}


def test_an_event_that_is_there_twice_is_doubled(engine):
    happen(engine, ("queue.offered", "c1", ""), first=4)
    assert count(engine, SAID) == WELL | {"events": 4, "doubled": 1}


def test_a_number_that_is_missing_is_left_out(engine):
    happen(engine, ("queue.joined", "c2", ""), first=5)
    assert count(engine, SAID)["left out"] == 1


def test_a_caller_and_an_agent_who_are_not_what_was_written_are_counted(engine):
    change(engine, update(QueueCaller).values(state="talking"))
    change(engine, update(AgentPresence).values(state="ready"))
    assert count(engine, SAID) == WELL | {"callers": 1, "presences": 1}


def test_a_change_of_state_without_its_event_is_counted(engine):
    change(engine, delete(QueueEvent).where(QueueEvent.name == "agent.state"))
    assert count(engine, SAID)["presences"] == 1
