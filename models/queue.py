"""A queue as it is set up: its settings as `queues/queue_reading.py` reads them, and how often they were edited."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, Moment


class Queue(Base):
    __tablename__ = "queue"

    name: Mapped[str] = mapped_column(primary_key=True)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Only what was decided; the rest is as by default."""
    edited_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int]
    """From 1, one more with every edit."""
