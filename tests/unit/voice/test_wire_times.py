"""Times read from packets, on synthetic packets."""

import audioop

import numpy as np
import pytest

from voice.synthetic_caller import FRAME, SILENCE, TICK, Frame
from voice.wire_times import first_audible, last_audible, longest_gap, silent_from, stretches

TONE = audioop.lin2ulaw((np.sin(np.arange(FRAME) / 5) * 3000).astype(np.int16).tobytes(), 2)


def packets(pattern: str, begin: float = 100.0) -> list[Frame]:
    """One packet a letter: `x` speech, `.` silence."""
    return [
        Frame(begin + index * TICK, index, index * FRAME, TONE if letter == "x" else SILENCE)
        for index, letter in enumerate(pattern)
    ]


def test_a_breath_between_words_does_not_part_them_and_a_pause_does() -> None:
    heard = stretches(packets("..xxx...xxx" + "." * 30 + "xx"))
    assert [(round(s.began - 100, 2), round(s.ended - 100, 2)) for s in heard] == [(0.04, 0.2), (0.82, 0.84)]


def test_the_first_and_last_audible_packets_are_within_the_asked_time() -> None:
    heard = packets("xx...xxx..xx")
    assert first_audible(heard, after=100.05) == pytest.approx(100.1)
    assert last_audible(heard, after=100.05, before=100.18) == pytest.approx(100.14)
    assert first_audible(heard, after=101) is None


def test_silence_is_looked_for_only_where_there_was_speech() -> None:
    heard = packets("xxxxx" + "." * 30 + "xxx")
    assert silent_from(heard, after=100.04) == pytest.approx(100.08)
    assert silent_from(heard, after=100.3) is None


def test_the_longest_gap_is_between_packets_whatever_they_hold() -> None:
    heard = packets("x..") + packets("...", begin=100.2)
    assert longest_gap(heard) == pytest.approx(0.16)
