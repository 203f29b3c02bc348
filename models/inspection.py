"""An inspection: one recorded call listened to again and scored. And the scores, by which version of which scorecard.

A call that is over waits; an inspector takes it for a while, and has it done or fails. Who dies over it loses it, and
it waits again; what failed too often is given up, with the reason, and what was known while the call ran is what there
is. Scores are never changed: scoring anew writes another one, and the newest of a scorecard counts.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, Moment
from models.life import Life


class InspectionState(StrEnum):
    WAITING = "waiting"
    TAKEN = "taken"
    DONE = "done"
    GIVEN_UP = "given-up"


class InspectionMove(StrEnum):
    TAKE = "take"
    LOSE = "lose"
    FINISH = "finish"
    GIVE_UP = "give-up"


INSPECTION_LIFE = Life(
    noun="inspection",
    start=InspectionState.WAITING,
    table={
        (InspectionState.WAITING, InspectionMove.TAKE): InspectionState.TAKEN,
        (InspectionState.TAKEN, InspectionMove.LOSE): InspectionState.WAITING,
        (InspectionState.TAKEN, InspectionMove.FINISH): InspectionState.DONE,
        (InspectionState.TAKEN, InspectionMove.GIVE_UP): InspectionState.GIVEN_UP,
    },
    ends=frozenset({InspectionState.DONE, InspectionState.GIVEN_UP}),
)


class Inspection(Base):
    __tablename__ = "inspection"
    __table_args__ = (Index("inspection_by_state", "state", "call_id"),)

    call_id: Mapped[str] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str]
    tries: Mapped[int]
    taken_by: Mapped[str]
    """Host and process of the inspector."""
    taken_until: Mapped[datetime | None] = mapped_column(Moment)
    """From then on it may be taken by another."""
    queued_at: Mapped[datetime] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    words: Mapped[str]
    """Why it failed, or why nobody could listen; "" where all is well."""
    listened: Mapped[bool]
    """Whether the recording was recognised again."""
    transcript: Mapped[list[Any]] = mapped_column(JSON)
    """The turns as they are taken to be now, in order."""
    personal: Mapped[list[Any]] = mapped_column(JSON)
    """Where in them personal data stand."""
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)


class CallScore(Base):
    __tablename__ = "call_score"
    __table_args__ = (
        Index("call_score_by_call", "call_id", "scorecard"),
        Index("call_score_by_card", "scorecard", "scored_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    """`call.new_id`: the newest sorts last."""
    call_id: Mapped[str] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"))
    scorecard: Mapped[str]
    version: Mapped[str]
    points: Mapped[float | None]
    """0-100; none where no rule applies."""
    good: Mapped[bool]
    fatal: Mapped[bool]
    sections: Mapped[dict[str, Any]] = mapped_column(JSON)
    scored_at: Mapped[datetime] = mapped_column(Moment)


class Finding(Base):
    __tablename__ = "finding"
    __table_args__ = (Index("finding_by_rule", "rule", "outcome"),)

    score_id: Mapped[str] = mapped_column(ForeignKey("call_score.id", ondelete="CASCADE"), primary_key=True)
    rule: Mapped[str] = mapped_column(primary_key=True)
    outcome: Mapped[str]
    """kept, broken or not-applicable."""
    section: Mapped[str]
    weight: Mapped[float]
    fatal: Mapped[bool]
    evidence: Mapped[list[Any]] = mapped_column(JSON)
