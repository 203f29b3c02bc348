"""Answers to closed questions, as recognisers write them down."""

import pytest

from asr_tts.choices import NO, YES, choose, yes_or_no
from asr_tts.recognition import Question


@pytest.mark.parametrize(
    "text",
    ["Yes.", "Yeah, that's right.", "Yep", "Okay, sure.", "Yes, I would like that", "Correct!", "Of course.", "YES",
     "是的，没错。", "对", "好的", "可以", "嗯，是的"],
)  # fmt: skip
def test_agreement_is_yes(text: str) -> None:
    assert yes_or_no(text)[0] == YES


@pytest.mark.parametrize(
    "text",
    ["No.", "Nope", "No, thank you.", "Not really", "That's not right.", "Of course not", "No, that's wrong",
     "I don't want that", "不是。", "不对", "不要了谢谢", "不用了", "没有"],
)  # fmt: skip
def test_refusal_is_no(text: str) -> None:
    assert yes_or_no(text)[0] == NO


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I don't know",
        "I'm not sure",
        "The weather is nice",
        "What time is it?",
        "Tomorrow",
        "不知道",
        "天气很好",
        "...",
    ],
)
def test_neither_is_neither(text: str) -> None:
    assert yes_or_no(text)[0] == -1


def test_the_authors_own_two_words_are_known_first() -> None:
    question = Question("en", "yes_no", ("keep it", "send it back"))
    assert choose("Send it back, please.", question)[0] == 1
    assert choose("yes", question)[0] == YES


LIST = Question("en", "list", ("sales", "technical support", "billing", "opening hours"))
CHINESE = Question("zh", "list", ("查询订单", "投诉", "人工服务"))


@pytest.mark.parametrize(
    ("text", "question", "index"),
    [
        ("Sales.", LIST, 0),
        ("I'd like sales, please", LIST, 0),
        ("Technical supports", LIST, 1),
        ("It's about billing I think", LIST, 2),
        ("Opening ours", LIST, 3),
        ("我想查询订单", CHINESE, 0),
        ("头诉", CHINESE, 1),
        ("转人工服务", CHINESE, 2),
        ("人工", CHINESE, 2),
        ("人公服务。", CHINESE, 2),
    ],
)
def test_the_nearest_phrase_is_chosen(text: str, question: Question, index: int) -> None:
    found, score = choose(text, question)
    assert found == index
    assert 0.7 <= score <= 1.0


@pytest.mark.parametrize("text", ["The weather", "Something completely different", "no", ""])
def test_what_is_near_nothing_is_no_choice(text: str) -> None:
    assert choose(text, LIST)[0] == -1


def test_two_phrases_equally_near_are_no_choice() -> None:
    assert choose("line", Question("en", "list", ("line one", "line two")))[0] == -1


def test_digits_are_compared_as_digits() -> None:
    question = Question("en", "digits", ("1", "2", "12"))
    assert choose("Two.", question)[0] == 1
    assert choose("one two", question)[0] == 2
    assert choose("twelve", question)[0] == 2
    assert choose("three", question)[0] == -1


def test_an_open_question_has_no_choices() -> None:
    assert choose("yes", Question("en", "open", ("yes",))) == (-1, 0.0)
