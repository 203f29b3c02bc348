"""English hours in a sentence: "half past nine", "ten to four", "3pm", "9.30", "five in the afternoon"."""

import re

from dialplans.slot_kinds.calendar_words_en import NUMBER, SMALL_WORD, value
from dialplans.slot_kinds.kind import SlotKind
from dialplans.slot_kinds.moment_parts import Clock, Half

_HOUR = r"(?:[01]?\d|2[0-4]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_HALF = r"(?P<half>[ap]\.?\s?m\b\.?)"
_MIN = (
    rf"(?:[0-5]\d|(?:oh|o|zero)[- ](?:\d|{SMALL_WORD})|(?:ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
)
_MIN += r"|eighteen|nineteen|(?:twenty|thirty|forty|fifty)(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?))"
_SPACED = rf"[\s-]+(?P<m>(?>{_MIN}))"
_APART = (
    r",\s*(?P<m2>(?>(?:1[3-9]|[2-5]\d)(?!\d)|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
    r"|(?:twenty|thirty|forty|fifty)(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?))"
)
_AND_MIN = rf"(?:{_SPACED}|{_APART})?"
"""The minutes behind an hour: behind a comma only those that are no hour themselves ("at nine, ten in the morning").

They are taken whole or not at all: in "at eight, twenty-five people" no twenty is one.
"""
_ENDS = (
    r"(?=\s*(?:$|[.,!?;|])|\s+(?:(?:please|thanks|thank you|then|on|tomorrow|today|tonight|next|this)\b"
    rf"|for {NUMBER}\b))"
)
"""What may follow minutes behind a comma that nothing else tells from a number: "at eight, twenty roses" are none."""

_LEAD = r"(?:\b(?P<lead>at|by|around|about|from|before|after|until|till|for|say|maybe)\s+(?:about\s+|around\s+)?)"
_PAST = re.compile(
    rf"{_LEAD}?\b(?P<q>half|it has|has|have|a quarter|quarter|equator|{NUMBER})(?:\s+minutes?)?\s+"
    r"(?P<way>past|passed|after|to|till|before|of)"
    rf"\s+(?P<h>{_HOUR}|midnight|noon|midday)\b(?:\s?o'?clock|\s?{_HALF})?"
)
_HALF_NINE = re.compile(rf"{_LEAD}?\bhalf\s+(?P<h>one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b")
_PART_SAID = r"(?:in the (?:morning|afternoon|evening)|at night|tonight|this (?:morning|afternoon|evening))"
_COUNTED = (
    r"(?!\s*(?:/|%|(?:people|persons?|guests?|of us|adults?|children|kids?|seats?|places?"
    r"|tables?|rooms?|tickets?|items?|pieces?|boxes|box|students?|dollars?|euros?|pounds|percent|years?"
    r"|months?|nights?|days?|weeks?|hours?|minutes?|times)\b))"
)
"""What is counted by it: "three days" are no three o'clock."""
_RUN = r"[1-9][0-5]\d|1[0-2][0-5]\d"
_CLOCKS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_LEAD}?\b(?P<h>{_HOUR})\s?[:.h]\s?(?P<m>[0-5]\d)\b(?:\s?{_HALF})?",
        rf"{_LEAD}?\b(?P<h>{_HOUR}){_AND_MIN}(?:\s?o'?\s?clock\b|\s?{_HALF})",
        rf"{_LEAD}?\b(?P<h>{_HOUR}){_AND_MIN}\s+{_PART_SAID}",
        rf"{_LEAD}?\b(?P<run>\d?[0-9][0-5]\d)\s?(?:{_HALF}|(?P<hours>hours)|o'?clock)",
        rf"{_LEAD}(?P<run>{_RUN})\b{_COUNTED}",
        rf"{_LEAD}\b(?P<h>{_HOUR})(?:{_SPACED}|(?P<apart>{_APART}){_ENDS})?\b{_COUNTED}",
    )
)
"""From the surest way to say an hour to the least sure."""
HEARD_HALF = ("it has", "has", "have")
_ALIKE = {"won": 1, "too": 2, "to": 2, "tree": 3, "free": 3, "for": 4, "ate": 8}
_HEARD_AT = re.compile(rf"\b(?:at|it|its|it's)\s+(?P<h>{'|'.join(_ALIKE)})(?=\s*(?:[,.|]|in the|on|tomorrow|next|$))")
"""What a recogniser makes of "half past" and of "at one"."""
_BARE = re.compile(rf"\b(?P<h>{_HOUR})(?:{_SPACED})?\b{_COUNTED}|\b(?P<run>[1-9][0-5]\d|1[0-2][0-5]\d)\b{_COUNTED}")
_NAMED_HOURS = {"midnight": 24, "noon": 12, "midday": 12}
_MIDNIGHT = re.compile(r"\b(?:at )?midnight\b")


def hour_in(plain: str) -> Clock | None:
    """Return the hour that `plain` marks as one ("at", "o'clock", "pm", a colon …), or None."""
    for past in (*_PAST.finditer(plain), *_HALF_NINE.finditer(plain)):
        if clock := _past(past):
            return clock
    if found := _MIDNIGHT.search(plain):
        return Clock(24, 0, *found.span(), "24")
    for pattern in _CLOCKS:
        for spoken in pattern.finditer(plain):
            if clock := _spoken(spoken):
                return clock
    if found := _HEARD_AT.search(plain):
        return Clock(_ALIKE[found["h"]], 0, *found.span(), "", 0.7, f"'{found['h']}' sounds like an hour")
    return None


def _past(found: re.Match[str]) -> Clock | None:
    said = found.groupdict()
    named_hour = _NAMED_HOURS.get(found["h"])
    hour, way, quarter = named_hour or value(found["h"]) or 0, said.get("way") or "past", said.get("q") or "half"
    known = {"half": 30, **dict.fromkeys(HEARD_HALF, 30), "a quarter": 15, "quarter": 15, "equator": 15}
    quantity = known.get(quarter) or value(quarter)
    later = way in ("past", "passed", "after")
    if quantity is None or quantity > 59 or not 1 <= hour <= 24 or (quarter in known and quantity == 30 and not later):
        return None
    minutes = hour * 60 + (quantity if later else -quantity)
    if named_hour:
        return Clock(minutes // 60, minutes % 60, *found.span(), "24", 0.95)
    late = (minutes // 60) or 12
    return Clock(late, minutes % 60, *found.span(), _half(said.get("half")), 0.95 if said.get("way") else 0.8)


def _spoken(found: re.Match[str]) -> Clock | None:
    said = found.groupdict()
    half: Half = "24" if said.get("hours") else _half(said.get("half"))
    if run := said.get("run"):
        hour, minute, confidence = int(run[:-2]), int(run[-2:]), 1.0 if half else 0.85
    else:
        minutes = said.get("m") or said.get("m2")
        hour, minute, confidence = value(found["h"]) or 0, _minutes(minutes), 0.7 if said.get("apart") else 1.0
        if said["lead"] in ("for", "say", "maybe") and not minutes and not half:
            return None
        if len(found["h"]) == 2 and found["h"][0] == "0":
            half = half or "24"
    if hour > 24 or minute > 59:
        return None
    note = f"'{said['m2']}' may be a number by itself" if said.get("apart") else ""
    return Clock(hour, minute, *found.span(), "" if hour > 12 and half != "24" else half, confidence, note)


def bare_hour(plain: str, kind: SlotKind, beside: bool) -> Clock | None:
    """A number by itself: an hour where the question is for one, or `beside` a day or a part of the day."""
    if kind.part == "date":
        return None
    for found in _BARE.finditer(plain):
        if not (kind.part == "time" or beside or found["m"]):
            continue
        if found["run"]:
            hour, minute = int(found["run"][:-2]), int(found["run"][-2:])
        else:
            hour, minute = value(found["h"]) or 0, _minutes(found["m"])
        if 0 < hour <= 24:
            return Clock(hour, minute, *found.span(), "", 0.9)
    return None


def _half(said: str | None) -> Half:
    return "" if not said else "am" if said[0] == "a" else "pm"


def _minutes(said: str | None) -> int:
    if not said:
        return 0
    words = [word for word in re.split(r"[\s-]+", said) if word not in ("oh", "o")]
    return sum(value(word) or 0 for word in words)
