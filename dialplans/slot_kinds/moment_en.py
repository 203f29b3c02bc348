"""English dates and times in a sentence, as said ("half past nine") and as recognisers write them ("9.30")."""

import re
from dataclasses import replace
from datetime import datetime

from dialplans.slot_kinds.days_en import day_in, from_now
from dialplans.slot_kinds.hours_en import bare_hour, hour_in
from dialplans.slot_kinds.kind import SlotKind
from dialplans.slot_kinds.moment_parts import Day, Part, Parts
from dialplans.slot_kinds.night import SMALL
from dialplans.slot_kinds.sentence import even, without

PARTS: dict[str, Part] = {
    "morning": "morning", "noon": "noon", "midday": "noon", "lunchtime": "noon", "lunch time": "noon",
    "afternoon": "afternoon", "evening": "evening", "tonight": "evening", "night": "night",
}  # fmt: skip

_PART = re.compile(rf"\b(?:in the |this |at )?(?:{'|'.join(sorted(PARTS, key=len, reverse=True))})\b")

_PART_OF_DAY = re.compile(r"(?:to)?(?P<part>morning|afternoon|evening|night)")


def parts_in(text: str, now: datetime, kind: SlotKind, alone: bool) -> Parts:
    """Return what `text` says of a moment; `alone`: a bare number may be an hour."""
    plain = even(text)
    counted = from_now(plain, now)
    if counted and counted.at:
        return counted
    day = counted.day if counted else day_in(plain, now.date(), kind)
    return _with_hour(plain, now, kind, alone, day)


def _with_hour(plain: str, now: datetime, kind: SlotKind, alone: bool, day: Day | None) -> Parts:
    spans = [(day.start, day.end)] if day else []
    part: Part = ""
    rest = without(plain, spans)
    said = _PART_OF_DAY.search(plain[day.start : day.end]) if day else None
    if said:
        part = PARTS[said.group()]
    clock = hour_in(rest)
    if clock:
        day = replace(day, part_at=day.start + said.start("part")) if day and said else day
        spans.append((clock.start, clock.end))
        within = _PART_OF_DAY.search(plain[clock.start : clock.end])
        part = PARTS[within.group()] if within else part
        rest = without(rest, spans)
    if found := _PART.search(rest):
        word = found.group().split()[-1]
        part = PARTS.get(found.group()) or PARTS.get(word) or part
        spans.append(found.span())
        rest = without(rest, [found.span()])
        if word == "tonight" and day is None:
            day = Day(now.date(), *found.span())
    if clock is None and alone and (bare := bare_hour(rest, kind, bool(day or part))):
        clock = bare
        spans.append((bare.start, bare.end))
    if clock and clock.hour < SMALL and part == "morning":
        part = "dawn"
    if clock and "tonight" in plain:
        part = "night"
    return Parts(day, clock, part, tuple(spans)) if spans else Parts()
