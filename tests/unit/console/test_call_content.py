"""What the page of a call is told: words hidden from whom they must be, what the robot made of them, and states."""

import json

import pytest
from sqlalchemy import delete, update

from console.pages.call import start_of
from console.pages.call_content import read
from models.call import Call
from models.errors import CannotDo
from models.inspection import CallScore, Inspection
from quality.transcript import pieces


@pytest.fixture
def connection(engine_with_calls):
    with engine_with_calls.begin() as connection:
        yield connection


def shown(content):
    """Everything that the browser is sent of words."""
    turns = [[piece.text for piece in pieces(turn, content.hidden.get(turn.number, ()))] for turn in
             content.conversation.turns]  # fmt: skip
    return json.dumps([turns, [one.found for one in content.scores]], ensure_ascii=False)


SECRETS = {"en": ("Margaret", "7946"), "zh": ("王小明", "13812345678")}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_personal_data_are_in_nothing_that_is_sent_unless_they_are_asked_for(connection, calls, language):
    masked = shown(read(connection, calls[language], "sue", original=False))
    original = shown(read(connection, calls[language], "ann", original=True))
    for secret in SECRETS[language]:
        assert secret in original.replace('", "', "")
        assert secret not in masked.replace('", "', "")
    assert "[name]" in masked


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_only_understood_live_is_masked_too(connection, calls, language):
    connection.execute(delete(Inspection))
    content = read(connection, calls[language], "sue", original=False)
    assert content.inspection == ""
    assert not content.inspected
    assert content.scores == ()
    assert content.facts["talk_share"]["caller"] > 0
    assert all(secret not in shown(content).replace('", "', "") for secret in SECRETS[language])


def test_the_robot_s_decision_is_with_the_turn_that_it_was_about(connection, calls):
    content = read(connection, calls["en"], "ann", original=False)
    decision = content.decisions[2]
    assert (decision.intent, decision.confidence, decision.step) == ("status", 0.62, "wish")
    assert (decision.runner_up, decision.runner_up_confidence) == ("change", 0.41)
    assert decision.then == ("→ number", "handover")


def test_findings_have_the_scorecard_s_version_and_the_agent_a_name(connection, calls):
    content = read(connection, calls["zh"], "ann", original=False)
    (score,) = content.scores
    assert score.card is not None
    assert score.card.rules[0].title("zh") == "二十秒内问候来电者"
    assert {finding["rule"]: finding["outcome"] for finding in score.found["findings"]}["politeness"] == "broken"
    assert content.names == {"201": "Dana 丹娜"}
    assert max(content.anger(turn) for turn in content.conversation.said_by("caller")) > 0.9


def test_a_running_call_and_one_that_was_given_up_say_so(connection, calls):
    connection.execute(update(Call).values(state="answered", ended_at=None, seconds=None))
    connection.execute(update(Inspection).values(state="given-up", done_at=None, words="it was too odd"))
    content = read(connection, calls["en"], "ann", original=False)
    assert content.running
    assert (content.inspection, content.note) == ("given-up", "it was too odd")


def test_an_inspected_call_without_a_scorecard_has_its_words_and_facts(connection, calls):
    connection.execute(delete(CallScore))
    content = read(connection, calls["en"], "ann", original=False)
    assert content.inspected
    assert content.scores == ()
    assert content.quiet()
    assert content.overlaps() == []


def test_a_call_that_is_not_there_is_a_sentence(connection):
    with pytest.raises(CannotDo, match="There is no call nope"):
        read(connection, "nope", "ann", original=False)


@pytest.mark.parametrize(
    ("asked", "second"), [("12.3", 12.3), ("0", 0.0), ("", -1), ("-4", -1), ("nan", -1), ("inf", -1), ("1e9", -1)]
)
def test_an_address_begins_at_a_second_of_a_call_or_at_none(asked, second):
    assert start_of(asked) == second
