"""A leg: one SIP dialog of a call, with one stream of RTP.

Leg 1 is the caller (or, on a call that we place, the called person); later ones are agents and transfer targets. A leg
rings, is up once answered, and may be put on hold and taken back by the other side any number of times. It ends
wherever it stands: refused or cancelled while ringing, by BYE while up or held.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base
from models.life import Life


class LegState(StrEnum):
    RINGING = "ringing"
    UP = "up"
    HELD = "held"
    ENDED = "ended"


class LegMove(StrEnum):
    ANSWER = "answer"
    HOLD = "hold"
    RESUME = "resume"
    END = "end"


LEG_LIFE = Life(
    noun="leg",
    start=LegState.RINGING,
    table={
        (LegState.RINGING, LegMove.ANSWER): LegState.UP,
        (LegState.RINGING, LegMove.END): LegState.ENDED,
        (LegState.UP, LegMove.HOLD): LegState.HELD,
        (LegState.UP, LegMove.END): LegState.ENDED,
        (LegState.HELD, LegMove.RESUME): LegState.UP,
        (LegState.HELD, LegMove.END): LegState.ENDED,
    },
    ends=frozenset({LegState.ENDED}),
)


class Leg(Base):
    __tablename__ = "leg"
    __table_args__ = (Index("leg_by_sip_call_id", "sip_call_id"),)

    call_id: Mapped[str] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1 is the person whose call it is."""
    state: Mapped[str]
    sip_call_id: Mapped[str] = mapped_column()
    """Call-ID of the SIP dialog (RFC 3261 section 20.8)."""
    media: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The last `StreamFigures` (voice/media/media_protocol.py), by field name."""
