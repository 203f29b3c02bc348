"""Reservations: agents kept free for callers who are not on the line and whose turn has come. Pure.

Who was promised a callback waits like everybody, with the time since the promise. Once it is their turn, the agent whom
they would get is kept for them while they are called; the call that they answer takes the agent over. A reservation
ends exactly once: taken over, given back, or after `RESERVED_S`, so that nobody sits idle for a call that hangs.
"""

from collections.abc import Callable
from dataclasses import dataclass

from queues.desks import Desks
from queues.distribution_events import Action, Summon, Withdraw
from queues.timetable import Timetable
from queues.waiting_room import Place

RESERVED_S = 90.0
"""For a phone to ring, somebody to answer, and a sentence to be said to them."""


@dataclass(frozen=True)
class Reservation:
    offer: str
    agent: str


class Reservations:
    """All of one server, by the id of who waits away from the line."""

    def __init__(self, desks: Desks, times: Timetable, tell: Callable[[Action], None]) -> None:
        """`tell` takes what is to be done."""
        self._desks, self._times, self._tell = desks, times, tell
        self._kept: dict[str, Reservation] = {}

    def keep(self, place: Place, agent: str, offer: str, now: float) -> None:
        """Keep an agent for the caller of `place`, and have the caller called; `offer` names the reservation."""
        call_id, desk = place.caller.call_id, self._desks[agent]
        desk.rings(offer, now)
        self._desks.put(desk)
        self._kept[call_id] = Reservation(offer, agent)
        self._times.set(("reserved", call_id), now + RESERVED_S)
        self._tell(Summon(call_id, agent, place.score(now)))

    def take_over(self, call_id: str) -> Reservation | None:
        """End a reservation, for somebody comes who gets the agent; return it, None where there is none."""
        return self._end(call_id)

    def give_back(self, call_id: str) -> None:
        """End a reservation that nobody came for; what isn't there is over already."""
        kept = self._kept.get(call_id)
        if kept is not None:
            self._end(call_id)
            self._tell(Withdraw(kept.offer, kept.agent))

    def lose(self, agent: str) -> None:
        """End all at an agent who takes no calls any more."""
        for call_id in [call_id for call_id, kept in self._kept.items() if kept.agent == agent]:
            self.give_back(call_id)

    def _end(self, call_id: str) -> Reservation | None:
        kept = self._kept.pop(call_id, None)
        if kept is None:
            return None
        self._times.clear(("reserved", call_id))
        desk = self._desks[kept.agent]
        desk.misses(kept.offer, counts=False)
        self._desks.put(desk)
        return kept
