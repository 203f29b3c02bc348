"""How far the machine agrees with people, rule by rule, and reviewers with one another; always with the counts.

A fault that the machine finds and people don't is false (fp), one that only people find was missed (fn). Of samples
drawn by chance alone these are what all calls would show; samples by score or rule see more of what they look for.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, select
from sqlalchemy.orm import aliased

from models.review import Review, ReviewFinding
from quality.reviews import within
from quality.sampling import week_of
from quality.scope import ALL, Scope

FAULT = "broken"
SURE = 1.96
"""Standard deviations of an interval that holds in 95 of 100 cases."""


@dataclass(frozen=True)
class Share:
    """A share of `of` cases, with what it may be in truth (Wilson 1927, 95 %)."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """From where to where it may be, 0 to 1; all of it where there is no case."""
        if not self.of:
            return 0.0, 1.0
        p, n, z = self.hits / self.of, self.of, SURE
        middle, wide = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max((middle - wide) / (1 + z * z / n), 0.0), min((middle + wide) / (1 + z * z / n), 1.0)


@dataclass(frozen=True)
class Confusion:
    """The machine against people, over one rule's faults."""

    tp: int = 0
    fp: int = 0
    fn: int = 0
    tn: int = 0

    @property
    def count(self) -> int:
        return self.tp + self.fp + self.fn + self.tn

    @property
    def precision(self) -> Share:
        """Of the faults that the machine found."""
        return Share(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> Share:
        """Of the faults that people found."""
        return Share(self.tp, self.tp + self.fn)

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa; None where chance alone would agree always, or nothing was judged."""
        return kappa({(FAULT, FAULT): self.tp, (FAULT, ""): self.fp, ("", FAULT): self.fn, ("", ""): self.tn})

    def __add__(self, other: "Confusion") -> "Confusion":
        return Confusion(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn, self.tn + other.tn)

    @classmethod
    def of(cls, machine: str, person: str, count: int = 1) -> "Confusion":
        """Return what one pair of outcomes counts for."""
        found, is_one = machine == FAULT, person == FAULT
        return cls(count * (found and is_one), count * (found and not is_one), count * (is_one and not found),
                   count * (not found and not is_one))  # fmt: skip


@dataclass(frozen=True)
class RuleAgreement:
    scorecard: str
    rule: str
    confusion: Confusion
    weeks: Mapping[str, Confusion] = field(default_factory=dict)
    """By week of the review (2026-W47), in order."""


@dataclass(frozen=True)
class Pairs:
    """Findings that two reviewers judged, neither seeing the other's."""

    count: int
    same: int
    kappa: float | None
    """Cohen's, over kept, broken and not-applicable."""


@dataclass(frozen=True)
class ReviewerAgreement:
    calls: int
    whole: Pairs
    rules: Mapping[tuple[str, str], Pairs]
    """By scorecard and rule."""
    people: Mapping[tuple[str, str], Pairs]
    """By two accounts, in alphabetical order."""


def kappa(table: Mapping[tuple[str, str], int]) -> float | None:
    """Return Cohen's kappa (1960) of how often each pair of judgements came; None where it isn't defined."""
    count = sum(table.values())
    first, second = Counter[str](), Counter[str]()
    for (one, other), times in table.items():
        first[one] += times
        second[other] += times
    by_chance = sum(first[each] * second[each] for each in first) / count**2 if count else 1.0
    if by_chance >= 1.0:
        return None
    same = sum(times for (one, other), times in table.items() if one == other) / count
    return (same - by_chance) / (1 - by_chance)


def of_rules(
    connection: Connection, since: datetime, scope: Scope = ALL, *, until: datetime | None = None,
    version: str = "", only_random: bool = False,
) -> list[RuleAgreement]:  # fmt: skip
    """Return how the machine did by people's last word (decision before review), of reviews done `since`.

    `version`: of the scorecard; `only_random`: of samples by chance alone.
    """
    valid = case((Review.decided_at.is_not(None), "decided"), else_="reviewed")
    day = _day(connection)
    wanted = [*_done(since, until, scope), ~Review.blind, ReviewFinding.stage == valid]
    if version:
        wanted.append(Review.version == version)
    if only_random:
        wanted.append(Review.reason == "random")
    group = (Review.scorecard, ReviewFinding.rule, day, ReviewFinding.machine, ReviewFinding.outcome)
    query = select(*group, func.count()).join(Review, Review.id == ReviewFinding.review_id).where(*wanted)
    found: dict[tuple[str, str], dict[str, Confusion]] = {}
    for scorecard, rule, on, machine, outcome, count in connection.execute(query.group_by(*group)):
        weeks = found.setdefault((scorecard, rule), {})
        week = _week(on)
        weeks[week] = weeks.get(week, Confusion()) + Confusion.of(machine, outcome, count)
    return [
        RuleAgreement(scorecard, rule, sum(weeks.values(), Confusion()), dict(sorted(weeks.items())))
        for (scorecard, rule), weeks in sorted(found.items())
    ]


def of_reviewers(
    connection: Connection, since: datetime, scope: Scope = ALL, *, until: datetime | None = None
) -> ReviewerAgreement:
    """Return how far two reviewers agree who judged the same call without seeing what the other said."""
    second, other = aliased(Review), aliased(ReviewFinding)
    same_call = and_(second.call_id == Review.call_id, second.scorecard == Review.scorecard, second.blind)
    same_rule = and_(other.review_id == second.id, other.rule == ReviewFinding.rule, other.stage == "reviewed")
    wanted = (*_done(since, until, scope), ~Review.blind, ReviewFinding.stage == "reviewed")
    base = (
        select(Review.id)
        .join(second, same_call)
        .join(ReviewFinding, ReviewFinding.review_id == Review.id)
        .join(other, same_rule)
        .where(*wanted)
    )
    group = (
        Review.scorecard, ReviewFinding.rule, Review.reviewer, second.reviewer.label("second"),
        ReviewFinding.outcome, other.outcome.label("said"),
    )  # fmt: skip
    calls = connection.scalar(base.with_only_columns(func.count(Review.id.distinct()))) or 0
    rows = connection.execute(base.with_only_columns(*group, func.count()).group_by(*group)).all()
    rules: dict[tuple[str, str], Counter[tuple[str, str]]] = {}
    people: dict[tuple[str, str], Counter[tuple[str, str]]] = {}
    whole = Counter[tuple[str, str]]()
    for scorecard, rule, one, two, outcome, said, count in rows:
        pair, judged = ((one, two), (outcome, said)) if one <= two else ((two, one), (said, outcome))
        for table in (whole, rules.setdefault((scorecard, rule), Counter()), people.setdefault(pair, Counter())):
            table[judged] += count
    return ReviewerAgreement(
        calls, _pairs(whole), {key: _pairs(rules[key]) for key in sorted(rules)},
        {key: _pairs(people[key]) for key in sorted(people)},
    )  # fmt: skip


def document(agreement: Iterable[RuleAgreement], reviewers: ReviewerAgreement) -> dict[str, Any]:
    """Return both as JSON."""
    return {
        "rules": [
            {
                "scorecard": one.scorecard, "rule": one.rule, **_figures(one.confusion),
                "weeks": {week: _figures(found) for week, found in one.weeks.items()},
            }
            for one in agreement
        ],
        "reviewers": {
            "calls": reviewers.calls, **_paired(reviewers.whole),
            "rules": [{"scorecard": key[0], "rule": key[1], **_paired(one)} for key, one in reviewers.rules.items()],
            "people": [{"reviewers": list(key), **_paired(one)} for key, one in reviewers.people.items()],
        },
    }  # fmt: skip


def _figures(one: Confusion) -> dict[str, Any]:
    return {
        "count": one.count, "tp": one.tp, "fp": one.fp, "fn": one.fn, "tn": one.tn,
        "precision": _rounded(one.precision.value), "precision_from_to": list(map(_rounded, one.precision.interval)),
        "recall": _rounded(one.recall.value), "recall_from_to": list(map(_rounded, one.recall.interval)),
        "kappa": _rounded(one.kappa),
    }  # fmt: skip


def _paired(one: Pairs) -> dict[str, Any]:
    return {"findings": one.count, "same": one.same, "kappa": _rounded(one.kappa)}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _pairs(table: Mapping[tuple[str, str], int]) -> Pairs:
    same = sum(count for (one, other), count in table.items() if one == other)
    return Pairs(sum(table.values()), same, kappa(table))


def _done(since: datetime, until: datetime | None, scope: Scope) -> list[ColumnElement[bool]]:
    found = [Review.done_at >= since, within(scope)]
    return found if until is None else [*found, Review.done_at < until]


def _day(connection: Connection) -> ColumnElement[Any]:
    """The day (UTC) on which a review was done."""
    at = func.timezone("UTC", Review.done_at) if connection.dialect.name == "postgresql" else Review.done_at
    return func.date(at)


def _week(day: "date | str") -> str:
    whole = day if isinstance(day, date) else date.fromisoformat(day)
    return week_of(datetime(whole.year, whole.month, whole.day, tzinfo=UTC))
