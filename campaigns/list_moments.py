"""Dates and times as lists have them: 2026-11-21 17:00, 2026/11/21, 2026年11月21日 17:00. Pure."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_TIME = re.compile(
    r"[T\s]*(?:(上午|下午|晚上)\s*)?(\d{1,2})\s*[:：点时]\s*(\d{1,2})?分?(?:[:：](\d{1,2}))?\s*(am|pm|AM|PM)?"
)
_AFTERNOON = frozenset({"下午", "晚上", "pm", "PM"})


def a_moment(text: str, zone: str) -> datetime:
    """Return the moment, UTC, that `text` is in `zone`; a day alone is its beginning. Raises `ValueError`."""
    text = text.strip()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = _by_parts(text)
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def _by_parts(text: str) -> datetime:
    day = _DATE.match(text)
    if day is None:
        raise ValueError(text)
    rest = text[day.end() :].strip()
    hour = minute = second = 0
    if rest:
        time = _TIME.fullmatch(rest)
        if time is None:
            raise ValueError(text)
        hour, minute, second = int(time[2]), int(time[3] or 0), int(time[4] or 0)
        if {time[1], time[5]} & _AFTERNOON and hour < 12:
            hour += 12
        elif time[5] in {"am", "AM"} and hour == 12:
            hour = 0
    return datetime(int(day[1]), int(day[2]), int(day[3]), hour, minute, second)  # noqa: DTZ001 - the zone follows
