"""What a line may call: the own country, ordinary numbers, and what was written besides."""

import pytest

from campaigns.toll_guard import Ways, refusal

CHINA = Ways()
ABROAD = Ways(prefixes=("+86", "+44"))
PREMIUM = Ways(prefixes=("+1900",), premium=True)
BARRED = Ways(prefixes=("+86",), refused=("+86400", "+8617"))


@pytest.mark.parametrize(
    ("number", "ways", "country"),
    [
        ("+8613912345678", CHINA, "CN"),
        ("+862112345678", CHINA, "CN"),
        ("+442071234567", ABROAD, "CN"),
        ("+19005551234", PREMIUM, "US"),
        ("+8613912345678", BARRED, "CN"),
        ("+12125551234", CHINA, "US"),
    ],
)
def test_an_ordinary_number_of_the_own_country_and_what_was_written_is_called(number: str, ways: Ways, country: str):
    assert refusal(number, ways, country) == ""


@pytest.mark.parametrize(
    ("number", "ways", "country", "words"),
    [
        ("+12125551234", CHINA, "CN", "not of CN"),
        ("+18765551234", CHINA, "US", "of JM, not of US"),
        ("+864001234567", CHINA, "CN", "costly"),
        ("+19005551234", Ways(prefixes=("+1",)), "US", "costly"),
        ("+19005551234", Ways(premium=True), "US", "costly"),
        ("+8816312345678", CHINA, "CN", "costly"),
        ("+979123456789", Ways(prefixes=("+",)), "CN", "costly"),
        ("+33123456789", ABROAD, "CN", "none of the line's prefixes"),
        ("+8617012345678", BARRED, "CN", "must not call"),
        ("13912345678", CHINA, "CN", "no number in international form"),
        ("+8612", CHINA, "CN", "too few"),
        ("hello", CHINA, "CN", "no number"),
        ("+860044207123456", CHINA, "CN", "none of its numbers begins with"),
        ("+86 139 1234 5678", CHINA, "CN", "none of its numbers"),
        ("+8613912345678", Ways(priced=("+862", "+861380")), "CN", "no price"),
    ],
)
def test_everything_else_is_refused_with_the_way_out(number: str, ways: Ways, country: str, words: str):
    assert words in refusal(number, ways, country)
