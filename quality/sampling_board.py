"""How this week's quotas are filled, and what each reviewer has to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, select

from models.quality_settings import QualitySettings, SampleSettings
from models.review import Review, ReviewState
from quality.reviewers import staff
from quality.reviews import UNDONE
from quality.sampling import week_begins, week_of


@dataclass(frozen=True)
class Filled:
    """One share of a sample's quota: an agent's, a team's, a queue's, a flow's, or all of it ("")."""

    sample: SampleSettings
    share: str
    given: int
    done: int


@dataclass(frozen=True)
class Work:
    """What a reviewer has to do, and did."""

    account: str
    team: str
    open: int
    """Reviews, and appeals to decide."""
    late: int
    done: int
    """This week."""


def filled(connection: Connection, settings: QualitySettings, now: datetime) -> Sequence[Filled]:
    """Return what was given of this week's quotas, sample by sample in their order; second looks don't count."""
    query = (
        select(Review.sample, Review.share, func.count(), func.sum(case((Review.state.in_(UNDONE), 0), else_=1)))
        .where(Review.week == week_of(now), ~Review.blind)
        .group_by(Review.sample, Review.share)
        .order_by(Review.share)
    )
    rows = connection.execute(query).all()
    return [
        Filled(sample, share, given, done)
        for sample in settings.samples
        for name, share, given, done in rows
        if name == sample.name
    ]


def work(connection: Connection, now: datetime) -> Sequence[Work]:
    """Return what each reviewer has to do, by name."""
    late = func.sum(case((Review.due_at < now, 1), else_=0))
    reviewing = select(Review.reviewer, func.count(), late).where(Review.state == ReviewState.OPEN)
    deciding = select(Review.decider, func.count(), late).where(Review.state == ReviewState.APPEALED)
    since = week_begins(now)
    done = select(Review.reviewer, func.count()).where(Review.done_at >= since).group_by(Review.reviewer)
    decided = select(Review.decider, func.count()).where(Review.decided_at >= since).group_by(Review.decider)
    to_do: dict[str, tuple[int, int]] = {}
    for query in (reviewing.group_by(Review.reviewer), deciding.group_by(Review.decider)):
        for name, count, overdue in connection.execute(query):
            before = to_do.get(name, (0, 0))
            to_do[name] = before[0] + count, before[1] + overdue
    was_done: dict[str, int] = {}
    for query_done in (done, decided):
        for name, count in connection.execute(query_done):
            was_done[name] = was_done.get(name, 0) + count
    people = staff(connection, since).people
    return [Work(name, person.team, *to_do.get(name, (0, 0)), was_done.get(name, 0)) for name, person in people.items()]
