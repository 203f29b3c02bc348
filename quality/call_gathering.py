"""All that a call's entry tells, gathered from the call's records, and those of queues, campaigns and inspection."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from models.agent import Agent
from models.attempt import Attempt
from models.call import Call, CallState
from models.campaign import Campaign
from models.database import table_of
from models.inspection import CallScore, Finding, Inspection, InspectionState
from models.queue_caller import QueueCaller
from models.queue_event import QueueEvent
from models.review import Review, ReviewFinding, ReviewState
from quality.call_said import said_tokens

CALLS, SCORES = table_of(Call), table_of(CallScore)


@dataclass(frozen=True)
class Gathered:
    """What the records say of a call."""

    entry: Mapping[str, Any]
    """Columns of `CallEntry`, but for its key and whether it is settled."""
    talks: Mapping[str, str]
    """Team of each agent who talked."""
    kept: tuple[str, ...]
    """Rules that were kept, and not broken by another scorecard."""
    said: tuple[str, ...]
    """Tokens of what was said; nothing before the inspection."""
    ended_at: datetime | None


@dataclass(frozen=True)
class People:
    """Whose a call is: who may see it goes by this."""

    talks: Mapping[str, str]
    """Team of each agent who talked, in their order."""
    queue: str
    campaign: str

    @property
    def teams(self) -> list[str]:
        return teams_of(self.talks)


def teams_of(talks: Mapping[str, str]) -> list[str]:
    """Return the teams of those who talked, each once."""
    return list(dict.fromkeys(team for team in talks.values() if team))


def people_in(connection: Connection, call_id: str) -> People:
    """Read who talked in a call, for which queue and campaign, as the records are now."""
    attempt = connection.execute(
        select(Attempt.agent, Attempt.queue, Campaign.name)
        .outerjoin(Campaign, Campaign.id == Attempt.campaign_id)
        .where(Attempt.call_id == call_id)
    ).first()
    stays = connection.execute(
        select(QueueCaller.queue, QueueCaller.agent, QueueCaller.answered_at)
        .where(QueueCaller.call_id == call_id)
        .order_by(QueueCaller.joined_at)
    ).all()
    talks = _talks(connection, call_id, stays, attempt.agent if attempt else "")
    queue, campaign = _queue(stays), ""
    if attempt is not None:
        queue, campaign = queue or attempt.queue, attempt.name or ""
    return People(talks, queue, campaign)


def gather(connection: Connection, call_id: str) -> Gathered | None:
    """Read all that an entry tells; None where there is no such call."""
    call = connection.execute(select(CALLS).where(Call.id == call_id)).first()
    if call is None:
        return None
    people = people_in(connection, call_id)
    inspection = connection.execute(
        select(Inspection.state, Inspection.transcript, Inspection.personal).where(Inspection.call_id == call_id)
    ).first()
    inspected = inspection is not None and inspection.state == InspectionState.DONE
    scores = _scores(connection, call_id)
    broken = sorted({rule for score in scores for rule in score.broken})
    worst = min((one for one in scores if one.points is not None), key=lambda one: one.points or 0.0, default=None)
    entry = {
        "call_id": call_id, "started_at": call.started_at, "state": call.state, "direction": call.direction,
        "caller": call.caller, "called": call.called, "language": call.language, "flow": call.flow,
        "queue": people.queue, "campaign": people.campaign, "agents": list(people.talks), "teams": people.teams,
        "seconds": call.seconds, "cause": call.cause,
        "score": worst.points if worst else None, "scorecard": worst.scorecard if worst else "",
        "good": all(one.good for one in scores) if scores else None,
        "fatal": any(one.fatal for one in scores) if scores else None,
        "broken": broken, "inspected": inspected, "review": _review(connection, call_id),
    }  # fmt: skip
    kept = sorted({rule for score in scores for rule in score.kept} - set(broken))
    said = tuple(said_tokens(inspection.transcript, inspection.personal)) if inspection and inspected else ()
    return Gathered(entry, people.talks, tuple(kept), said, call.ended_at if call.state == CallState.ENDED else None)


@dataclass(frozen=True)
class _Score:
    """What a scorecard came to in the end."""

    scorecard: str
    points: float | None
    good: bool
    fatal: bool
    broken: frozenset[str]
    kept: frozenset[str]


def _scores(connection: Connection, call_id: str) -> list[_Score]:
    """Return the newest score by each scorecard, as people judged it where they did."""
    query = select(SCORES).where(CallScore.call_id == call_id).order_by(CallScore.id)
    newest = {row.scorecard: row for row in connection.execute(query)}
    reviews = connection.execute(
        select(Review.id, Review.score_id, Review.reviewed, Review.decided).where(
            Review.call_id == call_id, ~Review.blind, Review.reviewed.is_not(None)
        )
    )
    judged = {row.score_id: row for row in reviews}
    return [_score(connection, row, judged.get(row.id)) for row in newest.values()]


def _score(connection: Connection, row: Row[Any], review: Row[Any] | None) -> _Score:
    query = select(Finding.rule, Finding.outcome).where(Finding.score_id == row.id)
    outcomes = {one.rule: one.outcome for one in connection.execute(query)}
    points = {"points": row.points, "good": row.good, "fatal": row.fatal}
    if review is not None:
        stage = "reviewed" if review.decided is None else "decided"
        for one in connection.execute(
            select(ReviewFinding.rule, ReviewFinding.outcome)
            .where(ReviewFinding.review_id == review.id, ReviewFinding.stage.in_(("reviewed", stage)))
            .order_by(ReviewFinding.stage.desc())
        ):
            outcomes[one.rule] = one.outcome
        points = review.reviewed if review.decided is None else review.decided
    rules = {
        outcome: frozenset(rule for rule, one in outcomes.items() if one == outcome) for outcome in ("broken", "kept")
    }
    return _Score(row.scorecard, points["points"], points["good"], points["fatal"], rules["broken"], rules["kept"])


def _review(connection: Connection, call_id: str) -> str:
    states = set(connection.scalars(select(Review.state).where(Review.call_id == call_id, ~Review.blind)))
    if ReviewState.APPEALED in states:
        return "appealed"
    if ReviewState.OPEN in states:
        return "open"
    return "done" if states - {ReviewState.WITHDRAWN} else ""


def _talks(connection: Connection, call_id: str, stays: Sequence[Any], dialled: str) -> dict[str, str]:
    """Return who talked in the call, in their order, each with the team."""
    agents = [stay.agent for stay in stays if stay.agent and stay.answered_at]
    agents += connection.scalars(
        select(QueueEvent.agent)
        .where(QueueEvent.call_id == call_id, QueueEvent.name.in_(("direct.answered", "queue.answered")))
        .order_by(QueueEvent.id)
    ).all()
    order = list(dict.fromkeys(one for one in (*agents, dialled) if one))
    query = select(Agent.extension, Agent.team).where(Agent.extension.in_(order))
    teams = {row.extension: row.team for row in connection.execute(query)} if order else {}
    return {one: teams.get(one, "") for one in order}


def _queue(stays: Sequence[Any]) -> str:
    served = [stay.queue for stay in stays if stay.answered_at is not None]
    return str((served or [stay.queue for stay in stays] or [""])[-1])
