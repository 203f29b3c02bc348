"""Tickets: what somebody has to take care of after the call, handed to the company's programs with all that is known.

We keep no tickets: a wish for one is an event (`ticket.wanted`) that holds everything, and programs are told of it.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy import Executable

from dialplans.exchange import Done
from models.call import new_id
from models.call_log import plain
from queues.distribution_events import Note
from queues.waiting_room import Caller
from voice.people import Guest

WANTED = "ticket.wanted"


class Floor(Protocol):
    """What is asked of the distributor."""

    def note(self, note: Note, *rows: Executable) -> "asyncio.Future[None]": ...


class Tickets:
    """All wishes for tickets of one server."""

    def __init__(self, floor: Floor, told: bool) -> None:
        """`told`: whether a program hears of them; without one only a queue's people may learn of a wish."""
        self._floor, self._told = floor, told

    async def want(self, guest: Guest, caller: Caller, desk: str, why: str, waited_s: float = 0.0) -> Done:
        """Keep that a caller's matter is to be taken care of; returns when that is written.

        `desk`: where it belongs, as the flow names it, or the queue (`caller.queue`) that couldn't serve the caller.
        Where neither a queue nor a program would learn of it, nothing is kept and the flow is told so.
        """
        if not caller.queue and not self._told:
            return Done(False, {"outcome": "failed"}, f"no queue is named '{desk}', and no program takes tickets")
        ticket = new_id()
        document = plain({"ticket": ticket, "desk": desk, "why": why, "waited": round(waited_s, 3)})
        document |= plain(told_of(guest, caller))
        await self._floor.note(Note(WANTED, caller.queue, guest.call_id, data=document))
        return Done(True, {"outcome": "ticket", "ticket": ticket, "queue": caller.queue})


def told_of(guest: Guest, caller: Caller) -> Mapping[str, Any]:
    """Return what is told of a caller to programs and kept with a ticket."""
    handover = guest.handover
    return {
        "caller": {
            "number": caller.number,
            "name": caller.customer.name or guest.caller.name,
            "language": caller.language,
            "tags": list(caller.tags),
            "calls_today": caller.calls_today + 1,
        },
        "called": guest.called.number,
        "customer": caller.customer.document(),
        "reason": handover.reason,
        "summary": handover.summary,
        "slots": dict(handover.slots),
    }
