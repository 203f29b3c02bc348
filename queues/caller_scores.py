"""Why waiting callers go in which order: the parts of each one's score, as they are now, from what is in the database.

The parts that don't change were written when the caller joined; the one for waiting grows with the time.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from models.queue_event import QueueEvent
from queues.plan import Queue
from queues.waiting_room import per_minute

JOINED = "queue.joined"
FIXED = ("tags", "failed_today", "calls_today", "flow")
Parts = dict[str, float]


def caller_scores(
    connection: Connection, queues: Mapping[str, Queue], call_ids: Sequence[str], now: datetime
) -> dict[str, Parts]:
    """Return the parts of the score and their sum as "score", by call id; whoever's joining isn't known is left out."""
    if not call_ids:
        return {}
    rows = connection.execute(
        select(QueueEvent.call_id, QueueEvent.queue, QueueEvent.data)
        .where(QueueEvent.call_id.in_(call_ids), QueueEvent.name == JOINED).order_by(QueueEvent.id)
    )  # fmt: skip
    return {
        row.call_id: score_parts(row.data, queues[row.queue], now.timestamp()) for row in rows if row.queue in queues
    }


def score_parts(joined: Mapping[str, Any], queue: Queue, now: float) -> Parts:
    """Return the parts as they are at `now` (Unix seconds) of a caller who `joined`."""
    waited_s = max(now - float(joined.get("joined", now)), 0.0)
    parts = {"waiting": per_minute(queue.priority) * waited_s / 60}
    parts |= {name: float(joined.get(name, 0.0)) for name in FIXED}
    return {name: round(value, 2) for name, value in (parts | {"score": sum(parts.values())}).items()}
