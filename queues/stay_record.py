"""What is known of one caller's stay, and what writes it: the queue, since when, its row in the database. Pure."""

from typing import Any

from sqlalchemy import Executable

from dialplans.exchange import Handover
from models.call_log import plain
from models.queue_caller import QueueCallerMove
from queues.caller_rows import StayRow
from queues.distribution_events import Note, Overflow
from queues.plan import Queue
from queues.waiting_room import Caller

ENDS = {"callback": QueueCallerMove.CALL_BACK, "voicemail": QueueCallerMove.LEAVE_MESSAGE}
"""How a stay ends that overflows there; anywhere else it is simply led on."""


class StayRecord:
    """Follows what the distribution notes of a caller."""

    def __init__(self, node: str, caller: Caller, handover: Handover, queue: Queue, now: float) -> None:
        """`queue` is where the caller waits first; `now` in Unix seconds."""
        self._node, self._caller, self._handover = node, caller, handover
        self.queue = queue
        self._joined = now
        self._answered = 0.0
        self._ringing = 0
        self._row = StayRow(node)

    def waited(self, now: float) -> float:
        """Return the seconds that the caller has waited until now or the answer, those of a credit included."""
        return max((self._answered or now) - self._joined, 0.0)

    def take(self, note: Note, now: float) -> list[Executable]:
        """Return what writes what `note` says of the stay."""
        match note.name:
            case "queue.joined":
                self._joined = float(note.data["joined"])
                if self._row.open:
                    return []
                return [self._row.begin(self._caller, note.queue, now, self._joined, self._told())]
            case "queue.offered":
                self._ringing = len(note.data["agents"])
                return self._row.move(QueueCallerMove.OFFER, now)
            case "queue.offer-missed":
                self._ringing -= 1
                return self._row.move(QueueCallerMove.MISS, now) if self._ringing == 0 else []
            case "queue.answered":
                self._answered = now
                return self._row.move(QueueCallerMove.ANSWER, now, note.agent)
            case "queue.lost":
                self._answered = 0.0
                return self._row.move(QueueCallerMove.LOSE, now)
            case "queue.abandoned":
                return self._row.move(QueueCallerMove.ABANDON, now)
            case "queue.overflowed":
                return self._row.move(ENDS.get(str(note.data["to"]), QueueCallerMove.OVERFLOW), now)
            case "queue.ended":
                return self._row.move(QueueCallerMove.END if note.agent else QueueCallerMove.STOP, now)
            case _:
                return []

    def goes_on(self, queue: Queue, overflow: Overflow, now: float) -> Executable:
        """Return what writes that the caller waits in another queue from now on, with the time waited so far."""
        self.queue, self._joined, self._row = queue, overflow.joined, StayRow(self._node)
        return self._row.begin(self._caller, queue.name, now, overflow.joined, {**self._told(), "from": overflow.why})

    def learned(self, handover: Handover) -> list[Executable]:
        """Return what writes that more is known of the caller than when they joined."""
        self._handover = handover
        return self._row.know(self._told())

    def _told(self) -> dict[str, Any]:
        handover, customer = self._handover, self._caller.customer.document()
        told: dict[str, Any] = plain({"summary": handover.summary, "slots": dict(handover.slots), "customer": customer})
        return told
