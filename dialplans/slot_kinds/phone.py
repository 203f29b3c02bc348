"""Telephone numbers as E.164, told right from wrong by the numbering plans of `phonenumbers`."""

import re
from datetime import datetime
from functools import lru_cache

import phonenumbers

from asr_tts.spoken_values import HOME, said
from dialplans.slot_kinds.digits import Reading, fitting
from dialplans.slot_kinds.kind import Found, SlotKind
from dialplans.slot_kinds.sentence import even

SHORTEST, LONGEST = 7, 15
POSSIBLE = 0.5
"""Confidence of a number that has the right length and that nobody can have."""
_PLUS = re.compile(r"\bplus\b|\+|加号?")


def find(kind: SlotKind, text: str, language: str, now: datetime, alone: bool = True) -> Found | None:
    """Return the number, read in the plan of the kind's country unless "plus" was said."""
    country = kind.country or HOME.get(language, "US")
    plus = "+" if _PLUS.search(even(text)) else ""
    way, confidence = fitting(text, language, lambda signs: bool(e164(plus + signs, country)))
    if way:
        return _found(way, e164(plus + way.signs, country), language, country, confidence, "")
    if not alone:
        return None
    way, confidence = fitting(text, language, lambda signs: bool(e164(plus + signs, country, possible=True)))
    if way is None:
        return None
    note = f"{country} has no such number"
    number = e164(plus + way.signs, country, possible=True)
    return _found(way, number, language, country, min(confidence, POSSIBLE), note)


@lru_cache(2048)
def e164(signs: str, country: str, possible: bool = False) -> str:
    """Return the number in E.164, or "" where it is not valid (`possible`: not even of a possible length)."""
    if not SHORTEST <= len(signs.lstrip("+")) <= LONGEST:
        return ""
    try:
        number = phonenumbers.parse(signs, country)
    except phonenumbers.NumberParseException:
        return ""
    good = phonenumbers.is_possible_number(number) if possible else phonenumbers.is_valid_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if good else ""


def _found(way: Reading, number: str, language: str, country: str, confidence: float, note: str) -> Found:
    return Found(number, way.start, way.end, confidence, said(number, "phone", language, option=country), note)
