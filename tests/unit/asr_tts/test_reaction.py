"""Which sounds are looked at twice."""

import pytest

from asr_tts.reaction import AROUND_MS, SAID_BEFORE, SHORT_MS, UNCLEAR, wants_second_look
from asr_tts.recognition import Question, Transcript
from dialplans.backchannel import is_backchannel
from voice.interrupting import is_interruption

SHORT = (SHORT_MS + AROUND_MS) * 8
OVER = Question("zh", over_robot=True)


@pytest.mark.parametrize(
    ("samples", "question", "heard", "wanted"),
    [
        (SHORT, OVER, Transcript("拨", "zh", 0.35), True),
        (SHORT, OVER, Transcript("不要", "zh", UNCLEAR), False),
        (SHORT + 8, OVER, Transcript("拨", "zh", 0.35), False),
        (SHORT, Question("zh"), Transcript("拨", "zh", 0.35), False),
        (SHORT, OVER, Transcript("부", "ko", 0.35), False),
    ],
    ids=["unclear", "clear", "longer", "into silence", "a language without such words"],
)
def test_only_short_unclear_sounds_into_the_robots_speech_are(
    samples: int, question: Question, heard: Transcript, wanted: bool
) -> None:
    assert wants_second_look(samples, question, heard) is wanted


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_told_has_as_many_interruptions_as_backchannels(language: str) -> None:
    told = [word for word in SAID_BEFORE[language].replace("？", "。").replace("！", "。").split("。") if word.strip()]
    if language == "en":
        told = SAID_BEFORE["en"].replace("!", ".").replace("?", ".").rstrip(".").split(". ")
    interrupting, going_on = sum(map(is_interruption, told)), sum(map(is_backchannel, told))
    assert interrupting + going_on == len(told)
    assert abs(interrupting - going_on) <= 1
