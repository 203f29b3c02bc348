"""English days in a sentence: "next Tuesday", "the fifth of March", "a week from Monday", "12/24"."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from dialplans.slot_kinds.calendar_words_en import COUNT, NUMBER, ORDINAL, SMALL, SMALL_WORD, TENS, how_many, value
from dialplans.slot_kinds.guess import Guess
from dialplans.slot_kinds.kind import SlotKind
from dialplans.slot_kinds.moment_parts import Day, Parts, coming, in_week, months_on, of_month, of_year

MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11,
    "dec": 12,
}  # fmt: skip
WEEKDAYS = {name: at for at, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
HOLIDAYS = {
    "christmas eve": (12, 24), "christmas day": (12, 25), "christmas": (12, 25), "boxing day": (12, 26),
    "new year's eve": (12, 31), "new years eve": (12, 31), "new year's day": (1, 1), "new year's": (1, 1),
    "valentine's day": (2, 14), "valentines day": (2, 14), "halloween": (10, 31), "independence day": (7, 4),
}  # fmt: skip

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
WEEKDAY = r"(?:mon(?:day)?|tues?(?:day)?|wed(?:nesday)?|thu(?:rs?(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)s?"
_YEAR = rf"(?:,?\s+(?P<year>20\d\d|twenty[- ](?:twenty|thirty)[- ]?(?:{SMALL_WORD})?|two thousand(?: and)? {NUMBER}))?"
_IN = re.compile(
    rf"\b(?:in|within|(?:and|an)(?=\s+(?:to|too|for|ate|won|{NUMBER})\s+(?:days|weeks)))"
    rf"\s+(?P<n>{COUNT}|to|too|for|ate|won)\s+(?P<unit>minute|hour|day|week|fortnight|month|year)s?'?(?:\s+time)?\b"
    rf"|\b(?P<n2>{COUNT})\s+(?P<unit2>minute|hour|day|week|month|year)s?"
    r"\s+(?:from\s+(?P<from>now|today|tomorrow)|(?P<ago>ago)|later)\b"
)
_NEAR = re.compile(
    r"\b(?:the\s+)?(?:(?P<da>day after tomorrow)|(?P<db>day before yesterday)|(?P<tod>today|tonight"
    r"|this (?:morning|afternoon|evening))|(?P<tom>tomorrow|tomorow|to morrow)"
    r"|(?P<yes>yesterday|last night))\b(?P<week>\s+week\b)?"
)
_WEEK = re.compile(
    rf"\b(?:(?P<count>{COUNT})\s+weeks?\s+(?:from|on|after)\s+(?:this\s+|next\s+)?)(?P<wd0>{WEEKDAY})\b"
    rf"|\b(?P<wk1>this|next|last|the)\s+week(?:\s+(?P<far>after\s+next))?(?:\s+on)?[\s,]+(?P<wd1>{WEEKDAY})\b"
    rf"|\b(?:(?P<how>this(?: coming)?|next|coming|last|the following)\s+)?(?P<wd2>{WEEKDAY})\b"
    rf"(?:[\s,]+(?:of\s+)?(?P<wk2>this week|next week|last week|week|the week after next|after next|the week after)\b)?"
)
_TO_MONTH = rf"to\s+(?={_MONTH}(?![a-z])(?!\s+(?:the\s+)?(?:{ORDINAL}|{NUMBER})))"
_DAY_FIRST = (
    rf"\b(?:the\s+)?(?P<d>{ORDINAL}|\d{{1,2}}|{NUMBER}(?=\s+of\b))\s+(?:day\s+)?(?:of\s+|{_TO_MONTH})?"
    rf"(?P<m>{_MONTH})(?![a-z])(?!\s+{ORDINAL})"
)
"""Heard so, too: "the eight of May", "the first to March"; "1 August 4th" is "on August 4th"."""
_DATED = tuple(
    re.compile(rf"(?:\b{WEEKDAY}[\s,]+)?{pattern}{_YEAR}")
    for pattern in (
        _DAY_FIRST,
        rf"\b(?P<m>{_MONTH})\s+(?:the\s+)?(?P<d>{ORDINAL}|{NUMBER})\b(?!\s?(?::|[ap]\.?m\b|o'clock))",
    )
)
_TEENS = {ty: ty // 10 + 10 for ty in range(40, 100, 10)}
"""No month has a fiftieth: the fifteenth was said."""
_COUNTED = re.compile(r"\s*(?:%|people|persons?|guests?|of us|tickets?|dollars?|euros?|pounds|percent|minutes?)")
_OF_MONTH = re.compile(
    rf"(?:\b(?P<wd>{WEEKDAY})[\s,]+)?\b(?:the|on|on the)\s+(?P<d>{ORDINAL})\b(?!\s+(?:of\s+)?{_MONTH})"
    r"(?!\s+(?:floor|time|one|person|row|half)\b)"
    r"(?:\s+of\s+(?:the\s+)?(?P<how>this|next|last|following)\s+month)?"
    rf"|\b(?P<d3>{ORDINAL})\s+of\s+(?:the\s+)?(?P<how3>this|next|last|following)\s+month\b"
)
_NUMERIC = re.compile(
    r"\b(?P<y>20\d\d)-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b|\b(?P<a>\d{1,2})/(?P<b>\d{1,2})(?:/(?P<c>20\d\d|\d\d))?\b"
)
_LOOSE = re.compile(
    r"\b(?P<how>this|next|last|the coming)\s+(?P<unit>week|weekend|month|year)\b"
    r"|\b(?:the\s+)?end of (?:the|this) month\b"
    r"|\b(?:this |the |at the )?(?P<we>weekend)\b"
)
_HOLIDAY = re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, HOLIDAYS), key=len, reverse=True))})\b")


def day_in(plain: str, today: date, kind: SlotKind) -> Day | None:
    """Return the day that `plain` names, or None."""
    future = kind.prefer == "future"
    for rule in (_dated, _numeric, _of_month, _near, _weekday, _holiday, _loose):
        for day in rule(plain, today, future):
            return day
    return None


def _dated(plain: str, today: date, future: bool) -> Iterator[Day]:
    for found in (match for pattern in _DATED for match in pattern.finditer(plain)):
        number, said = value(found["d"]), found["year"] or ""
        sounds = number in _TEENS and not _COUNTED.match(plain, found.end())
        number = _TEENS.get(number or 0, number) if sounds else number
        year = int(said) if said.isdecimal() else _year(said) if said else 0
        if future and year and year < today.year:
            year = 0
        if number is not None and (day := of_year(MONTHS[found["m"][:3]], number, today, future, year)):
            yield Day(day, *found.span(), 0.7 if sounds else 1.0, "'-teen' and '-ty' sound alike" if sounds else "")


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
        number = value(found["d"] or found["d3"])
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
            count = how_many(found["count"]) or 1
            yield Day(coming(at, today) + timedelta(days=7 * int(count)), *span)
        elif week := found["wk1"] or (found["wk2"] or "").removesuffix(" week").strip():
            if found["far"] or found["wk2"] == "the week after next":
                yield Day(in_week(at, 2, today), *span, 0.9)
            elif week in ("this", "next", "last"):
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
        yield Day(max(day, today) if future and step >= 0 else day, *found.span(), 0.4, guess=Guess.WHICH_DAY)


def from_now(plain: str, now: datetime) -> Parts | None:
    """Return what is counted from now: "in half an hour" (a moment), "two weeks from today" (a day); or None."""
    found = _IN.search(plain)
    return _counted(found, now) if found else None


def _counted(found: re.Match[str], now: datetime) -> Parts | None:
    count = how_many(found["n"] or found["n2"])
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


def _year(said: str) -> int:
    if said.startswith("two thousand"):
        return 2000 + (value(said.split(" ", 2)[2].removeprefix("and ")) or 0)
    words = re.split(r"[\s-]+", said)
    return 2000 + sum(TENS.get(word, SMALL.get(word, 0)) for word in words[1:])
