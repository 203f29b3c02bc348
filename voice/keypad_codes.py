"""Codes that an agent keys while talking: transfer, consultation, conference, hold. Pure; times are in seconds.

Every code is a star and one more key; the ones that lead to somebody take a number behind it, ended by #. What isn't
the beginning of a code belongs to the person at the other end.
"""

from dataclasses import dataclass
from typing import Literal

Order = Literal["blind", "consult", "swap", "complete", "back", "conference", "hold"]
PAUSE_S = 8.0
"""Seconds after which a code that was begun is forgotten."""
LONGEST = 32
"""Keys of a number."""


@dataclass(frozen=True)
class Codes:
    """What is keyed for what."""

    blind: str = "*2"
    """Then a number and #: the caller goes there."""
    consult: str = "*3"
    """Then a number and #: the agent talks to somebody else first; the caller waits."""
    swap: str = "*4"
    """To the other of the two, and back."""
    complete: str = "*5"
    """Caller and consulted person talk, the agent leaves."""
    back: str = "*6"
    """The consulted person is hung up; back to the caller."""
    conference: str = "*7"
    """All three hear each other."""
    hold: str = "*8"
    """The caller hears music; once more: back. For phones without a key for it."""

    def orders(self) -> dict[str, Order]:
        """Return which order each code is."""
        return {
            self.blind: "blind", self.consult: "consult", self.swap: "swap", self.complete: "complete",
            self.back: "back", self.conference: "conference", self.hold: "hold",
        }  # fmt: skip


CODES = Codes()
TAKES_NUMBER: frozenset[Order] = frozenset({"blind", "consult"})


@dataclass(frozen=True)
class Ordered:
    """A code is complete."""

    order: Order
    number: str = ""


class CodeReader:
    """One agent's keys in one talk."""

    def __init__(self, codes: Codes = CODES) -> None:
        self._orders = codes.orders()
        self._keys = ""
        self._order: Order | None = None
        self._at = 0.0

    def press(self, key: str, now: float) -> Ordered | str:
        """Take a key; return the order that it completes, or the keys that are the other end's ("": not yet known)."""
        if now - self._at > PAUSE_S:
            self._forget()
        self._at = now
        if self._order is not None:
            return self._number(self._order, key)
        self._keys += key
        if not any(code.startswith(self._keys) for code in self._orders):
            return self._forget()
        order = self._orders.get(self._keys)
        if order is None:
            return ""
        self._forget()
        if order not in TAKES_NUMBER:
            return Ordered(order)
        self._order = order
        return ""

    def _number(self, order: Order, key: str) -> Ordered | str:
        if key != "#":
            self._keys += key
            if len(self._keys) > LONGEST:
                self._forget()
            return ""
        number = self._forget()
        return Ordered(order, number) if number else ""

    def _forget(self) -> str:
        keys, self._keys, self._order = self._keys, "", None
        return keys
