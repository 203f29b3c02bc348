"""The guard against toll fraud: which numbers a line may call at all, whoever asks. Pure.

Frauds call expensive numbers through other people's lines: premium services, satellites, far countries whose carriers
share the money. So a line calls only ordinary numbers of the own country, unless it was said otherwise, in writing:

| number | may be called |
|---|---|
| no possible number of its country | never |
| premium rate, shared cost, a code of no country (satellites …) | where the line has `premium` and a prefix for it |
| of another country than the campaign's | where a prefix of the line covers it |
| without a price on a line that has prices | never: nobody could say what was spent |
| else | where the line has no prefixes, or one that covers it; and no refused prefix does |
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, NumberParseException, PhoneNumberFormat, PhoneNumberType

from campaigns.phone_number import Numbering
from models.errors import OperatorFault

COSTLY = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})
COSTLY_CODES = frozenset({808, 870, 878, 881, 882, 883, 888, 979})
"""Calling codes of no country: satellites, networks, international premium services (ITU-T E.164 list)."""


@dataclass(frozen=True)
class Ways:
    """What a line may call; prefixes are of E.164 numbers, with "+"."""

    prefixes: tuple[str, ...] = ()
    """None: the whole own country."""
    refused: tuple[str, ...] = ()
    """Prefixes that are not called in spite of those."""
    premium: bool = False
    """Whether numbers are called that cost more than a line's prices say."""
    priced: tuple[str, ...] = ()
    """Prefixes with a price; none: the line has no prices at all."""


@dataclass(frozen=True)
class Kind:
    """What is known of a number by its digits."""

    country: str
    """ISO 3166, such as CN; "001" for a code of no country."""
    costly: bool
    trouble: str = ""
    """Why it is no number at all; "" where it is one."""


@lru_cache(4096)
def kind_of(number: str) -> Kind:
    """Return what kind of number an E.164 number with "+" is."""
    if (country := _plain_country(number)) is not None:
        return Kind(country, False)
    try:
        parsed = phonenumbers.parse(number)
    except NumberParseException:
        return Kind("", False, f"{number} is no number in international form; write it like +8613912345678.")
    if not phonenumbers.is_possible_number(parsed):
        return Kind("", False, f"{number} has too few or too many digits for its country; correct it.")
    if phonenumbers.format_number(parsed, PhoneNumberFormat.E164) != number:
        # +86 0 442071234567 is one that a carrier may take for 0044….
        return Kind("", False, f"{number} has digits behind its country's code that none of its numbers begins with.")
    country = phonenumbers.region_code_for_number(parsed) or _first_country(parsed.country_code or 0)
    costly = (parsed.country_code in COSTLY_CODES) or phonenumbers.number_type(parsed) in COSTLY
    return Kind(country, costly)


def _plain_country(number: str) -> str | None:
    """Return the country of an ordinary number; None where a closer look is needed. Nearly all numbers are such."""
    numbering = _numbering(calling_code(number))
    return numbering.country if numbering is not None and numbering.is_ordinary(number) else None


@lru_cache(300)
def _numbering(code: str) -> Numbering | None:
    """Return the plan of the main country of a calling code with "+"; None where it has none."""
    try:
        return Numbering(_first_country(int(code or "0")))
    except OperatorFault:
        return None


@lru_cache(4096)
def calling_code(digits: str) -> str:
    """Return "+" and the calling code that an E.164 number begins with; "" where it is none."""
    for length in (2, 3, 4):
        if digits[1:length].isdigit() and int(digits[1:length]) in COUNTRY_CODE_TO_REGION_CODE:
            return digits[:length]
    return ""


def _first_country(code: int) -> str:
    """Return the main country of a calling code: for numbers too new for what we know of it."""
    return phonenumbers.region_code_for_country_code(code)


def refusal(number: str, ways: Ways, country: str) -> str:
    """Return why the line may not call `number` for a campaign of `country` (ISO 3166), as a sentence; "": it may."""
    kind = kind_of(number)
    if kind.trouble:
        return kind.trouble
    covering = longest(ways.prefixes, number)
    if refused := longest(ways.refused, number):
        return f"{number} begins with {refused}, which the line must not call."
    if ways.prefixes and not covering:
        return f"{number} begins with none of the line's prefixes ({', '.join(ways.prefixes)})."
    if kind.costly and not (ways.premium and covering):
        return f"{number} is a costly number (premium, shared cost, satellite); the line must allow it by premium."
    if not covering and country and kind.country != country:
        other = kind.country or "an unknown country"
        return f"{number} is of {other}, not of {country}; give the line a prefix for it."
    if ways.priced and not longest(ways.priced, number):
        return f"{number} has no price on the line; add one to its prices."
    return ""


def longest(prefixes: Sequence[str], number: str) -> str:
    """Return the longest of `prefixes` that `number` begins with; "" for none."""
    return max((prefix for prefix in prefixes if number.startswith(prefix)), key=len, default="")
