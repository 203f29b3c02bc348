"""Numbers of lists as E.164: the quick way says what the library says, and what is refused is said why."""

import random

import phonenumbers
import pytest
from phonenumbers.timezone import time_zones_for_number

from campaigns.phone_number import CALLABLE, MOST_ZONES, NotANumber, Numbering, numbering
from models.errors import OperatorFault


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13812345678", "+8613812345678"), ("138 1234 5678", "+8613812345678"), ("138-1234-5678", "+8613812345678"),
        ("+86 138 1234 5678", "+8613812345678"), ("8613812345678", "+8613812345678"),
        ("008613812345678", "+8613812345678"), ("１３８１２３４５６７８", "+8613812345678"),
        ("13812345678.0", "+8613812345678"), ("010-62345678", "+861062345678"), ("（010）6234 5678", "+861062345678"),
        ("021 6234 5678", "+862162345678"), ("+1 212-555-0123", "+12125550123"), ("4008123123", "+864008123123"),
    ],
)  # fmt: skip
def test_chinese_numbers_as_people_write_them(text: str, number: str) -> None:
    assert numbering("CN").read(text).e164 == number


@pytest.mark.parametrize(
    ("country", "text", "number", "zone"),
    [
        ("US", "(212) 555-0123", "+12125550123", "America/New_York"),
        ("US", "1-310-555-0123", "+13105550123", "America/Los_Angeles"),
        ("US", "+86 138 1234 5678", "+8613812345678", "Asia/Shanghai"),
        ("GB", "020 7946 0958", "+442079460958", "Europe/London"),
        ("CN", "13812345678", "+8613812345678", "Asia/Shanghai"),
        ("US", "800 555 0123", "+18005550123", ""),
    ],
)
def test_a_number_tells_its_time_zone(country: str, text: str, number: str, zone: str) -> None:
    found = numbering(country).read(text)
    assert (found.e164, found.timezone) == (number, zone)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no telephone number"), ("张三", "no telephone number"), ("1381234567", "nobody"), ("12", "short"),
        ("1.38123E+10", "format the column as text"), ("+999 123456789", "no"), ("13812345678901234", "long"),
        ("16812345678", "nobody"),
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(NotANumber, match=reason):
        numbering("CN").read(text)


def test_services_that_cost_extra_are_refused() -> None:
    with pytest.raises(NotANumber, match="premium"):
        numbering("US").read("900 555 0123")


def test_an_unknown_country_is_one_sentence() -> None:
    with pytest.raises(OperatorFault, match="country 'XX'"):
        Numbering("XX")


def by_the_library(text: str, country: str) -> tuple[str, str, str] | None:
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in CALLABLE:
        return None
    zones = [zone for zone in time_zones_for_number(number) if zone != "Etc/Unknown"]
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    zone = ",".join(zones) if len(zones) <= MOST_ZONES else ""
    return e164, phonenumbers.region_code_for_number(number) or "", zone


def by_us(text: str, country: str) -> tuple[str, str, str] | None:
    try:
        found = numbering(country).read(text)
    except NotANumber:
        return None
    return found.e164, found.region, found.timezone


def written(chance: random.Random, country: str) -> str:
    """Return something like a number of that country: an example with other digits, written in some way."""
    kind = chance.choice([phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE])
    example = phonenumbers.example_number_for_type(country, kind)
    assert example is not None
    digits = list(phonenumbers.national_significant_number(example))
    for at in range(chance.choice([0, 1, 2, 3, 4]), len(digits)):
        digits[at] = str(chance.randrange(10))
    length = len(digits) + chance.choice([0, 0, 0, 0, 1, -1])
    national = "".join([*digits, "7"][:length])
    code = str(example.country_code)
    return chance.choice(["", "", "0", "1", "+" + code, "+" + code + "0", code, "00" + code, "8"]) + national


@pytest.mark.parametrize(
    "country", ["CN", "US", "GB", "DE", "FR", "RU", "KZ", "CA", "IT", "MX", "AR", "BR", "IN", "JP", "SG", "AU", "HK"]
)
def test_the_quick_way_says_what_the_library_says(country: str) -> None:
    chance = random.Random(country)
    texts = [written(chance, country) for _ in range(500)]
    known = 0
    for text in texts:
        expected = by_the_library(text, country)
        assert by_us(text, country) == expected, text
        known += expected is not None
    assert known > 50
