"""A callback: the promise to call somebody back, with or without a message that was left.

Scheduled for a time, or queued where it keeps the caller's place; called when its turn comes. Whom nobody answers is
scheduled again, until the tries are used up. It is reached when caller and agent talk, and may be cancelled before.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, Moment
from models.life import Life


class CallbackState(StrEnum):
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    CALLING = "calling"
    REACHED = "reached"
    GAVE_UP = "gave-up"
    CANCELLED = "cancelled"


class CallbackMove(StrEnum):
    FALL_DUE = "fall-due"
    CALL = "call"
    RETRY = "retry"
    REACH = "reach"
    GIVE_UP = "give-up"
    CANCEL = "cancel"


CALLBACK_LIFE = Life(
    noun="callback",
    start=CallbackState.SCHEDULED,
    table={
        (CallbackState.SCHEDULED, CallbackMove.FALL_DUE): CallbackState.QUEUED,
        (CallbackState.SCHEDULED, CallbackMove.CALL): CallbackState.CALLING,
        (CallbackState.SCHEDULED, CallbackMove.CANCEL): CallbackState.CANCELLED,
        (CallbackState.QUEUED, CallbackMove.CALL): CallbackState.CALLING,
        (CallbackState.QUEUED, CallbackMove.GIVE_UP): CallbackState.GAVE_UP,
        (CallbackState.QUEUED, CallbackMove.CANCEL): CallbackState.CANCELLED,
        (CallbackState.CALLING, CallbackMove.RETRY): CallbackState.SCHEDULED,
        (CallbackState.CALLING, CallbackMove.REACH): CallbackState.REACHED,
        (CallbackState.CALLING, CallbackMove.GIVE_UP): CallbackState.GAVE_UP,
        (CallbackState.CALLING, CallbackMove.CANCEL): CallbackState.CANCELLED,
    },
    ends=frozenset({CallbackState.REACHED, CallbackState.GAVE_UP, CallbackState.CANCELLED}),
)


class Callback(Base):
    __tablename__ = "callback"
    __table_args__ = (
        Index("callback_by_state", "state", "due_at"),
        Index("callback_by_number", "number", "made_at"),
        Index("callback_by_call", "call_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    """`call.new_id`: sorts by time of promising."""
    state: Mapped[str]
    number: Mapped[str]
    line: Mapped[str]
    """Trunk to call through; "" for the first that can."""
    queue: Mapped[str]
    agent: Mapped[str]
    """Extension of the caller's own agent; "" for any of the queue."""
    language: Mapped[str]
    call_id: Mapped[str]
    """Of the call in which it was promised."""
    reason: Mapped[str]
    """asked, voicemail, survey, overflow …"""
    message: Mapped[str]
    """Sound file that the caller left, as its path was then (`recording.message_file`); "" for none."""
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Summary, values, transcript of the message."""
    made_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)
    waiting_since: Mapped[datetime] = mapped_column(Moment)
    """The place that it keeps in the queue."""
    tries: Mapped[int]
    most_tries: Mapped[int]
    words: Mapped[str]
    """How the last try went."""
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
