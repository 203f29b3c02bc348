"""When somebody may be called: the campaign's hours and days in the callee's own zone. Pure; moments are aware.

Hours are wall-clock times where the callee is: a change to summer time moves nothing. Where a number doesn't tell which
of several zones it is in (a mobile that knows no area, a toll-free number), the hours must hold in each of them.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from campaigns.plan import CampaignPlan
from dialplans.calendars import Calendar, NotACalendar, a_country, is_holiday

MOST_STEPS = 64
"""Openings of single zones that are looked at before giving up on a moment that suits all of them."""


@dataclass(frozen=True)
class Closed:
    """Why nobody may be called there now."""

    reason: str
    """outside-hours, holiday, not-yet, over or no-timezone."""
    until: datetime | None
    """When it opens, UTC; None: never, as far as is known."""


@dataclass(frozen=True)
class CallingHours:
    """One campaign's."""

    calendar: Calendar
    timezone: str = ""
    """For everybody; "": the callee's own."""
    holidays: str | None = ""
    """Of whom; "": nobody's; None: the callee's own."""
    start_on: date | None = None
    end_on: date | None = None

    @classmethod
    def of(cls, plan: CampaignPlan) -> "CallingHours":
        """Return the hours of a plan."""
        return cls(plan.calendar, plan.timezone, plan.holidays, plan.start_on, plan.end_on)

    def zones(self, timezone: str) -> tuple[str, ...]:
        """Return the zones in which the hours must hold for a lead with this `timezone`; () where none is known."""
        found = self.timezone or timezone
        return tuple(found.split(",")) if found else ()

    def closed(self, timezone: str, region: str, now: datetime) -> Closed | None:
        """Return why a lead there may not be called at `now`; None: it may."""
        zones = self.zones(timezone)
        if not zones:
            return Closed("no-timezone", None)
        calendar = self._with_holidays(region)
        reason = next(filter(None, (self._reason(calendar, zone, now) for zone in zones)), None)
        if reason is None:
            return None
        return Closed(reason, None if reason == "over" else self._opens(calendar, zones, now))

    def opens(self, timezone: str, region: str, now: datetime) -> datetime | None:
        """Return the first moment from `now` on at which a lead there may be called, UTC; None: never."""
        zones = self.zones(timezone)
        return self._opens(self._with_holidays(region), zones, now) if zones else None

    def closes(self, timezone: str, region: str, now: datetime) -> datetime | None:
        """Return when the hours that hold at `now` end there, UTC; None where they don't hold."""
        calendar = self._with_holidays(region)
        ends = [calendar.closes(_local(now, zone)) for zone in self.zones(timezone)]
        return None if not ends or None in ends else min(end.astimezone(UTC) for end in ends if end is not None)

    def _with_holidays(self, region: str) -> Calendar:
        if self.holidays is not None or not region or region == self.calendar.country:
            return self.calendar
        return _calendar(_Key(self.calendar), known_holidays(region) or self.calendar.country)

    def _reason(self, calendar: Calendar, zone: str, now: datetime) -> str | None:
        local = _local(now, zone)
        if self.start_on and local.date() < self.start_on:
            return "not-yet"
        if self.end_on and local.date() > self.end_on:
            return "over"
        if calendar.is_open(local):
            return None
        return "holiday" if is_holiday(calendar.country, local.date()) else "outside-hours"

    def _opens(self, calendar: Calendar, zones: tuple[str, ...], now: datetime) -> datetime | None:
        moment = now
        for _ in range(MOST_STEPS):
            waits = [self._next(calendar, zone, moment) for zone in zones]
            if None in waits:
                return None
            latest = max(one for one in waits if one is not None)
            if latest <= moment:
                return moment.astimezone(UTC)
            moment = latest
        return None

    def _next(self, calendar: Calendar, zone: str, moment: datetime) -> datetime | None:
        """Return `moment` where this zone is open then, or when it opens next; None: never."""
        reason = self._reason(calendar, zone, moment)
        if reason is None:
            return moment
        if reason == "not-yet" and self.start_on:
            first = datetime.combine(self.start_on, time(), ZoneInfo(zone))
            return first if calendar.is_open(first) else calendar.opens(first)
        opens = None if reason == "over" else calendar.opens(_local(moment, zone))
        return None if opens is None or (self.end_on and opens.date() > self.end_on) else opens


class _Key:
    """Makes a calendar, whose hours are a mapping, something to remember by; a plan has one, which lives with it."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.calendar is self.calendar

    def __hash__(self) -> int:
        return id(self.calendar)


@lru_cache(256)
def _calendar(key: _Key, country: str) -> Calendar:
    return replace(key.calendar, country=country)


@lru_cache(256)
def known_holidays(region: str) -> str:
    """Return the region, or its country, whose holidays are known; "" where neither's are."""
    for place in (region, region.partition("-")[0]):
        try:
            return a_country(place)
        except NotACalendar:
            continue
    return ""


def _local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))
