"""An event of the queues: a dated fact, written before its effect leaves the process.

Names: queue.joined, queue.offered, queue.offer-missed, queue.answered, queue.abandoned, queue.overflowed, queue.lost,
queue.ended, queue.transferred, queue.disposition, direct.* (callers whom no queue led to somebody), agent.state,
callback.*, webhook.gave-up, queue.edited.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, Moment


class QueueEvent(Base):
    __tablename__ = "queue_event"
    __table_args__ = (
        UniqueConstraint("node", "number", name="queue_event_once"),
        Index("queue_event_by_queue", "queue", "id"),
        Index("queue_event_by_call", "call_id", "id"),
        Index("queue_event_by_agent", "agent", "id"),
        Index("queue_event_by_name", "name", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    node: Mapped[str]
    number: Mapped[int]
    """Counted by each node from 1 without a gap: what is lost or doubled is seen."""
    at: Mapped[datetime] = mapped_column(Moment)
    name: Mapped[str]
    queue: Mapped[str]
    """"" where it is about none; so are the next two."""
    call_id: Mapped[str]
    agent: Mapped[str]
    """Extension."""
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
