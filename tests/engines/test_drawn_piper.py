"""The voice of the benches, which must say the same thing twice."""

import numpy as np
import pytest

from bench import drawn_piper

pytestmark = pytest.mark.engine


def test_the_same_words_sound_the_same_after_others_were_said() -> None:
    first = drawn_piper.says("On the tenth of May.")
    drawn_piper.says("At four.")
    drawn_piper.voice().speak("At four.", "")
    assert np.array_equal(first.samples, drawn_piper.says("On the tenth of May.").samples)
