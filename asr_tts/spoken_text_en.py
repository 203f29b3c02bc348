"""How English is read out: one rule a kind of writing, tried in order; each finds its pattern and says it. Pure."""

import re
from collections.abc import Callable
from datetime import date

from num2words import num2words

Match = re.Match[str]
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_MONTH_NAMES = {name[:3].lower(): name for name in _MONTHS}
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
_DIGITS = {
    "0": "zero", "1": "one", "2": "two", "3": "three", "4": "four", "5": "five", "6": "six", "7": "seven",
    "8": "eight", "9": "nine",
}  # fmt: skip
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_CURRENCIES = {
    "$": ("dollar", "cent"),
    "US$": ("dollar", "cent"),
    "USD": ("dollar", "cent"),
    "€": ("euro", "cent"),
    "EUR": ("euro", "cent"),
    "£": ("pound", "penny"),
    "GBP": ("pound", "penny"),
    "¥": ("yuan", "fen"),
    "CNY": ("yuan", "fen"),
    "RMB": ("yuan", "fen"),
}
_SCALES = {"k": "thousand", "K": "thousand", "M": "million", "bn": "billion"}
_WORDS_BEFORE_A_NUMBER = frozenset({"A", "I", "AT", "BY", "IN", "IS", "OF", "ON", "OR", "TO", "NO", "FOR", "PRESS"})
_MANY = {"penny": "pence", "yuan": "yuan", "fen": "fen", "foot": "feet", "inch": "inches"}
_UNITS = {
    "km/h": "kilometer per hour", "mph": "mile per hour", "km": "kilometer", "cm": "centimeter", "mm": "millimeter",
    "m": "meter", "kg": "kilogram", "mg": "milligram", "g": "gram", "lb": "pound", "lbs": "pound", "oz": "ounce",
    "ml": "milliliter", "l": "liter", "L": "liter", "ft": "foot", "in": "inch", "mi": "mile", "min": "minute",
    "mins": "minute", "h": "hour", "hr": "hour", "hrs": "hour", "s": "second", "sec": "second",
    "ms": "millisecond", "kWh": "kilowatt hour", "kW": "kilowatt", "GB": "gigabyte", "MB": "megabyte",
    "kB": "kilobyte", "TB": "terabyte", "Mbps": "megabit per second", "Hz": "hertz", "kHz": "kilohertz",
    "MHz": "megahertz", "°C": "degree Celsius", "°F": "degree Fahrenheit", "°": "degree", "m²": "square meter",
}  # fmt: skip
_ABBREVIATIONS = {
    "Dr.": "Doctor", "Mr.": "Mister", "Mrs.": "Missus", "Ms.": "Miz", "Prof.": "Professor", "e.g.": "for example",
    "i.e.": "that is", "etc.": "et cetera", "vs.": "versus", "approx.": "approximately", "ext.": "extension",
    "Inc.": "Incorporated", "Ltd.": "Limited", "Corp.": "Corporation", "dept.": "department", "tel.": "telephone",
    "a.m.": "A M", "p.m.": "P M", "Ave.": "Avenue", "Blvd.": "Boulevard", "Rd.": "Road", "Jr.": "Junior",
    "Sr.": "Senior", "w/o": "without", "ASAP": "as soon as possible", "appt.": "appointment",
}  # fmt: skip
_SIGNS = {
    "&": " and ", "@": " at ", "+": " plus ", "=": " equals ", "%": " percent ", "#": " hash ", "*": " star ",
    "/": " slash ", "\\": " backslash ", "_": " underscore ", "<": " less than ", ">": " greater than ",
    "~": " about ", "°": " degrees ", "×": " times ", "÷": " divided by ", "$": " dollars ", "€": " euros ",
    "£": " pounds ", "¥": " yuan ", "|": " ", "[": ", ", "]": ", ", "{": " ", "}": " ", "^": " ", "`": "'",
    "“": '"', "”": '"', "’": "'", "‘": "'", "…": "...", "–": " - ", "—": ", ", "•": ", ",
}  # fmt: skip


def read(text: str) -> str:
    """The text with everything that isn't a plain word said in words."""
    for pattern, say in _RULES:
        text = pattern.sub(lambda found, say=say: _padded(found, say(found)), text)  # type: ignore[misc]
    for sign, words in _SIGNS.items():
        text = text.replace(sign, words)
    text = re.sub(r"\s+([,.!?;:])", r"\1", re.sub(r"\s+", " ", text))
    return re.sub(r"([,;:])(?:[,;:]\s*)+", r"\1 ", text).strip()


def cardinal(value: str) -> str:
    """ "1,250.5" -> "one thousand two hundred fifty point five"; digit by digit beyond 15 digits."""
    whole, _, fraction = value.replace(",", "").partition(".")
    if len(whole) > 15:
        words = digits(whole)
    else:
        words = num2words(int(whole or "0")).replace("-", " ").replace(",", "").replace(" and ", " ")
    return f"{words} point {digits(fraction)}" if fraction else words


def digits(text: str) -> str:
    """Digit by digit."""
    return " ".join(_DIGITS[c] for c in text if c in _DIGITS)


def ordinal(value: int) -> str:
    """1 -> first."""
    return str(num2words(value, to="ordinal")).replace("-", " ").replace(" and ", " ").replace(",", "")


def year(value: int) -> str:
    """1999 -> nineteen ninety nine; 2005 -> two thousand five; 2026 -> twenty twenty six."""
    if 2000 <= value < 2010 or not 1000 <= value <= 2999:
        return cardinal(str(value))
    return str(num2words(value, to="year")).replace("-", " ")


def _decade(value: int) -> str:
    """1990 -> nineteen nineties."""
    words = year(value)
    return words.removesuffix("y") + "ies" if words.endswith("y") else words + "s"


def _padded(found: Match, words: str) -> str:
    """Words don't grow together with letters that stood right beside the pattern."""
    before, after = found.string[: found.start()][-1:], found.string[found.end() :][:1]
    return (" " if before.isalnum() else "") + words + (" " if after.isalnum() else "")


def _plural(count: str, unit: str) -> str:
    if count.replace(",", "") == "1":
        return unit
    head, space, rest = unit.partition(" ")
    if head in ("square", "kilowatt"):
        return f"{head} {_plural(count, rest)}"
    return _MANY.get(head, head if head.endswith(("hertz", "s")) else head + "s") + space + rest


def _spelled(text: str) -> str:
    """Letters one by one, digits one by one."""
    return " ".join(_DIGITS.get(c, c.upper()) for c in text if c.isalnum() and c.isascii())


def _grouped(text: str) -> str:
    """Digit by digit with a breath between the groups as written; long groups are cut in threes and a last four."""
    groups: list[str] = []
    for run in re.findall(r"\d+", text):
        cut = run
        while len(cut) > 5:
            groups.append(cut[:3])
            cut = cut[3:]
        groups.append(cut)
    return ", ".join(digits(group) for group in groups)


def _phone(found: Match) -> str:
    plus = "plus " if found.group().startswith("+") else ""
    return plus + _grouped(found.group())


def _money(found: Match) -> str:
    unit, small = _CURRENCIES[found["sign"] or found["code"]]
    amount = found["amount"]
    if scale := found["scale"]:
        return f"{cardinal(amount)} {_SCALES.get(scale, scale)} {_plural('2', unit)}"
    whole, _, fraction = amount.replace(",", "").partition(".")
    if len(fraction) > 2:
        return f"{cardinal(amount)} {_plural('2', unit)}"
    cents = str(int((fraction + "00")[:2]))
    said = [f"{cardinal(whole)} {_plural(whole, unit)}"] if whole.strip("0") or cents == "0" else []
    said += [f"{cardinal(cents)} {_plural(cents, small)}"] if cents != "0" else []
    return " and ".join(said)


def _day(year_: int, month: int, day: int, found: Match) -> str:
    try:
        date(max(year_, 1), month, day)
    except ValueError:
        return _grouped(found.group())
    words = f"{_MONTHS[month - 1]} {ordinal(day)}"
    return f"{words}, {year(year_)}" if year_ else words


def _iso_date(found: Match) -> str:
    return _day(int(found[1]), int(found[2]), int(found[3]), found)


def _us_date(found: Match) -> str:
    short = int(found[3])
    return _day(short + 2000 if len(found[3]) == 2 else short, int(found[1]), int(found[2]), found)


def _named_date(found: Match) -> str:
    month, day = _MONTH_NAMES[found["month"][:3].lower()], ordinal(int(found["day"]))
    words = f"{day} of {month}" if found.groupdict().get("of") else f"{month} {day}"
    return f"{words}, {year(int(found['year']))}" if found["year"] else words


def _time(found: Match) -> str:
    hour, minute = int(found["h"]), int(found["m"] or 0)
    if hour > 24 or minute > 59 or (found["half"] and not 1 <= hour <= 12):
        return _grouped(found.group())
    half = (found["half"] or "").replace(".", "").replace(" ", "").upper()
    words = cardinal(str(hour))
    if minute:
        words += " " + ("oh " if minute < 10 else "") + cardinal(str(minute))
    elif not half:
        words = f"{words} o'clock" if 1 <= hour <= 12 else f"{words} hundred" if hour else "midnight"
    if found["s"]:
        words += f" and {cardinal(found['s'])} seconds"
    return f"{words} {half[0]} {half[1]}" if half else words


def _unit(found: Match) -> str:
    amount = found["n"]
    return f"{'minus ' if found['minus'] else ''}{cardinal(amount)} {_plural(amount, _UNITS[found['unit']])}"


def _range(found: Match) -> str:
    low, high = [group for group in found.groups() if group is not None]
    return f"{_quantity(low)} to {_quantity(high)}"


def _version(found: Match) -> str:
    parts = (found[1] or found[2]).split(".")
    words = " point ".join(cardinal(part) if len(part) < 4 else digits(part) for part in parts)
    return f"version {words}" if found[1] else words


def _identifier(found: Match) -> str:
    """Order numbers and the like: letters by name, digits one by one in groups that can be written down."""
    letters, between, rest = found.groups()
    if letters in _CURRENCIES or (between == " " and letters in _WORDS_BEFORE_A_NUMBER):
        return f"{letters} {rest}"
    said = ", ".join(_grouped(part) if part.isdigit() else _spelled(part) for part in rest.split("-"))
    return f"{letters if len(letters) > 3 else ' '.join(letters)} {said}"


def _abbreviation(found: Match) -> str:
    """At the end of a sentence its full stop stays."""
    ends = found.group().endswith(".") and not found.string[found.end() :].strip()
    return _ABBREVIATIONS[found.group()] + ("." if ends else "")


def _mail(found: Match) -> str:
    return f"{_address(found[1])} at {_address(found[2])}"


def _address(text: str) -> str:
    """Words stay words, signs and digits are named."""
    names = {".": "dot", "-": "dash", "_": "underscore", "/": "slash", "+": "plus", "@": "at", ":": "colon"}
    parts = re.findall(r"[A-Za-z]+|\d|[^A-Za-z\d]", text)
    said = [names.get(part) or _DIGITS.get(part) or part for part in parts]
    return " ".join(word if len(word) > 2 or not word.isalpha() else " ".join(word) for word in said)


def _url(found: Match) -> str:
    return _address(re.sub(r"^https?://(www\.)?", "", found.group()).rstrip("/"))


def _ordinal(found: Match) -> str:
    return ordinal(int(found[1])) if len(found[1]) < 10 else digits(found[1])


def _plain(found: Match) -> str:
    return ("minus " if found["minus"] else "") + _quantity(found["n"], signed=bool(found["minus"]))


def _quantity(value: str, signed: bool = False) -> str:
    """A number: a year by its look, digit by digit where it is long or begins with 0, else as a quantity."""
    if value.isdigit():
        if len(value) > 6 or (len(value) > 1 and value[0] == "0"):
            return _grouped(value)
        if len(value) == 4 and 1100 <= int(value) <= 2099 and not signed:
            return year(int(value))
    return cardinal(value)


def _rule(pattern: str, say: Callable[[Match], str], flags: int = 0) -> tuple[re.Pattern[str], Callable[[Match], str]]:
    return re.compile(pattern, flags | re.ASCII), say


_CODES = "|".join(sorted((re.escape(c) for c in _CURRENCIES if c.isalpha()), key=len, reverse=True))
_MARKS = "|".join(sorted((re.escape(c) for c in _CURRENCIES if not c.isalpha()), key=len, reverse=True))
_YEAR = r"(?:,?\s(?P<year>\d{4})\b)?"
_SCALE = r"(?:\s?(?P<scale>thousand|million|billion|bn\b|[kKM]\b))?"
_ABBREVIATED = "|".join(re.escape(word) for word in sorted(_ABBREVIATIONS, key=len, reverse=True))
_UNIT = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))

_RULES = [
    _rule(r"https?://[^\s,<>\"]*[^\s,<>\".!?;:)]|\bwww\.[^\s,<>\"]*[^\s,<>\".!?;:)]", _url),
    _rule(r"([\w.+-]+)@([\w-]+(?:\.[\w-]+)+)", _mail),
    _rule(r"\b[a-zA-Z][\w-]*\.(?:com|org|net|cn|de|uk|io|gov|edu)(?:/[\w/.-]*\w)?\b", _url),
    _rule(r"\b24/7\b", lambda _: "twenty four seven"),
    _rule(rf"(?:(?P<sign>{_MARKS})\s?|\b(?P<code>{_CODES})\s?)(?P<amount>{_NUMBER}){_SCALE}(?!\d)", _money),
    _rule(rf"\b(?P<amount>{_NUMBER})\s?(?:(?P<sign>{_MARKS})|(?P<code>{_CODES})\b)(?P<scale>)", _money),
    _rule(r"\b(\d{4})[-/](\d{1,2})[-/](\d{1,2})\b(?![-/]\d)", _iso_date),
    _rule(r"\b(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})\b", _us_date),
    _rule(rf"\b(?P<month>{_MONTH})\s(?P<day>[0-3]?\d)(?:st|nd|rd|th)?\b(?![:\d]){_YEAR}", _named_date),
    _rule(rf"\b(?P<day>[0-3]?\d)(?:st|nd|rd|th)?\s(?P<of>of\s)?(?P<month>{_MONTH}){_YEAR}(?![a-z])", _named_date),
    _rule(
        r"\b(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2}))?(?:\s?(?P<half>[ap]\.?m\b\.?))?(?!\d)", _time, re.IGNORECASE
    ),
    _rule(r"\b(?P<h>\d{1,2})(?P<m>)(?P<s>)\s?(?P<half>[ap]\.m\.|[ap]m\b)", _time, re.IGNORECASE),
    _rule(
        r"\+\d[\d ()./-]{6,}\d|\(\d{2,5}\)[ -]?\d[\d -]{3,}\d|\b\d{2,5}(?:[- ]\d{2,5}){2,}\b|\b\d{3}-\d{4}\b", _phone
    ),
    _rule(r"\bv(?:ersion\s)?(\d+(?:\.\d+)+)\b|\b(\d+(?:\.\d+){2,})\b", _version, re.IGNORECASE),
    _rule(
        r"\b((?:order|account|reference|ticket|invoice|booking|code|PIN|extension|number|customer|tracking|card)"
        r"(?:\s(?:number|no\.?|code|ID|is))*[:#]?\s)(\d{4,})\b",
        lambda found: found[1] + _grouped(found[2]),
        re.IGNORECASE,
    ),
    _rule(r"\b(\d{3})0s\b", lambda found: _decade(int(found[1] + "0"))),
    _rule(r"\b([A-Z]{1,5})([-_ ]?)(\d[\dA-Z]*(?:-[\dA-Z]+)*)\b", _identifier),
    _rule(r"\b(\d+[A-Z]{1,3}\d[\dA-Z]*)\b", lambda found: _spelled(found[1])),
    _rule(r"#\s?(\d+)\b", lambda found: f"number {_quantity(found[1])}"),
    _rule(r"\b[Nn]os?\.\s?(?=\d)", lambda _: "number "),
    _rule(r"\b(\d{1,9})\s?[-–]\s?(\d{1,9})(?=\s?(?:%|percent))", _range),
    _rule(rf"\b({_NUMBER})\s?–\s?({_NUMBER})\b|\b(\d{{1,3}})-(\d{{1,3}})\b(?!-)", _range),
    _rule(r"\b(\d+)(?:st|nd|rd|th)\b", _ordinal),
    _rule(rf"(?P<minus>(?<![\w.])[-−])?\b(?P<n>{_NUMBER})\s?(?P<unit>{_UNIT})(?![\w°])", _unit),
    _rule(r"\b1/2\b", lambda _: "one half"),
    _rule(r"\b([1-3])/4\b", lambda found: f"{digits(found[1])} {'quarter' if found[1] == '1' else 'quarters'}"),
    _rule(rf"(?P<minus>(?<![\w.])[-−])?(?P<n>{_NUMBER})", _plain),
    _rule(rf"(?<!\w)(?:{_ABBREVIATED})(?!\w)", _abbreviation),
]
