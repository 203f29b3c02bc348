"""A life is a table: (state, event) -> state.

Every noun that lives (call, lead, agent …) writes down its states, its events and one table. A pair that
the table lacks is impossible by design, and trying it raises `ImpossibleMove` instead of leaving a thing in
a state nobody thought of. `tests/lives` walks every table: each state can be reached, each life can end.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from models.errors import OurFault

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


class ImpossibleMove(OurFault):
    """An event came in a state whose table has no row for it."""


@dataclass(frozen=True)
class Life(Generic[S, E]):
    """The table of one noun's life."""

    noun: str
    start: S
    table: Mapping[tuple[S, E], S]
    ends: frozenset[S]
    """States that nothing leaves."""

    @property
    def one(self) -> str:
        """The noun with its article: "a call", "an agent"."""
        return f"{'an' if self.noun[0] in 'aeiou' else 'a'} {self.noun}"

    def next(self, state: S, event: E) -> S:
        """Return the state that `event` leads to from `state`; raise `ImpossibleMove` if there is none."""
        try:
            return self.table[state, event]
        except KeyError:
            raise ImpossibleMove(f"{self.one.capitalize()} that is {state} can't take '{event}'.") from None

    def allows(self, state: S, event: E) -> bool:
        """Tell whether `event` has a row for `state`."""
        return (state, event) in self.table
