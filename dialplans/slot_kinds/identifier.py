"""Order, customer and identity numbers: digits and letters by a pattern, told right from wrong by a check digit."""

import re
from datetime import datetime
from functools import lru_cache

from asr_tts.check_digits import CHECKS
from asr_tts.spoken_values import said
from dialplans.slot_kinds.digits import fitting
from dialplans.slot_kinds.kind import Found, SlotKind

PATTERNS = {"luhn": r"\d{12,19}", "ean": r"\d{8}|\d{12,14}", "id_card": r"\d{17}[\dX]", "mod11_2": r"\d+[\dX]"}
"""What a number looks like whose flow names the check alone."""
WRONG_CHECK = 0.3
CHECKED = 0.1
"""Added to the confidence of a number whose check digit is right."""


def find(kind: SlotKind, text: str, language: str, now: datetime, alone: bool = True) -> Found | None:
    """Return the identifier; one with a wrong check digit has little confidence and says so."""
    pattern = _pattern(kind)
    plain = re.sub(r"\\[a-z]", "", pattern.pattern)
    # What the pattern has as it is (VIP, ORD) is said and written as a word.
    words = re.findall(r"[A-Za-z]{2,}", re.sub(r"\[[^\]]*\]", "", plain))
    codes = frozenset(word.lower() for word in words) if re.search("[A-Za-z]", plain) else None
    check = CHECKS.get(kind.check)

    def fits(signs: str) -> bool:
        return bool(pattern.fullmatch(signs)) and any(sign.isdecimal() for sign in signs)

    if check:
        way, confidence = fitting(text, language, lambda signs: fits(signs) and check(signs), codes)
        if way:
            return _found(way.signs, way.start, way.end, language, confidence + CHECKED, "")
    way, confidence = fitting(text, language, fits, codes)
    if way is None:
        return None
    if check:
        return _found(way.signs, way.start, way.end, language, WRONG_CHECK, "the check digit is wrong")
    note = "" if confidence >= 0.7 else f"heard as {way.signs}, but other readings fit too"
    return _found(way.signs, way.start, way.end, language, confidence, note)


@lru_cache(256)
def _pattern(kind: SlotKind) -> re.Pattern[str]:
    least, most = int(kind.least or 1), int(kind.most or 40)
    if kind.pattern:
        return re.compile(kind.pattern)
    if kind.check in PATTERNS and kind.least is None:
        return re.compile(PATTERNS[kind.check])
    return re.compile(rf"[A-Z0-9]{{{least},{most}}}")


def _found(signs: str, start: int, end: int, language: str, confidence: float, note: str) -> Found:
    return Found(signs, start, end, min(confidence, 0.99), said(signs, "digits", language), note)
