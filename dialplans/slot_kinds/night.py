"""Hours after midnight that belong to the night before: 今晚一点, "tonight at half past twelve". Pure."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from dialplans.slot_kinds.kind import SlotKind
from dialplans.slot_kinds.moment_parts import Parts

SMALL = 5
"""Hours below it are of the night; at five the evening or the morning may be meant."""
OF_THE_NIGHT = 0.75
"""Confidence of such an hour: who is tired counts the days otherwise, and 七点 is heard as 一点."""


def of_the_night(parts: Parts, kind: SlotKind, now: datetime) -> Parts:
    """Return `parts` with an hour of the night as it is on 24, on the day that begins at midnight."""
    clock, day = parts.clock, parts.day
    if parts.part != "night" or clock is None or clock.half == "pm":
        return parts
    if clock.hour >= SMALL and clock.hour != 12:
        return parts
    clock = replace(clock, hour=clock.hour % 12, half="24", confidence=OF_THE_NIGHT * clock.confidence)
    if day:
        at = datetime.combine(day.date, time(clock.hour, clock.minute))
        past = kind.prefer == "past"
        # Who says "tonight at one" at half past twelve means in half an hour; who tells of today's night had it.
        same = day.date == now.date() and (at <= now if past else now.hour < SMALL and at > now)
        day = day if same else replace(day, date=day.date + timedelta(days=1), is_weekday=False)
    return replace(parts, clock=clock, day=day)
