"""Orders of the list of calls besides the newest first: by length and by score, of as many as can be sorted at once.

The inverted index finds calls in the order of time alone. So these are for lists of which all calls are known: what
passes is read whole, and put in order here; where too many pass, the person narrows it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from models.call_entry import CallEntry
from models.errors import Refused

ORDERS: Mapping[str, tuple[str, bool]] = {
    "longest": ("seconds", True), "shortest": ("seconds", False), "best": ("score", True), "worst": ("score", False),
}  # fmt: skip
"""By the name of the order: the column, and whether its highest comes first; what has no value comes last."""
AT_ONCE = 5_000
"""Keys of one question to the database."""


@dataclass(frozen=True)
class _Place:
    """A call in an order; less is earlier."""

    rank: float
    key: int

    @property
    def sorts(self) -> tuple[float, int]:
        return self.rank, -self.key

    def written(self) -> str:
        return f"{self.rank!r}:{self.key:x}"

    @classmethod
    def read(cls, after: str) -> "_Place":
        rank, _, key = after.partition(":")
        try:
            place = cls(float(rank), int(key, 16))
        except ValueError:
            place = cls(float("nan"), -1)
        if place.written() != after or place.rank != place.rank:
            words = f"'{after[:40]}' is no page of this list; begin with the first one."
            raise Refused(words, "calls.no_page", value=after[:40])
        return place


def known_order(order: str) -> str:
    """Return the order; raise `Refused` for one that there isn't."""
    if order and order not in ORDERS:
        words = f"'{order[:40]}' is no order of calls; there are: {', '.join(ORDERS)}."
        raise Refused(words, "calls.no_order", value=order[:40], orders=", ".join(ORDERS))
    return order


def in_order(
    connection: Connection, keys: Sequence[int], order: str, after: str, limit: int, unjudged: frozenset[str]
) -> tuple[list[int], str]:
    """Return a page of these calls' keys, and where the next begins ("": nowhere).

    The score of calls that are `unjudged` by who looks isn't known in it.
    """
    places = sorted(_places(connection, keys, order, unjudged), key=lambda place: place.sorts)
    if after:
        last = _Place.read(after).sorts
        places = [place for place in places if place.sorts > last]
    page = places[:limit]
    return [place.key for place in page], page[-1].written() if len(places) > limit else ""


def _places(connection: Connection, keys: Sequence[int], order: str, unjudged: frozenset[str]) -> Iterator[_Place]:
    name, highest_first = ORDERS[order]
    column = CallEntry.__table__.c[name]
    for begin in range(0, len(keys), AT_ONCE):
        some = keys[begin : begin + AT_ONCE]
        rows = connection.execute(select(CallEntry.key, CallEntry.call_id, column).where(CallEntry.key.in_(some)))
        for key, call_id, value in rows:
            unknown = value is None or (name == "score" and call_id in unjudged)
            yield _Place(float("inf") if unknown else -value if highest_first else value, key)
