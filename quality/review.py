"""A review by a person: what must be said of each rule, what it makes of the score, and who may do what. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, get_args

from models.errors import CannotDo, Refused
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
            raise Refused(
                f"Rule '{rule}' was {before[rule]} and is {one.outcome} now; write into its comment why.",
                "reviews.no_comment", rule=rule,
            )  # fmt: skip
        within_bounds(one.comment)
        if one.second is not None and not 0 <= one.second < 1e6:
            raise Refused(f"There is no second {one.second} in a call; give one of it.", "reviews.no_second")


def insist_on_all(findings: Sequence[Finding], judged: Mapping[str, Judged]) -> None:
    """Raise `CannotDo` where a rule isn't judged."""
    missing = [one.rule for one in findings if one.rule not in judged]
    if missing:
        rules = ", ".join(missing)
        raise Refused(f"A review judges every rule; these are missing: {rules}.", "reviews.missing", rules=rules)


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


def may_take(person: Person, case: Case, now: datetime) -> bool:
    """Tell whether a person may take over what somebody else has to do."""
    mine, move = (case, ReviewMove.DECIDE) if case.state == ReviewState.APPEALED else (
        replace(case, reviewer=person.name), ReviewMove.FINISH
    )  # fmt: skip
    return refusal(person, mine, move, now) is None


def in_time(case: Case, now: datetime) -> bool:
    """Tell whether an appeal still comes in time."""
    return case.appeal_until is not None and now <= case.appeal_until


def within_bounds(words: str) -> None:
    """Raise `CannotDo` for a text that is too long to keep."""
    if len(words) > MOST_SIGNS:
        sentence = f"The text is longer than {MOST_SIGNS} characters; shorten it."
        raise Refused(sentence, "reviews.too_long", most=MOST_SIGNS)


def refusal(person: Person, case: Case, move: ReviewMove, now: datetime) -> Refused | None:
    """Return why a person may not make a move; None where it may."""
    if not REVIEW_LIFE.allows(case.state, move):
        return Refused(f"This review is {case.state} by now; open it again to see what was said.", "reviews.moved_on")
    match move:
        case ReviewMove.FINISH | ReviewMove.DECIDE if REVIEWER not in person.roles:
            sentence = f"{person.name} isn't a reviewer; an administrator gives the role '{REVIEWER}'."
            return Refused(sentence, "reviews.no_reviewer", name=person.name)
        case ReviewMove.FINISH | ReviewMove.DECIDE if not may_judge(person, case):
            sentence = "Nobody reviews the own team's calls; hand it over to somebody of another team."
            return Refused(sentence, "reviews.own_team")
        case ReviewMove.FINISH if case.reviewer not in (person.name, ""):
            sentence = f"This review is {case.reviewer}'s; hand it over to yourself first."
            return Refused(sentence, "reviews.others", name=case.reviewer)
        case ReviewMove.DECIDE if case.reviewer == person.name:
            sentence = "Who reviewed doesn't decide about the appeal; hand it over to another reviewer."
            return Refused(sentence, "reviews.first")
        case ReviewMove.APPEAL if case.blind:
            sentence = "This second look measures how far reviewers agree and changes no score; nothing to appeal."
            return Refused(sentence, "reviews.blind_appeal")
        case ReviewMove.APPEAL if not may_appeal(person, case):
            return Refused("Only the agent, or who leads the agent's team, appeals.", "reviews.not_the_agent")
        case ReviewMove.APPEAL if not in_time(case, now):
            return Refused("The time for an appeal is over; talk to the quality team.", "reviews.too_late")
        case ReviewMove.HAND_OVER if REVIEWER not in person.roles:
            return Refused(f"Only reviewers (role '{REVIEWER}') hand reviews over.", "reviews.only_reviewers")
    return None
