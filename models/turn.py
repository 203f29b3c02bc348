"""A turn: what one side said or keyed before the other took over."""

from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base


class Turn(Base):
    __tablename__ = "turn"

    call_id: Mapped[str] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    speaker: Mapped[str]
    """caller, robot or agent."""
    text: Mapped[str]
    """Of an interrupted robot: what the caller really heard."""
    start_s: Mapped[float]
    """Seconds from the recording's first sample, by sample count."""
    end_s: Mapped[float]
    intent: Mapped[str]
    confidence: Mapped[float | None]
    """0-1."""
    interrupted: Mapped[bool]
    language: Mapped[str]
    digits: Mapped[str]
    """Keys pressed, where it was said by keypad."""
    timings: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Milliseconds a stage, such as endpoint_ms, decode_ms, answer_ms."""
