from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_tts.spoken_text import spoken
from asr_tts.spoken_values import FILTERS, said

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("as_", "value", "english", "chinese"),
    [
        ("digits", "427106", "four two seven, one zero six", "四二七，幺零六"),
        ("digits", "AB1034", "A B, one zero three four", "A B，幺零三四"),
        ("spell", "AB-12", "A B dash one two", "A B 杠幺二"),
        ("number", "1250.5", "one thousand two hundred fifty point five", "一千二百五十点五"),
        ("number", -3, "minus three", "负三"),
        ("ordinal", 21, "twenty first", "第二十一"),
        ("percent", "12.5%", "twelve point five percent", "百分之十二点五"),
        ("date", "2026-11-22", "tomorrow", "明天"),
        ("date", "2026-12-24", "Thursday, December twenty fourth", "十二月二十四号星期四"),
        ("date", "2028-03-05", "Sunday, March fifth, twenty twenty eight", "二零二八年三月五号星期日"),
        ("weekday", "2026-12-24", "Thursday", "星期四"),
        ("time", "15:05", "three oh five P M", "下午三点零五分"),
        ("time", "09:30", "nine thirty A M", "上午九点半"),
        ("time", "12:00", "noon", "中午十二点"),
        ("time", "00:00", "midnight", "凌晨零点"),
        ("datetime", "2026-11-22T15:00", "tomorrow at three P M", "明天下午三点"),
        ("datetime", datetime(2026, 11, 23, 8, 0, tzinfo=UTC), "Monday, November twenty third at eight A M",
         "后天早上八点"),
        ("email", "li.wang_2@163.com", "li dot wang underscore two at one six three dot com",
         "li 点 wang 下划线 二 艾特 一 六 三 点 com"),
        ("agreement", True, "yes", "是"),
        ("row", ["tea", "coffee", "milk"], "tea, coffee and milk", "tea、coffee和milk"),
        ("text", "Room 12", "Room twelve", "Room 十二"),
    ],
)  # fmt: skip
def test_values_are_said_as_people_say_them(as_, value, english, chinese):
    assert said(value, as_, "en", NOW) == english
    assert said(value, as_, "zh", NOW) == chinese


@pytest.mark.parametrize(
    ("value", "currency", "english", "chinese"),
    [
        ("12.50", "USD", "twelve dollars and fifty cents", "十二点五美元"),
        ("1", "USD", "one dollar", "一美元"),
        ("0.99", "GBP", "ninety nine pence", "零点九九英镑"),
        (1234.56, "CNY", "one thousand two hundred thirty four yuan and fifty six fen", "一千二百三十四元五角六分"),
        ("120.5", "CNY", "one hundred twenty yuan and fifty fen", "一百二十元五角"),
        ({"amount": 3, "currency": "EUR"}, "USD", "three euros", "三欧元"),
        ("35000", "CNY", "thirty five thousand yuan", "三万五千元"),
        ("-2", "EUR", "minus two euros", "负两欧元"),
        ("$1,250.00", "USD", "one thousand two hundred fifty dollars", "一千二百五十美元"),
    ],
)
def test_money_is_said_in_its_currency(value, currency, english, chinese):
    assert said(value, "money", "en", option=currency) == english
    assert said(value, "money", "zh", option=currency) == chinese


def test_a_telephone_number_is_said_as_at_home_and_with_its_code_abroad():
    assert said("+14155552671", "phone", "en") == "four one five, five five five, two six seven one"
    assert said("+8613800138000", "phone", "zh") == "幺三八，零零幺三，八零零零"
    assert said("+8613800138000", "phone", "en").startswith("plus eight six")
    assert said("+14155552671", "phone", "zh").startswith("加幺")


def test_what_is_no_such_value_is_said_as_the_text_that_it_is():
    for as_ in ("money", "date", "time", "number", "ordinal", "datetime", "percent"):
        assert said("soon", as_, "en", NOW) == "soon"
        assert said("尽快", as_, "zh", NOW) == "尽快"


@given(st.sampled_from(sorted(FILTERS)), st.one_of(st.text(max_size=20), st.integers(), st.floats(), st.none()))
def test_no_value_makes_the_voice_fail_and_no_digit_is_left_to_an_engine(as_, value):
    for language in ("en", "zh"):
        words = said(value, as_, language, NOW)
        assert not any(sign in "0123456789" for sign in spoken(words, language))


@given(st.integers(0, 10**9), st.sampled_from(["USD", "EUR", "GBP", "CNY"]))
def test_words_of_money_are_not_changed_by_the_voice(cents, currency):
    for language in ("en", "zh"):
        words = said(f"{cents // 100}.{cents % 100:02d}", "money", language, option=currency)
        assert spoken(words, language) == words
