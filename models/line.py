"""A line as it is set up, and what is kept of lines over restarts: days, learned figures, how numbers were shown."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, Moment


class Line(Base):
    __tablename__ = "line"

    name: Mapped[str] = mapped_column(primary_key=True)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Only what was decided; the rest is as by default (`campaigns/line_plan.py` reads it)."""
    edited_at: Mapped[datetime] = mapped_column(Moment)
    asked_until: Mapped[datetime | None] = mapped_column(Moment)
    """Until when it rests because it asked for it (503 with Retry-After)."""


class LineDay(Base):
    """What one server placed over a line on one of its days."""

    __tablename__ = "line_day"

    line: Mapped[str] = mapped_column(primary_key=True)
    """No foreign key: what was spent outlives the line."""
    day: Mapped[str] = mapped_column(primary_key=True)
    """2026-11-21, in the line's time zone."""
    node: Mapped[str] = mapped_column(primary_key=True)
    """"" where it was counted before servers were told apart."""
    attempts: Mapped[int]
    answers: Mapped[int]
    """By persons."""
    short: Mapped[int]
    """Answers that were hung up at once."""
    seconds: Mapped[float]
    """Connected."""
    cost: Mapped[float]
    """In `currency`; calls that were running when it was written are in it as estimated."""
    currency: Mapped[str]


class LineFigure(Base):
    """What is learned of a line for one destination: sums of calls that fade with time."""

    __tablename__ = "line_figure"

    line: Mapped[str] = mapped_column(primary_key=True)
    destination: Mapped[str] = mapped_column(primary_key=True)
    """Beginning of an E.164 number: +86139."""
    at: Mapped[datetime] = mapped_column(Moment)
    """Up to when they have faded."""
    sums: Mapped[list[float]] = mapped_column(JSON)
    """In the order of `campaigns/line_figures.py`."""


class NumberFigure(Base):
    """How one of our numbers was shown today, and what is learned of its answers."""

    __tablename__ = "number_figure"

    line: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[str]
    """Of `shown`, in the line's time zone."""
    shown: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)
    answered: Mapped[float]
    unanswered: Mapped[float]
