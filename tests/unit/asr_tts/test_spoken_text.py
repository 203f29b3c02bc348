"""What a caller hears for what was written, in both languages."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr_tts.spoken_text import spoken

ENGLISH = [
    ("Your total is $1,250.00.", "Your total is one thousand two hundred fifty dollars."),
    ("$1.01", "one dollar and one cent"),
    ("£0.01 or €3", "one penny or three euros"),
    ("CNY 1,250.50", "one thousand two hundred fifty yuan and fifty fen"),
    ("5 USD", "five dollars"),
    ("$2.5 million", "two point five million dollars"),
    ("On 2026-11-21 at 14:05.", "On November twenty first, twenty twenty six at fourteen oh five."),
    ("11/21/2026", "November twenty first, twenty twenty six"),
    ("13/45/2026", "one three, four five, two zero two six"),
    ("Nov. 21, 2026 at 3pm", "November twenty first, twenty twenty six at three P M"),
    ("the 3rd of May", "the third of May"),
    ("9:00 to 18:00", "nine o'clock to eighteen hundred"),
    ("9:30 a.m.", "nine thirty A M"),
    ("25:99", "two five, nine nine"),
    ("Call +1 (555) 123-4567.", "Call plus one, five five five, one two three, four five six seven."),
    ("555-1234", "five five five, one two three four"),
    ("0800 123 456", "zero eight zero zero, one two three, four five six"),
    ("Order A-1034 is ready.", "Order A one zero three four is ready."),
    ("Your order number is 204518.", "Your order number is two zero four, five one eight."),
    ("PIN: 1999", "PIN: one nine nine nine"),
    ("AB12C34", "A B one two C three four"),
    ("Open 24/7.", "Open twenty four seven."),
    ("bob.smith@example.com", "bob dot smith at example dot com"),
    ("see https://www.example.com/help.", "see example dot com slash help."),
    ("5.5 km, 1 kg, 2 lbs", "five point five kilometers, one kilogram, two pounds"),
    ("3-5 days", "three to five days"),
    ("20% off", "twenty percent off"),
    ("5-10%", "five to ten percent"),
    ("-5°C", "minus five degrees Celsius"),
    ("Version 2.5.1", "version two point five point one"),
    ("In 1999, 2005 and 2026.", "In nineteen ninety nine, two thousand five and twenty twenty six."),
    ("the 1990s", "the nineteen nineties"),
    ("Press 1 for sales.", "Press one for sales."),
    ("1st, 2nd, 23rd", "first, second, twenty third"),
    ("Pi is 3.14", "Pi is three point one four"),
    ("Ticket #42", "Ticket number forty two"),
    ("No. 5", "number five"),
    ("12,345 items", "twelve thousand three hundred forty five items"),
    ("12345678", "one two three, four five six seven eight"),
    ("Dr. Smith, e.g. at 9 a.m. daily.", "Doctor Smith, for example at nine A M daily."),
    ("Tom & Ann", "Tom and Ann"),
    ("1/2 or 3/4", "one half or three quarters"),
    ("I have 2 dogs.", "I have two dogs."),
    ("Nothing to change, is there?", "Nothing to change, is there?"),
    ("", ""),
]

CHINESE = [
    ("一共1,250.00元。", "一共一千二百五十元。"),
    ("¥5.99", "五元九角九分"),
    ("CNY 1,250.05", "一千二百五十元零五分"),
    ("余额12,345.67元", "余额一万两千三百四十五元六角七分"),
    ("0.5元", "零点五元"),
    ("$20", "二十美元"),
    ("100万", "一百万"),
    ("2026年11月21日", "二零二六年十一月二十一日"),
    ("2026-11-21", "二零二六年十一月二十一日"),
    ("2月", "二月"),
    ("14:05", "十四点零五分"),
    ("9:30", "九点三十分"),
    ("9:00到18:00", "九点整到十八点"),
    ("请拨打13812345678", "请拨打幺三八，幺二三四，五六七八"),
    ("电话010-12345678", "电话零幺零，幺二三四，五六七八"),
    ("热线400-123-4567", "热线四零零，幺二三，四五六七"),
    ("10010热线", "幺零零幺零热线"),
    ("订单号A-1034", "订单号A，幺零三四"),
    ("订单号20231034", "订单号二零二三，幺零三四"),
    ("打20%的折扣", "打百分之二十的折扣"),
    ("5%-10%", "百分之五到百分之十"),
    ("2个人", "两个人"),
    ("12个", "十二个"),
    ("22位", "二十二位"),
    ("2点", "两点"),
    ("2000个", "两千个"),
    ("2小时", "两小时"),
    ("第2次", "第二次"),
    ("3.14", "三点一四"),
    ("-5℃", "零下五度"),
    ("2公斤", "两公斤"),
    ("3-5天", "三到五天"),
    ("按1转人工，按2查订单", "按一转人工，按二查订单"),
    ("24/7", "全天候"),
    ("1/3", "三分之一"),
    ("v2.5.1", "版本二点五点一"),
    ("2005年", "二零零五年"),
    ("5年", "五年"),
    ("www.example.com", "www 点 example 点 com"),
    ("bob@example.com", "bob 艾特 example 点 com"),
    ("您好，请问有什么可以帮您？", "您好，请问有什么可以帮您？"),
]


@pytest.mark.parametrize(("written", "said"), ENGLISH)
def test_english_is_read_as_people_say_it(written: str, said: str) -> None:
    assert spoken(written, "en") == said


@pytest.mark.parametrize(("written", "said"), CHINESE)
def test_chinese_is_read_as_people_say_it(written: str, said: str) -> None:
    assert spoken(written, "zh") == said


FIGURES = st.text(alphabet="0123456789.,:-/%$€¥+#°()@ AaBkmnoprst年月日元点个万第", max_size=40)


@settings(max_examples=400, deadline=None)
@given(st.one_of(FIGURES, st.text(max_size=60)), st.sampled_from(["en", "zh", "fr"]))
def test_no_digit_survives_whatever_the_text_and_nothing_raises(text: str, language: str) -> None:
    assert not any(character.isdigit() for character in spoken(text, language))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**30), st.sampled_from(["en", "zh"]))
def test_every_number_is_said(number: int, language: str) -> None:
    assert spoken(str(number), language).strip()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["en", "zh"]))
def test_the_words_are_one_line_without_doubled_space(text: str, language: str) -> None:
    words = spoken(text, language)
    assert words == " ".join(words.split())
