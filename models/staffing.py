"""Staffing: who should be ready when; and what queues and agents name besides: opening hours, skills."""

from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base


class Shift(Base):
    __tablename__ = "shift"

    id: Mapped[int] = mapped_column(primary_key=True)
    agent: Mapped[str]
    """Extension; or"""
    team: Mapped[str]
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Weekdays or dates, from and to, time zone: as `queues/plan_reading.py` reads them."""


class OpeningHours(Base):
    __tablename__ = "opening_hours"

    name: Mapped[str] = mapped_column(primary_key=True)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    """As a flow writes a calendar."""


class Skill(Base):
    """A declared skill; where there are none, agents' skills are what there is."""

    __tablename__ = "skill"

    name: Mapped[str] = mapped_column(primary_key=True)
