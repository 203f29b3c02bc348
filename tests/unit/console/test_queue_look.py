"""The boards of queues and campaigns: what is looked up for all who watch, and what each may see of it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert, update

from campaigns.campaign_orders import possible
from campaigns.campaign_rows import put_campaign
from campaigns.plan import plan_of
from console.board_figures import minutes, percent
from console.campaign_look import looking
from console.queue_look import agent_states, look, totals
from models.campaign import Campaign
from models.queue_caller import QueueCaller
from models.queue_event import QueueEvent
from models.settings import Settings
from queues.caller_scores import score_parts
from queues.plan import Priority, Queue
from queues.waiting_room import Caller, Place
from tests.unit.queues.conftest import Put

NOW = datetime.now(UTC).replace(microsecond=0)
PLAN = {
    "agents": [{"extension": "201", "name": "Anna", "team": "blue", "password": "geheim201"}],
    "queues": [
        {"name": "sales", "priority": {"waiting": 2.0, "tags": {"gold": 5.0}}},
        {"name": "账单"},
    ],
}  # fmt: skip


def _waits(engine: Engine, call_id: str, queue: str, since_s: float, **parts: float) -> None:
    joined = NOW - timedelta(seconds=since_s)
    with engine.begin() as connection:
        connection.execute(insert(QueueCaller).values(
            id=call_id, call_id=call_id, node="n", queue=queue, state="queued", caller="+4917112345", language="en",
            tags=["gold"], joined_at=joined, credit_s=0.0, answered_at=None, ended_at=None, agent="", data={},
        ))  # fmt: skip
        connection.execute(insert(QueueEvent).values(
            node="n", number=int(since_s), at=joined, name="queue.joined", queue=queue, call_id=call_id, agent="",
            data={"joined": joined.timestamp(), "waiting": 0.0, "score": 5.0, **parts},
        ))  # fmt: skip


def test_waiting_callers_have_the_parts_of_their_score_as_they_are_now(engine: Engine, put: Put) -> None:
    put(PLAN)
    _waits(engine, "c1", "sales", 90, tags=5.0)
    _waits(engine, "c2", "账单", 30)
    with engine.connect() as connection:
        found = look(connection, NOW)
    (first,) = found.callers["sales"]
    assert first["score"] == pytest.approx({
        "waiting": 3.0, "tags": 5.0, "failed_today": 0.0, "calls_today": 0.0, "flow": 0.0, "score": 8.0
    })  # fmt: skip
    assert [one["call_id"] for one in found.callers["账单"]] == ["c2"]
    assert totals(found.queues)["waiting"] == 2
    assert totals(found.queues)["longest"] == pytest.approx(90, abs=2)
    assert agent_states(found.agents) == {"offline": 1}


def test_the_parts_of_a_score_are_those_that_the_distribution_goes_by() -> None:
    queue = Queue("sales", priority=Priority(waiting=2.0, tags={"gold": 5.0}))
    place = Place(Caller("c1", "sales", tags=("gold",), bonus=1.5), queue, joined=1000.0, entered=1000.0)
    joined = {"joined": 1000.0, **place.score(1000.0)}
    assert score_parts(joined, queue, 1090.0) == place.score(1090.0)


def test_without_queues_there_is_nothing_and_no_figure(engine: Engine) -> None:
    with engine.connect() as connection:
        found = look(connection, NOW)
    assert (found.queues, found.agents, found.callers) == ((), (), {})
    assert totals(()) == {"waiting": 0, "longest": 0.0, "answered": 0, "abandoned": 0, "service_level": None}


@pytest.mark.parametrize(
    ("seconds", "words"), [(None, "–"), (-1, "0:00"), (5, "0:05"), (65, "1:05"), (3605, "1:00:05")]
)
def test_durations_are_read_as_a_clock_shows_them(seconds: float | None, words: str) -> None:
    assert minutes(seconds) == words


def test_shares_are_percent() -> None:
    assert [percent(None), percent(0.856), percent(0.0123, 1)] == ["–", "86%", "1.2%"]


def test_campaigns_are_looked_at_whatever_their_state_but_not_when_they_are_finished(engine: Engine) -> None:
    with engine.begin() as connection:
        for name in ("autumn", "春季"):
            put_campaign(connection, plan_of(plan := {"name": name, "country": "CN", "flows": ["f"]}), plan, NOW)
        connection.execute(update(Campaign).where(Campaign.name == "autumn").values(state="finished"))
    with engine.connect() as connection:
        found = looking(Settings())(connection, NOW)
    assert [(one["name"], one["state"], one["live"]) for one in found.campaigns] == [("春季", "draft", None)]
    assert found.attempts == ()


@pytest.mark.parametrize(("state", "orders"), [
    ("draft", {"start"}), ("running", {"pause", "stop", "drain"}), ("paused", {"resume", "stop", "drain"}),
    ("finished", set()),
])  # fmt: skip
def test_only_what_a_campaign_can_do_now_is_offered(state: str, orders: set[str]) -> None:
    assert set(possible(state)) == orders
