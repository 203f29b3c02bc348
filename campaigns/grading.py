"""Grading: how interested a callee is, A to F, by rules over what was meant, answered and done in the talk. Pure.

The first rule whose conditions all hold gives the grade; a talk that none fits is a D where a person talked, else an E.
A: wants it now. B: wants to hear more, or agreed on a time. C: listened. D: doesn't want it, or hung up early.
E: nobody was talked to. F: is never to be called again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from dialplans.complaint import did_you_mean
from models.errors import OperatorFault
from voice.call_outcome import Outcome

GRADES = ("A", "B", "C", "D", "E", "F")
PEOPLE = ("", "human", "screening")
"""Answered by one of these (or nobody looked), a call with turns was a talk with a person."""


@dataclass(frozen=True)
class GradeRule:
    """One rule; what is left out doesn't matter to it."""

    grade: str
    intents: tuple[str, ...] = ()
    """One of these was meant in some turn."""
    without: tuple[str, ...] = ()
    """None of these was."""
    outcome: tuple[str, ...] = ()
    """The flow's `outcome` is one of these."""
    disposition: tuple[str, ...] = ()
    """The attempt's disposition is one of these."""
    answered_by: tuple[str, ...] = ()
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Variables with the values that fit, as texts; (): any value."""
    turns: int = 0
    """At least so many."""
    talk_seconds: float = 0
    """At least so many."""
    handed_over: bool | None = None
    appointment: bool | None = None
    opt_out: bool | None = None


@dataclass(frozen=True)
class Grade:
    """A letter, and why."""

    letter: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class GradeRules:
    """A campaign's rules in their order."""

    rules: tuple[GradeRule, ...]


DEFAULT_RULES = GradeRules(
    (
        GradeRule("F", opt_out=True),
        GradeRule("F", disposition=("wrong-person", "no-such-number")),
        GradeRule("A", handed_over=True),
        GradeRule("A", outcome=("accepted", "sold", "paid", "will-pay")),
        GradeRule("D", outcome=("refused", "not-interested")),
        GradeRule("B", appointment=True),
        GradeRule("B", intents=("interested", "more", "price"), without=("not_interested", "refuse")),
        GradeRule("D", intents=("not_interested", "refuse")),
        GradeRule("C", answered_by=PEOPLE, turns=2, talk_seconds=20),
    )
)


def grade(talk: Outcome, disposition: str, rules: GradeRules = DEFAULT_RULES) -> Grade:
    """Return the grade of one attempt; `disposition` as `campaigns.disposition` has it."""
    for rule in rules.rules:
        reasons = _fits(rule, talk, disposition)
        if reasons is not None:
            return Grade(rule.grade, tuple(reasons))
    if talk.answered_s is None or talk.answered_by not in PEOPLE:
        return Grade("E", ("nobody was talked to",))
    if not talk.turns:
        return Grade("E", ("nothing was said",))
    return Grade("D", ("a person answered, and no rule fits",))


def _fits(rule: GradeRule, talk: Outcome, disposition: str) -> list[str] | None:
    """Return why `rule` holds, None where it doesn't."""
    outcome = str(talk.results.get("outcome", ""))
    checks: list[tuple[bool, bool, str]] = [
        (bool(rule.intents), any(one in talk.intents for one in rule.intents), _meant(rule.intents, talk.intents)),
        (bool(rule.without), not any(one in talk.intents for one in rule.without), ""),
        (bool(rule.outcome), outcome in rule.outcome, f"outcome {outcome}"),
        (bool(rule.disposition), disposition in rule.disposition, f"disposition {disposition}"),
        (bool(rule.answered_by), talk.answered_by in rule.answered_by, ""),
        (rule.turns > 0, talk.turns >= rule.turns, f"{talk.turns} turns"),
        (rule.talk_seconds > 0, talk.talk_s >= rule.talk_seconds, f"{talk.talk_s:.0f} s of talk"),
        (rule.handed_over is not None, bool(talk.handed_over) == rule.handed_over, "handed over to a person"),
        (rule.appointment is not None, (talk.appointment is not None) == rule.appointment, "a time was agreed on"),
        (rule.opt_out is not None, talk.opt_out == rule.opt_out, "wants no more calls"),
        *((True, _answered(talk.results.get(name), fit), f"{name} {talk.results.get(name)}")
          for name, fit in rule.answers.items()),
    ]  # fmt: skip
    if not all(holds for asked, holds, _ in checks if asked):
        return None
    return [why for asked, _, why in checks if asked and why] or ["the rule holds for every call"]


def _meant(wanted: Sequence[str], found: Sequence[str]) -> str:
    return f"meant {', '.join(dict.fromkeys(one for one in found if one in wanted))}"


def _answered(value: Any, fit: Sequence[str]) -> bool:
    if value in (None, ""):
        return False
    return not fit or _text(value) in fit


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


# -- as it is written ----------------------------------------------------------------------------------------


def rules_of(written: Any) -> GradeRules:
    """Read the section `grades:` of a plan: a list of rules, nothing for the default ones; raise `OperatorFault`."""
    if written is None:
        return DEFAULT_RULES
    if not isinstance(written, list | tuple) or not written:
        raise OperatorFault("'grades' is no list of rules; write for example `- {grade: A, handed_over: true}`.")
    return GradeRules(tuple(_rule(number, one) for number, one in enumerate(written, 1)))


KEYS = tuple(one.name for one in fields(GradeRule))
LISTS = ("intents", "without", "outcome", "disposition", "answered_by")


def _rule(number: int, written: Any) -> GradeRule:
    if not isinstance(written, Mapping) or written.get("grade") not in GRADES:
        raise OperatorFault(
            f"Rule {number} of 'grades' names no grade; write `grade:` with one of {', '.join(GRADES)}."
        )
    values: dict[str, Any] = {}
    for key, value in written.items():
        if key not in KEYS:
            raise OperatorFault(f"Rule {number} of 'grades' has no '{key}'; {did_you_mean(str(key), KEYS)}.")
        values[key] = _value(number, key, value)
    return GradeRule(**values)


def _value(number: int, key: str, value: Any) -> Any:
    where = f"'{key}' in rule {number} of 'grades'"
    if key in LISTS:
        return _words(value)
    if key == "answers":
        if not isinstance(value, Mapping):
            raise OperatorFault(f"{where} is no mapping; write `answers: {{VARIABLE: VALUE}}`.")
        return {str(name): () if fit is None else _words(fit) for name, fit in value.items()}
    if key in ("turns", "talk_seconds"):
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise OperatorFault(f"{where} is no number; write how many at least.")
        return value
    if key != "grade" and not isinstance(value, bool):
        raise OperatorFault(f"{where} is neither true nor false.")
    return value


def _words(value: Any) -> tuple[str, ...]:
    return tuple(_text(one) for one in (value if isinstance(value, list | tuple) else [value]))
