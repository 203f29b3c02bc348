"""Chinese numbers in a sentence, as people say them (三万五, 一百二) and as recognisers write them (3万5).

cn2an reads one number; here they are found in a sentence, with halves and points.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import cn2an

from dialplans.slot_kinds.sentence import even

DIGITS = dict(zip("零〇一二两三四五六七八九俩仨幺", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 1), strict=True))
LARGE = {"万": 10**4, "亿": 10**8}
SIGN = r"[0-9零〇一二两三四五六七八九十百千万亿俩仨拾佰仟]"
NUMBER = rf"(?:[负]?(?:\d{{1,3}}(?:,\d{{3}})+|{SIGN}+)(?:[点.]{SIGN}+)?[万亿]?半?|半)"
_NUMBER = re.compile(NUMBER)
_USUAL = str.maketrans("俩仨拾佰仟", "两三十百千")


@dataclass(frozen=True)
class Numeral:
    """A number and the signs that it was read from."""

    value: Decimal
    start: int
    end: int


@lru_cache(1024)
def numerals(text: str) -> tuple[Numeral, ...]:
    """Return the numbers of `text`, in their order."""
    found = ((value_of(match.group()), match) for match in _NUMBER.finditer(even(text)))
    return tuple(Numeral(value, match.start(), match.end()) for value, match in found if value is not None)


def value_of(words: str) -> Decimal | None:
    """Return the number that `words` (signs of one number) say, or None where they say none."""
    words = words.replace(",", "")
    if words.startswith("负"):
        value = value_of(words[1:])
        return None if value is None else -value
    if words == "半":
        return Decimal("0.5")
    half = words.endswith("半")
    words = words.removesuffix("半")
    last = LARGE.get(words[-1:], 1) if re.search(r"[点.]", words) else 1
    head, _, fraction = re.sub(r"[点.]", ".", words.rstrip("万亿") if last > 1 else words).partition(".")
    whole = _whole(head)
    if whole is None:
        return None
    tail = "".join(str(DIGITS.get(sign, sign)) for sign in fraction)
    if fraction and not tail.isdecimal():
        return None
    value = (whole + (Decimal(f"0.{tail}") if tail else 0)) * last
    return value + (LARGE.get(words[-1:], 1) * Decimal("0.5") if half else 0)


@lru_cache(4096)
def _whole(words: str) -> Decimal | None:
    try:
        return Decimal(int(cn2an.cn2an(words.translate(_USUAL), "smart")))
    except (ValueError, KeyError):
        return None
