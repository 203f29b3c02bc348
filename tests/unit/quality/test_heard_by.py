"""Recordings are heard again by larger weights where there are some."""

import pytest

from models.errors import OperatorFault
from models.quality_settings import QualitySettings
from models.settings import Settings, SpeechSettings
from quality.inspection_cli import ears_of, heard_by


def test_recordings_are_heard_as_calls_are_unless_larger_weights_are_there():
    speech = SpeechSettings(recogniser="vosk", recogniser_model="/ours", language="zh")
    assert heard_by(Settings(speech=speech)) == speech
    found = heard_by(Settings(speech=speech, quality=QualitySettings(recogniser_model="/large")))
    assert (found.recogniser, found.recogniser_model, found.language) == ("whisper", "/large", "zh")
    assert speech.recogniser_model == "/ours", "calls keep theirs"


def test_larger_weights_that_are_not_there_are_named_in_a_sentence(tmp_path):
    quality = QualitySettings(recogniser_model=str(tmp_path / "none"))
    with pytest.raises(OperatorFault, match="none"):
        ears_of(Settings(quality=quality))
