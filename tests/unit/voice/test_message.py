import pytest

from asr_tts.speech_protocol import Heard, RecogniserFailed, Rejected, SpeechGoesOn, SpeechPaused, SpeechStarted
from dialplans.exchange import Record
from voice.message import Message

RATE = 8000
START = 10 * RATE
WANTED = Record("complaint", most_s=20, silence_s=3, finish="#")


def at(seconds):
    """The sample so long after the beginning."""
    return START + round(seconds * RATE)


@pytest.fixture
def message():
    return Message(WANTED, START, hears=True)


def says(message, begin, end):
    message.receive(SpeechStarted(1, 1, at(begin)))
    message.receive(SpeechGoesOn(1, 1, at(end), round((end - begin) * 1000), 0.0, -20.0))
    message.receive(SpeechPaused(1, 1, at(end)))


def test_silence_ends_it_behind_the_last_word(message):
    says(message, 1, 5)
    message.receive(Heard(1, 1, "the lift is broken", 0.9, "en", at(1), at(5)))
    assert message.time_up(at(7.9)) is None
    taken = message.time_up(at(8))
    assert (taken.ended_by, taken.spoken) == ("silence", True)
    assert taken.seconds == pytest.approx(5.3)


def test_a_pause_in_it_is_no_end(message):
    says(message, 1, 3)
    assert message.deadline == at(6)
    message.receive(SpeechGoesOn(1, 1, at(5), 3000, 0.0, -20.0))
    assert message.deadline == at(20), "who speaks is not interrupted before the limit"
    assert message.time_up(at(6)) is None


def test_its_key_ends_it_and_no_other(message):
    says(message, 1, 4)
    assert message.key("5", at(4.2)) is None
    taken = message.key("#", at(4.5))
    assert (taken.ended_by, taken.seconds) == ("key", 4.5)


def test_without_a_finish_key_no_key_ends_it():
    assert Message(Record("x", finish=""), START, hears=True).key("#", at(1)) is None


def test_the_limit_cuts_somebody_who_goes_on(message):
    message.receive(SpeechStarted(1, 1, at(1)))
    taken = message.time_up(at(20.02))
    assert (taken.ended_by, taken.seconds, taken.spoken) == ("limit", 20.0, True)


def test_who_says_nothing_leaves_nothing(message):
    taken = message.time_up(at(3))
    assert (taken.ended_by, taken.spoken) == ("silence", False)


def test_a_cough_is_nothing_said_and_a_long_unclear_sentence_is():
    for seconds, spoken in ((0.3, False), (2.0, True)):
        message = Message(WANTED, START, hears=True)
        message.receive(SpeechStarted(1, 1, at(1)))
        message.receive(Rejected(1, 1, at(1), at(1 + seconds), "no words"))
        taken = message.time_up(at(9))
        assert taken is not None
        assert taken.spoken is spoken


def test_what_the_recogniser_failed_on_was_said_all_the_same(message):
    message.receive(SpeechStarted(1, 1, at(1)))
    message.receive(RecogniserFailed(1, 1, "engine error"))
    assert message.time_up(at(9)).spoken


def test_where_nobody_hears_speech_only_key_and_limit_end_it():
    message = Message(WANTED, START, hears=False)
    assert message.deadline == at(20)
    taken = message.key("#", at(8))
    assert taken is not None
    assert taken.spoken


def test_who_goes_deaf_in_it_waits_for_the_limit(message):
    says(message, 1, 4)
    message.deaf(at(4))
    assert message.deadline == at(20)


def test_a_caller_who_hangs_up_leaves_what_was_said(message):
    says(message, 1, 4)
    taken = message.broken_off(at(4.4))
    assert (taken.ended_by, taken.seconds, taken.spoken) == ("hang-up", 4.4, True)
