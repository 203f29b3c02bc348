import pytest

from asr_tts.endpointing import MS, Manner
from asr_tts.engines.said_before import BEFORE, echoes, said_before, sounds_alike, wants_proof


@pytest.mark.parametrize("kind", ["money", "moment", "digits"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_questions_for_a_value_tell_whisper_how_such_values_are_said(kind, language):
    assert said_before(kind, language)


@pytest.mark.parametrize("kind", ["open", "yes_no", "list", "dictation"])
def test_other_questions_tell_it_nothing(kind):
    assert said_before(kind, "en") == said_before(kind, "zh") == ""


def test_a_language_of_which_nothing_is_known_is_told_nothing():
    assert said_before("money", "ko") == ""


@pytest.mark.parametrize(
    ("heard", "language"),
    [
        ("五千零九十二。五千零九十二。五千零九十二", "zh"),
        ("五千零。", "zh"),
        ("一刻七百元", "zh"),
        ("Nine hundred dollars, forty cents.", "en"),
        ("Forty cents.", "en"),
    ],
)
def test_what_repeats_what_was_told_is_suspected(heard, language):
    assert echoes(heard, BEFORE["money"][language], language)


@pytest.mark.parametrize(
    ("heard", "language"),
    [
        ("一共四千五百五十元", "zh"),
        ("不知道", "zh"),
        ("I paid six hundred and eighty-seven dollars.", "en"),
        ("", "en"),
    ],
)
def test_what_says_something_else_is_not_suspected(heard, language):
    assert not echoes(heard, BEFORE["money"][language], language)


@pytest.mark.parametrize(
    ("heard", "language"),
    [("三百元。", "zh"), ("四十分，三十分，三十分，三十分", "zh")],
)
def test_a_short_value_is_proved_for_noise_becomes_one(heard, language):
    assert wants_proof(heard, BEFORE["money"][language], language)
    assert not wants_proof(heard, "", language)


def test_a_long_value_is_taken_as_it_is():
    assert not wants_proof("一共四千五百五十元", BEFORE["money"]["zh"], "zh")
    assert not wants_proof("I paid six hundred and eighty-seven dollars.", BEFORE["money"]["en"], "en")


def test_nothing_told_is_never_repeated():
    assert not echoes("Forty cents.", "", "en")


def test_texts_of_the_same_sound_are_alike_whatever_their_signs():
    assert sounds_alike("一共六块三", "以攻流亏散")
    assert sounds_alike("on the twenty-third of next month", "on the 23rd of next month")


def test_a_repetition_where_something_else_was_said_is_not_alike():
    assert not sounds_alike("五千零九十二。五千零九十二", "不知道")
    assert not sounds_alike("nine hundred dollars", "I don't know")


@pytest.mark.parametrize("kind", ["money", "moment"])
def test_a_value_in_words_is_waited_for_as_long_as_any_open_answer(kind):
    assert Manner.of(kind).hangover == Manner.of("open").hangover
    assert Manner.of(kind, open_ms=650).hangover == 650 * MS
