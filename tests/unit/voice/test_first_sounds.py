"""What the workers tell becomes evidence: speech by its samples, words whenever they come, the robot's echo never."""

from asr_tts import speech_protocol as heard
from voice.answering_machine import DetectPolicy, Verdict, WhoAnswered
from voice.first_sounds import evidence
from voice.media.media_protocol import ToneHeard

RATE = 8000


def told(*events: tuple[float, object]) -> tuple[WhoAnswered, list[Verdict]]:
    who = WhoAnswered(DetectPolicy(), "en")
    found = [evidence(who, event, lambda sample: sample / RATE, now) for now, event in events]
    return who, [one for one in found if one]


def test_a_glimpse_of_a_machine_is_enough_while_it_goes_on() -> None:
    _, verdicts = told(
        (0.6, heard.SpeechStarted(1, 1, 4000)),
        (1.6, heard.SpeechGoesOn(1, 1, 12800, 1000, 0.0, -25.0)),
        (1.8, heard.Glimpse(1, 1, "please leave a message after", 12800)),
    )
    assert [one.who for one in verdicts] == ["machine"]
    assert verdicts[0].at == 1.8


def test_the_robots_own_echo_is_no_speech_that_goes_on() -> None:
    echo = [(1.0 + at / 10, heard.SpeechGoesOn(1, 1, 8000 + 800 * at, 100, 0.9, -30.0)) for at in range(60)]
    who, verdicts = told((0.6, heard.SpeechStarted(1, 1, 4000)), *echo)
    assert verdicts == []
    assert who.odds()["machine"] < 0


def test_a_hello_and_its_silence_are_a_person() -> None:
    _, verdicts = told(
        (0.6, heard.SpeechStarted(1, 1, 4000)),
        (1.1, heard.SpeechPaused(1, 1, 8000)),
        (1.4, heard.Draft(1, 1, "Hello?", 0.8)),
    )
    assert [one.who for one in verdicts] == ["human"]


def test_tones_are_evidence_too() -> None:
    _, verdicts = told((1.0, ToneHeard(1, "fax", 8000, 900, 2100.0)))
    assert [one.who for one in verdicts] == ["fax"]
