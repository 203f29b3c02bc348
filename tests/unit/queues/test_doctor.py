"""The doctor says what would keep agents out and callers waiting for nobody."""

import pytest

from models.settings import DatabaseSettings, Settings, SipSettings, UserSettings
from queues.doctor import examine

ANNA = {"extension": "201", "password": "x", "skills": {"billing": 5}}
BILLING = {"name": "billing", "needs": {"billing": 3}}


@pytest.fixture
def ask(tmp_path, engine):
    def ask(queues=None, **sip):
        url = f"sqlite:///{tmp_path / 'hotline.sqlite'}"
        settings = Settings(database=DatabaseSettings(url=url), sip=SipSettings(**sip), queues=queues or {})
        return [(found.level, found.sentence) for found in examine(settings)]

    return ask


def test_a_plan_without_faults_is_well(ask, put):
    put({"agents": [ANNA], "queues": [BILLING]})
    assert ask() == [("ok", "The plan of 1 agent and 1 queue is without contradictions.")]


def test_a_new_realm_makes_old_passwords_useless(ask, put):
    put({"agents": [{**ANNA, "extension": str(number)} for number in range(201, 206)]})
    ((level, sentence),) = ask(realm="elsewhere")
    assert level == "warning"
    assert sentence.startswith("The passwords of 201, 202, 203 and 2 more were made for another realm than")


def test_a_user_of_the_settings_who_is_an_agent_too_is_told(ask, put):
    put({"agents": [ANNA]})
    ((level, sentence),) = ask(users=[UserSettings(name="201", password="y")])
    assert (level, sentence.startswith("In [[sip.users]] and among the agents: 201;")) == ("warning", True)


def test_a_queue_that_nobody_can_serve_is_told(ask, put):
    put({"agents": [ANNA], "queues": [{**BILLING, "needs": {"billing": 9}}]})
    assert ask() == [("warning", "No agent could ever serve queue 'billing'; give somebody its skills.")]


def test_a_ticket_that_no_program_would_make_is_told(ask, put):
    put({"agents": [ANNA], "queues": [{**BILLING, "overflow": [{"when": "full", "to": "ticket"}]}]})
    ((level, sentence),) = ask()
    assert (level, sentence.split(",")[0]) == ("warning", "Callers of billing are promised a ticket")
    assert [level for level, _ in ask({"webhooks": [{"url": "http://a.example", "secret": "s"}]})] == ["ok"]
    only = {"url": "http://a.example", "secret": "s", "events": ["call.ended"]}
    assert [level for level, _ in ask({"webhooks": [only]})] == ["warning"]


def test_without_a_database_or_a_plan_there_is_nothing_to_say(tmp_path, ask):
    assert ask() == []
    assert list(examine(Settings(database=DatabaseSettings(url=f"sqlite:///{tmp_path / 'none.sqlite'}")))) == []
    assert not (tmp_path / "none.sqlite").exists()


def test_programs_without_their_secrets_are_found_before_a_caller_comes(tmp_path, monkeypatch):
    monkeypatch.delenv("CRM_TOKEN", raising=False)
    queues = {
        "customers": {"url": "http://crm.example", "headers": ["Authorization: Bearer {{ env.CRM_TOKEN }}"]},
        "webhooks": [{"url": "http://a.example", "secret": "env:CRM_TOKEN"}, {"url": "http://b.example"}],
    }
    settings = Settings(database={"url": f"sqlite:///{tmp_path / 'none.sqlite'}"}, queues=queues)
    found = [(one.level, one.sentence) for one in examine(settings)]
    assert [level for level, _ in found] == ["warning", "fault", "warning"]
    assert "names CRM_TOKEN, which the environment doesn't have: nobody is known" in found[0][1]
    assert "export CRM_TOKEN=" in found[1][1]
    assert "http://b.example aren't signed" in found[2][1]
    monkeypatch.setenv("CRM_TOKEN", "t")
    assert [one.level for one in examine(settings)] == ["warning"]
