"""A review by a person: what must be said of each rule, what it makes of the score, and who may do what. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, get_args

from models.errors import CannotDo
from models.review import REVIEW_LIFE, ReviewMove, ReviewState
from quality.scoring import Finding, Outcome, points_of

REVIEWER = "qa"
"""The role of who reviews."""
LEAD = "supervisor"
"""The role of who leads a team, and appeals for its agents."""
AGENT = "agent"
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
OF_PEOPLE = (ReviewMove.FINISH, ReviewMove.HAND_OVER, ReviewMove.APPEAL, ReviewMove.DECIDE)
"""Moves that somebody makes; the others come by themselves."""
MOST_SIGNS = 4000
"""Of a comment."""


@dataclass(frozen=True)
class Judged:
    """What a person says of one rule."""

    outcome: Outcome
    comment: str = ""
    second: float | None = None
    """Of the call, which the comment is about; None: of no one second."""


@dataclass(frozen=True)
class Figures:
    """What a score comes to."""

    points: float | None
    """0-100; None where no rule applies."""
    good: bool
    fatal: bool

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Figures":
        """Return them as they were kept."""
        return cls(kept["points"], kept["good"], kept["fatal"])

    def document(self) -> dict[str, Any]:
        """Return them as JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Person:
    """Who wants to do something, as the accounts have it."""

    name: str
    roles: frozenset[str]
    team: str = ""
    extension: str = ""


@dataclass(frozen=True)
class Case:
    """A review, as far as it matters for who may do what."""

    state: ReviewState
    reviewer: str
    agent: str
    team: str
    blind: bool
    appeal_until: datetime | None


def figures(findings: Sequence[Finding], judged: Mapping[str, Judged], good_from: float) -> Figures:
    """Return the score by people's outcomes, with the weights of the scorecard's version."""
    changed = tuple(replace(one, outcome=judged[one.rule].outcome) if one.rule in judged else one for one in findings)
    points = points_of(changed)
    fatal = any(one.fatal and one.outcome == "broken" for one in changed)
    return Figures(points, points is not None and points >= good_from, fatal)


def insist(findings: Sequence[Finding], judged: Mapping[str, Judged], before: Mapping[str, Outcome]) -> None:
    """Raise `CannotDo` unless all that is judged can be, and every change of what was there `before` says why."""
    rules = {one.rule for one in findings}
    for rule, one in judged.items():
        if rule not in rules:
            raise CannotDo(f"The scorecard's version has no rule '{rule}'; its rules are {', '.join(sorted(rules))}.")
        if one.outcome not in OUTCOMES:
            raise CannotDo(f"'{one.outcome}' is nothing that rule '{rule}' can come to; it's {', '.join(OUTCOMES)}.")
        if one.outcome != before[rule] and not one.comment.strip():
            raise CannotDo(f"Rule '{rule}' was {before[rule]} and is {one.outcome} now; write into its comment why.")
        if len(one.comment) > MOST_SIGNS:
            raise CannotDo(f"The comment on rule '{rule}' is longer than {MOST_SIGNS} characters; shorten it.")
        if one.second is not None and not 0 <= one.second < 1e6:
            raise CannotDo(f"The comment on rule '{rule}' is at second {one.second}; give one of the call.")


def insist_on_all(findings: Sequence[Finding], judged: Mapping[str, Judged]) -> None:
    """Raise `CannotDo` where a rule isn't judged."""
    missing = [one.rule for one in findings if one.rule not in judged]
    if missing:
        raise CannotDo(f"A review judges every rule; these are missing: {', '.join(missing)}.")


def may_judge(person: Person, case: Case) -> bool:
    """Tell whether a person may be given the review: a reviewer, of another team, and not the agent."""
    own = bool(person.team) and person.team == case.team
    return REVIEWER in person.roles and not own and not (person.extension and person.extension == case.agent)


def may_appeal(person: Person, case: Case) -> bool:
    """Tell whether a person stands for the agent: it's the agent, or leads the agent's team."""
    self = AGENT in person.roles and bool(case.agent) and person.extension == case.agent
    return self or (LEAD in person.roles and bool(case.team) and person.team == case.team)


def moves(person: Person, case: Case, now: datetime) -> frozenset[ReviewMove]:
    """Return what a person may do with a review now."""
    return frozenset(move for move in OF_PEOPLE if not refusal(person, case, move, now))


def in_time(case: Case, now: datetime) -> bool:
    """Tell whether an appeal still comes in time."""
    return case.appeal_until is not None and now <= case.appeal_until


def refusal(person: Person, case: Case, move: ReviewMove, now: datetime) -> str:
    """Return why a person may not make a move, in a sentence; "" where it may."""
    if not REVIEW_LIFE.allows(case.state, move):
        return f"This review is {case.state} by now; open it again to see what was said."
    match move:
        case ReviewMove.FINISH | ReviewMove.DECIDE if REVIEWER not in person.roles:
            return f"{person.name} isn't a reviewer; an administrator gives the role '{REVIEWER}'."
        case ReviewMove.FINISH | ReviewMove.DECIDE if not may_judge(person, case):
            return "Nobody reviews the own team's calls; hand it over to somebody of another team."
        case ReviewMove.FINISH if case.reviewer not in (person.name, ""):
            return f"This review is {case.reviewer}'s; hand it over to yourself first."
        case ReviewMove.DECIDE if case.reviewer == person.name:
            return "Who reviewed doesn't decide about the appeal; hand it over to another reviewer."
        case ReviewMove.APPEAL if case.blind:
            return "This second look measures how far reviewers agree and changes no score; there's nothing to appeal."
        case ReviewMove.APPEAL if not may_appeal(person, case):
            return "Only the agent, or who leads the agent's team, appeals."
        case ReviewMove.APPEAL if not in_time(case, now):
            return "The time for an appeal is over; talk to the quality team."
        case ReviewMove.HAND_OVER if REVIEWER not in person.roles:
            return f"Only reviewers (role '{REVIEWER}') hand reviews over."
    return ""
