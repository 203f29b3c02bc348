"""Shares of caps: how much of each cap one of several servers on a database may use. Pure.

Each server writes down what it holds of every cap, and takes more only of what nobody holds. What it is to give away to
a newcomer it first stops using, and writes that down only then: so at no moment do all of them together use more than
the cap, whatever they know of each other. Who holds all (None) is alone, or doesn't know yet that it isn't.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from zlib import crc32

Held = Mapping[str, float]
"""Amounts by the name of the cap; of what isn't in it, nothing."""
LineDays = tuple[tuple[str, str], ...]
"""Lines, each with the day that it is there: ("telecom", "2026-11-21")."""


class Kind(Enum):
    SEATS = auto()
    """Calls at once: whole ones."""
    RATE = auto()
    """Calls a second. Whole ones are shared out, so that no second has more of them than the cap."""
    MONEY = auto()
    """Of a day: who holds 50 has spent 20, and may spend 30 more."""


@dataclass(frozen=True)
class Cap:
    """One cap as one of the servers has it at this moment."""

    kind: Kind
    whole: float
    """What all servers together may use."""
    mine: float
    """What this server may be using just now: its share, and no less than what it uses."""
    used: float = 0.0
    """Of money: what this server has spent today."""
    theirs: float = 0.0
    """Of money: what the other servers have on record as spent."""
    days: LineDays = ()
    """Of money: the lines and days whose costs it caps."""


@dataclass(frozen=True)
class Division:
    """What comes of looking at what others hold."""

    held: dict[str, float] | None
    """To be written down; None: all of all."""
    usable: dict[str, float] | None
    """To go by once that is written: never more than is held."""


def divide(caps: Mapping[str, Cap], others: Sequence[Held | None], place: int, turn: int) -> Division:
    """Return this server's part of all caps. `others`: what each of the others holds.

    `place`: which of the servers this is, from 0, in an order that they agree on. What can't be shared out evenly is
    had by one after the other, by `turn`.
    """
    if not others:
        return Division(None, None)
    held, usable = dict[str, float](), dict[str, float]()
    for name, cap in caps.items():
        others_hold = sum(cap.whole if one is None else one.get(name, 0.0) for one in others)
        # Another one first for each cap, or one server would have all the odd ones.
        seat = (place + crc32(name.encode()) + turn) % (len(others) + 1)
        usable[name] = max(0.0, min(fair(cap, seat, len(others) + 1), cap.whole - others_hold))
        held[name] = max(usable[name], cap.mine)
    return Division(held, usable)


def fair(cap: Cap, seat: int, servers: int) -> float:
    """Return the part of a cap for the server on `seat`, from 0: of money, what it has spent and of what is left."""
    if cap.kind is Kind.MONEY:
        return cap.used + max(0.0, cap.whole - cap.used - cap.theirs) / servers
    each, odd = divmod(int(cap.whole), servers)
    return each + (seat < odd) + (cap.whole - int(cap.whole) if seat == 0 else 0.0)


@dataclass
class Pulse:
    """Who lives: who is seen to count on. Seconds are of one's own clock, so that no other's has to be right."""

    lease_s: float
    """For which a server may stand still before it is taken for dead."""
    _seen: dict[str, tuple[int, float]] = field(default_factory=dict)

    def dead(self, beats: Mapping[str, int], now: float) -> set[str]:
        """Return which servers have stood still for too long, having seen the `beats` of all now."""
        seen = {node: self._seen.get(node, (beat, now)) for node, beat in beats.items()}
        self._seen = {node: old if old[0] == beats[node] else (beats[node], now) for node, old in seen.items()}
        return {node for node, (_, since) in self._seen.items() if now - since >= self.lease_s}
