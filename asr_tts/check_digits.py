"""Check digits: which schemes a number keeps, so that a slip of the tongue or the ear is noticed. Pure."""

from collections.abc import Callable, Mapping
from datetime import date

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"


def luhn(signs: str) -> bool:
    """Payment cards, IMEI (ISO/IEC 7812-1 annex B)."""
    if not signs.isdecimal() or len(signs) < 2:
        return False
    doubled = (int(sign) * (1 + place % 2) for place, sign in enumerate(reversed(signs)))
    return sum(digit - 9 * (digit > 9) for digit in doubled) % 10 == 0


def ean(signs: str) -> bool:
    """EAN-8, UPC-A, EAN-13, GTIN-14 (GS1)."""
    if not signs.isdecimal() or len(signs) not in (8, 12, 13, 14):
        return False
    return sum(int(sign) * (1 + 2 * (place % 2)) for place, sign in enumerate(reversed(signs))) % 10 == 0


def mod97(signs: str) -> bool:
    """ISO 7064 MOD 97-10, letters as 10-35: the last two digits make it 1."""
    if not signs.isalnum() or not signs.isascii() or len(signs) < 3:
        return False
    return int("".join(str(int(sign, 36)) for sign in signs)) % 97 == 1


def mod11_2(signs: str) -> bool:
    """ISO 7064 MOD 11-2, the check sign is 0-9 or X."""
    if not signs[:-1].isdecimal() or signs[-1:] not in "0123456789X" or len(signs) < 2:
        return False
    rest = 0
    for sign in signs[:-1]:
        rest = (rest + int(sign)) * 2 % 11
    return (rest + (10 if signs[-1] == "X" else int(signs[-1]))) % 11 == 1


def id_card(signs: str) -> bool:
    """China's identity card (GB 11643-1999): 18 signs with a date of birth in them."""
    if len(signs) != 18 or not signs[:17].isdecimal():
        return False
    try:
        date(int(signs[6:10]), int(signs[10:12]), int(signs[12:14]))
    except ValueError:
        return False
    total = sum(int(sign) * weight for sign, weight in zip(signs[:17], _ID_WEIGHTS, strict=True))
    return _ID_CHECKS[total % 11] == signs[17]


CHECKS: Mapping[str, Callable[[str], bool]] = {
    "luhn": luhn, "ean": ean, "id_card": id_card, "mod97": mod97, "mod11_2": mod11_2,
}  # fmt: skip
"""By the names that flows use."""
LENGTHS: Mapping[str, tuple[int, int]] = {"luhn": (12, 19), "ean": (8, 14), "id_card": (18, 18)}
"""Fewest and most signs of numbers of a scheme, where it has such."""
WITH_X = frozenset(("id_card", "mod11_2"))
"""Schemes whose last sign may be X."""
