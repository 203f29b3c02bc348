"""An event: a dated fact of a call. It is written to the database and, before, published in process."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.call_note import CallNote, SpeechHeard
from models.database import Base, Moment

log = logging.getLogger(__name__)
Listener = Callable[[CallNote], None]
SpeechListener = Callable[[SpeechHeard], None]


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
        self._hearers: list[SpeechListener] = []

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

    def hear(self, listener: SpeechListener) -> Callable[[], None]:
        """Let `listener` know at once when somebody is heard in a call; return its way out."""
        self._hearers.append(listener)
        return lambda: self._hearers.remove(listener)

    def speech(self, heard: SpeechHeard) -> None:
        """Hand `heard` to who watches calls; one that fails is logged."""
        for listener in tuple(self._hearers):
            try:
                listener(heard)
            except Exception:
                log.exception("A listener to the speech in calls failed")
