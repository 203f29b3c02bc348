"""A queue's mailbox as a call sees it: whoever keeps the messages that callers leave there (`server.py` binds it)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True)
class LeftMessage:
    """What a caller said for a queue."""

    queue: str
    call_id: str
    number: str
    """Of who left it; "" where that is withheld."""
    language: str
    file: Path
    """Where it will be within seconds: who writes the recording is a moment behind."""
    seconds: float
    text: str
    """What was understood of it until then."""
    summary: str = ""
    """Of the call before it."""
    slots: Mapping[str, Any] = field(default_factory=dict)


class Mailbox(Protocol):
    def keep(self, message: LeftMessage) -> None:
        """Take a message; returns at once, and outlives the call. One that the same call left there is replaced."""
