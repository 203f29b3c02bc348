"""What closed questions may be answered with, and that what a grammar hears is understood."""

import pytest

from asr_tts.choices import NO, YES, choose
from asr_tts.closed_words import AGREEING, DIGITS, REFUSING, words_of
from asr_tts.recognition import Question
from asr_tts.spoken_digits import digits_of


@pytest.mark.parametrize(("words", "answer"), [(AGREEING, YES), (REFUSING, NO)])
def test_every_yes_and_no_that_a_grammar_hears_is_understood(words: dict[str, tuple[str, ...]], answer: int) -> None:
    for language, phrases in words.items():
        for phrase in phrases:
            assert choose(phrase, Question(language, "yes_no"))[0] == answer, phrase


def test_every_digit_that_a_grammar_hears_is_understood() -> None:
    for language, phrases in DIGITS.items():
        for phrase in set(phrases) - {"double", "triple"}:
            assert digits_of(phrase).isdecimal(), (language, phrase)


def test_each_language_says_its_own_words() -> None:
    assert "네" in words_of("yes_no", "ko", ())
    assert "yes" not in words_of("yes_no", "ko", ())
    assert set("零一二三四五六七八九") <= set(words_of("digits", "zh", ()))
    assert "seven" in words_of("digits", "en", ())


def test_a_language_without_a_list_is_listened_to_freely() -> None:
    assert words_of("yes_no", "fi", ()) == words_of("digits", "fi", ()) == ()


def test_open_questions_have_no_grammar() -> None:
    assert words_of("open", "en", ("hours",)) == words_of("dictation", "en", ("hours",)) == ()


def test_two_phrases_of_its_own_answer_yes_or_no_beside_the_usual_words() -> None:
    assert words_of("yes_no", "fi", ("kyllä", "ei")) == ("kyllä", "ei")
    assert {"keep it", "change it", "yes", "no"} <= set(words_of("yes_no", "en", ("keep it", "change it")))


def test_a_list_is_answered_with_its_phrases_only() -> None:
    assert words_of("list", "en", ("hours", "orders")) == ("hours", "orders")
