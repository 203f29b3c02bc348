"""A call: one person's way through the hotline, from the first INVITE to the last BYE.

A call rings until it is answered or given up; an answered one goes on until either side, a limit or a fault ends it.
What happens in between (hold, transfer, waiting for an agent) happens to its legs and is told by events. There is
exactly one way to be over, and the cause says which of the many reasons it was; so a call that was never answered
ends like any other, with a cause and without `answered_at`.

A server that is killed leaves calls that ring or talk for ever in its database. The next start ends each of them with
the cause "server-stopped" at the last moment anything is known of it (`models/recovery.py`).
"""

import secrets
import threading
import time
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, Moment
from models.life import Life


class CallState(StrEnum):
    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"


class CallMove(StrEnum):
    ANSWER = "answer"
    END = "end"


CALL_LIFE = Life(
    noun="call",
    start=CallState.RINGING,
    table={
        (CallState.RINGING, CallMove.ANSWER): CallState.ANSWERED,
        (CallState.RINGING, CallMove.END): CallState.ENDED,
        (CallState.ANSWERED, CallMove.END): CallState.ENDED,
    },
    ends=frozenset({CallState.ENDED}),
)


class Call(Base):
    __tablename__ = "call"
    __table_args__ = (
        Index("call_by_time", "started_at"),
        Index("call_by_caller", "caller", "started_at"),
        Index("call_by_called", "called", "started_at"),
        Index("call_by_cause", "cause", "started_at"),
        Index("call_by_state", "state", "node"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    """`new_id`: sorts by time of beginning."""
    node: Mapped[str]
    """The server that owns it; only that one completes it after a crash."""
    state: Mapped[str]
    direction: Mapped[str]
    caller: Mapped[str]
    called: Mapped[str]
    origin: Mapped[str]
    language: Mapped[str]
    flow: Mapped[str]
    flow_version: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    seconds: Mapped[float | None]
    """From answer to end, by a clock that doesn't jump."""
    cause: Mapped[str]
    """A word of `models/cause.py`; "" while it goes on."""
    code: Mapped[int]
    """Final SIP code, or 0."""
    words: Mapped[str]


ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: nothing to mistake when it is read out."""
_last = 0
_lock = threading.Lock()


def new_id() -> str:
    """Return a new sortable id of 16 characters: 48 bits of Unix milliseconds, 32 of chance.

    Later ones of one process sort after earlier ones even when the clock jumps back.
    """
    global _last
    with _lock:
        _last = max(int(time.time() * 1000) << 32 | secrets.randbits(32), _last + 1)
        number = _last
    return _written(number)


def first_id(seconds: float) -> str:
    """Return the id that sorts before all that are made from this Unix time on, and after those of before."""
    return _written(int(seconds * 1000) << 32)


def _written(number: int) -> str:
    return "".join(ALPHABET[number >> shift & 31] for shift in range(75, -1, -5))
