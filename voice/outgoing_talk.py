"""What the conversation of a call of ours is told besides its flow: about whom we called, and who hears how it goes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from voice.answering_machine import DetectPolicy

Tell = Callable[[str, Mapping[str, Any]], None]
"""Gets the name and the data of something that happened in the talk, as it happens; returns at once."""


def _tell_nobody(name: str, data: Mapping[str, Any]) -> None:
    """Where nobody waits for news."""


@dataclass(frozen=True)
class OutgoingTalk:
    """One call of ours to one person of a list."""

    variables: Mapping[str, Any] = field(default_factory=dict)
    """What the flow knows from the beginning; dotted names are nested ({"lead": {"name": …}})."""
    zone: tzinfo | None = None
    """The callee's time zone, which "at five" is in; None: the hotline's."""
    detect: DetectPolicy | None = None
    """What becomes of who answers; None: nobody looks, it is taken for a person."""
    tell: Tell = _tell_nobody

    def wall(self, now: datetime) -> datetime:
        """Return `now` where the callee is."""
        return now.astimezone(self.zone) if self.zone else now
