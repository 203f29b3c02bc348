"""How opening hours are written in a flow."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from dialplans.calendars import Calendar, NotACalendar, a_country, a_date, a_timezone, span, weekdays
from dialplans.kinds import Languages, Plain, Schema
from dialplans.nodes import Node

KEYS = ("timezone", "hours", "holidays", "closed", "open")
T = TypeVar("T")


@dataclass(frozen=True)
class CalendarKind(Plain):
    """A named calendar."""

    words: str = "{timezone, hours, holidays, closed, open}"

    def read(self, node: Node, languages: Languages) -> Calendar:
        node.what = f"calendar {node.what}"
        node.only(KEYS)
        hours = node.get("hours")
        if hours is None:
            node.complain(f"{node.what} has no hours; write `hours:` such as {{mon-fri: 09:00-18:00}}.")
        return Calendar(
            timezone=_one(node.get("timezone"), a_timezone, ""),
            hours=_hours(hours) if hours else {},
            country=_one(node.get("holidays"), a_country, ""),
            closed=frozenset(_days(node.get("closed"))),
            opened=frozenset(_days(node.get("open"))),
        )

    def schema(self) -> Schema:
        text = {"type": "string"}
        days = {"type": "array", "items": text}
        hours = {"type": "object", "additionalProperties": {"anyOf": [text, days]}}
        shown = {"timezone": text, "hours": hours, "holidays": text, "closed": days, "open": days}
        return {"type": "object", "properties": shown, "required": ["hours"], "additionalProperties": False}


CALENDAR = CalendarKind()


def _hours(node: Node) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for days, entry in node.items():
        entries = list(entry.entries()) if isinstance(entry.value, list) else [entry]
        spans = tuple(one for one in (_one(part, span, None) for part in entries) if one)
        try:
            found |= dict.fromkeys(weekdays(days), spans)
        except NotACalendar as error:
            node.complain(str(error), node.place_of(days))
    return found


def _days(node: Node | None) -> list[Any]:
    if node is None:
        return []
    return [day for day in (_one(entry, a_date, None) for entry in node.entries()) if day]


def _one(node: Node | None, read: Callable[[str], T], otherwise: Any) -> Any:
    if node is None:
        return otherwise
    try:
        return read(str(node.plain()))
    except NotACalendar as error:
        node.complain(str(error))
        return otherwise
