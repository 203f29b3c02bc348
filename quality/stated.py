"""What a sentence states that can be right or wrong: amounts, percentages, hours, spans of time, days, counts. Pure.

Numbers are read as slots read them, in words and in digits; each is of a kind, and only values of one kind are
compared: twelve dollars contradict fifteen dollars, and not the fifteenth of March.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from dialplans.slot_kinds import numerals_en, numerals_zh
from dialplans.slot_kinds.sentence import even
from knowledge.wording import stem

HOURS = {"minute": 1 / 60, "hour": 1.0, "day": 24.0, "week": 168.0, "分": 1 / 60, "时": 1.0, "天": 24.0, "周": 168.0}
MONTHS = {"month": 1.0, "year": 12.0, "月": 1.0, "年": 12.0}
DAYS_EN = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAYS_ZH = {**{str(day): day - 1 for day in range(1, 7)}, "日": 6, "天": 6}
MONTHS_EN = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
             "november", "december")  # fmt: skip
_NUMBER = r"(\d+(?:\.\d+)?)"
_UNIT_EN = r"\s*-?\s*(?:(?:working|business|calendar|full|whole|more)\s+)?(minute|hour|day|week|month|year)s?\b"
_UNIT_ZH = r"\s*个?多?(?:工作)?(分钟|小时|钟头|天|日(?!期)|星期(?![1-6日天])|周(?![1-6日末])|礼拜|月|年)"
_ZH_UNITS = {"分钟": "分", "小时": "时", "钟头": "时", "天": "天", "日": "天", "星期": "周", "周": "周", "礼拜": "周",
             "月": "月", "年": "年"}  # fmt: skip
_NO_UNIT = (
    r"(?!\s*(?:%|\d|per|dollar|euro|pound|buck|cent|minute|hour|(?:working |business )?day|week|month|year|people|of)"
    r"|[.,]\d)"
)
_HOUR_EN = r"(\d{1,2})(?:[:.](\d\d))?"
_NOON = r"(?:[ap]\.?\s?m\b\.?)"
_EN: Mapping[str, re.Pattern[str]] = {
    "money": re.compile(
        rf"[$€£]\s*{_NUMBER}|{_NUMBER}\s*(?:dollars?|euros?|pounds?|bucks|yuan)\b(?:\s+and\s+(\d+)\s*cents?\b)?"
        r"|(\d+)\s*cents?\b"
    ),
    "percent": re.compile(rf"{_NUMBER}\s*(?:%|per ?cent\b)"),
    "range": re.compile(rf"{_NUMBER}\s*(?:to|or|-|–|and)\s*(?=\d+(?:\.\d+)?{_UNIT_EN})\d+(?:\.\d+)?{_UNIT_EN}"),
    "span": re.compile(rf"{_NUMBER}{_UNIT_EN}"),
    "half past": re.compile(r"half past (\d{1,2})\b"),
    "hours": re.compile(rf"{_HOUR_EN}\s*{_NOON}?\s*(?:to|until|till|-|–|and)\s*{_HOUR_EN}{_NO_UNIT}"),
    "clock": re.compile(
        rf"{_HOUR_EN}\s*(?:{_NOON}|o'?clock)|\b(?:at|until|till|from|by|before|after)\s+{_HOUR_EN}"
        r"(?=\s*(?:[.,;!?]|$|in the|on|every|and))"
    ),
    "count": re.compile(r"\b(\d+)\s+([a-z]+)"),
}
_ZH: Mapping[str, re.Pattern[str]] = {
    "money": re.compile(rf"{_NUMBER}\s*(?:块钱?|元|美元|欧元)(\d)?(?!\d)|[¥￥$]\s*{_NUMBER}"),
    "percent": re.compile(rf"百分之\s*{_NUMBER}|{_NUMBER}\s*%"),
    "range": re.compile(rf"{_NUMBER}\s*(?:到|至|或|-|、)\s*\d+(?:\.\d+)?{_UNIT_ZH}"),
    "span": re.compile(rf"{_NUMBER}{_UNIT_ZH}"),
    "clock": re.compile(r"(\d{1,2})(?:点钟?|:)(半|一刻|\d{1,2})?"),
    "date": re.compile(r"(\d{1,2})月(?:份)?(?:(\d{1,2})[日号])?"),
    "count": re.compile(r"(\d+)([个件张份本台只位次套名条种人口])([\u3400-\u9fff]?)"),
}  # fmt: skip
_DAY_EN = re.compile(r"\b(mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur)?days?\b(?:\s*(?:to|till|until|through|-|–)\s*"
                     r"(mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur)?days?\b)?")  # fmt: skip
_DAY_ZH = re.compile(r"(?:星期|周|礼拜)([1-6日天])(?:\s*[到至-]\s*(?:星期|周|礼拜)?([1-6日天])(?![天个点]))?")
_DATE_EN = re.compile(rf"\b({'|'.join(MONTHS_EN)})\b(?:\s+(?:the\s+)?(\d{{1,2}})(?:st|nd|rd|th)?\b(?!:))?"
                      rf"|\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({'|'.join(MONTHS_EN)})\b")  # fmt: skip
_FREE = {
    "en": re.compile(r"(?<!feel )\bfree\b(?: of charge)?|\bat no (?:extra )?(?:cost|charge)\b"),
    "zh": re.compile(r"免费|包邮|不收费|不收钱|不要钱|不用付钱|不收\S{0,3}费"),
}
_WEEKEND = {"en": re.compile(r"\bweekends?\b"), "zh": re.compile(r"周末")}


@dataclass(frozen=True, order=True)
class Stated:
    """One value."""

    kind: str
    """money, percent, span (hours), months, clock (hours of twelve), weekday (0: Monday), date (month * 100 + day), or
    what is counted."""
    value: float


def stated(text: str, language: str) -> frozenset[Stated]:
    """Return the values that `text` states."""
    return _stated(text, language)


@lru_cache(2048)
def _stated(text: str, language: str) -> frozenset[Stated]:
    return frozenset(_chinese(_digits_zh(text)) if language == "zh" else _english(_digits_en(text)))


def contradicted(said: Iterable[Stated], true: Iterable[Stated]) -> frozenset[Stated]:
    """Return what is said of a kind of which only other values are true; what lies within a span of time is true."""
    right = frozenset(true)
    kinds = {one.kind for one in right}
    spans = [one.value for one in right if one.kind == "span"] or [0.0]
    return frozenset(
        one
        for one in said
        if one.kind in kinds and one not in right and not (one.kind == "span" and min(spans) < one.value < max(spans))
    )


def _english(text: str) -> Iterator[Stated]:
    yield from (Stated("money", 0.0) for _ in _FREE["en"].finditer(text))
    rest = text
    for found in _EN["money"].finditer(text):
        whole, and_cents, cents = found[1] or found[2], found[3], found[4]
        yield Stated("money", float(whole or 0) + float(and_cents or cents or 0) / 100)
    rest = _EN["money"].sub(" # ", rest)
    yield from (Stated("percent", float(found[1])) for found in _EN["percent"].finditer(rest))
    rest = _EN["percent"].sub(" # ", rest)
    yield from (_span(found[1], found[2]) for found in _EN["range"].finditer(rest))
    yield from (_span(found[1], found[2]) for found in _EN["span"].finditer(rest))
    rest = _EN["span"].sub(" # ", _EN["range"].sub(" # ", rest))
    yield from _dates_en(rest)
    rest = _DATE_EN.sub(" # ", rest)
    yield from (_clock(found[1], "30") for found in _EN["half past"].finditer(rest))
    rest = _EN["half past"].sub(" # ", rest)
    for found in _EN["hours"].finditer(rest):
        yield _clock(found[1], found[2])
        yield _clock(found[3], found[4])
    yield from (_clock(found[1] or found[3], found[2] or found[4]) for found in _EN["clock"].finditer(rest))
    yield from (Stated("clock", 0.0) for _ in re.finditer(r"\b(?:noon|midnight)\b", rest))
    rest = _EN["clock"].sub(" # ", _EN["hours"].sub(" # ", rest))
    yield from _weekdays(_DAY_EN, rest, {day: place for place, day in enumerate(DAYS_EN)}, "en")
    yield from (Stated(f"count of {stem(found[2])}", float(found[1])) for found in _EN["count"].finditer(rest))


def _dates_en(text: str) -> Iterator[Stated]:
    for found in _DATE_EN.finditer(text):
        # "may" is a month only beside a number.
        day, month = found[2] or found[3], found[1] or found[4]
        if day or month != "may":
            yield _date(MONTHS_EN.index(month) + 1, day)


def _chinese(text: str) -> Iterator[Stated]:
    yield from (Stated("money", 0.0) for _ in _FREE["zh"].finditer(text))
    for found in _ZH["money"].finditer(text):
        yield Stated("money", float(found[1] or found[3]) + float(found[2] or 0) / 10)
    rest = _ZH["money"].sub("#", text)
    yield from (Stated("percent", float(found[1] or found[2])) for found in _ZH["percent"].finditer(rest))
    rest = _ZH["percent"].sub("#", rest)
    yield from _weekdays(_DAY_ZH, rest, DAYS_ZH, "zh")
    rest = _DAY_ZH.sub("#", rest)
    yield from (_date(int(found[1]), found[2]) for found in _ZH["date"].finditer(rest))
    rest = _ZH["date"].sub("#", rest)
    yield from (_span(found[1], _ZH_UNITS[found[2]]) for found in _ZH["range"].finditer(rest))
    yield from (_span(found[1], _ZH_UNITS[found[2]]) for found in _ZH["span"].finditer(rest))
    rest = _ZH["span"].sub("#", _ZH["range"].sub("#", rest))
    for found in _ZH["clock"].finditer(rest):
        yield _clock(found[1], {"半": "30", "一刻": "15"}.get(found[2], found[2]))
    rest = _ZH["clock"].sub("#", rest)
    yield from (Stated(f"count of {found[2]}{found[3]}", float(found[1])) for found in _ZH["count"].finditer(rest))


def _span(number: str, unit: str) -> Stated:
    if unit in MONTHS:
        return Stated("months", float(number) * MONTHS[unit])
    return Stated("span", round(float(number) * HOURS[unit], 3))


def _clock(hour: str, minutes: str | None) -> Stated:
    """Whether it is before noon is rarely said again: five and seventeen are one."""
    return Stated("clock", int(hour) % 12 + int(minutes or 0) / 60)


def _date(month: int, day: str | None) -> Stated:
    return Stated("date", float(100 * month + int(day))) if day else Stated("month of the year", float(month))


def _weekdays(pattern: re.Pattern[str], text: str, numbers: Mapping[str, int], language: str) -> Iterator[Stated]:
    for found in pattern.finditer(text):
        first = numbers[found[1]]
        last = numbers[found[2]] if found[2] else first
        for day in range(first, first + (last - first) % 7 + 1):
            yield Stated("weekday", float(day % 7))
    if _WEEKEND[language].search(text):
        yield from (Stated("weekday", 5.0), Stated("weekday", 6.0))


def _digits_en(text: str) -> str:
    """`text` in lower case with its numbers in digits."""
    said, row = even(text), numerals_en.pieces(text)
    parts, at = [], 0
    for one in numerals_en.numerals(text):
        parts += [said[at : row[one.first].start], f"{one.value.normalize():f}"]
        at = row[one.last - 1].end
    digits = "".join([*parts, said[at:]])
    return re.sub(r"\b(?:an?|one)(?= (?:minute|hour|day|week|month|year)\b)", "1", digits)


def _digits_zh(text: str) -> str:
    said = even(text)
    parts, at = [], 0
    for one in numerals_zh.numerals(text):
        # 九点半: the half is a part of the hour.
        if said[one.start : one.end] != "半":
            parts += [said[at : one.start], f"{one.value.normalize():f}"]
            at = one.end
    return re.sub(r"半(?=个?(?:小时|钟头|天|年|月))", "0.5", "".join([*parts, said[at:]]))
