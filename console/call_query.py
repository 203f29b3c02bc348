"""Which calls somebody asks for: a filter as an address has it, within what the asker may know."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from console.access import Right, Viewer
from console.hidden_words import masked_number
from models.errors import Refused
from quality.call_filter import WHOLE, CallFilter, bare_number
from quality.call_search import CallRow

WHOLE_NUMBER = 7
"""Digits by which a number is known to who asks, and not found out piece by piece."""


def filter_of(viewer: Viewer, query: Mapping[str, Any]) -> CallFilter:
    """Return the filter; raise `Refused` where it can't be meant, or would tell a number that is masked."""
    wanted = CallFilter.of(query)
    if not wanted.number or viewer.may(Right.ORIGINAL):
        return wanted
    if len(bare_number(wanted.number)) < WHOLE_NUMBER:
        raise Refused(
            f"Give at least {WHOLE_NUMBER} digits: numbers are masked for your roles.",
            "calls.masked_number", least=WHOLE_NUMBER,
        )  # fmt: skip
    # By its beginning it would be found out digit by digit, ten tries each.
    return replace(wanted, number=WHOLE + wanted.number.strip(f"{WHOLE}* "))


def number_of(viewer: Viewer, row: CallRow) -> str:
    """Return the other side's number as the viewer may read it."""
    other = row.called if row.direction == "outbound" else row.caller
    return other if viewer.may(Right.ORIGINAL) else masked_number(other)
