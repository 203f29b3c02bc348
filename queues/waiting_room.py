"""The waiting room: who waits where, who goes first and why, and what is owed to who hung up. Pure.

The score of a caller is what the queue's `priority` makes of the waiting time, the customer's tags, having failed to
get through earlier today, and calls today; the flow may add to it. It grows with every minute: nobody waits for ever.
A caller who hung up and calls the same queue again within its `credit_s` has waited as long as before.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from queues.customer import NOBODY, Customer
from queues.plan import Priority, Queue
from queues.waiter import Waiter, wish_of

LEAST_PER_MIN = 0.01
"""What a minute of waiting is worth at least: a queue that gives nothing for it would let callers starve."""


@dataclass(frozen=True)
class Caller:
    """Who comes to wait."""

    call_id: str
    queue: str
    number: str = ""
    """By which a caller is known again; "": not at all."""
    language: str = ""
    tags: tuple[str, ...] = ()
    calls_today: int = 0
    """Before this one."""
    failed_today: bool = False
    """Whether an earlier call today waited and got nobody."""
    bonus: float = 0.0
    """Points from the flow."""
    familiar: tuple[str, ...] = ()
    """Extensions of who owns the account, and who served last."""
    customer: Customer = NOBODY
    """Who the company says it is."""
    joined: float | None = None
    """Where the waiting began earlier than now: a callback that keeps its place, a caller sent back."""
    avoid: str = ""
    """Extension of an agent from whom the caller comes back, and who is offered the caller after all others."""
    away: bool = False
    """Not on the line: is called once an agent is there, best the own one, is told nothing, and overflows nowhere."""
    instead_of: str = ""
    """Call id under which this caller waited away, and was called: goes to whoever was kept for them."""


@dataclass
class Place:
    """A caller in the room."""

    caller: Caller
    queue: Queue
    joined: float
    """Seconds; earlier than the call where there was a credit."""
    entered: float
    """When the caller came into this queue."""
    avoid: frozenset[str] = frozenset()
    """Agents who had their chance."""
    been_in: frozenset[str] = frozenset()
    """Queues that the caller overflowed from."""
    tries: int = 0
    """Offers so far."""
    told: int = 0
    """Announcements so far, in this queue."""
    callback_offered: bool = False
    offer: str = ""
    """The open one; "": none, the caller waits."""

    def waiter(self) -> Waiter:
        """Return the caller as matching sees one."""
        caller, priority = self.caller, self.queue.priority
        return Waiter(
            caller.call_id, wish_of(self.queue, caller.language), self.joined,
            sum(extras(caller, priority).values()), per_minute(priority) / 60,
            caller.familiar, self.avoid, keeps_agent=caller.away,
        )  # fmt: skip

    def score(self, now: float) -> dict[str, float]:
        """Return the parts of the score, and its sum as "score"; rounded, as they are shown."""
        waiting = per_minute(self.queue.priority) * (now - self.joined) / 60
        parts = {"waiting": waiting} | extras(self.caller, self.queue.priority)
        return {name: round(value, 2) for name, value in (parts | {"score": sum(parts.values())}).items()}


def per_minute(priority: Priority) -> float:
    """Return what a minute of waiting is worth."""
    return max(LEAST_PER_MIN, priority.waiting)


def extras(caller: Caller, priority: Priority) -> dict[str, float]:
    """Return the parts of a score that don't change with time."""
    return {
        "tags": sum((priority.tags.get(tag, 0.0) for tag in sorted(set(caller.tags))), 0.0),
        "failed_today": priority.failed_today if caller.failed_today else 0.0,
        "calls_today": priority.calls_today * caller.calls_today,
        "flow": caller.bonus,
    }


@dataclass(frozen=True)
class Credit:
    """What is owed to a number that hung up."""

    queue: str
    number: str
    waited: float
    """Seconds."""
    left: float
    """When."""


@dataclass
class WaitingRoom:
    """All callers of all queues, and the credits of those who left."""

    places: dict[str, Place] = field(default_factory=dict)
    """By call id; also those to whom agents ring just now."""
    _credits: dict[tuple[str, str], Credit] = field(default_factory=dict)

    def enter(self, caller: Caller, queue: Queue, now: float) -> Place:
        """Take a caller in, with the old waiting time where there is a credit."""
        named = caller.number and not caller.away
        credit = self._credits.pop((queue.name, caller.number), None) if named else None
        joined = now if caller.joined is None else min(caller.joined, now)
        if credit is not None and now - credit.left <= queue.credit_s:
            joined = min(joined, now - credit.waited)
        place = self.places[caller.call_id] = Place(caller, queue, joined, now, frozenset({caller.avoid} - {""}))
        return place

    def leave(self, call_id: str) -> Place | None:
        """Let a caller go; None: nobody of that id is here."""
        return self.places.pop(call_id, None)

    def owe(self, place: Place, now: float) -> None:
        """Remember how long somebody waited who hung up."""
        if place.caller.number and place.queue.credit_s > 0:
            key = (place.queue.name, place.caller.number)
            self._credits[key] = Credit(*key, now - place.joined, now)

    def give(self, credits: Iterable[Credit]) -> None:
        """Take up credits that were stored."""
        self._credits |= {(credit.queue, credit.number): credit for credit in credits}

    def credits(self, now: float, longest_s: float) -> list[Credit]:
        """Return what is owed, and forget what is older than `longest_s`."""
        kept = {key: credit for key, credit in self._credits.items() if now - credit.left <= longest_s}
        self._credits = kept
        return sorted(kept.values(), key=lambda credit: (credit.queue, credit.number))

    def of(self, queue: str) -> Iterator[Place]:
        """Yield those who are in a queue."""
        return (place for place in self.places.values() if place.queue.name == queue)

    def full(self, queue: Queue) -> bool:
        """Tell whether a queue can't take one more."""
        return bool(queue.size) and sum(not place.caller.away for place in self.of(queue.name)) >= queue.size

    def position(self, call_id: str, now: float) -> int:
        """Return which place a caller has among those of the queue who wait, the first being 1."""
        place = self.places[call_id]
        mine = _order(place.waiter(), now)
        others = (other for other in self.of(place.queue.name) if not other.offer and other is not place)
        return 1 + sum(_order(other.waiter(), now) < mine for other in others)


def _order(waiter: Waiter, now: float) -> tuple[float, float, str]:
    return (-waiter.score(now), waiter.joined, waiter.call_id)
