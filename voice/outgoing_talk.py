"""What the conversation of a call of ours is told besides its flow: about whom we called, and who may answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from voice.answering_machine import DetectPolicy


@dataclass(frozen=True)
class OutgoingTalk:
    """One call of ours to one person of a list."""

    variables: Mapping[str, Any] = field(default_factory=dict)
    """What the flow knows from the beginning; dotted names are nested ({"lead": {"name": …}})."""
    zone: tzinfo | None = None
    """The callee's time zone, which "at five" is in; None: the hotline's."""
    connect_s: float = 0.0
    """Seconds in which a person of ours must take who is handed over, or the call counts as abandoned; 0: any."""
    abandoned: Mapping[str, str] = field(default_factory=dict)
    """What who is abandoned hears, by language: who called, and how to call no more."""
    detect: DetectPolicy | None = None
    """What becomes of who answers; None: nobody looks, it is taken for a person."""
    agent: str = ""
    """Extension of the one who waits for the callee; the flow's queue is passed by. "": whoever is free."""

    def wall(self, now: datetime) -> datetime:
        """Return `now` where the callee is."""
        return now.astimezone(self.zone) if self.zone else now
