"""Figures of quality boards: how calls were scored, by whom and what they were about, over time; within a scope.

Everything is counted by the database over the entries of calls (`models/call_entry.py`), which are in the order of
time: a period is one range of keys. A call without a score counts as a call and in nothing else. Who doesn't see
everything gets figures of the calls within the scope alone, and rows of the own agents and teams alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, and_, case, false, func, or_, select, true

from models.call_entry import CallEntry, CallEntryAgent
from models.database import table_of
from models.errors import CannotDo
from models.review import Review, ReviewFinding
from quality.call_entries import SCALE, key_from
from quality.reviews import within as reviews_within
from quality.scope import Scope

ENTRIES, TALKS, REVIEWS, VERDICTS = (table_of(noun) for noun in (CallEntry, CallEntryAgent, Review, ReviewFinding))
By = Literal["agent", "team", "queue", "campaign", "flow", "week", "day"]
DIMENSIONS: tuple[By, ...] = ("agent", "team", "queue", "campaign", "flow", "week", "day")
LONGEST = timedelta(days=370)
"""Of a period: every call in it is counted."""
DAILY = timedelta(days=62)
"""Up to so long a trend is by day, else by week."""
BUCKETS = 10
"""Of the distribution: [0, 10), … [90, 100]."""
MOST = 50
"""Rows of a dimension, and findings."""
DAY_MS = 86_400_000
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Asked:
    """What a board is about."""

    since: datetime
    until: datetime
    """Calls that began in [since, until), by the millisecond."""
    by: By = "agent"
    zone: timedelta = timedelta(0)
    """From UTC to the clock by which days begin."""
    agent: str = ""
    team: str = ""
    queue: str = ""
    campaign: str = ""
    flow: str = ""
    unjudged: frozenset[str] = frozenset()
    """Calls that who looks is still to judge without knowing what others said: left out."""

    def __post_init__(self) -> None:
        """Raise `CannotDo` for a period that is none, or too long."""
        if not timedelta(0) < self.until - self.since <= LONGEST:
            raise CannotDo(f"A board is about one to {LONGEST.days} days; choose another period.")

    @property
    def weekly(self) -> bool:
        """Whether the trend is by week."""
        return self.until - self.since > DAILY


@dataclass(frozen=True)
class Tally:
    """Calls, counted."""

    calls: int = 0
    scored: int = 0
    points: float = 0.0
    """Sum of the scores."""
    good: int = 0
    fatal: int = 0

    @property
    def mean(self) -> float | None:
        """Mean score, 0-100; None where nothing is scored."""
        return self.points / self.scored if self.scored else None

    @property
    def good_share(self) -> float | None:
        return self.good / self.scored if self.scored else None

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.calls + other.calls, self.scored + other.scored, self.points + other.points,
            self.good + other.good, self.fatal + other.fatal,
        )  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """A rule that was broken."""

    rule: str
    calls: int
    confirmed: int = 0
    """By people who reviewed a call: the machine's outcome of this rule, whatever it was, is right."""
    changed: int = 0
    """It is wrong."""


@dataclass(frozen=True)
class Board:
    total: Tally = field(default_factory=Tally)
    inspected: int = 0
    trend: tuple[tuple[date, Tally], ...] = ()
    """By day, or by the Monday of each week, in order; days without a call are left out."""
    distribution: tuple[int, ...] = (0,) * BUCKETS
    rows: tuple[tuple[str, Tally], ...] = ()
    """By the dimension: who has most calls first; days and weeks in their order."""
    findings: tuple[Finding, ...] = ()
    reviews: Mapping[str, int] = field(default_factory=dict)
    """Reviews of these weeks by state."""


def board(connection: Connection, asked: Asked, scope: Scope) -> Board:
    """Return the figures; of nothing where the scope has nothing."""
    meant = _meant(asked, scope)
    days: dict[int, Tally] = {}
    distribution, inspected = [0] * BUCKETS, 0
    for row in connection.execute(_daily(asked, meant)):
        tally = Tally(row.calls, row.scored, row.points or 0.0, row.good, row.fatal)
        days[row.day] = days.get(row.day, Tally()) + tally
        inspected += row.inspected
        if row.bucket is not None:
            distribution[row.bucket] += row.scored
    by_day = tuple((EPOCH + timedelta(days=day), days[day]) for day in sorted(days))
    by_week = _weeks(by_day)
    rows = by_day if asked.by == "day" else by_week
    named = tuple((day.isoformat(), tally) for day, tally in rows)
    return Board(
        sum(days.values(), Tally()),
        inspected,
        by_week if asked.weekly else by_day,
        tuple(distribution),
        named if asked.by in ("day", "week") else tuple(_rows(connection, asked, scope, meant)),
        tuple(_findings(connection, asked, scope, meant)),
        _reviews(connection, asked, scope),
    )


def _weeks(days: tuple[tuple[date, Tally], ...]) -> tuple[tuple[date, Tally], ...]:
    found: dict[date, Tally] = {}
    for day, tally in days:
        monday = day - timedelta(days=day.weekday())
        found[monday] = found.get(monday, Tally()) + tally
    return tuple(found.items())


# -- which calls ---------------------------------------------------------------------------------------------


def _meant(asked: Asked, scope: Scope) -> ColumnElement[bool]:
    narrowed = [
        ENTRIES.c[name] == value
        for name in ("queue", "campaign", "flow")
        if (value := getattr(asked, name))
    ]  # fmt: skip
    narrowed += [
        _talked(asked, TALKS.c[name] == value) for name in ("agent", "team") if (value := getattr(asked, name))
    ]
    if asked.unjudged:
        narrowed.append(ENTRIES.c.call_id.not_in(asked.unjudged))
    return and_(*_period(asked, ENTRIES.c.key), _within(asked, scope), *narrowed)


def _period(asked: Asked, key: ColumnElement[int]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return key >= key_from(asked.since), key < key_from(asked.until)


def _talked(asked: Asked, who: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition of an entry that one of `who` talked in its call."""
    return ENTRIES.c.key.in_(select(TALKS.c.key).where(who, *_period(asked, TALKS.c.key)))


def _within(asked: Asked, scope: Scope) -> ColumnElement[bool]:
    if scope.everything:
        return true()
    ways: list[ColumnElement[bool]] = [false()]
    if scope.campaigns:
        ways.append(ENTRIES.c.campaign != "")
    if scope.teams or scope.agents:
        ways.append(_talked(asked, _own(scope)))
    return or_(*ways)


def _own(scope: Scope) -> ColumnElement[bool]:
    # Who has no team is in none, not in that of all others without one.
    return or_(and_(TALKS.c.team.in_(scope.teams), TALKS.c.team != ""), TALKS.c.agent.in_(scope.agents))


# -- counting ------------------------------------------------------------------------------------------------

COUNTS: tuple[ColumnElement[Any], ...] = (
    func.count().label("calls"),
    func.count(ENTRIES.c.score).label("scored"),
    func.sum(ENTRIES.c.score).label("points"),
    func.count(case((ENTRIES.c.score.is_not(None) & ENTRIES.c.good.is_(True), 1))).label("good"),
    func.count(case((ENTRIES.c.fatal.is_(True), 1))).label("fatal"),
)


def _daily(asked: Asked, meant: ColumnElement[bool]) -> Any:
    # Whole numbers all along: both databases then divide without a rest.
    shift = int(asked.zone.total_seconds() * 1000)
    day = ((ENTRIES.c.key // SCALE + shift) // DAY_MS).label("day")
    bucket = case(
        (ENTRIES.c.score.is_(None), None),
        *((ENTRIES.c.score >= tenth * 10, tenth) for tenth in range(BUCKETS - 1, 0, -1)),
        else_=0,
    ).label("bucket")
    inspected = func.count(case((ENTRIES.c.inspected.is_(True), 1))).label("inspected")
    return select(day, bucket, inspected, *COUNTS).where(meant).group_by(day, bucket)


def _rows(
    connection: Connection, asked: Asked, scope: Scope, meant: ColumnElement[bool]
) -> Iterator[tuple[str, Tally]]:
    if asked.by in ("agent", "team"):
        yield from _talkers(connection, asked, scope, meant)
        return
    name = ENTRIES.c[asked.by]
    query = select(name.label("name"), *COUNTS).where(meant, name != "").group_by(name)
    for row in connection.execute(query.order_by(func.count().desc(), name).limit(MOST)):
        yield row.name, Tally(row.calls, row.scored, row.points or 0.0, row.good, row.fatal)


def _talkers(
    connection: Connection, asked: Asked, scope: Scope, meant: ColumnElement[bool]
) -> Iterator[tuple[str, Tally]]:
    """Count by agents, or by teams: a call counts once for each that talked in it."""
    own: ColumnElement[bool] = true()
    if not scope.everything:
        # Who shared a call with somebody of the scope is no row of this board.
        own = or_(_own(scope), ENTRIES.c.campaign != "") if scope.campaigns else _own(scope)
    talks = select(TALKS.c.key, TALKS.c[asked.by].label("name"))
    talks = talks.join(ENTRIES, ENTRIES.c.key == TALKS.c.key).where(*_period(asked, TALKS.c.key), own).distinct()
    each = talks.where(TALKS.c[asked.by] != "").subquery()
    query = select(each.c.name, *COUNTS).select_from(each.join(ENTRIES, ENTRIES.c.key == each.c.key)).where(meant)
    for row in connection.execute(query.group_by(each.c.name).order_by(func.count().desc(), each.c.name).limit(MOST)):
        yield row.name, Tally(row.calls, row.scored, row.points or 0.0, row.good, row.fatal)


# -- findings, and what people say of them -------------------------------------------------------------------------


def _findings(connection: Connection, asked: Asked, scope: Scope, meant: ColumnElement[bool]) -> Iterator[Finding]:
    sqlite = connection.dialect.name == "sqlite"
    unfold = func.json_each if sqlite else func.json_array_elements_text
    each = unfold(ENTRIES.c.broken).table_valued("value")
    query = select(each.c.value, func.count().label("calls")).select_from(ENTRIES.join(each, true())).where(meant)
    most = query.group_by(each.c.value).order_by(func.count().desc(), each.c.value).limit(MOST)
    verdicts = _verdicts(connection, asked, scope)
    for row in connection.execute(most):
        yield Finding(row.value, row.calls, *verdicts.get(row.value, (0, 0)))


def _verdicts(connection: Connection, asked: Asked, scope: Scope) -> dict[str, tuple[int, int]]:
    """Return by rule how often people confirmed and changed what the machine had found, in calls they reviewed."""
    right = func.count(case((VERDICTS.c.machine == VERDICTS.c.outcome, 1))).label("right")
    query = (
        select(VERDICTS.c.rule, right, func.count().label("all"))
        .join(REVIEWS, REVIEWS.c.id == VERDICTS.c.review_id)
        .where(VERDICTS.c.stage == "reviewed", *_reviewed(asked, scope))
        .group_by(VERDICTS.c.rule)
    )
    return {row.rule: (row.right, row.all - row.right) for row in connection.execute(query)}


def _reviews(connection: Connection, asked: Asked, scope: Scope) -> dict[str, int]:
    query = select(REVIEWS.c.state, func.count().label("reviews")).where(*_reviewed(asked, scope))
    return {row.state: row.reviews for row in connection.execute(query.group_by(REVIEWS.c.state))}


def _reviewed(asked: Asked, scope: Scope) -> tuple[ColumnElement[bool], ...]:
    """Reviews of the period's calls; a second look that only measures reviewers counts for nothing."""
    calls = select(ENTRIES.c.call_id).where(_meant(asked, scope))
    return reviews_within(scope), REVIEWS.c.blind.is_(False), REVIEWS.c.call_id.in_(calls)


def days_until(now: datetime, days: int, zone: timedelta) -> tuple[datetime, datetime]:
    """Return the beginning of the day `days` - 1 ago, and the end of today, by that clock."""
    local = (now.astimezone(UTC) + zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return local - timedelta(days=days - 1) - zone, local + timedelta(days=1) - zone
