from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialplans.slots import SlotKind, read

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
SIX = SlotKind("digits", least=6, most=6)
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@pytest.mark.parametrize(
    ("language", "text", "digits"),
    [
        ("en", "four two seven, one oh six", "427106"),
        ("en", "Forty-two seventy-one oh six.", "427106"),
        ("en", "4-2-7-1-0-6", "427106"),
        ("en", "427,106", "427106"),
        ("en", "it's 4 to 7 1 0 6", "427106"),
        ("en", "For two seven one oh six", "427106"),
        ("en", "double five, triple oh, one", "550001"),
        ("en", "four hundred and five, two one six", "405216"),
        ("zh", "四二七，幺零六", "427106"),
        ("zh", "是二七一零六", "427106"),
        ("zh", "十二七一零六", "427106"),
        ("zh", "我的号码是四二七一零六", "427106"),
        ("zh", "两个五，三个零，幺", "550001"),
        ("zh", "四饿七医零六", "427106"),
        ("zh", "帮我查一下订单四二七一零六", "427106"),
        ("zh", "42 71 06", "427106"),
    ],
)
def test_six_digits_are_found_in_what_a_recogniser_makes_of_them(language, text, digits):
    found = read(SIX, text, language, NOW)
    assert (found.value if found else "") == digits


def test_what_had_to_be_bent_is_less_sure_than_what_was_plain():
    plain, bent = read(SIX, "四二七一零六", "zh", NOW), read(SIX, "是二七一零六", "zh", NOW)
    assert plain
    assert bent
    assert plain.confidence > 0.9 > bent.confidence


@pytest.mark.parametrize(("language", "text"), [("en", "I don't know"), ("zh", "没有"), ("zh", "我不知道"), ("en", "")])
def test_words_without_digits_are_no_digits(language, text):
    assert read(SlotKind("digits"), text, language, NOW) is None


@given(st.text("0123456789", min_size=6, max_size=11))
def test_every_string_of_digits_said_one_by_one_comes_back(digits):
    kind = SlotKind("digits", least=6, most=11)
    said = " ".join(WORDS[int(digit)] for digit in digits)
    found = read(kind, said, "en", NOW)
    assert found is not None
    assert (found.value, found.confidence > 0.9) == (digits, True)


@pytest.mark.parametrize(
    ("settings", "language", "text", "value", "sure"),
    [
        ({"type": "identifier", "pattern": r"[A-Z]{2}\d{4}"}, "en", "A B one two three four", "AB1234", True),
        ({"type": "identifier", "pattern": r"[A-Z]{2}\d{4}"}, "en", "b as in bravo, d like delta 1234", "BD1234", True),
        ({"type": "identifier", "pattern": r"[A-Z]{2}\d{4}"}, "zh", "AB一二三四", "AB1234", True),
        ({"type": "id_card"}, "zh", "一一零一零五一九四九一二三一零零二叉", "11010519491231002X", True),
        ({"type": "id_card"}, "zh", "110105194912310021", "110105194912310021", False),
        ({"type": "card_number"}, "en", "4111 1111 1111 1111", "4111111111111111", True),
        ({"type": "identifier", "check": "luhn"}, "en", "4111 1111 1111 1112", "4111111111111112", False),
        ({"type": "identifier", "check": "ean"}, "en", "four double oh six three eight one triple three nine three one",
         "4006381333931", True),
        ({"type": "identifier", "check": "mod97", "pattern": r"[A-Z0-9]{10}"}, "en", "794 and 44", "", False),
        ({"type": "identifier", "digits": 6}, "en", "42 71 06", "427106", True),
    ],
)  # fmt: skip
def test_identifiers_are_told_right_from_wrong_by_their_check_digit(settings, language, text, value, sure):
    found = read(SlotKind.of(settings), text, language, NOW)
    assert (found.value if found else "") == value
    if found:
        assert (found.confidence >= 0.7) is sure
        assert bool(found.note) is not sure


def test_a_check_digit_decides_between_readings_that_fit_alike():
    kind = SlotKind.of({"type": "identifier", "check": "luhn", "pattern": r"\d{4}"})
    # "to" may be nothing or a 2, and "for" nothing or a 4: only 1248 of them keeps the check.
    found = read(kind, "one to for eight", "en", NOW)
    assert found is not None
    assert found.value == "1248"


@pytest.mark.parametrize(
    ("language", "text", "number", "spoken"),
    [
        ("en", "four one five, five five five, two six seven one", "+14155552671",
         "four one five, five five five, two six seven one"),
        ("en", "my number is 415-555-2671", "+14155552671", "four one five, five five five, two six seven one"),
        ("en", "plus four four twenty seven nine four six oh nine five eight", "+442079460958",
         "plus four four, two zero, seven nine four six, zero nine five eight"),
        ("zh", "幺三八零零幺三八零零零", "+8613800138000", "幺三八，零零幺三，八零零零"),
        ("zh", "加八六一三八零零一三八零零零", "+8613800138000", "幺三八，零零幺三，八零零零"),
        ("zh", "零幺零六五五二九九八八", "+861065529988", "零幺零，六五五二，九九八八"),
    ],
)  # fmt: skip
def test_telephone_numbers_are_read_in_the_plan_of_their_country(language, text, number, spoken):
    found = read(SlotKind("phone"), text, language, NOW)
    assert found is not None
    assert (found.value, found.spoken) == (number, spoken)


def test_a_number_that_nobody_can_have_is_hardly_believed():
    found = read(SlotKind("phone"), "one two three four five six seven eight nine oh", "en", NOW)
    assert found is not None
    assert found.confidence <= 0.5
    assert "no such number" in found.note


@pytest.mark.parametrize(
    ("text", "value", "sure"),
    [
        ("我的号码是二九五六二", None, True), ("号码是四二九五六二", "429562", True),
        ("五一一六四天五", "511645", False), ("八九八点个五幺二", "8985512", False),
        ("八九八，呃，五幺二", "898512", True),
    ],
)  # fmt: skip
def test_a_chinese_row_that_lacks_a_digit_is_not_filled_up_or_is_doubted(text, value, sure):
    found = read(SlotKind.of({"type": "digits", "least": 6, "most": 11}), text, "zh", NOW)
    assert (found and found.value) == value
    assert found is None or (found.confidence > 0.8) is sure


HL, ANY, BOOK = r"[A-Z]{2}\d{4}", r"[A-Z0-9]{6}", r"[A-Z]{4}\d{2}"


@pytest.mark.parametrize(
    ("language", "pattern", "text"),
    [
        ("en", BOOK, "book forty seven"), ("en", BOOK, "I want to book table 47"), ("en", ANY, "two weeks"),
        ("en", ANY, "I have been waiting 2 weeks"), ("en", HL, "no idea 2024"), ("en", HL, "my number 1234"),
        ("en", HL, "in 2026"), ("en", HL, "it is 1234"), ("en", r"[A-Z]\d{6}", "I have 123456"),
        ("en", r"[A-Z]\d{6}", "a number 123456"), ("en", r"[A-Z]{1,3}\d{1,4}", "see you at 4"),
        ("en", r"[A-Z]{1,3}\d{1,4}", "I want a hotel for two"), ("en", r"[A-Z]{1,3}\d{1,4}", "okay 12"),
        ("en", r"\d{2}[A-Z]{2}", "at 10 am"), ("zh", BOOK, "book四十七"), ("zh", HL, "OK，一二三四"),
        ("zh", r"[A-Z]\d{6}", "西门一二三四五六"), ("zh", r"[A-Z]\d{6}", "东西一二三四五六"),
        ("zh", r"[A-Z]{1,3}\d{1,4}", "我要去西安两天"), ("zh", r"[A-Z]{1,3}\d{1,4}", "还差五分钟"),
    ],
)  # fmt: skip
def test_words_of_a_sentence_are_no_letters_of_a_number(language, pattern, text):
    assert read(SlotKind.of({"type": "identifier", "pattern": pattern}), text, language, NOW) is None


@pytest.mark.parametrize(
    ("language", "pattern", "text", "value"),
    [
        ("en", BOOK, "b o o k four seven", "BOOK47"), ("en", BOOK, "BOOK 47", "BOOK47"),
        ("en", BOOK, "book47", "BOOK47"),
        ("en", HL, "hl one two three four", "HL1234"), ("en", HL, "I think it was a b one two three four", "AB1234"),
        ("en", HL, "bee dee one two three four", "BD1234"), ("en", HL, "Alpha, Bravo, 1, 2, 3, 4.", "AB1234"),
        ("en", HL, "capital A, capital B, 1234", "AB1234"), ("en", HL, "AB-1234", "AB1234"),
        ("en", r"[A-Z]\d[A-Z]\d", "My code is X-ray 7 Yankee 8", "X7Y8"), ("en", r"[A-Z]{3}\d", "a b c one", "ABC1"),
        ("en", r"[A-Z]{3}\d\d", "under hotel tango lima one two", "HTL12"),
        ("en", r"VIP\d{4}", "VIP 1234", "VIP1234"), ("en", r"ID\d{6}", "my number is ID 123456", "ID123456"),
        ("en", r"PM\d{4}", "PM 1234", "PM1234"), ("en", r"ORD\d{4}", "ord 1234", "ORD1234"),
        ("en", r"(?:ORD|INV)\d{4}", "Inv one two three four", "INV1234"), ("en", HL, "Ab 1234", "AB1234"),
        ("en", HL, "ab one two three four", "AB1234"), ("en", HL, "A I 1234", "AI1234"),
        ("en", r"[A-Z]\d{6}", "A dash 123456", "A123456"), ("zh", r"VIP\d{4}", "我是VIP一二三四", "VIP1234"),
        ("zh", HL, "订单号是AB幺二三四", "AB1234"), ("zh", HL, "A，B，一，二，三，四", "AB1234"),
        ("zh", HL, "字母A字母B一二三四", "AB1234"), ("zh", HL, "我的是西迪幺二三四", "CD1234"),
        ("zh", r"[A-Z]\d{5}", "京A幺二三四五", "A12345"), ("zh", HL, "我记得是HL一二饿四", "HL1224"),
        ("zh", r"\d{6}X", "号码是幺二三四五六叉", "123456X"),
    ],
)  # fmt: skip
def test_letters_are_read_as_callers_spell_them(language, pattern, text, value):
    found = read(SlotKind.of({"type": "identifier", "pattern": pattern}), text, language, NOW)
    assert (found and found.value) == value
