"""Telephone numbers of lists as E.164, with country and time zones, by the numbering plans of `phonenumbers`.

A list has a million of them, nearly all of its own country and plainly written. Those are decided by two patterns of
that country's plan, which gives exactly what the library gives, twenty times faster; everything else asks the library.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType, ValidationResult
from phonenumbers.phonemetadata import PhoneMetadata
from phonenumbers.phonenumberutil import COUNTRY_CODE_TO_REGION_CODE, is_number_type_geographical
from phonenumbers.timezone import time_zones_for_number as zones_for
from phonenumbers.tzdata import TIMEZONE_DATA, TIMEZONE_LONGEST_PREFIX

from models.errors import OperatorFault

MOST_ZONES = 12
"""A number that may be in more time zones than these tells nothing about the time of day there."""
SEPARATORS = " \t\u00a0\u3000-‐‑–—−()（）/·."
_PLAIN = str.maketrans("０１２３４５６７８９＋", "0123456789+", SEPARATORS)
_EXPONENT = re.compile(r"\d(\.\d+)?[eE]\+?\d+")
CALLABLE = frozenset(
    {
        PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.VOIP,
        PhoneNumberType.PERSONAL_NUMBER, PhoneNumberType.TOLL_FREE, PhoneNumberType.UAN,
        PhoneNumberType.SHARED_COST,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """One number of a person."""

    e164: str
    region: str
    """ISO 3166 country; "" for a number of none."""
    timezone: str
    """IANA names joined by ","; "" where the number tells nothing."""


class NotANumber(ValueError):
    """Why a text is no number that may be called: a few words for the list of refused rows."""


class Numbering:
    """Numbers as they are written in one country."""

    def __init__(self, country: str) -> None:
        plan = PhoneMetadata.metadata_for_region(country)
        if plan is None or plan.country_code is None or plan.fixed_line is None or plan.mobile is None:
            raise OperatorFault(f"No numbering plan is known for the country '{country}'; write one like CN, GB or US.")
        self.country = country
        self._code = str(plan.country_code)
        self._prefix = plan.national_prefix or ""
        self._parsing = re.compile(plan.national_prefix_for_parsing or "(?!)")
        self._abroad = re.compile(plan.international_prefix or "(?!)")
        self._fixed = _pattern(plan.fixed_line)
        self._mobile = _pattern(plan.mobile)
        self._any = _pattern(plan.general_desc)
        self._alike = plan.fixed_line.national_number_pattern == plan.mobile.national_number_pattern
        # Small countries share a calling code; whose a number is takes a look at all of them.
        self._alone = COUNTRY_CODE_TO_REGION_CODE[plan.country_code][0] == country
        mobiles_at_home = is_number_type_geographical(PhoneNumberType.MOBILE, plan.country_code)
        self._mobile_digits = TIMEZONE_LONGEST_PREFIX if mobiles_at_home else len(self._code)

    def read(self, text: str) -> PhoneNumber:
        """Return the number that `text` is, written nationally or with "+"; raise `NotANumber`."""
        plain = text.translate(_PLAIN)
        if text.endswith(".0") and text[:-2].isdecimal():
            # A spreadsheet took it for an amount.
            plain = plain[:-1]
        return self._plainly(plain) or self._thoroughly(text, plain)

    def is_ordinary(self, e164: str) -> bool:
        """Tell whether an E.164 number is a mobile or fixed one of this country, by its patterns alone."""
        found = self._plainly(e164)
        return found is not None and found.e164 == e164

    def _plainly(self, plain: str) -> PhoneNumber | None:
        """Return the number where the country's patterns decide it; None where the library must."""
        if not self._alone:
            return None
        if plain[:1] == "+":
            if not plain.startswith(self._code, 1):
                return None
            digits = plain[1 + len(self._code) :]
        elif self._abroad.match(plain):
            return None
        else:
            digits = plain
        if not digits.isascii() or not digits.isdecimal():
            return None
        found = self._domestic(digits)
        if digits is not plain or not digits.startswith(self._code):
            return found
        abroad = self._domestic(digits[len(self._code) :])
        if found is None:
            return None if self._any.fullmatch(digits) else abroad
        # With the calling code or without: the library weighs it.
        return found if abroad is None else None

    def _domestic(self, digits: str) -> PhoneNumber | None:
        prefix = self._parsing.match(digits)
        if prefix is not None and prefix.end():
            if prefix.group() != self._prefix:
                return None
            digits = digits[prefix.end() :]
        mobile = self._mobile.fullmatch(digits) is not None
        fixed = self._alike if mobile else self._fixed.fullmatch(digits) is not None
        if not mobile and not fixed:
            return None
        whole = self._code + digits
        zone = _zones(whole[: TIMEZONE_LONGEST_PREFIX if fixed else self._mobile_digits])
        return PhoneNumber("+" + whole, self.country, zone)

    def _thoroughly(self, text: str, plain: str) -> PhoneNumber:
        if _EXPONENT.fullmatch(text):
            raise NotANumber("a spreadsheet shortened it; format the column as text")
        try:
            number = phonenumbers.parse(plain if plain.lstrip("+").isdecimal() else text, self.country)
        except NumberParseException:
            raise NotANumber("no telephone number") from None
        if not phonenumbers.is_valid_number(number):
            raise NotANumber(_fault(number))
        if phonenumbers.number_type(number) not in CALLABLE:
            raise NotANumber("a number of a service, such as premium rate")
        zone = _joined(zones_for(number))
        region = phonenumbers.region_code_for_number(number) or ""
        return PhoneNumber(
            phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
            "" if region == "001" else region,
            zone,
        )


def _pattern(kind: object) -> re.Pattern[str]:
    return re.compile(getattr(kind, "national_number_pattern", None) or "(?!)")


def _fault(number: phonenumbers.PhoneNumber) -> str:
    match phonenumbers.is_possible_number_with_reason(number):
        case ValidationResult.TOO_SHORT | ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
            return "too short for a telephone number"
        case ValidationResult.TOO_LONG:
            return "too long for a telephone number"
        case ValidationResult.INVALID_COUNTRY_CODE:
            return "no country has that calling code"
    return "a number that nobody has"


@lru_cache(100_000)
def _zones(digits: str) -> str:
    """Return the zones of the longest beginning of a number that the library knows."""
    for length in range(min(len(digits), TIMEZONE_LONGEST_PREFIX), 0, -1):
        if found := TIMEZONE_DATA.get(digits[:length]):
            return _joined(found)
    return ""


def _joined(zones: tuple[str, ...]) -> str:
    known = [zone for zone in zones if zone != "Etc/Unknown"]
    return ",".join(known) if len(known) <= MOST_ZONES else ""


@lru_cache(64)
def numbering(country: str) -> Numbering:
    """Return the numbering of a country; raise `OperatorFault` where none is known."""
    return Numbering(country)
