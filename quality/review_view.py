"""Reviews as people and programs read them: with what the machine and each person said of every rule."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, select

from models.inspection import Finding as FindingRow
from models.review import Review, ReviewFinding, ReviewState
from models.scorecard import ScorecardVersion
from quality.reading import loads
from quality.review import Case, Figures, Judged
from quality.scorecard import Scorecard
from quality.scoring import Finding, Outcome

REVIEWS, FINDINGS, SAID = Review.__table__, FindingRow.__table__, ReviewFinding.__table__
PENDING = (ReviewState.OPEN, ReviewState.APPEALED)
"""Somebody has to do something by a certain time."""


@dataclass(frozen=True)
class RuleView:
    """One rule of a reviewed score."""

    rule: str
    machine: Outcome
    called: Mapping[str, str]
    """What people read, by language; empty where the scorecard's version isn't there any more."""
    section: str = ""
    weight: float = 0.0
    fatal: bool = False
    reviewed: Judged | None = None
    decided: Judged | None = None

    @property
    def valid(self) -> Outcome:
        """What counts: the decision before the review before the machine."""
        said = self.decided or self.reviewed
        return said.outcome if said else self.machine


@dataclass(frozen=True)
class ReviewView:
    """One review; times are UTC."""

    id: str
    call_id: str
    score_id: str
    scorecard: str
    version: str
    agent: str
    """Extension; "" where the robot alone talked."""
    team: str
    sample: str
    reason: str
    blind: bool
    state: ReviewState
    edition: int
    made_by: str
    made_at: datetime
    reviewer: str
    due_at: datetime
    words: str
    done_at: datetime | None
    appeal_until: datetime | None
    appealed_by: str
    appealed_at: datetime | None
    appeal_words: str
    decider: str
    decided_at: datetime | None
    decision_words: str
    machine: Figures
    reviewed: Figures | None
    decided: Figures | None
    rules: tuple[RuleView, ...] = ()
    """Empty in lists."""

    @property
    def valid(self) -> Figures:
        """What counts: the decision before the review before the machine; a second look counts for nothing."""
        return self.machine if self.blind else self.decided or self.reviewed or self.machine

    @property
    def case(self) -> Case:
        return Case(self.state, self.reviewer, self.agent, self.team, self.blind, self.appeal_until)

    def sealed(self) -> "ReviewView":
        """Return it without what was said in it: for who is still to judge the same call alone."""
        rules = tuple(replace(one, reviewed=None, decided=None) for one in self.rules)
        return replace(self, words="", reviewed=None, decided=None, decision_words="", appeal_words="", rules=rules)

    def overdue(self, now: datetime) -> bool:
        """Tell whether what somebody has to do should have been done."""
        return self.state in PENDING and self.due_at < now


def view_of(row: Row[Any], rules: Sequence[RuleView] = ()) -> ReviewView:
    """Return a row of reviews as people read it."""
    values: dict[str, Any] = {name: getattr(row, name) for name in _PLAIN}
    return ReviewView(
        **values,
        state=ReviewState(row.state),
        machine=Figures.of(row.machine),
        reviewed=Figures.of(row.reviewed) if row.reviewed else None,
        decided=Figures.of(row.decided) if row.decided else None,
        rules=tuple(rules),
    )


_PLAIN = (
    "id", "call_id", "score_id", "scorecard", "version", "agent", "team", "sample", "reason", "blind", "edition",
    "made_by", "made_at", "reviewer", "due_at", "words", "done_at", "appeal_until", "appealed_by", "appealed_at",
    "appeal_words", "decider", "decided_at", "decision_words",
)  # fmt: skip


def rules_of(connection: Connection, rows: Iterable[Row[Any]]) -> Mapping[str, list[RuleView]]:
    """Return the rules of reviews by their ids; of a call that was deleted, as far as people judged them."""
    reviews = {row.id: row for row in rows}
    machine = findings_of(connection, {row.score_id for row in reviews.values()})
    versions = {(row.scorecard, row.version) for row in reviews.values()}
    cards = {each: scorecard_of(connection, *each) for each in versions}
    found = {id_: {one.rule: one for one in machine.get(row.score_id, ())} for id_, row in reviews.items()}
    said: dict[str, dict[tuple[str, str], Judged]] = {id_: {} for id_ in reviews}
    for row in connection.execute(select(SAID).where(ReviewFinding.review_id.in_(list(reviews)))):
        said[row.review_id][row.stage, row.rule] = Judged(row.outcome, row.comment, row.second)
        found[row.review_id].setdefault(row.rule, Finding(row.rule, row.machine, "", 0.0, fatal=False))
    return {
        id_: _in_order(findings.values(), said[id_], cards[reviews[id_].scorecard, reviews[id_].version])
        for id_, findings in found.items()
    }


def _in_order(
    findings: Iterable[Finding], said: Mapping[tuple[str, str], Judged], card: Scorecard | None
) -> list[RuleView]:
    """Return the rules as the scorecard has them one after the other; what it lacks comes last, by name."""
    rules = {rule.name: (at, rule.called) for at, rule in enumerate(card.rules)} if card else {}
    return [
        RuleView(
            one.rule, one.outcome, rules.get(one.rule, (0, {}))[1], one.section, one.weight, one.fatal,
            said.get(("reviewed", one.rule)), said.get(("decided", one.rule)),
        )
        for one in sorted(findings, key=lambda one: (rules.get(one.rule, (len(rules), {}))[0], one.rule))
    ]  # fmt: skip


def findings_of(connection: Connection, scores: Iterable[str]) -> Mapping[str, list[Finding]]:
    """Return what the machine found, by the ids of scores."""
    found: dict[str, list[Finding]] = {}
    for row in connection.execute(select(FINDINGS).where(FindingRow.score_id.in_(list(scores)))):
        one = Finding(row.rule, row.outcome, row.section, row.weight, row.fatal)
        found.setdefault(row.score_id, []).append(one)
    return found


def scorecard_of(connection: Connection, name: str, version: str) -> Scorecard | None:
    """Return a scorecard's version as it was published; None where it isn't there any more."""
    its = (ScorecardVersion.name == name, ScorecardVersion.version == version)
    text = connection.scalar(select(ScorecardVersion.text).where(*its))
    return _read(text, f"{name}@{version}") if text is not None else None


@lru_cache(64)
def _read(text: str, where: str) -> Scorecard:
    """A version never changes, and reading one takes longer than all else of a page."""
    return loads(text, where)
