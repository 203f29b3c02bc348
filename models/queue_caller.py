"""A waiting caller: one stay of one call in one queue.

Queued until offered to an agent; a missed offer queues the caller again, an answered one is a talk. A talk that the
agent's end lost queues the caller once more, with all the waiting time kept. A stay that ends without a talk says how:
the caller hung up, overflowed to elsewhere, took a callback or left a message; one that we ended (a server that stops,
a fault, a robot that had helped meanwhile) gives the caller's waiting time back as credit on the next call.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, Moment
from models.life import Life


class QueueCallerState(StrEnum):
    QUEUED = "queued"
    OFFERED = "offered"
    TALKING = "talking"
    SERVED = "served"
    ABANDONED = "abandoned"
    OVERFLOWED = "overflowed"
    CALLBACK = "callback"
    VOICEMAIL = "voicemail"
    STOPPED = "stopped"


class QueueCallerMove(StrEnum):
    OFFER = "offer"
    MISS = "miss"
    ANSWER = "answer"
    LOSE = "lose"
    END = "end"
    ABANDON = "abandon"
    OVERFLOW = "overflow"
    CALL_BACK = "call-back"
    LEAVE_MESSAGE = "leave-message"
    STOP = "stop"


QUEUE_CALLER_LIFE = Life(
    noun="waiting caller",
    start=QueueCallerState.QUEUED,
    table={
        (QueueCallerState.QUEUED, QueueCallerMove.OFFER): QueueCallerState.OFFERED,
        (QueueCallerState.QUEUED, QueueCallerMove.ABANDON): QueueCallerState.ABANDONED,
        (QueueCallerState.QUEUED, QueueCallerMove.OVERFLOW): QueueCallerState.OVERFLOWED,
        (QueueCallerState.QUEUED, QueueCallerMove.CALL_BACK): QueueCallerState.CALLBACK,
        (QueueCallerState.QUEUED, QueueCallerMove.LEAVE_MESSAGE): QueueCallerState.VOICEMAIL,
        (QueueCallerState.QUEUED, QueueCallerMove.STOP): QueueCallerState.STOPPED,
        (QueueCallerState.OFFERED, QueueCallerMove.MISS): QueueCallerState.QUEUED,
        (QueueCallerState.OFFERED, QueueCallerMove.ANSWER): QueueCallerState.TALKING,
        (QueueCallerState.OFFERED, QueueCallerMove.ABANDON): QueueCallerState.ABANDONED,
        (QueueCallerState.OFFERED, QueueCallerMove.OVERFLOW): QueueCallerState.OVERFLOWED,
        (QueueCallerState.OFFERED, QueueCallerMove.CALL_BACK): QueueCallerState.CALLBACK,
        (QueueCallerState.OFFERED, QueueCallerMove.LEAVE_MESSAGE): QueueCallerState.VOICEMAIL,
        (QueueCallerState.OFFERED, QueueCallerMove.STOP): QueueCallerState.STOPPED,
        (QueueCallerState.TALKING, QueueCallerMove.LOSE): QueueCallerState.QUEUED,
        (QueueCallerState.TALKING, QueueCallerMove.END): QueueCallerState.SERVED,
        (QueueCallerState.TALKING, QueueCallerMove.STOP): QueueCallerState.STOPPED,
    },
    ends=frozenset(
        {
            QueueCallerState.SERVED,
            QueueCallerState.ABANDONED,
            QueueCallerState.OVERFLOWED,
            QueueCallerState.CALLBACK,
            QueueCallerState.VOICEMAIL,
            QueueCallerState.STOPPED,
        }
    ),
)


class QueueCaller(Base):
    __tablename__ = "queue_caller"
    __table_args__ = (
        Index("queue_caller_by_state", "state", "queue"),
        Index("queue_caller_by_call", "call_id"),
        Index("queue_caller_by_caller", "caller", "joined_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    """`call.new_id`: a call may wait in several queues, one after the other."""
    call_id: Mapped[str]
    """No foreign key: the call's own record is written later and may be deleted earlier."""
    node: Mapped[str]
    """The server that has the call."""
    queue: Mapped[str]
    state: Mapped[str]
    caller: Mapped[str]
    language: Mapped[str]
    tags: Mapped[list[str]] = mapped_column(JSON)
    joined_at: Mapped[datetime] = mapped_column(Moment)
    credit_s: Mapped[float]
    """Waiting time of an earlier call, or of the queue that it overflowed from, that counts as waited here."""
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    agent: Mapped[str]
    """Extension of who talks or talked with the caller; "" for nobody."""
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Summary and values that travel with the caller, and what else the queue must know after a restart."""
