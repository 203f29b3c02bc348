"""Grades of interest: the first rule that holds says A to F and why; what is written wrong is said in one sentence."""

from datetime import UTC, datetime
from typing import Any

import pytest

from campaigns.grading import DEFAULT_RULES, grade, rules_of
from models.cause import Cause
from models.errors import OperatorFault
from voice.call_outcome import Outcome


def talk(**more: Any) -> Outcome:
    given: dict[str, Any] = {"answered_s": 5.0, "talk_s": 30.0, "turns": 3, "answered_by": "human"}
    return Outcome("c1", Cause.ROBOT_HUNG_UP, **given | more)


@pytest.mark.parametrize(
    ("outcome", "disposition", "letter"),
    [
        (talk(handed_over="sales"), "handed-over", "A"),
        (talk(results={"outcome": "accepted"}), "completed", "A"),
        (talk(appointment=datetime(2026, 11, 23, 17, tzinfo=UTC)), "promised", "B"),
        (talk(intents=("who", "interested")), "completed", "B"),
        (talk(intents=("interested", "not_interested")), "completed", "D"),
        (talk(), "completed", "C"),
        (talk(turns=1, talk_s=6.0), "hung-up-early", "D"),
        (talk(results={"outcome": "not-interested"}, appointment=None), "completed", "D"),
        (talk(opt_out=True, handed_over="sales"), "opted-out", "F"),
        (talk(), "wrong-person", "F"),
        (talk(answered_by="machine", turns=0), "machine", "E"),
        (talk(answered_by="machine", turns=4), "machine", "E"),
        (talk(turns=0), "silent", "E"),
        (talk(answered_s=None, talk_s=0.0, turns=0, answered_by=""), "busy", "E"),
    ],
)
def test_the_shipped_rules_grade_what_they_mean(outcome: Outcome, disposition: str, letter: str) -> None:
    found = grade(outcome, disposition, DEFAULT_RULES)
    assert found.letter == letter
    assert found.reasons


def test_a_rule_holds_only_where_all_of_it_does_and_says_why() -> None:
    rules = rules_of(
        [
            {"grade": "A", "answers": {"size": ["10", 20], "city": None}, "turns": 2, "talk_seconds": 10},
            {"grade": "B", "answers": {"wants": True}},
        ]
    )
    found = grade(talk(results={"size": 20, "city": "上海"}), "completed", rules)
    assert (found.letter, found.reasons) == ("A", ("3 turns", "30 s of talk", "size 20", "city 上海"))
    assert grade(talk(results={"size": 30, "city": "上海"}), "completed", rules).letter == "D"
    assert grade(talk(results={"size": 20}), "completed", rules).letter == "D"
    assert grade(talk(results={"wants": True}), "completed", rules).letter == "B"


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ({}, "'grades' is no list of rules"),
        ([{"grade": "G"}], "Rule 1 of 'grades' names no grade; write `grade:` with one of A, B, C, D, E, F."),
        (
            [{"grade": "A"}, {"grade": "B", "intent": "x"}],
            "Rule 2 of 'grades' has no 'intent'; write 'intents'",
        ),
        ([{"grade": "A", "turns": "two"}], "'turns' in rule 1 of 'grades' is no number"),
        ([{"grade": "A", "answers": ["size"]}], "'answers' in rule 1 of 'grades' is no mapping"),
        ([{"grade": "A", "appointment": "yes"}], "'appointment' in rule 1 of 'grades' is neither true nor false."),
    ],
)
def test_what_is_no_rule_is_said_with_its_place(written: Any, sentence: str) -> None:
    with pytest.raises(OperatorFault) as wrong:
        rules_of(written)
    assert str(wrong.value).startswith(sentence)


def test_nothing_written_is_the_shipped_rules() -> None:
    assert rules_of(None) is DEFAULT_RULES
