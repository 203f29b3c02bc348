"""Audio by sample number."""

import numpy as np

from asr_tts.tape import Tape


def numbered(begin: int, count: int = 160) -> bytes:
    return np.arange(begin, begin + count, dtype=np.int16).tobytes()


def test_frames_join_into_one_stretch() -> None:
    tape = Tape()
    assert tape.append(1000, numbered(1000))
    assert tape.append(1160, numbered(1160))
    assert list(tape.cut(1150, 1170)) == list(range(1150, 1170))


def test_what_comes_twice_is_kept_once() -> None:
    tape = Tape()
    tape.append(0, numbered(0))
    assert tape.append(80, numbered(80))
    assert tape.append(0, numbered(0))
    assert list(tape.cut(0, 1000)) == list(range(240))


def test_what_does_not_join_begins_anew() -> None:
    tape = Tape()
    tape.append(0, numbered(0))
    assert not tape.append(5000, numbered(5000))
    assert (tape.begin, tape.end) == (5000, 5160)


def test_forgotten_samples_are_gone_and_the_rest_keeps_its_numbers() -> None:
    tape = Tape()
    tape.append(0, numbered(0))
    tape.forget_before(100)
    assert list(tape.cut(0, 160)) == list(range(100, 160))
    tape.forget_before(9999)
    assert len(tape.cut(0, 9999)) == 0
    assert tape.append(160, numbered(160))
