"""New reviews: of a call that sampling chose, or that a reviewer wants to look into."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from models.agent import Agent
from models.audit import record
from models.call import new_id
from models.call_entry import CallEntry
from models.database import table_of
from models.errors import Refused
from models.inspection import CallScore
from models.quality_settings import QualitySettings
from models.review import Review, ReviewMove, ReviewState
from models.writing import writing
from quality.call_entries import note_call
from quality.review import Case, Figures, refusal
from quality.reviewers import person_of

SCORES = table_of(CallScore)
NEW = {
    "state": ReviewState.OPEN, "edition": 1, "sample": "", "week": "", "share": "", "reason": "asked", "blind": False,
    "words": "", "appealed_by": "", "appeal_words": "", "decider": "", "decision_words": "",
}  # fmt: skip
"""Of every review, unless it says something else."""


def give(
    connection: Connection, by: str, now: datetime, settings: QualitySettings, *, address: str = "", **values: Any
) -> str:
    """Write a new review with its trace, in the caller's transaction; return its id."""
    id_ = new_id()
    due = now + timedelta(days=settings.review_days)
    row = {**NEW, "id": id_, "made_by": by, "made_at": now, "due_at": due, **values}
    connection.execute(insert(Review).values(**row))
    words = f"{row['sample'] or row['reason']}: {row['reviewer']}"
    about = {"review": id_, "reason": row["reason"], "blind": row["blind"], "scorecard": row["scorecard"]}
    record(connection, now, by, "review.given", call_id=row["call_id"], words=words, data=about, address=address)
    return id_


def ask(
    engine: Engine, call_id: str, scorecard: str, by: str, to: str, now: datetime, *, settings: QualitySettings,
    address: str = "",
) -> str:  # fmt: skip
    """Let `to` (a reviewer, `by` themselves too) review a call; return the review's id.

    `scorecard`: whose newest score is reviewed. Raises `CannotDo` where that isn't there or is reviewed already, or
    either of the two isn't allowed to.
    """
    with writing(engine) as connection:
        theirs = (CallScore.call_id == call_id, CallScore.scorecard == scorecard)
        score = connection.execute(select(SCORES).where(*theirs).order_by(CallScore.id.desc()).limit(1)).first()
        if score is None:
            sentence = f"Call {call_id} has no score by '{scorecard}'; only inspected calls are reviewed."
            raise Refused(sentence, "reviews.no_score", scorecard=scorecard)
        known = select(Review.reviewer).where(Review.call_id == call_id, Review.scorecard == scorecard, ~Review.blind)
        if (other := connection.scalar(known)) is not None:
            sentence = f"This call's findings by '{scorecard}' are {other}'s to review already."
            raise Refused(sentence, "reviews.already", name=other)
        agent, team = judged(connection, call_id)
        case = Case(ReviewState.OPEN, to, agent, team, blind=False, appeal_until=None)
        if why := refusal(person_of(connection, by), case, ReviewMove.HAND_OVER, now):
            raise why
        if why := refusal(person_of(connection, to), case, ReviewMove.FINISH, now):
            raise why
        machine = Figures(score.points, score.good, score.fatal).document()
        id_ = give(
            connection, by, now, settings, address=address, call_id=call_id, score_id=score.id, scorecard=scorecard,
            version=score.version, agent=agent, team=team, reviewer=to, machine=machine,
        )  # fmt: skip
        note_call(connection, call_id)
    return id_


def judged(connection: Connection, call_id: str) -> tuple[str, str]:
    """Return the agent whom a review of the call is about (extension of who talked last) and the agent's team."""
    agents = connection.scalar(select(CallEntry.agents).where(CallEntry.call_id == call_id)) or [""]
    team = connection.scalar(select(Agent.team).where(Agent.extension == agents[-1]))
    return agents[-1], team or ""
