"""An attempt: one call to one lead, from the permit to the disposition.

It is written before its INVITE leaves, so that a call which the phone network has seen is never forgotten. It is
dialled, may ring, may be answered, and ends. A server that is killed in between leaves it open; the next start
completes it as lost, and what is known of its call is in the call's own record.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, Moment
from models.life import Life


class AttemptState(StrEnum):
    PERMITTED = "permitted"
    DIALLING = "dialling"
    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"
    LOST = "lost"


class AttemptMove(StrEnum):
    DIAL = "dial"
    RING = "ring"
    ANSWER = "answer"
    END = "end"
    LOSE = "lose"


ATTEMPT_LIFE = Life(
    noun="attempt",
    start=AttemptState.PERMITTED,
    table={
        (AttemptState.PERMITTED, AttemptMove.DIAL): AttemptState.DIALLING,
        (AttemptState.PERMITTED, AttemptMove.END): AttemptState.ENDED,
        (AttemptState.PERMITTED, AttemptMove.LOSE): AttemptState.LOST,
        (AttemptState.DIALLING, AttemptMove.RING): AttemptState.RINGING,
        (AttemptState.DIALLING, AttemptMove.ANSWER): AttemptState.ANSWERED,
        (AttemptState.DIALLING, AttemptMove.END): AttemptState.ENDED,
        (AttemptState.DIALLING, AttemptMove.LOSE): AttemptState.LOST,
        (AttemptState.RINGING, AttemptMove.DIAL): AttemptState.DIALLING,
        (AttemptState.RINGING, AttemptMove.ANSWER): AttemptState.ANSWERED,
        (AttemptState.RINGING, AttemptMove.END): AttemptState.ENDED,
        (AttemptState.RINGING, AttemptMove.LOSE): AttemptState.LOST,
        (AttemptState.ANSWERED, AttemptMove.END): AttemptState.ENDED,
        (AttemptState.ANSWERED, AttemptMove.LOSE): AttemptState.LOST,
    },
    ends=frozenset({AttemptState.ENDED, AttemptState.LOST}),
)


class Attempt(Base):
    __tablename__ = "attempt"
    __table_args__ = (
        Index("attempt_by_number", "number", "placed_at"),
        Index("attempt_by_campaign", "campaign_id", "placed_at"),
        Index("attempt_by_lead", "lead_id", "placed_at"),
        Index("attempt_by_state", "state"),
        Index("attempt_by_call", "call_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    """`call.new_id`: sorts by time of placing."""
    campaign_id: Mapped[str]
    """No foreign key, nor for the lead: what was dialled is proof and outlives the list."""
    lead_id: Mapped[int]
    node: Mapped[str]
    """The dialler that placed it; only that one completes it after a crash."""
    number: Mapped[str]
    """E.164 with "+"."""
    line: Mapped[str]
    caller_number: Mapped[str]
    """That the callee saw."""
    mode: Mapped[str]
    """robot, progressive, predictive or preview."""
    version: Mapped[str]
    """Of the flow: name@version."""
    state: Mapped[str]
    placed_at: Mapped[datetime] = mapped_column(Moment)
    ringing_at: Mapped[datetime | None] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    cause: Mapped[str]
    """A word of `models/cause.py`; "" while it goes on."""
    code: Mapped[int]
    """Final SIP code, or 0."""
    answered_by: Mapped[str]
    """human, machine, screening, fax …; "" for nobody."""
    disposition: Mapped[str]
    grade: Mapped[str]
    """A to F; "" for none."""
    call_id: Mapped[str]
    """Of the call's record; "" where none was made."""
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """Each line that was tried, with what it answered."""
    agent: Mapped[str]
    """Extension of who talked with the callee; "" for the robot alone."""
    queue: Mapped[str]
    talk_s: Mapped[float]
    cost: Mapped[float]
    """In `currency`, by the line's prices."""
    currency: Mapped[str]
    results: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Slots, intents, summary, reasons of `answered_by` and grade, opt_out, appointment."""
    abandoned: Mapped[bool]
    """Whether a person answered and nobody was there within the law's 2 s."""
