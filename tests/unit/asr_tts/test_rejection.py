"""What counts as nobody speaking to us."""

import pytest

from asr_tts.recognition import Transcript
from asr_tts.rejection import after_decoding, before_decoding


@pytest.mark.parametrize(
    ("transcript", "reason"),
    [
        (Transcript("Yes.", "en", 0.9, 0.1, -0.2), ""),
        (Transcript("Yes.", "en", 0.9, 0.7, -0.2), "no speech"),
        (Transcript("Hm wha", "en", 0.1, 0.1, -2.3), "no speech"),
        (Transcript("", "en", 0.9, 0.1, -0.2), "no words"),
        (Transcript(" . ", "en", 0.9, 0.1, -0.2), "no words"),
        (Transcript("Thanks for watching!", "en", 0.9, 0.3, -0.2), "no speech"),
        (Transcript("感谢观看。", "zh", 0.9, 0.3, -0.2), "no speech"),
    ],
)
def test_noise_that_became_words_is_rejected(transcript: Transcript, reason: str) -> None:
    assert after_decoding(transcript) == reason


def test_echo_and_clicks_are_not_even_decoded() -> None:
    assert before_decoding(8000, 0.8) == "echo"
    assert before_decoding(8000, 0.3) == ""
    assert before_decoding(300, 0.0) == "click"
