from types import SimpleNamespace
from typing import Any, cast

import pytest

from dialplans.exchange import KeysWanted, Question
from voice.alarms import Alarms
from voice.line import Ear, Stream
from voice.listening import Listening, digits_wanted


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        (Question("order", kind="digits", keys=KeysWanted(6, 8)), (6, 8)),
        (Question("order", kind="digits", keys=KeysWanted(choices=("1", "2"))), (0, 0)),
        (Question("order", kind="digits"), (0, 0)),
        (Question("what", kind="open", keys=KeysWanted(6, 8)), (0, 0)),
    ],
)
def test_only_a_question_for_digits_tells_how_many_it_wants(question, wanted):
    assert digits_wanted(question) == wanted


def test_the_speech_worker_is_told_the_check_digit():
    told: list[Any] = []
    stream = cast(Stream, SimpleNamespace(number=7, tell=lambda message: None))
    ear = cast(Ear, SimpleNamespace(audio_socket="/ear", tell=told.append))
    wants = Question("card", kind="digits", keys=KeysWanted(13, 19), check="luhn")
    Listening(stream, ear, cast(Alarms, None)).attend(wants)
    assert [(order.least, order.most, order.check) for order in told] == [(13, 19, "luhn")]
