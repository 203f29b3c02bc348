"""A plan is applied whole or not at all, changes only what differs, and says what it changed."""

from typing import Any

import pytest
from sqlalchemy import func, select

from models.agent import Agent as AgentRow
from models.agent import AgentPresence
from models.database import open_engine
from models.errors import CannotDo, OperatorFault
from models.queue import Queue as QueueRow
from models.queue_event import QueueEvent
from models.settings import SipSettings, UserSettings
from queues.applying import apply, without_agent, without_queue
from queues.plan_entry import PlanRefused
from queues.plan_reading import read_plan
from queues.plan_rows import Ha1, stored_agents, stored_plan, writing
from voice.sip.digest import hashed

SIP = SipSettings()
DOCUMENT: dict[str, Any] = {
    "skills": ["billing", "tech"],
    "calendars": {"office": {"hours": {"mon-fri": "09:00-18:00"}, "holidays": "CN"}},
    "agents": [
        {"extension": "201", "name": "安娜", "password": "secret", "languages": ["zh"], "skills": {"billing": 8}},
        {"extension": "202", "name": "Bo", "address": "sip:202@pbx.example", "skills": {"tech": 4}, "team": "night"},
    ],
    "queues": [
        {"name": "billing", "hours": "office", "needs": {"billing": 5},
         "overflow": [{"when": "full", "to": "queue:tech"}]},
        {"name": "tech", "needs": {"tech": 1}},
    ],
    "shifts": [{"agent": "201", "days": "mon-fri", "hours": "09:00-17:00"}],
}  # fmt: skip


def put(engine, document, sip=SIP, prune=False):
    with writing(engine) as connection:
        return [str(change) for change in apply(connection, read_plan(document), sip, prune)]


def plan(engine):
    with engine.connect() as connection:
        return stored_plan(connection)


def edited(**entry):
    """The document with one agent's or queue's keys changed."""
    kind = "agents" if "extension" in entry else "queues"
    key = "extension" if kind == "agents" else "name"
    changed = [{**old, **entry} if old[key] == entry[key] else old for old in DOCUMENT[kind]]
    return {**DOCUMENT, kind: changed}


def test_a_plan_comes_back_from_the_database_as_it_was_written(engine):
    assert put(engine, DOCUMENT) == [
        "agent 201 added",
        "agent 202 added",
        "queue billing added",
        "queue tech added",
        "calendar office added",
        "shifts added (1 now)",
        "skills added (billing, tech)",
    ]
    assert plan(engine) == read_plan(DOCUMENT).plan


def test_applying_the_same_again_changes_nothing(engine):
    put(engine, DOCUMENT)
    with engine.connect() as connection:
        before = (
            connection.execute(select(QueueRow.__table__)).all(),
            connection.scalar(select(func.max(QueueEvent.id))),
        )
    assert put(engine, DOCUMENT) == []
    assert put(engine, DOCUMENT, prune=True) == []
    with engine.connect() as connection:
        after = connection.execute(select(QueueRow.__table__)).all(), connection.scalar(select(func.max(QueueEvent.id)))
    assert before == after


def test_what_changed_is_told_and_counted(engine):
    put(engine, DOCUMENT)
    assert put(engine, edited(name="tech", size=20)) == ["queue tech changed (size: default -> 20)"]
    assert (
        put(engine, edited(extension="201", password="other"))
        == [
            "queue tech changed (size: 20 -> default)",
            "agent 201 changed (password)",
        ][::-1]
    )
    with engine.connect() as connection:
        versions = dict(connection.execute(select(QueueRow.name, QueueRow.version)).all())
        events = connection.execute(
            select(QueueEvent.name, QueueEvent.queue, QueueEvent.agent).order_by(QueueEvent.id.desc()).limit(2)
        ).all()
    assert versions == {"billing": 1, "tech": 3}
    assert events == [("queue.edited", "tech", ""), ("agent.edited", "", "201")]


def test_passwords_are_kept_as_their_hashes_only(engine, tmp_path):
    put(engine, DOCUMENT)
    with engine.connect() as connection:
        ha1 = stored_agents(connection)["201"].ha1
    text = "201:hotline:secret"
    assert ha1 == Ha1(hashed("MD5", text), hashed("SHA-256", text), "hotline")
    engine.dispose()
    assert b"secret" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_an_agent_written_without_a_password_keeps_the_old_one(engine):
    put(engine, DOCUMENT)
    agents = [{key: value for key, value in agent.items() if key != "password"} for agent in DOCUMENT["agents"]]
    assert put(engine, {**DOCUMENT, "agents": agents}) == []
    with engine.connect() as connection:
        assert stored_agents(connection)["201"].ha1


def test_a_new_agent_is_offline_and_stays_who_it_is_when_changed(engine):
    put(engine, DOCUMENT)
    with engine.connect() as connection:
        before = stored_agents(connection)["201"].id
        assert connection.scalar(select(AgentPresence.state).where(AgentPresence.agent_id == before)) == "offline"
    put(engine, edited(extension="201", name="Anna"))
    with engine.connect() as connection:
        assert stored_agents(connection)["201"].id == before


def test_nothing_is_half_applied(engine):
    wrong = {"agents": DOCUMENT["agents"], "queues": {"lost": {"needs": {"nothing": 3}}}}
    with pytest.raises(PlanRefused, match="needs the unknown skill 'nothing'"):
        put(engine, wrong)
    nameless = {"agents": [*DOCUMENT["agents"], {"extension": "203"}]}
    with pytest.raises(PlanRefused, match="Agent 203 has neither a password nor an address on your PBX"):
        put(engine, nameless)
    assert plan(engine) == read_plan({}).plan


def test_a_part_is_checked_together_with_what_is_there(engine):
    put(engine, DOCUMENT)
    assert put(engine, {"queues": {"more": {"needs": {"tech": 2}, "hours": "office"}}}) == ["queue more added"]
    with pytest.raises(PlanRefused, match="Queue 'billing' overflows in a circle"):
        put(engine, {"queues": {"tech": {"overflow": [{"when": "full", "to": "queue:billing"}]}}})


def test_only_pruning_removes_and_only_where_the_document_speaks_of_it(engine):
    put(engine, DOCUMENT)
    part = {"queues": DOCUMENT["queues"][1:]}
    assert put(engine, part) == []
    assert put(engine, part, prune=True) == ["queue billing removed"]
    assert list(plan(engine).agents) == ["201", "202"]


def test_pruning_what_others_need_is_refused(engine):
    put(engine, DOCUMENT)
    with pytest.raises(PlanRefused, match="overflows to the unknown queue 'tech'"):
        put(engine, {"queues": DOCUMENT["queues"][:1]}, prune=True)
    assert list(plan(engine).queues) == ["billing", "tech"]


def test_an_extension_of_the_settings_is_not_given_to_an_agent(engine):
    sip = SipSettings(users=[UserSettings(name="201", password="x")])
    with pytest.raises(PlanRefused, match=r"Agent 201 is a user of \[\[sip.users\]\] already"):
        put(engine, DOCUMENT, sip)


def test_a_password_may_be_read_from_the_environment(engine, monkeypatch):
    document = {"agents": [{"extension": "9", "password": "env:ANNA_PASSWORD"}]}
    with pytest.raises(OperatorFault, match="ANNA_PASSWORD, which is not set"):
        put(engine, document)
    monkeypatch.setenv("ANNA_PASSWORD", "deep")
    put(engine, document)
    with engine.connect() as connection:
        assert stored_agents(connection)["9"].ha1.md5 == hashed("MD5", "9:hotline:deep")


def test_a_removed_agent_takes_its_shifts_along_and_it_is_told_what_is_missing_then(engine):
    put(engine, {key: value for key, value in DOCUMENT.items() if key != "skills"})
    with writing(engine) as connection:
        changes, missing = without_agent(connection, "201")
    assert list(map(str, changes)) == ["agent 201 removed"]
    assert missing == ["Queue 'billing' needs the unknown skill 'billing'; write tech instead."]
    assert plan(engine).shifts == ()
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(AgentPresence)) == 1
        assert connection.scalars(select(AgentRow.extension)).all() == ["202"]


def test_a_queue_that_others_overflow_to_is_not_removed(engine):
    put(engine, DOCUMENT)
    with pytest.raises(PlanRefused, match="Queue 'billing' overflows to 'tech'"), writing(engine) as connection:
        without_queue(connection, "tech")
    with writing(engine) as connection:
        assert list(map(str, without_queue(connection, "billing"))) == ["queue billing removed"]


def test_what_is_not_there_is_named_with_what_is(engine):
    put(engine, DOCUMENT)
    with pytest.raises(PlanRefused, match=r"There is no agent '203'; write '20\d' instead\."), writing(engine) as one:
        without_agent(one, "203")
    with pytest.raises(PlanRefused, match=r"There is no queue 'teck'; write 'tech' instead\."), writing(engine) as one:
        without_queue(one, "teck")


def test_a_database_that_somebody_else_writes_for_long_is_one_sentence(engine, tmp_path):
    impatient = open_engine(str(engine.url), busy_seconds=0.01)
    with writing(engine), pytest.raises(CannotDo, match="nothing was changed: try again"), writing(impatient):
        pass
