"""What a sentence says of a moment: a day, an hour, a part of the day, each with its place. Pure calendar besides."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from dialplans.slot_kinds.guess import Guess

Half = Literal["", "am", "pm", "24"]
Part = Literal["", "dawn", "morning", "noon", "afternoon", "evening", "night"]


@dataclass(frozen=True)
class Day:
    date: date
    start: int
    end: int
    confidence: float = 1.0
    note: str = ""
    is_weekday: bool = False
    """Only a weekday was said, so it may be one a week later."""
    part_at: int = 0
    """Where in its words the part of the day begins that they say of the hour beside them (今|晚八点); 0: nowhere."""
    guess: Guess | None = None


@dataclass(frozen=True)
class Clock:
    hour: int
    """0-23; 24 is midnight at the end of the day."""
    minute: int
    start: int
    end: int
    half: Half = ""
    """"24" where the hour is sure as it stands."""
    confidence: float = 1.0
    note: str = ""
    guess: Guess | None = None


@dataclass(frozen=True)
class Parts:
    """All of it."""

    day: Day | None = None
    clock: Clock | None = None
    part: Part = ""
    spans: tuple[tuple[int, int], ...] = ()
    at: datetime | None = None
    """A moment counted from now ("in half an hour")."""
    confidence: float = 1.0

    @property
    def says_time(self) -> bool:
        """Whether an hour or a part of the day was said."""
        return self.clock is not None or bool(self.part)


def coming(weekday: int, today: date) -> date:
    """Return the next such weekday (0 is Monday) after today."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def in_week(weekday: int, weeks: int, today: date) -> date:
    """Return the weekday of the week that is `weeks` after this one (weeks begin on Monday)."""
    return today - timedelta(days=today.weekday()) + timedelta(days=7 * weeks + weekday)


def months_on(day: date, months: int) -> date:
    """Return the same day so many months later, the last one where there is none such."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def of_year(month: int, day: int, today: date, future: bool, year: int = 0) -> date | None:
    """Return this day of the year given, or else of the nearest year in the direction wanted; None if there is none."""
    years = [year] if year else [today.year + step for step in ((0, 1, 2, 3, 4) if future else (0, -1, -2, -3, -4))]
    for each in years:
        try:
            found = date(each, month, day)
        except ValueError:
            continue
        if year or (found >= today if future else found <= today):
            return found
    return None


def of_month(day: int, today: date, future: bool, months: int | None = None) -> date | None:
    """Return day `day` of the month that is `months` on, or (None) of the nearest in the direction wanted."""
    steps = [months] if months is not None else [0, 1, 2] if future else [0, -1, -2]
    for step in steps:
        first = months_on(today.replace(day=1), step)
        if not 1 <= day <= monthrange(first.year, first.month)[1]:
            continue
        found = first.replace(day=day)
        if months is not None or (found >= today if future else found <= today):
            return found
    return None
