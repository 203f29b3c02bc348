"""Who the company says a caller is: name, tags, owner of the account, last orders. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

NAME_LETTERS = 60
"""Of a name: a display is short, and a name is said before the caller."""
TAG_LETTERS = 40
MOST_TAGS = 20
MOST_ORDERS = 5


@dataclass(frozen=True)
class Customer:
    """All empty: nobody knows who it is."""

    name: str = ""
    tags: tuple[str, ...] = ()
    """In the order of the company's system."""
    owner: str = ""
    """Extension of the agent who owns the account."""
    orders: tuple[Any, ...] = ()
    """As the company's system has them, its first ones first."""

    def document(self) -> dict[str, Any]:
        """Return all of it for templates, records and programs."""
        return {"name": self.name, "tags": list(self.tags), "owner": self.owner, "orders": list(self.orders)}


NOBODY = Customer()


def customer_of(found: Mapping[str, Iterable[Any]]) -> Customer:
    """Return the customer of what was found at each of "name", "tags", "owner" and "orders"; what is odd is left out.

    What is found may be single values or lists of them.
    """
    names, owners = _texts(found["name"], NAME_LETTERS), _texts(found["owner"], NAME_LETTERS)
    tags = dict.fromkeys(_texts(found["tags"], TAG_LETTERS))
    orders = [order for order in _single(found["orders"]) if order not in (None, "", {})]
    return Customer(
        names[0] if names else "", tuple(tags)[:MOST_TAGS], owners[0] if owners else "", tuple(orders[:MOST_ORDERS])
    )


def _single(values: Iterable[Any]) -> list[Any]:
    return [one for value in values for one in (value if isinstance(value, list) else [value])]


def _texts(values: Iterable[Any], letters: int) -> list[str]:
    """Return texts and numbers as one line each: a line break would end a SIP header."""
    written = (str(one) for one in _single(values) if isinstance(one, str | int) and not isinstance(one, bool))
    lines = (" ".join("".join(c if c.isprintable() else " " for c in text).split()) for text in written)
    return [line[:letters].rstrip() for line in lines if line]
