"""What a call over a line costs: by the number's prefix, in billing steps, with a fee for the connection. Pure."""

import math
from collections.abc import Sequence

from pydantic import Field

from models.settings import Section

DIGITS = 6
"""Digits behind the point that are kept of an amount."""
MINUTE = 60.0
PREFIX = r"^\+[0-9]{0,15}$"


class Price(Section):
    """What calls to one prefix cost. An unanswered call costs nothing."""

    prefix: str = Field(pattern=PREFIX)
    """Of an E.164 number with "+"; "+" is every number."""
    per_minute: float = Field(ge=0)
    first_s: int = Field(60, ge=1)
    """The first billing step in seconds: the least that is paid for."""
    next_s: int = Field(60, ge=1)
    """Each further step that was begun."""
    fee: float = Field(0.0, ge=0)
    """For the connection, once a call that was answered."""

    def billed_s(self, talk_s: float) -> float:
        """Return the seconds that are paid for."""
        if talk_s <= self.first_s:
            return float(self.first_s)
        # A talk of 60.0000001 s is no second step: what is measured is not as exact as a float.
        steps = math.ceil(round(talk_s - self.first_s, 3) / self.next_s)
        return float(self.first_s + steps * self.next_s)

    def cost(self, talk_s: float | None) -> float:
        """Return what a call costs that was talked for so long; None: it wasn't answered."""
        if talk_s is None:
            return 0.0
        return round(self.fee + self.per_minute * self.billed_s(talk_s) / MINUTE, DIGITS)


FREE = Price(prefix="+", per_minute=0.0, first_s=1, next_s=1)
"""Of a line without prices."""


def price_of(prices: Sequence[Price], number: str) -> Price | None:
    """Return the price with the longest prefix that `number` begins with; None where none fits."""
    fitting = [price for price in prices if number.startswith(price.prefix)]
    return max(fitting, key=lambda price: len(price.prefix), default=None)
