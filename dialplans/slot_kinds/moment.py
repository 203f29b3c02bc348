"""Dates and times relative to the call: "tomorrow at three", "in two weeks", 下周二下午, 大后天早上九点半.

dateparser 1.5 was tried: it reads neither "half past nine" nor "the fifth of March", nothing of 下周二下午,
明天下午三点 and 12月24日, and takes 1.7 s for its first date and up to 84 ms for later ones. Hence our own rules.
What is not said is guessed and said to be: "at four" is 16:00 in business hours, with less confidence.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

from asr_tts.spoken_values import said
from dialplans.slot_kinds import moment_en, moment_zh
from dialplans.slot_kinds.guess import Guess
from dialplans.slot_kinds.kind import Found, SlotKind
from dialplans.slot_kinds.moment_parts import Clock, Day, Parts
from dialplans.slot_kinds.night import of_the_night

GUESSED_HALF, BLIND_HALF, GUESSED_HOUR, GUESSED_DAY = 0.75, 0.55, 0.45, 0.6
"""Confidence where morning or afternoon follows from the business hours; where it doesn't; of an hour for "afternoon";
of the day for "at three"."""
HOURS = {"morning": 10, "noon": 12, "afternoon": 15, "evening": 19, "night": 21, "dawn": 5}
"""What a part of the day is taken for."""
NOON = 12


def find(kind: SlotKind, text: str, language: str, now: datetime, alone: bool = True) -> Found | None:
    """Return the date, time or both of `text` as ISO 8601 in the caller's local time, as the kind wants."""
    here = now.replace(tzinfo=None)
    parts = of_the_night((moment_zh if language == "zh" else moment_en).parts_in(text, here, kind, alone), kind, here)
    if parts.at is not None:
        return _found(parts.at, kind, parts, language, here, parts.confidence)
    match kind.part:
        case "date":
            return _date(kind, parts, language, here)
        case "time":
            return _time(kind, parts, language, here)
        case "both":
            return _both(kind, parts, language, here) if parts.says_time else None
        case "either":
            if parts.day and not parts.says_time:
                return _date(kind, parts, language, here)
            return _both(kind, parts, language, here) if parts.day else _time(kind, parts, language, here)


def _date(kind: SlotKind, parts: Parts, language: str, now: datetime) -> Found | None:
    if not parts.day:
        return None
    day = parts.day
    only = replace(parts, spans=((day.start, day.end),))
    found = _made(day.date.isoformat(), "date", only, language, now, day.confidence, day)
    # The hour beside it is left for another slot: "a repair on Tuesday at three" may fill a day and a time.
    return replace(found, spans=((day.start, day.part_at or day.end),))


def _time(kind: SlotKind, parts: Parts, language: str, now: datetime) -> Found | None:
    clock = _hour(kind, parts, None, now)
    if clock is None:
        return None
    value = f"{clock.hour % 24:02d}:{clock.minute:02d}"
    own = tuple(span for span in parts.spans if not parts.day or span != (parts.day.start, parts.day.end))
    return _made(value, "time", replace(parts, spans=own or parts.spans), language, now, clock.confidence, clock)


def _both(kind: SlotKind, parts: Parts, language: str, now: datetime) -> Found | None:
    clock = _hour(kind, parts, parts.day.date if parts.day else None, now)
    if clock is None:
        return None
    day = parts.day or _next(clock, now)
    at = datetime.combine(day.date, datetime.min.time()) + timedelta(hours=clock.hour, minutes=clock.minute)
    if parts.day and parts.day.is_weekday and at <= now and kind.prefer == "future":
        at += timedelta(days=7)
    return _found(at, kind, parts, language, now, min(day.confidence, 1) * clock.confidence, day, clock)


def _next(clock: Clock, now: datetime) -> Day:
    """Today, or tomorrow where the hour has passed."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    passed = today + timedelta(hours=clock.hour, minutes=clock.minute) <= now
    day = (today + timedelta(days=passed)).date()
    return Day(day, 0, 0, GUESSED_DAY, guess=Guess.DAY)


def _hour(kind: SlotKind, parts: Parts, day: date | None, now: datetime) -> Clock | None:
    """Return the hour on 24."""
    clock, part = parts.clock, parts.part
    if clock is None:
        if not part:
            return None
        if part == "noon":
            return Clock(HOURS[part], 0, 0, 0, "24", 0.95)
        return Clock(HOURS[part], 0, 0, 0, "24", GUESSED_HOUR, guess=Guess.HOUR)
    if clock.half == "24" or clock.hour > 12 or clock.hour == 0:
        return clock
    half = clock.half or _half(part, clock.hour)
    if part == "morning" and not clock.half and (clock.hour < 5 or clock.hour == NOON):
        # 上午三点: nobody has three in the morning in mind, the part of the day was misheard. 上午十二点 is noon.
        unfit = "the part of the day does not fit the hour"
        return replace(clock, hour=clock.hour % NOON + NOON, confidence=0.5, note=unfit)
    if half:
        return replace(clock, hour=clock.hour % 12 + 12 * (half == "pm"))
    return _guessed(kind, clock, day, now)


def _half(part: str, hour: int) -> str:
    if part in ("morning", "dawn"):
        return "am"
    if part == "noon":
        return "am" if hour in (10, 11) else "pm"
    return "pm" if part in ("afternoon", "evening", "night") else ""


def _guessed(kind: SlotKind, clock: Clock, day: date | None, now: datetime) -> Clock:
    hours = [clock.hour % 12, clock.hour % 12 + 12]
    if day == now.date() and kind.prefer == "future":
        hours = [hour for hour in hours if (hour, clock.minute) > (now.hour, now.minute)] or hours
    opened = [hour for hour in hours if kind.opens <= hour < kind.closes]
    hour = (opened or [hour for hour in hours if hour >= 7] or hours)[0]
    confidence = GUESSED_HALF if len(opened) == 1 else BLIND_HALF
    if len(hours) == 1:
        return replace(clock, hour=hour, confidence=0.9 * clock.confidence)
    guess = Guess.AFTERNOON if hour >= NOON else Guess.MORNING
    return replace(clock, hour=hour, confidence=confidence * clock.confidence, guess=guess)


def _found(
    at: datetime, kind: SlotKind, parts: Parts, language: str, now: datetime, confidence: float, *of: Day | Clock
) -> Found:
    shown = {"date": at.date().isoformat(), "time": f"{at:%H:%M}"}.get(kind.part, f"{at:%Y-%m-%dT%H:%M}")
    as_ = kind.part if kind.part in ("date", "time") else "datetime"
    return _made(shown, as_, parts, language, now, confidence, *of)


def _made(
    value: str, as_: str, parts: Parts, language: str, now: datetime, confidence: float, *of: Day | Clock
) -> Found:
    """`of`: the day and the hour that it is made of."""
    spans = parts.spans
    begin, end = min(start for start, _ in spans), max(end for _, end in spans)
    note, guesses = "; ".join(one.note for one in of if one.note), tuple(one.guess for one in of if one.guess)
    return Found(value, begin, end, 0.96 * confidence, said(value, as_, language, now), note, spans, guesses)
