"""A suggestion: something that callers ask for and the knowledge base can't answer, waiting for an editor.

It gathers questions that are alike, or an answer that an agent gave. An editor approves it, which makes it an article
that is live at once, or discards it; questions that are like a discarded one are counted there and open nothing anew.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, Moment
from models.life import Life


class SuggestionState(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    DISCARDED = "discarded"


class SuggestionMove(StrEnum):
    EDIT = "edit"
    APPROVE = "approve"
    DISCARD = "discard"


SUGGESTION_LIFE = Life(
    noun="suggestion",
    start=SuggestionState.OPEN,
    table={
        (SuggestionState.OPEN, SuggestionMove.EDIT): SuggestionState.OPEN,
        (SuggestionState.OPEN, SuggestionMove.APPROVE): SuggestionState.APPROVED,
        (SuggestionState.OPEN, SuggestionMove.DISCARD): SuggestionState.DISCARDED,
    },
    ends=frozenset({SuggestionState.APPROVED, SuggestionState.DISCARDED}),
)


HANDED_OVER = "handed-over"
"""Why a question is noted that an agent answered: its suggestion has the answer, from the same call."""


class Suggestion(Base):
    __tablename__ = "suggestion"
    __table_args__ = (Index("suggestion_by_state", "state", "language"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    """Sorts by time of beginning."""
    state: Mapped[str]
    language: Mapped[str]
    question: Mapped[str]
    """The one that stands for all."""
    answer: Mapped[str]
    """What an agent answered or an editor drafted; "" while there is none."""
    origin: Mapped[str]
    """callers or agent."""
    article_id: Mapped[str | None]
    """The article that it became, or that its callers rejected."""
    near: Mapped[list[list[Any]] | None] = mapped_column(JSON)
    """[article, confidence] of those near it by meaning, the nearest first; [] where they can't be told by that."""
    near_revision: Mapped[int | None]
    """The knowledge base's when they were looked for; None: nobody did yet."""


class Unanswered(Base):
    """A question that a caller got no answer to, or none that helped."""

    __tablename__ = "unanswered"
    __table_args__ = (
        Index("unanswered_by_suggestion", "suggestion_id", "id"),
        Index("unanswered_by_call", "call_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    """Sorts by time."""
    at: Mapped[datetime] = mapped_column(Moment)
    question: Mapped[str]
    language: Mapped[str]
    call_id: Mapped[str]
    """Of the call; no foreign key, as the call's own record is written later and may be deleted earlier."""
    at_s: Mapped[float]
    """Where it is asked: seconds from the recording's first sample."""
    why: Mapped[str]
    """unknown, rejected or `HANDED_OVER`."""
    article_id: Mapped[str | None]
    """The article that was rejected."""
    suggestion_id: Mapped[str | None] = mapped_column(ForeignKey("suggestion.id", ondelete="SET NULL"))
    """None until it is grouped."""
