"""Orders that a plan has for certain times: started, paused, resumed, stopped or drained by the calendar. Pure.

The orders whose time has come since the campaign was last moved or rescheduled are carried out one by one. So what an
operator says meanwhile holds until the next time, and a server that was down does at its start what it has missed.

A time is a clock's on a day, once a day: where clocks are put back and it comes twice, the first; where they are put
forward and it never comes, as much later as they are put (02:30 is then 03:30). Cron triggers of APScheduler skip the
one and repeat the other, so the days are counted here.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import field_validator
from pydantic_core import PydanticCustomError

from dialplans.calendars import NotACalendar, a_timezone
from models.settings import Section

ONCE = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d?:\d\d)")
AGAIN = re.compile(r"([a-z,-]+) (\d\d?:\d\d)")
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST = timedelta(days=8)
"""How far back a missed time is looked for: a week has every time that comes again."""
Order = Literal["start", "pause", "resume", "stop", "drain"]
CAUTIOUS: tuple[Order, ...] = ("stop", "drain", "pause", "resume", "start")
"""Of orders that come at one moment the first of these counts, in whatever order they are written."""


class ScheduledOrder(Section):
    """What is done when."""

    do: Order
    at: str
    """"2026-11-23 09:00", or days and a time that come again: "mon-fri 12:00", "sat,sun 18:30", "sun-thu 9:00"."""
    timezone: str = ""
    """IANA name; "": that of the plan."""

    @field_validator("timezone")
    @classmethod
    def _a_zone(cls, value: str) -> str:
        try:
            if value:
                a_timezone(value)
        except NotACalendar as error:
            raise PydanticCustomError("sentence", "{sentence}", {"sentence": str(error)}) from None
        return value

    @field_validator("at")
    @classmethod
    def _a_time(cls, value: str) -> str:
        try:
            _days(value)
        except ValueError:
            words = f"'{value}' is no time such as 2026-11-23 09:00 or mon-fri 12:00."
            raise PydanticCustomError("sentence", "{sentence}", {"sentence": words}) from None
        return value


def due(
    schedule: Iterable[ScheduledOrder], timezone: str, since: datetime, now: datetime
) -> list[tuple[datetime, ScheduledOrder]]:
    """Return the orders whose time came after `since`, up to `now`, in their order, and when. `timezone`: the plan's.

    Of the same order several times in a row the last, of several for one moment the most cautious (`CAUTIOUS`).
    """
    since = max(since, now - LONGEST).astimezone(UTC)
    times = [(at, one) for one in schedule for at in _times(one.at, _zone(one, timezone), since, now)]
    # Of one moment the most cautious is the last, and so the one that stays.
    found = list(dict(sorted(times, key=lambda each: (each[0], -_rank(each[1])))).items())
    following = [each.do for _, each in found[1:]]
    return [one for place, one in enumerate(found) if following[place : place + 1] != [one[1].do]]


def next_time(order: ScheduledOrder, timezone: str, now: datetime) -> datetime | None:
    """Return the order's first time after `now`, however far ahead; None: it has none. `timezone`: the plan's."""
    days, clock = _days(order.at)
    if isinstance(days, frozenset):
        return min(_times(order.at, _zone(order, timezone), now, now + LONGEST))
    once = datetime.combine(days, clock, ZoneInfo(_zone(order, timezone))).astimezone(UTC)
    return once if once > now else None


def clashes(
    schedule: Iterable[ScheduledOrder], timezone: str, now: datetime
) -> Iterator[tuple[datetime, ScheduledOrder, ScheduledOrder]]:
    """Yield orders of which one counts and another doesn't, as both are to come at one moment, and when that is first.

    Looks a year ahead, in which clocks have been put back and forward. `timezone`: the plan's.
    """
    seen, last = set[frozenset[ScheduledOrder]](), now + timedelta(days=366)
    at_once: dict[datetime, list[ScheduledOrder]] = {}
    for one in schedule:
        for at in _times(one.at, _zone(one, timezone), now, last):
            at_once.setdefault(at, []).append(one)
    for at, orders in sorted(at_once.items(), key=lambda each: each[0]):
        first = min(orders, key=_rank)
        for other in orders:
            if other.do != first.do and frozenset((first, other)) not in seen:
                seen.add(frozenset((first, other)))
                yield at, first, other


def _rank(order: ScheduledOrder) -> int:
    return CAUTIOUS.index(order.do)


def _zone(order: ScheduledOrder, timezone: str) -> str:
    return (order.timezone or timezone or "UTC").partition(",")[0]


def _times(at: str, timezone: str, since: datetime, now: datetime) -> Iterator[datetime]:
    """Yield the times after `since` up to `now`, UTC."""
    zone = ZoneInfo(timezone)
    days, clock = _days(at)
    # A day either side: where clocks are changed at midnight, a day may end twice or begin late.
    first, last = (moment.astimezone(zone).date() for moment in (since, now))
    for number in range(first.toordinal() - 1, last.toordinal() + 2):
        day = date.fromordinal(number)
        if day == days or (isinstance(days, frozenset) and day.weekday() in days):
            # Converted before it is compared: two times of one zone are compared by their clock, not by when they are.
            moment = datetime.combine(day, clock, zone).astimezone(UTC)
            if since < moment <= now:
                yield moment


def _days(at: str) -> tuple[date | frozenset[int], time]:
    """Return the day, or the weekdays (0: Monday), and the time; raise `ValueError` for what is no time."""
    if once := ONCE.fullmatch(at):
        return date.fromisoformat(once[1]), time.fromisoformat(f"{once[2]:0>5}")
    again = AGAIN.fullmatch(at)
    if again is None:
        raise ValueError(at)
    return frozenset(day for some in again[1].split(",") for day in _span(some)), time.fromisoformat(f"{again[2]:0>5}")


def _span(some: str) -> Iterator[int]:
    """Yield the weekdays of "mon", or of "sun-thu"; raise `ValueError` for another word."""
    first, _, last = some.partition("-")
    begin, end = WEEK.index(first), WEEK.index(last if "-" in some else first)
    return (day % 7 for day in range(begin, end + 1 if end >= begin else end + 8))
