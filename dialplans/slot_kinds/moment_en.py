"""English dates and times in a sentence, as said ("half past nine") and as recognisers write them ("9.30")."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from dialplans.slot_kinds.kind import SlotKind
from dialplans.slot_kinds.moment_parts import (
    Clock,
    Day,
    Half,
    Part,
    Parts,
    coming,
    in_week,
    months_on,
    of_month,
    of_year,
)
from dialplans.slot_kinds.sentence import even, without

SMALL = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
ORDINALS = {
    word: value
    for value, word in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
            "thirteenth",
            "fourteenth",
            "fifteenth",
            "sixteenth",
            "seventeenth",
            "eighteenth",
            "nineteenth",
            "twentieth",
        ],
        1,
    )
} | {"thirtieth": 30}
MONTHS = {
    name[:3]: at
    for at, name in enumerate(
        [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ],
        1,
    )
}
WEEKDAYS = {name: at for at, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
HOLIDAYS = {
    "christmas eve": (12, 24), "christmas day": (12, 25), "christmas": (12, 25), "boxing day": (12, 26),
    "new year's eve": (12, 31), "new years eve": (12, 31), "new year's day": (1, 1), "new year's": (1, 1),
    "valentine's day": (2, 14), "valentines day": (2, 14), "halloween": (10, 31), "independence day": (7, 4),
}  # fmt: skip
PARTS: dict[str, Part] = {
    "morning": "morning", "noon": "noon", "midday": "noon", "lunchtime": "noon", "lunch time": "noon",
    "afternoon": "afternoon", "evening": "evening", "tonight": "evening", "night": "night",
}  # fmt: skip

_SMALL = "|".join(sorted(SMALL, key=len, reverse=True))
_NUM = rf"(?:\d{{1,4}}|(?:twenty|thirty|forty|fifty)(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|{_SMALL})"
_COUNT = rf"(?:{_NUM}|an?|a couple(?: of)?|half an?|another)"
_ORD = (
    r"(?:\d{1,2}\s?(?:st|nd|rd|th)|(?:twenty|thirty)[- ](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|"
    + "|".join(sorted(ORDINALS, key=len, reverse=True))
    + ")"
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAY = r"(?:mon(?:day)?|tues?(?:day)?|wed(?:nesday)?|thu(?:rs?(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)s?"
_YEAR = rf"(?:,?\s+(?P<year>20\d\d|twenty[- ](?:twenty|thirty)[- ]?(?:{_SMALL})?|two thousand(?: and)? {_NUM}))?"
_HOUR = r"(?:[01]?\d|2[0-4]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_HALF = r"(?P<half>[ap]\.?\s?m\b\.?)"
_MIN = rf"(?:[0-5]\d|(?:oh|o|zero)[- ](?:\d|{_SMALL})|(?:ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
_MIN += r"|eighteen|nineteen|(?:twenty|thirty|forty|fifty)(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?))"

_IN = re.compile(
    rf"\b(?:in|within)\s+(?P<n>{_COUNT})\s+(?P<unit>minute|hour|day|week|fortnight|month|year)s?'?(?:\s+time)?\b"
    rf"|\b(?P<n2>{_COUNT})\s+(?P<unit2>minute|hour|day|week|month|year)s?\s+(?:from\s+(?P<from>now|today|tomorrow)|(?P<ago>ago)|later)\b"
)
_NEAR = re.compile(
    r"\b(?:the\s+)?(?:(?P<da>day after tomorrow)|(?P<db>day before yesterday)|(?P<tod>today|tonight|this (?:morning|afternoon|"
    r"evening))|(?P<tom>tomorrow|tomorow|to morrow)|(?P<yes>yesterday|last night))\b(?P<week>\s+week\b)?"
)
_WEEK = re.compile(
    rf"\b(?:(?P<count>{_COUNT})\s+weeks?\s+(?:from|on|after)\s+(?:this\s+|next\s+)?)(?P<wd0>{_WEEKDAY})\b"
    rf"|\b(?P<wk1>this|next|last)\s+week(?:\s+on)?[\s,]+(?P<wd1>{_WEEKDAY})\b"
    rf"|\b(?:(?P<how>this(?: coming)?|next|coming|last|the following)\s+)?(?P<wd2>{_WEEKDAY})\b"
    rf"(?:[\s,]+(?:of\s+)?(?P<wk2>this week|next week|last week|week|after next|the week after(?: next)?)\b)?"
)
_DATED = tuple(
    re.compile(rf"(?:\b{_WEEKDAY}[\s,]+)?{pattern}{_YEAR}")
    for pattern in (
        rf"\b(?:the\s+)?(?P<d>{_ORD}|\d{{1,2}})\s+(?:day\s+)?(?:of\s+)?(?P<m>{_MONTH})(?![a-z])",
        rf"\b(?P<m>{_MONTH})\s+(?:the\s+)?(?P<d>{_ORD}|{_NUM})\b(?!\s?(?::|[ap]\.?m\b|o'clock))",
    )
)
_OF_MONTH = re.compile(
    rf"(?:\b(?P<wd>{_WEEKDAY})[\s,]+)?\b(?:the|on|on the)\s+(?P<d>{_ORD})\b(?!\s+(?:floor|time|one|person|row|half))"
    r"(?:\s+of\s+(?:the\s+)?(?P<how>this|next|last|following)\s+month)?"
    rf"|\b(?P<d3>{_ORD})\s+of\s+(?:the\s+)?(?P<how3>this|next|last|following)\s+month\b"
)
_NUMERIC = re.compile(
    r"\b(?P<y>20\d\d)-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b|\b(?P<a>\d{1,2})/(?P<b>\d{1,2})(?:/(?P<c>20\d\d|\d\d))?\b"
)
_LOOSE = re.compile(
    r"\b(?P<how>this|next|last|the coming)\s+(?P<unit>week|weekend|month|year)\b|\b(?:the\s+)?end of (?:the|this) month\b"
    r"|\b(?:this |the |at the )?(?P<we>weekend)\b"
)
_HOLIDAY = re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, HOLIDAYS), key=len, reverse=True))})\b")

_LEAD = r"(?:\b(?P<lead>at|by|around|about|from|before|after|until|till|for|say|maybe)\s+(?:about\s+|around\s+)?)"
_PAST = re.compile(
    rf"{_LEAD}?\b(?P<q>half|a quarter|quarter|{_NUM})(?:\s+minutes?)?\s+(?P<way>past|after|to|till|before|of)"
    rf"\s+(?P<h>{_HOUR})\b(?:\s?o'?clock|\s?{_HALF})?"
)
_HALF_NINE = re.compile(rf"{_LEAD}?\bhalf\s+(?P<h>one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b")
_PART_SAID = r"(?:in the (?:morning|afternoon|evening)|at night|tonight|this (?:morning|afternoon|evening))"
_COUNTED = r"(?!\s*(?:/|people|persons?|guests?|of us|adults|%|dollars|days|weeks|hours|minutes))"
_RUN = r"[1-9][0-5]\d|1[0-2][0-5]\d"
_CLOCKS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_LEAD}?\b(?P<h>{_HOUR})\s?[:.h]\s?(?P<m>[0-5]\d)\b(?:\s?{_HALF})?",
        rf"{_LEAD}?\b(?P<h>{_HOUR})(?:[\s-]+(?P<m>{_MIN}))?(?:\s?o'?\s?clock\b|\s?{_HALF})",
        rf"{_LEAD}?\b(?P<h>{_HOUR})(?:[\s-]+(?P<m>{_MIN}))?\s+{_PART_SAID}",
        rf"{_LEAD}?\b(?P<run>\d?[0-9][0-5]\d)\s?(?:{_HALF}|(?P<hours>hours)|o'?clock)",
        rf"{_LEAD}(?P<run>{_RUN})\b{_COUNTED}",
        rf"{_LEAD}\b(?P<h>{_HOUR})(?:[\s-]+(?P<m>{_MIN}))?\b{_COUNTED}",
    )
)
"""From the surest way to say an hour to the least sure."""
_BARE = re.compile(rf"\b(?P<h>{_HOUR})(?:[\s-]+(?P<m>{_MIN}))?\b|\b(?P<run>[1-9][0-5]\d|1[0-2][0-5]\d)\b")
_PART = re.compile(rf"\b(?:in the |this |at )?(?:{'|'.join(sorted(PARTS, key=len, reverse=True))})\b")
_MIDNIGHT = re.compile(r"\b(?:at )?midnight\b")


def parts_in(text: str, now: datetime, kind: SlotKind, alone: bool) -> Parts:
    """Return what `text` says of a moment; `alone`: a bare number may be an hour."""
    plain = even(text)
    counted = _IN.search(plain)
    if counted and (from_now := _counted(counted, now, kind)):
        return from_now if from_now.at else _with_clock(plain, now, kind, alone, from_now.day)
    return _with_clock(plain, now, kind, alone, _day(plain, now.date(), kind))


def _with_clock(plain: str, now: datetime, kind: SlotKind, alone: bool, day: Day | None) -> Parts:
    spans = [(day.start, day.end)] if day else []
    part: Part = ""
    rest = without(plain, spans)
    if day and (said := re.search(r"tonight|morning|afternoon|evening|night", plain[day.start : day.end])):
        part = PARTS[said.group()]
    clock = _clock(rest)
    if clock:
        spans.append((clock.start, clock.end))
        within = re.search(r"morning|afternoon|evening|tonight|night", plain[clock.start : clock.end])
        part = PARTS[within.group()] if within else part
        rest = without(rest, spans)
    if found := _PART.search(rest):
        word = found.group().split()[-1]
        part = PARTS.get(found.group()) or PARTS.get(word) or part
        spans.append(found.span())
        rest = without(rest, [found.span()])
        if word == "tonight" and day is None:
            day = Day(now.date(), *found.span())
    if clock is None and alone and (bare := _bare(rest, kind, day, part)):
        clock = bare
        spans.append((bare.start, bare.end))
    return Parts(day, clock, part, tuple(spans)) if spans else Parts()


# -- days ------------------------------------------------------------------------------------------------------


def _day(plain: str, today: date, kind: SlotKind) -> Day | None:
    future = kind.prefer == "future"
    for rule in (_dated, _numeric, _of_month, _near, _weekday, _holiday, _loose):
        for day in rule(plain, today, future):
            return day
    return None


def _dated(plain: str, today: date, future: bool) -> Iterator[Day]:
    for found in (match for pattern in _DATED for match in pattern.finditer(plain)):
        number, said = _value(found["d"]), found["year"] or ""
        year = int(said) if said.isdecimal() else _year(said) if said else 0
        if number is not None and (day := of_year(MONTHS[found["m"][:3]], number, today, future, year)):
            yield Day(day, *found.span())


def _numeric(plain: str, today: date, future: bool) -> Iterator[Day]:
    for found in _NUMERIC.finditer(plain):
        if found["y"]:
            day = of_year(int(found["m"]), int(found["d"]), today, future, int(found["y"]))
            swapped = False
        else:
            a, b = int(found["a"]), int(found["b"])
            swapped = a > 12
            year = int(found["c"] or 0)
            year += 2000 if 0 < year < 100 else 0
            day = of_year(b, a, today, future, year) if swapped else of_year(a, b, today, future, year)
        if day:
            sure = found["y"] or swapped or found["a"] == found["b"] or int(found["b"]) > 12
            yield Day(day, *found.span(), 0.95 if sure else 0.7, "" if sure else "month and day may be the other way")


def _of_month(plain: str, today: date, future: bool) -> Iterator[Day]:
    for found in _OF_MONTH.finditer(plain):
        number = _value(found["d"] or found["d3"])
        how = found["how"] or found["how3"]
        months = {"this": 0, "next": 1, "following": 1, "last": -1, None: None}[how]
        if number is not None and (day := of_month(number, today, future, months)):
            yield Day(day, *found.span())


def _near(plain: str, today: date, future: bool) -> Iterator[Day]:
    for found in _NEAR.finditer(plain):
        steps = {"da": 2, "db": -2, "tod": 0, "tom": 1, "yes": -1}
        days = next(step for name, step in steps.items() if found[name]) + (7 if found["week"] else 0)
        yield Day(today + timedelta(days=days), *found.span())


def _weekday(plain: str, today: date, future: bool) -> Iterator[Day]:
    for found in _WEEK.finditer(plain):
        name = found["wd0"] or found["wd1"] or found["wd2"]
        if name in ("sun", "sat", "mon", "wed", "fri", "thu", "tue") and not found["how"] and len(plain.split()) > 3:
            continue
        at, span = WEEKDAYS[name[:3]], found.span()
        if found["wd0"]:
            count = _count(found["count"]) or 1
            yield Day(coming(at, today) + timedelta(days=7 * int(count)), *span)
        elif week := found["wk1"] or (found["wk2"] or "").removesuffix(" week").strip():
            if week in ("this", "next", "last"):
                weeks = {"this": 0, "next": 1, "last": -1}[week]
                yield Day(in_week(at, weeks, today), *span, 0.9)
            else:
                yield Day(coming(at, today) + timedelta(days=7), *span, 0.8)
        else:
            yield _named(at, found["how"] or "", today, future, span)


def _named(at: int, how: str, today: date, future: bool, span: tuple[int, int]) -> Day:
    day = coming(at, today)
    if how == "last" or (not future and not how):
        return Day(day - timedelta(days=7), *span)
    same_week = day.isocalendar()[:2] == today.isocalendar()[:2]
    if how in ("next", "the following") and same_week:
        return Day(day + timedelta(days=7), *span, 0.65, f"'next' may also mean {day.isoformat()}")
    if day == today + timedelta(days=7) and not how:
        return Day(day, *span, 0.65, "it may also be today", is_weekday=False)
    return Day(day, *span, 1.0 if how != "next" else 0.9, is_weekday=True)


def _holiday(plain: str, today: date, future: bool) -> Iterator[Day]:
    for found in _HOLIDAY.finditer(plain):
        month, number = HOLIDAYS[found.group()]
        if day := of_year(month, number, today, future):
            yield Day(day, *found.span(), 0.95)


def _loose(plain: str, today: date, future: bool) -> Iterator[Day]:
    """A week, month or weekend, of which the first day is taken."""
    for found in _LOOSE.finditer(plain):
        step = {"last": -1, "this": 0}.get(found["how"], 1) if found["how"] else 0
        if found["unit"] == "week":
            day = in_week(0, step, today)
        elif found["unit"] == "weekend" or found["we"]:
            day = in_week(5, step if found["how"] in ("next", "last") else 0, today)
        elif found["unit"] == "month":
            day = months_on(today.replace(day=1), step)
        elif found["unit"] == "year":
            day = date(today.year + step, 1, 1)
        else:
            day = months_on(today.replace(day=1), 1) - timedelta(days=1)
        yield Day(max(day, today) if future and step >= 0 else day, *found.span(), 0.4, "which day of it is a guess")


def _counted(found: re.Match[str], now: datetime, kind: SlotKind) -> Parts | None:
    count = _count(found["n"] or found["n2"])
    unit = found["unit"] or found["unit2"]
    if count is None:
        return None
    sign = -1 if found["ago"] else 1
    start = now + timedelta(days=1) if found["from"] == "tomorrow" else now
    if unit in ("minute", "hour"):
        at = start + sign * timedelta(minutes=count * (60 if unit == "hour" else 1))
        return Parts(spans=(found.span(),), at=at.replace(second=0, microsecond=0))
    if unit in ("month", "year"):
        day = months_on(start.date(), sign * round(count * (12 if unit == "year" else 1)))
    else:
        day = start.date() + sign * timedelta(days=round(count * {"day": 1, "week": 7, "fortnight": 14}[unit]))
    return Parts(Day(day, *found.span(), 0.95), spans=(found.span(),))


# -- hours -----------------------------------------------------------------------------------------------------


def _clock(plain: str) -> Clock | None:
    if found := _MIDNIGHT.search(plain):
        return Clock(24, 0, *found.span(), "24")
    for found in (*_PAST.finditer(plain), *_HALF_NINE.finditer(plain)):
        if clock := _past(found):
            return clock
    for pattern in _CLOCKS:
        for found in pattern.finditer(plain):
            if clock := _spoken(found):
                return clock
    return None


def _past(found: re.Match[str]) -> Clock | None:
    said = found.groupdict()
    hour, way, quarter = _value(found["h"]) or 0, said.get("way") or "past", said.get("q") or "half"
    quantity = {"half": 30, "a quarter": 15, "quarter": 15}.get(quarter) or _value(quarter)
    if quantity is None or quantity > 59 or not 1 <= hour <= 24 or (way == "of" and quantity == 30):
        return None
    minutes = hour * 60 + (quantity if way in ("past", "after") else -quantity)
    late = (minutes // 60) or 12
    return Clock(late, minutes % 60, *found.span(), _half(said.get("half")), 0.95 if said.get("way") else 0.8)


def _spoken(found: re.Match[str]) -> Clock | None:
    said = found.groupdict()
    half: Half = "24" if said.get("hours") else _half(said.get("half"))
    if run := said.get("run"):
        hour, minute, confidence = int(run[:-2]), int(run[-2:]), 1.0 if half else 0.85
    else:
        hour, minute, confidence = _value(found["h"]) or 0, _minutes(said.get("m")), 1.0
        if said["lead"] in ("for", "say", "maybe") and not said.get("m") and not half:
            return None
        if len(found["h"]) == 2 and found["h"][0] == "0":
            half = half or "24"
    if hour > 24 or minute > 59:
        return None
    return Clock(hour, minute, *found.span(), "" if hour > 12 and half != "24" else half, confidence)


def _bare(plain: str, kind: SlotKind, day: Day | None, part: Part) -> Clock | None:
    """A number by itself: an hour where the question is for one, or beside a day or a part of the day."""
    if kind.part == "date":
        return None
    for found in _BARE.finditer(plain):
        if not (kind.part == "time" or day or part or found["m"]):
            continue
        if found["run"]:
            hour, minute = int(found["run"][:-2]), int(found["run"][-2:])
        else:
            hour, minute = _value(found["h"]) or 0, _minutes(found["m"])
        if 0 < hour <= 24:
            return Clock(hour, minute, *found.span(), "", 0.9)
    return None


def _half(said: str | None) -> Half:
    return "" if not said else "am" if said[0] == "a" else "pm"


def _minutes(said: str | None) -> int:
    if not said:
        return 0
    words = [word for word in re.split(r"[\s-]+", said) if word not in ("oh", "o")]
    return sum(_value(word) or 0 for word in words)


def _count(said: str) -> float | None:
    if said in ("a", "an", "another"):
        return 1
    if said.startswith("a couple"):
        return 2
    return 0.5 if said.startswith("half") else _value(said)


def _year(said: str) -> int:
    if said.startswith("two thousand"):
        return 2000 + (_value(said.split(" ", 2)[2].removeprefix("and ")) or 0)
    words = re.split(r"[\s-]+", said)
    return 2000 + sum(TENS.get(word, SMALL.get(word, 0)) for word in words[1:])


def _value(said: str) -> int | None:
    """Return the number that a word or two, digits or an ordinal say."""
    said = said.strip()
    if digits := re.match(r"\d+", said):
        return int(digits.group())
    words = re.split(r"[\s-]+", said)
    values = [SMALL.get(word, TENS.get(word, ORDINALS.get(word))) for word in words]
    known = [value for value in values if value is not None]
    if said.startswith("thirty") and words[-1] in ORDINALS:
        return 30 + ORDINALS[words[-1]]
    return sum(known) if len(known) == len(words) else None
