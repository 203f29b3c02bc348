"""Past calls by another scorecard: on trial before it is published, or scored anew; nobody listens again."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from knowledge.former import Former
from models.call import Call
from models.inspection import Inspection, InspectionState
from models.writing import writing
from quality.conversation import Conversation, Stretch, Turn, Word
from quality.evidence import Alike, Subject
from quality.inspector import write_scores
from quality.record import conversation_of
from quality.said import ERASED
from quality.scorecard import Scorecard
from quality.scoring import Score, score

MOST = 1000


@dataclass(frozen=True)
class Trial:
    """What a scorecard says of past calls."""

    calls: int
    """Inspected ones that it is for."""
    mean: float | None
    good: int
    fatal: int
    rules: dict[str, Counter[str]]
    """Outcomes of each rule."""
    examples: dict[str, tuple[str, ...]]
    """The newest calls that broke each rule, three at most."""


def inspected_calls(
    connection: Connection, since: datetime | None, limit: int = MOST
) -> Iterator[tuple[Conversation, datetime]]:
    """Yield the newest inspected calls as they were heard then, with when they began."""
    query = (
        select(Inspection.call_id, Inspection.transcript, Inspection.facts, Call.started_at)
        .join(Call, Call.id == Inspection.call_id)
        .where(Inspection.state == InspectionState.DONE)
        .order_by(Inspection.call_id.desc())
        .limit(limit)
    )
    if since is not None:
        query = query.where(Call.started_at >= since)
    for row in connection.execute(query).all():
        if ERASED in row.facts:
            continue
        live = conversation_of(connection, row.call_id)
        heard = {side: tuple(Stretch(*one) for one in found) for side, found in row.facts["voices"].items()}
        yield replace(live, turns=tuple(map(turn_of, row.transcript)), voices=heard), row.started_at


def turn_of(kept: dict[str, Any]) -> Turn:
    """Return a turn as it was kept."""
    return Turn(
        **{**kept, "words": tuple(Word(**word) for word in kept["words"]), "others": tuple(kept.get("others", ()))}
    )


def trial(connection: Connection, scorecard: Scorecard, alike: Alike, since: datetime | None, limit: int) -> Trial:
    """Score past calls and keep nothing."""
    scores = list(_scores(connection, scorecard, alike, since, limit))
    rules = {rule.name: Counter[str]() for rule in scorecard.rules}
    broken: dict[str, list[str]] = {rule.name: [] for rule in scorecard.rules}
    for call_id, scored in scores:
        for one in scored.findings:
            rules[one.rule][one.outcome] += 1
            if one.outcome == "broken":
                broken[one.rule].append(call_id)
    points = [scored.points for _, scored in scores if scored.points is not None]
    return Trial(
        len(scores),
        round(sum(points) / len(points), 1) if points else None,
        sum(scored.good for _, scored in scores),
        sum(scored.fatal for _, scored in scores),
        rules,
        {rule: tuple(calls[:3]) for rule, calls in broken.items()},
    )


def rescore(
    engine: Engine, scorecard: Scorecard, alike: Alike, since: datetime | None, limit: int, now: datetime
) -> int:
    """Score past calls by a version in force and write it; return how many were written. Former scores stay.

    Raises `CannotDo` where the database can't be written.
    """
    with engine.connect() as connection:
        scores = list(_scores(connection, scorecard, alike, since, limit))
    return sum(_written(engine, call_id, scored, now) for call_id, scored in scores)


def _written(engine: Engine, call_id: str, scored: Score, now: datetime) -> bool:
    """Write it unless the words were deleted since they were read: the quotes would bring them back."""
    with writing(engine) as connection:
        this = select(Inspection.state, Inspection.facts).where(Inspection.call_id == call_id).with_for_update()
        row = connection.execute(this).first()
        if row is None or row.state != InspectionState.DONE or ERASED in row.facts:
            return False
        write_scores(connection, call_id, [scored], now)
        return True


def _scores(
    connection: Connection, scorecard: Scorecard, alike: Alike, since: datetime | None, limit: int
) -> Iterator[tuple[str, Score]]:
    former = Former(connection.engine)
    for conversation, began in inspected_calls(connection, since, limit):
        if scorecard.applies.to(conversation, began.date()):
            yield conversation.call_id, score(scorecard, Subject(conversation, alike, known=former.at(began)))
