import msgspec
import pytest

from asr_tts.speech_protocol import Prosody
from voice.mood import MOST, Mood

CALM = Prosody(-24.0, 190.0, 8.0, -14.0)


def _mood(*heard: Prosody) -> float:
    mood = Mood()
    for prosody in (CALM, CALM, *heard):
        mood.hear(prosody)
    return mood.take()


def test_a_first_sentence_tells_nothing_however_loud_it_is():
    mood = Mood()
    mood.hear(Prosody(-3.0, 400.0, 20.0, 0.0))
    assert mood.take() == 0.0


def test_louder_higher_brighter_and_wider_is_as_angry_as_a_voice_can_tell():
    assert _mood(Prosody(-14.0, 265.0, 19.0, -4.0)) == MOST


@pytest.mark.parametrize("what", [{"level": -12.0}, {"pitch": 280.0}, {"brightness": -2.0}, {"spread": 20.0}])
def test_one_change_alone_is_no_anger(what):
    assert _mood(msgspec.structs.replace(CALM, **what)) == 0.0


def test_the_more_both_rise_the_angrier_it_sounds():
    steps = [_mood(Prosody(-24.0 + rise, 190.0 * 2 ** (rise / 24), 8.0, -14.0)) for rise in (2, 4, 6, 8, 10)]
    assert steps == sorted(steps)
    assert steps[0] == 0.0 < steps[2] < steps[-1]


def test_with_one_sentence_known_it_counts_less():
    mood = Mood()
    mood.hear(CALM)
    mood.hear(Prosody(-14.0, 265.0, 19.0, -4.0))
    assert mood.take() == pytest.approx(0.7 * MOST)


def test_what_was_taken_is_not_taken_again():
    mood = Mood()
    for prosody in (CALM, CALM, Prosody(-14.0, 265.0, 19.0, -4.0)):
        mood.hear(prosody)
    assert mood.take() > 0
    assert mood.take() == 0


def test_an_outburst_does_not_become_the_usual_voice():
    angry = Prosody(-14.0, 265.0, 19.0, -4.0)
    mood = Mood()
    for prosody in (CALM, CALM, CALM, angry, angry):
        mood.hear(prosody)
        last = mood.take()
    assert last == MOST


def test_an_utterance_without_a_voice_in_it_changes_nothing():
    mood = Mood()
    mood.hear(None)
    assert mood.take() == 0.0
