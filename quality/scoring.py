"""What a scorecard says of a conversation: each rule kept, broken or not applying, by its evidence; the score. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from quality.conditions import After, Condition, Either, Every, InOrder, Measured, Near, Not, Silent, Within
from quality.evidence import Evidence, Subject, Verdict
from quality.right_answers import AnswersRight
from quality.scorecard import Rule, Scorecard

Outcome = Literal["kept", "broken", "not-applicable"]


@dataclass(frozen=True)
class Finding:
    """What became of one rule."""

    rule: str
    outcome: Outcome
    section: str
    weight: float
    fatal: bool
    evidence: tuple[Evidence, ...] = ()
    """Where it was kept or broken; empty where something never came."""


@dataclass(frozen=True)
class Score:
    """Of one conversation by one version of a scorecard."""

    scorecard: str
    version: str
    points: float | None
    """0-100; None where no rule applies."""
    good: bool
    sections: Mapping[str, float]
    """Points of each section that has a rule which applies."""
    findings: tuple[Finding, ...]

    @property
    def broken(self) -> tuple[str, ...]:
        """Names of the broken rules."""
        return tuple(one.rule for one in self.findings if one.outcome == "broken")

    @property
    def fatal(self) -> bool:
        """Whether a rule is broken that makes all the rest count for nothing."""
        return any(one.fatal and one.outcome == "broken" for one in self.findings)


def score(scorecard: Scorecard, subject: Subject) -> Score:
    """Return what `scorecard` says of the conversation."""
    findings = tuple(_finding(rule, subject) for rule in scorecard.rules)
    points = points_of(findings)
    sections: dict[str, float] = {}
    for section in dict.fromkeys(one.section for one in findings):
        of_it = points_of([one for one in findings if one.section == section])
        if of_it is not None:
            sections[section] = of_it
    good = points is not None and points >= scorecard.good_from
    return Score(scorecard.name, scorecard.version, points, good, sections, findings)


def points_of(findings: "tuple[Finding, ...] | list[Finding]") -> float | None:
    """Return the share of the weights that was kept, 0-100; 0 with a fatal fault, None where nothing applies."""
    applying = [one for one in findings if one.outcome != "not-applicable"]
    if any(one.fatal and one.outcome == "broken" for one in applying):
        return 0.0
    weight = sum(one.weight for one in applying)
    if not weight:
        return 100.0 if applying else None
    return round(100 * sum(one.weight for one in applying if one.outcome == "kept") / weight, 1)


def _finding(rule: Rule, subject: Subject) -> Finding:
    outcome, evidence = judge(rule, subject)
    return Finding(rule.name, outcome, rule.section, rule.weight, rule.fatal, evidence)


def judge(rule: Rule, subject: Subject) -> tuple[Outcome, tuple[Evidence, ...]]:
    """Return what became of `rule`, and where.

    While the conversation goes on, what must happen is missing only once it is too late for it.
    """
    because = rule.when.of(subject) if rule.when else Verdict(True)
    if not because.holds:
        return "not-applicable", ()
    if rule.must_not is not None:
        found = rule.must_not.of(subject)
        return ("broken", found.evidence) if found.holds else ("kept", ())
    assert rule.must is not None
    wanted = rule.must.of(subject)
    if wanted.holds:
        return "kept", wanted.evidence
    if not subject.conversation.over and not too_late(rule.must, subject, wanted):
        return "not-applicable", ()
    # That a call was long is why a rule applied, and nowhere in it.
    return "broken", wanted.evidence or tuple(one for one in because.evidence if one.turn or one.speaker or one.words)


def too_late(condition: Condition, subject: Subject, verdict: Verdict) -> bool:
    """Tell whether what doesn't hold can't come to hold any more, however the conversation goes on."""
    match condition:
        case Within(first_s=first):
            return 0 < first < subject.end
        case After(seconds=seconds):
            return any(one.end + seconds < subject.end for one in verdict.evidence)
        case Every(parts):
            verdicts = ((part, part.of(subject)) for part in parts)
            return any(not found.holds and too_late(part, subject, found) for part, found in verdicts)
        case AnswersRight():
            return condition.too_late(subject)
        case Either(parts):
            return all(too_late(part, subject, part.of(subject)) for part in parts)
        case _:
            return False


def depends_on_time(rule: Rule) -> bool:
    """Tell whether a rule may come to be broken while nothing happens: by a silence, by what comes too late."""
    return any(_times(part) for part in (rule.must, rule.must_not, rule.when) if part is not None)


def _times(condition: Condition) -> bool:
    match condition:
        case Silent() | After():
            return True
        case Within(part, first_s=first):
            return first > 0 or _times(part)
        case Measured(what):
            return what in ("length", "hold", "silence")
        case Every(parts) | Either(parts) | Near(parts) | InOrder(parts):
            return any(map(_times, parts))
        case Not(part):
            return _times(part)
        case _:
            return False
