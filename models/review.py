"""A review: a person listens to an inspected call and confirms or changes what the scorecard found in it.

It is given to a reviewer and open until that one has judged every finding. For some days after that the agent, or who
leads the agent's team, may appeal, once; somebody else then decides, and that is the end of it. Without an appeal the
review is closed when those days are over. Where the call is deleted, what can no longer be listened to is withdrawn;
a review that was done stays as it is. The machine's score is never changed: people's points stand beside it, and a
decision's count before a review's, a review's before the machine's.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, Moment
from models.life import Life


class ReviewState(StrEnum):
    OPEN = "open"
    DONE = "done"
    APPEALED = "appealed"
    DECIDED = "decided"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class ReviewMove(StrEnum):
    HAND_OVER = "hand-over"
    FINISH = "finish"
    APPEAL = "appeal"
    DECIDE = "decide"
    CLOSE = "close"
    WITHDRAW = "withdraw"


REVIEW_LIFE = Life(
    noun="review",
    start=ReviewState.OPEN,
    table={
        (ReviewState.OPEN, ReviewMove.HAND_OVER): ReviewState.OPEN,
        (ReviewState.OPEN, ReviewMove.FINISH): ReviewState.DONE,
        (ReviewState.OPEN, ReviewMove.WITHDRAW): ReviewState.WITHDRAWN,
        (ReviewState.DONE, ReviewMove.APPEAL): ReviewState.APPEALED,
        (ReviewState.DONE, ReviewMove.CLOSE): ReviewState.CLOSED,
        (ReviewState.APPEALED, ReviewMove.HAND_OVER): ReviewState.APPEALED,
        (ReviewState.APPEALED, ReviewMove.DECIDE): ReviewState.DECIDED,
        (ReviewState.APPEALED, ReviewMove.WITHDRAW): ReviewState.WITHDRAWN,
    },
    ends=frozenset({ReviewState.DECIDED, ReviewState.CLOSED, ReviewState.WITHDRAWN}),
)


class Review(Base):
    __tablename__ = "review"
    __table_args__ = (
        # A call is reviewed once for each scorecard, and once more where a second reviewer judges it blindly.
        Index("review_once", "call_id", "scorecard", "blind", unique=True),
        Index("review_by_reviewer", "reviewer", "state"),
        Index("review_by_state", "state", "due_at"),
        Index("review_by_sample", "sample", "week"),
        Index("review_by_time", "made_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    """`call.new_id`."""
    call_id: Mapped[str]
    """No foreign key: that a call was reviewed, and how the machine did, outlives its recording."""
    score_id: Mapped[str]
    """The `CallScore` that is reviewed."""
    scorecard: Mapped[str]
    version: Mapped[str]
    agent: Mapped[str]
    """Extension of who is judged; "" where the robot alone talked."""
    team: Mapped[str]
    """The agent's when the review was made; who is in it neither reviews nor decides."""
    sample: Mapped[str]
    """Which sample chose the call; "" for one asked for by hand."""
    week: Mapped[str]
    """Whose quota it counts for: 2026-W47."""
    share: Mapped[str]
    """For what of that quota: an agent's extension, a team, a queue, a flow; "" where there is one for all."""
    reason: Mapped[str]
    """Why it was chosen, in one of the words of `quality/sampling.py`."""
    blind: Mapped[bool]
    """A second look that only measures how far reviewers agree: its points count for nothing else."""
    state: Mapped[str]
    edition: Mapped[int]
    """Counts up with every change: who read an older one changes nothing."""
    made_by: Mapped[str]
    """An account, or "sampling"."""
    made_at: Mapped[datetime] = mapped_column(Moment)
    reviewer: Mapped[str]
    """Account; "" where nobody could be found."""
    due_at: Mapped[datetime] = mapped_column(Moment)
    """By when the review, and after an appeal the decision, is to be there."""
    words: Mapped[str]
    """What the reviewer says of the whole call."""
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    appeal_until: Mapped[datetime | None] = mapped_column(Moment)
    appealed_by: Mapped[str]
    appealed_at: Mapped[datetime | None] = mapped_column(Moment)
    appeal_words: Mapped[str]
    decider: Mapped[str]
    """Account that is asked to decide, and from then on that did; "" where nobody could be found."""
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decision_words: Mapped[str]
    machine: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Points (0-100 or null), good and fatal, as the machine has them."""
    reviewed: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """The same by the reviewer's outcomes; none until done."""
    decided: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """The same by the decision's; none without one."""


class ReviewFinding(Base):
    """What a person says of one rule, beside what the machine had said."""

    __tablename__ = "review_finding"
    __table_args__ = (Index("review_finding_by_rule", "rule"),)

    review_id: Mapped[str] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"), primary_key=True)
    stage: Mapped[str] = mapped_column(primary_key=True)
    """reviewed or decided."""
    rule: Mapped[str] = mapped_column(primary_key=True)
    machine: Mapped[str]
    """Its outcome: kept, broken or not-applicable."""
    outcome: Mapped[str]
    """The person's."""
    comment: Mapped[str]
    second: Mapped[float | None]
    """Of the call, which the comment is about."""


class CallComment(Base):
    """What somebody wrote about a call, at a second of it."""

    __tablename__ = "call_comment"
    __table_args__ = (Index("call_comment_by_call", "call_id", "second"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    """`call.new_id`."""
    call_id: Mapped[str] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"))
    account: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)
    second: Mapped[float | None]
    """None: about the whole call."""
    words: Mapped[str]


class SavedView(Base):
    """A filter of the list of calls, under a name."""

    __tablename__ = "saved_view"
    __table_args__ = (Index("saved_view_by_name", "account", "name", unique=True),)

    id: Mapped[str] = mapped_column(primary_key=True)
    """`call.new_id`."""
    account: Mapped[str]
    name: Mapped[str]
    query: Mapped[dict[str, Any]] = mapped_column(JSON)
    """As `CallFilter` writes it."""
    shared: Mapped[bool]
    """Whether others see it too."""
    kept_at: Mapped[datetime] = mapped_column(Moment)
