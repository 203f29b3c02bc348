"""What is said of callers who are with the queues now, and of what happened there: documents for programs."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select

from models.queue_caller import QueueCaller, QueueCallerState
from models.queue_event import QueueEvent

HERE = (QueueCallerState.QUEUED, QueueCallerState.OFFERED, QueueCallerState.TALKING)
Document = dict[str, Any]


def caller_documents(connection: Connection, queue: str, now: datetime | None = None) -> list[Document]:
    """Return who waits in a queue or talks to an agent of it, the first come first."""
    now = now or datetime.now(UTC)
    rows = connection.execute(
        select(QueueCaller.__table__)
        .where(QueueCaller.queue == queue, QueueCaller.state.in_(HERE))
        .order_by(QueueCaller.joined_at, QueueCaller.id)
    )
    return [
        {
            "call_id": row.call_id,
            "number": row.caller,
            "language": row.language,
            "tags": row.tags,
            "state": row.state,
            "joined_at": row.joined_at.isoformat(),
            "waited_s": round(((row.answered_at or now) - row.joined_at).total_seconds() + row.credit_s, 1),
            "agent": row.agent,
            "customer": row.data.get("customer", {}),
            "summary": row.data.get("summary", ""),
            "slots": row.data.get("slots", {}),
        }
        for row in rows
    ]


def event_documents(connection: Connection, since: int, most: int) -> list[Document]:
    """Return the first `most` events whose id is higher than `since`, the oldest first."""
    rows = connection.execute(
        select(QueueEvent.__table__).where(QueueEvent.id > since).order_by(QueueEvent.id).limit(most)
    )
    return [{**row, "at": row["at"].isoformat()} for row in rows.mappings()]
