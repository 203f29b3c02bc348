"""An event: a dated fact of a call. It is written to the database and, before, published in process."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.call_note import CallNote
from models.database import Base, Moment

log = logging.getLogger(__name__)
Listener = Callable[[CallNote], None]


class Event(Base):
    __tablename__ = "event"
    __table_args__ = (Index("event_by_call", "call_id", "id"), Index("event_by_name", "name", "at"))

    id: Mapped[str] = mapped_column(primary_key=True)
    """`call.new_id`: sorts in the order of happening."""
    call_id: Mapped[str] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(Moment)
    name: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(JSON)


class Events:
    """Whoever wants to know what happens to calls as it happens: metrics, the demo, a live page."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Let `listener` have each note at once, in the event loop (it must return quickly); return its way out."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def publish(self, note: CallNote) -> None:
        """Hand `note` to every listener; one that fails is logged and doesn't keep it from the others."""
        for listener in tuple(self._listeners):
            try:
                listener(note)
            except Exception:
                log.exception("A listener to the events of calls failed on %s", type(note).__name__)
