"""The mailbox of every queue: a message becomes a callback that is due when the queue opens next."""

from datetime import datetime
from typing import Protocol

from queues.callback import Callbacks
from voice.mailbox import LeftMessage


class Floor(Protocol):
    """What a mailbox asks of the distributor."""

    def now(self) -> float: ...

    def opens(self, queue: str) -> datetime | None: ...


class Mailbox:
    """See `voice.mailbox.Mailbox`; one a server."""

    def __init__(self, callbacks: Callbacks, floor: Floor) -> None:
        """`floor` knows when queues open."""
        self._callbacks, self._floor = callbacks, floor

    def keep(self, message: LeftMessage) -> None:
        """Promise to call back who left a message; returns at once."""
        opens = self._floor.opens(message.queue)
        self._callbacks.leave(message, opens.timestamp() if opens else self._floor.now())
