"""When a company is open: hours by weekday, holidays, and days that are neither what the week says. Pure.

Public holidays come from the package `holidays`; China's working days that make up for a long holiday (调休) are
among what it knows, and have the hours of an ordinary working day.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

import holidays

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
FURTHEST_DAYS = 60
"""How far ahead the next opening is looked for."""

Span = tuple[time, time]
"""From and to, in the calendar's time; "to" not after "from" means the next day."""


class NotACalendar(ValueError):
    """What is wrong with one value of a calendar: a sentence with its remedy."""


@dataclass(frozen=True)
class Calendar:
    """The opening hours of one place."""

    timezone: str = "UTC"
    """IANA name; "": that of the moments that are asked about."""
    hours: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)
    """By weekday, Monday 0; a day that isn't here is closed."""
    country: str = ""
    """ISO 3166 country, with "-" and subdivision where holidays differ ("DE-BY"); "" knows no holidays."""
    closed: frozenset[date] = frozenset()
    opened: frozenset[date] = frozenset()
    """Days with working hours whatever weekday or holiday they are."""

    def is_open(self, moment: datetime) -> bool:
        """Tell whether it is open at `moment` (aware)."""
        local = self._local(moment)
        return any(begin <= local < end for begin, end in self._openings(local))

    def opens(self, moment: datetime) -> datetime | None:
        """Return when it opens next after `moment`, in its own time; None where it doesn't within two months."""
        local = self._local(moment)
        days = (local.date() + timedelta(days=ahead) for ahead in range(FURTHEST_DAYS))
        return min((begin for day in days for begin, _ in self._on(day, local.tzinfo) if begin > local), default=None)

    def closes(self, moment: datetime) -> datetime | None:
        """Return when it closes, in its own time; None where it is closed at `moment`."""
        local = self._local(moment)
        return max((end for begin, end in self._openings(local) if begin <= local < end), default=None)

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self.timezone)) if self.timezone else moment

    def _openings(self, local: datetime) -> list[tuple[datetime, datetime]]:
        """Return the spans of a day, and of the day before, whose night may reach into it."""
        day, zone = local.date(), local.tzinfo
        return [*self._on(day - timedelta(days=1), zone), *self._on(day, zone)]

    def _on(self, day: date, zone: tzinfo | None) -> list[tuple[datetime, datetime]]:
        found = []
        for start, end in self._spans(day):
            last = day if end > start else day + timedelta(days=1)
            found.append((datetime.combine(day, start, zone), datetime.combine(last, end, zone)))
        return found

    def _spans(self, day: date) -> tuple[Span, ...]:
        if day in self.closed:
            return ()
        of_weekday = self.hours.get(day.weekday(), ())
        if day in self.opened or _makes_up(self.country, day):
            return of_weekday or self._of_a_working_day()
        return () if is_holiday(self.country, day) else of_weekday

    def _of_a_working_day(self) -> tuple[Span, ...]:
        return next((self.hours[weekday] for weekday in range(7) if self.hours.get(weekday)), ())


@lru_cache(64)
def _holidays(country: str) -> holidays.HolidayBase:
    code, _, subdivision = country.partition("-")
    return holidays.country_holidays(code, subdiv=subdivision or None)


def is_holiday(country: str, day: date) -> bool:
    """Tell whether `day` is a public holiday in `country` ("" has none)."""
    return bool(country) and day in _holidays(country)


def _makes_up(country: str, day: date) -> bool:
    """Tell whether `day` is a weekend's day that is worked to make up for a holiday."""
    if not country:
        return False
    known = _holidays(country)
    # Asking for the day is what makes the package know its year.
    return day not in known and day in known.weekend_workdays


def a_timezone(text: str) -> str:
    """Return `text` where it is an IANA time zone; raise `NotACalendar` otherwise."""
    if text not in available_timezones():
        raise NotACalendar(f"There is no time zone '{text}'; write one like Asia/Shanghai or Europe/London.")
    return text


def a_country(text: str) -> str:
    """Return `text` where its holidays are known; raise `NotACalendar` otherwise."""
    code, _, subdivision = text.partition("-")
    known = holidays.list_supported_countries()
    if code not in known:
        raise NotACalendar(f"No holidays are known for '{text}'; write a country like CN, GB or US.")
    if subdivision and subdivision not in known[code]:
        places = ", ".join(known[code]) or "none"
        raise NotACalendar(f"'{code}' has no part '{subdivision}' with holidays of its own; known are: {places}.")
    return text


def weekdays(text: str) -> tuple[int, ...]:
    """Return the weekdays (Monday 0) of "mon", "mon-fri" or "sat,sun"; raise `NotACalendar` otherwise."""
    found: list[int] = []
    for part in text.lower().replace(" ", "").split(","):
        first, _, last = part.partition("-")
        if first[:3] not in DAYS or (last and last[:3] not in DAYS):
            raise NotACalendar(f"'{text}' are no days of the week; write mon, mon-fri or sat,sun.")
        start, end = DAYS.index(first[:3]), DAYS.index((last or first)[:3])
        found += [day % 7 for day in range(start, end + 1 if end >= start else end + 8)]
    return tuple(dict.fromkeys(found))


def span(text: str) -> Span:
    """Return the times of "09:00-18:00" ("22:00-06:00" ends the next day); raise `NotACalendar` otherwise."""
    found = SPAN.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError
        first, minute, last, last_minute = map(int, found.groups())
        return time(first, minute), time(0 if last == 24 and not last_minute else last, last_minute)
    except ValueError:
        raise NotACalendar(f"'{text}' are no opening hours; write from and to, like 09:00-18:00.") from None


def a_date(text: str) -> date:
    """Return the day of "2026-12-24"; raise `NotACalendar` otherwise."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise NotACalendar(f"'{text}' is no day; write it like 2026-12-24.") from None


def opening_hours(written: Mapping[str, str | Iterable[str]]) -> dict[int, tuple[Span, ...]]:
    """Return hours by weekday from {"mon-fri": "09:00-18:00", "sat": ["10:00-12:00", …]}."""
    found: dict[int, tuple[Span, ...]] = {}
    for days, spans in written.items():
        for day in weekdays(days):
            found[day] = tuple(span(one) for one in ([spans] if isinstance(spans, str) else spans))
    return found


def hours_of(lines: Iterable[str]) -> dict[int, tuple[Span, ...]]:
    """Return hours by weekday from lines like "mon-fri 09:00-18:00"."""
    found: dict[int, tuple[Span, ...]] = {}
    for line in lines:
        days, _, times = line.strip().rpartition(" ")
        if not days:
            raise NotACalendar(f"'{line}' are no opening hours; write days and hours, like mon-fri 09:00-18:00.")
        for day in weekdays(days):
            found[day] = (*found.get(day, ()), span(times))
    return found
