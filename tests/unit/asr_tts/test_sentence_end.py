"""How what was heard so far reads: all of a sentence, or the beginning of one; both languages."""

import pytest

from asr_tts.sentence_end import hangs, reading


@pytest.mark.parametrize("text", [
    "The conference is now locked.",
    "I lost my customer card.",
    "How late are you open on Saturdays?",
    "What is it for?",
    "When do you open?",
    "If I cancel today, do I get my money back?",
    "At the tone, I said my name.",
    "I'm sorry. That's not what I meant.",
    "Yes. I'd like that.",
    "我的订单到哪里了",
    "你们周末开门吗",
    "我的会员卡丢了。",
    "我上个月买的吸尘器坏了",
    "如果我今天取消，可以退钱吗？",
    "因为航班取消了所以我要改签。",
    "我想知道押金是多少",
])  # fmt: skip
def test_a_sentence_that_could_be_all_reads_whole(text: str) -> None:
    assert reading(text, "zh" if text[0] > "z" else "en") == "whole"


@pytest.mark.parametrize("text", [
    "I would like to.",
    "My name is",
    "I want to speak with somebody about my",
    "Can you.",
    "I'd like.",
    "And then, um",
    "If you know the number of the parcel.",
    "When the technician was here.",
    "My order is 4471.",
    "It's five five five",
    "For more information,",
    "I have at least...",
    "我想",
    "我打电话是因为",
    "请问一下",
    "如果我今天取消",
    "我要取消订单，",
    "我的电话是138",
    "我要改一下那个。",
    "我现在住在",
])  # fmt: skip
def test_a_beginning_hangs(text: str) -> None:
    assert reading(text, "zh" if max(text) > "z" else "en") == "hanging"


@pytest.mark.parametrize("text", [
    "Agent",
    "Thank you.",
    "the conference is now locked",
    "From an unknown caller.",
    "Please enter your password.",
    "Press one to accept this call.",
    "A table for two.",
    "到家",
    "我要去客服部",
    "请按一号键。",
    "一共三",
])  # fmt: skip
def test_what_may_be_all_or_not_is_unsure(text: str) -> None:
    assert reading(text, "zh" if text[0] > "z" else "en") == "unsure"


@pytest.mark.parametrize("text", ["", " ", "...", "。"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_tells_nothing(text: str, language: str) -> None:
    assert reading(text, language) == "unsure"
    assert not hangs(text)


def test_words_of_other_languages_are_not_read() -> None:
    assert reading("배송이 언제 오나요?", "ko") == "unread"


def test_english_inside_a_chinese_call_is_read_as_english() -> None:
    assert reading("I want to", "zh") == "hanging"
    assert reading("我想问一下", "en") == "hanging"


@pytest.mark.parametrize(
    "text", ["4471", "yes, please", "好的", "对", "不要了", "我住在北京", "现在", "what is it about"]
)
def test_what_may_be_an_answer_does_not_hang(text: str) -> None:
    assert not hangs(text)


@pytest.mark.parametrize("text", ["Yes, but.", "cancel it, um", "不是，因为", "取消订单，还有"])
def test_an_answer_that_goes_on_hangs(text: str) -> None:
    assert hangs(text)
