"""Check digits: numbers that keep a scheme, the same with one slip, and what is no such number at all."""

import pytest

from asr_tts.check_digits import CHECKS, LENGTHS, WITH_X

RIGHT = {
    "luhn": "4111111111111111", "ean": "4006381333931", "id_card": "11010519491231002X", "mod97": "79444",
    "mod11_2": "079X",
}  # fmt: skip


@pytest.mark.parametrize("scheme", CHECKS)
def test_a_number_keeps_its_scheme_and_no_other_digit_in_a_place_does(scheme: str) -> None:
    keeps, right = CHECKS[scheme], RIGHT[scheme]
    assert keeps(right)
    for place, sign in enumerate(right):
        if sign.isdecimal():
            others = (right[:place] + digit + right[place + 1 :] for digit in "0123456789" if digit != sign)
            assert not any(keeps(other) for other in others)


@pytest.mark.parametrize("scheme", CHECKS)
@pytest.mark.parametrize("signs", ["", "7", "X", "12A", "四一"])
def test_what_is_no_number_keeps_no_scheme(scheme: str, signs: str) -> None:
    assert not CHECKS[scheme](signs)


def test_an_identity_number_has_a_day_of_birth() -> None:
    assert not CHECKS["id_card"]("110105194913310026")


def test_lengths_and_letters_are_of_schemes_that_there_are() -> None:
    assert {*LENGTHS, *WITH_X} <= {*CHECKS}
    assert all(fewest <= len(RIGHT[scheme]) <= most for scheme, (fewest, most) in LENGTHS.items())
