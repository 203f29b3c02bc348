"""What a test of a queue says is what real callers would meet, with the reasons."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console
from sqlalchemy import insert

from models.agent import AgentState
from models.call import new_id
from models.database import moment
from models.errors import CannotDo
from models.queue_caller import QueueCaller
from queues.plan_rows import stored_agents
from queues.presence import Presence
from queues.presence_rows import Told, presence_rows
from queues.queue_status import HEADINGS, queue_status, status_table
from queues.trial import Question, trial

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOW = NOON.timestamp()
AGENTS: list[dict[str, Any]] = [
    {"extension": "201", "name": "安娜", "password": "x", "languages": ["zh", "en"], "skills": {"billing": 5}},
    {"extension": "202", "name": "Bo", "password": "x", "languages": ["en"], "skills": {"billing": 9}, "cost": 2},
    {"extension": "203", "name": "Cy", "password": "x", "languages": ["en"], "skills": {"billing": 2}},
    {"extension": "204", "name": "Di", "password": "x", "skills": {"billing": 8}},
]
QUEUE = {
    "name": "billing",
    "needs": [{"skill": "billing", "level": 5, "relax": [{"after_s": 60, "level": 2}]}],
    "priority": {"tags": {"vip": 30}, "failed_today": 7, "calls_today": 2},
    "size": 2,
    "service_level": [20, 0.8],
    "overflow": [{"when": "full", "to": "voicemail"}],
}


@pytest.fixture
def centre(engine, put):
    put({"agents": AGENTS, "queues": [QUEUE]})
    return Centre(engine)


class Centre:
    def __init__(self, engine):
        self.engine = engine

    def does(self, extension, state, idle_s=100.0, reason=""):
        presence = Presence(AgentState(state), reason, NOW - 10, idle_since=NOW - idle_s)
        with self.engine.begin() as connection:
            agent_id = stored_agents(connection)[extension].id
            for row in presence_rows(agent_id, extension, presence, Told("ready", "command"), NOW):
                connection.execute(row)

    def stay(self, state, number="", ago_s=600.0, waited_s=10.0, talked_s=0.0, agent="", queue="billing", tags=()):
        joined = NOW - ago_s
        ended = joined + waited_s + talked_s
        with self.engine.begin() as connection:
            connection.execute(
                insert(QueueCaller).values(
                    id=new_id(), call_id=new_id(), node="here", queue=queue, state=state, caller=number, language="en",
                    tags=list(tags), joined_at=moment(joined), credit_s=0.0,
                    answered_at=moment(joined + waited_s) if agent else None,
                    ended_at=None if state in ("queued", "offered", "talking") else moment(ended),
                    agent=agent, data={},
                )
            )  # fmt: skip

    def ask(self, **question):
        with self.engine.connect() as connection:
            return trial(connection, Question("billing", **{"language": "en"} | question), NOW)

    def status(self):
        with self.engine.connect() as connection:
            return queue_status(connection, "billing", NOON)


def reasons(answer):
    return {one["extension"]: one["why"] for one in answer["agents"] if one["rank"] is None}


def test_the_longest_idle_who_fits_is_offered_and_the_others_are_ranked(centre):
    centre.does("201", "ready", 50)
    centre.does("202", "ready", 90)
    answer = centre.ask()
    assert answer["offered"] == ["202"]
    assert [(one["extension"], one["rank"]) for one in answer["agents"][:2]] == [("202", 1), ("201", 2)]
    assert answer["agents"][0]["why"].startswith("idle 90 s, 0 calls and 0 s today, billing 9, cost 2")


def test_each_who_is_not_offered_is_told_why(centre, put):
    centre.does("201", "paused", reason="午饭")
    centre.does("203", "ready")
    put({"agents": [*AGENTS[:3], {**AGENTS[3], "enabled": False}]})
    answer = centre.ask(language="zh")
    assert answer["offered"] == []
    assert reasons(answer) == {
        "201": "paused (午饭)",
        "202": "speaks en, not zh",
        "203": "has billing 2, needed is 5",
        "204": "disabled",
    }


def test_waiting_relaxes_what_is_needed(centre):
    centre.does("203", "ready")
    assert centre.ask()["offered"] == []
    assert centre.ask(waited_s=61)["offered"] == ["203"]


def test_the_score_has_its_parts_from_tags_and_the_days_history(centre):
    centre.stay("abandoned", "+4412")
    centre.stay("served", "+4412", agent="201", ago_s=3600)
    score = centre.ask(number="+4412", tags=("vip",), waited_s=120)["score"]
    assert score == {"waiting": 2, "tags": 30, "failed_today": 7, "calls_today": 4, "flow": 0, "score": 43}


def test_whoever_waits_already_comes_first_unless_the_tag_says_otherwise(centre):
    centre.does("201", "ready")
    centre.stay("queued", ago_s=300)
    plain, vip = centre.ask(), centre.ask(tags=("vip",))
    assert (plain["position"], plain["offered"]) == (2, [])
    assert (vip["position"], vip["offered"]) == (1, ["201"])


def test_a_full_a_closed_and_a_deserted_queue_lead_where_they_should(centre, put):
    centre.does("201", "ready")
    centre.stay("queued")
    centre.stay("queued")
    assert (centre.ask()["why"], centre.ask()["instead"], centre.ask()["offered"]) == ("full", "voicemail", [])
    closed = {**QUEUE, "hours": "night", "size": 0, "overflow": [{"when": "nobody", "to": "callback"}]}
    put({"calendars": {"night": {"hours": {"mon-sun": "22:00-23:00"}, "timezone": "UTC"}}, "queues": [closed]})
    assert (centre.ask()["why"], centre.ask()["instead"]) == ("closed", "return")
    centre.does("201", "offline")
    put({"queues": [{**closed, "hours": ""}]})
    assert (centre.ask()["why"], centre.ask()["instead"]) == ("nobody", "callback")


def test_ring_all_ranks_everybody_too(centre, put):
    put({"queues": [{**QUEUE, "strategy": "ring-all"}]})
    centre.does("201", "ready", 50)
    centre.does("202", "ready", 90)
    answer = centre.ask()
    assert sorted(answer["offered"]) == ["201", "202"]
    assert [one["rank"] for one in answer["agents"][:2]] == [1, 2]


def test_an_unknown_queue_is_refused(centre):
    with centre.engine.connect() as connection, pytest.raises(CannotDo, match="There is no queue 'bill'"):
        trial(connection, Question("bill"), NOW)


def test_the_status_counts_who_waits_who_is_there_and_the_day(centre):
    centre.does("201", "ready")
    centre.does("202", "talking")
    centre.does("203", "paused")
    centre.stay("queued", ago_s=42)
    centre.stay("served", waited_s=15, talked_s=100, agent="201")
    centre.stay("served", waited_s=35, talked_s=100, agent="201")
    centre.stay("talking", waited_s=10, agent="202")
    centre.stay("abandoned")
    centre.stay("served", ago_s=timedelta(days=2).total_seconds(), agent="201")
    (status,) = centre.status()
    assert (status["waiting"], status["longest_wait_s"], status["open"]) == (1, 42.0, True)
    assert status["agents"] == {"offline": 1, "ready": 1, "offered": 0, "talking": 1, "wrap-up": 0, "paused": 1}
    today = status["today"]
    assert (today["answered"], today["abandoned"], today["abandonment"]) == (3, 1, 0.25)
    assert (today["service_level"], today["average_speed_of_answer_s"]) == (0.5, 20.0)


def test_the_status_tells_how_many_should_be_ready(centre, put):
    put(
        {
            "shifts": [
                {"agent": one, "days": "mon-fri", "hours": "09:00-17:00", "timezone": "UTC"} for one in ("201", "203")
            ]
        }
    )
    (status,) = centre.status()
    assert status["on_shift"] == 2
    put({"shifts": []})
    assert centre.status()[0]["on_shift"] == 0


def test_a_day_without_calls_has_no_figures(centre):
    (status,) = centre.status()
    today = status["today"]
    assert (today["service_level"], today["abandonment"], today["average_speed_of_answer_s"]) == (None, None, None)


def test_a_narrow_terminal_shows_every_heading_and_the_whole_name(centre):
    centre.stay("served", waited_s=15, talked_s=100, agent="201")
    (status,) = centre.status()
    name = "complaints-and-returns"
    console = Console(width=80)
    with console.capture() as shown:
        console.print(status_table([{**status, "queue": name}]))
    text = shown.get()
    first, *rest = text.splitlines()
    assert all(heading in first for heading in HEADINGS)
    assert "".join(line.split(" ")[0] for line in rest) == name
    assert "…" not in text
