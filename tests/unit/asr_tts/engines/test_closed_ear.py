"""The ear for values: its rules, its arithmetic with made-up weights, and the weights that ship."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asr_tts.digit_row import UNKNOWN, is_kept
from asr_tts.engines.closed_ear import VALUES, ClosedEar, Listened, counts, ears
from asr_tts.recognition import Question

NAMES = tuple(ears())
WORDS = ("二", "三", "号", "不")
DIGITS = Question("zh", "digits", least=4, most=4)


def ear(tmp_path: Path) -> ClosedEar:
    """Says class k where feature k of every second frame is high: all of its layers pass on what they get."""
    size, classes = 8, len(WORDS) + 2
    passing = np.zeros((3, size, size), np.float32)
    passing[1] = np.eye(size)
    layer: dict[str, Any] = {"w": passing, "b": np.zeros(size), "scale": np.ones(size), "shift": np.zeros(size)}
    arrays = {f"{name}.{part}": array for name in ("into", "0") for part, array in layer.items()}
    arrays |= {"out.w": 9 * np.eye(size, classes), "out.b": np.zeros(classes)}
    arrays |= {"mean": np.zeros(size), "std": np.ones(size), "words": np.array(WORDS), "dilations": np.array((2,))}
    save: Any = np.savez  # its stub takes no mapping
    with (tmp_path / "zh.bin").open("wb") as file:
        save(file, **arrays)
    return ClosedEar(tmp_path / "zh.bin", "zh")


def spoken(*classes: int) -> np.ndarray:
    """Encoder frames that say these classes, two frames each (40 ms), with a blank behind each."""
    frames = np.zeros((4 * len(classes), 8), np.float32)
    for place, each in enumerate(classes):
        frames[4 * place : 4 * place + 2, each] = 5
        frames[4 * place + 2 : 4 * place + 4, 0] = 5
    return frames


def test_words_are_heard_in_order_and_equal_ones_twice(tmp_path: Path) -> None:
    listened = ear(tmp_path).listen(spoken(2, 2, 3, 4), Question("zh", "money"))
    assert listened.text == "二二三号"
    assert listened.sure > 0.9


def test_a_digit_that_runs_into_its_neighbour_is_heard_where_it_was_said_more_slowly(tmp_path: Path) -> None:
    hurried, slowly = spoken(2, 3), spoken(2, 2, 3)
    hurried[4:6, 0], hurried[2:4, 2] = 5, 4.9  # the second 二 hardly stands out
    heard = ear(tmp_path)
    assert heard.listen(hurried, Question("zh", "digits", least=2, most=3)).text != "二二三"
    assert heard.listen(hurried, Question("zh", "digits", least=3, most=3), [slowly, slowly]).text == "二二三"


def test_other_speech_is_one_mark(tmp_path: Path) -> None:
    listened = ear(tmp_path).listen(spoken(1, 2), Question("zh", "money"))
    assert listened.words == (UNKNOWN, "二")


def test_a_faint_word_makes_the_whole_unsure(tmp_path: Path) -> None:
    frames = spoken(2, 3, 2)
    frames[4:6, 4] = 4.9  # 号 nearly as much as 三
    sure = ear(tmp_path).listen(frames, Question("zh", "money")).sure
    assert 0.3 < sure < 0.7


def test_the_length_asked_for_decides_between_two_nearly_as_likely_rows(tmp_path: Path) -> None:
    frames = spoken(2, 3, 2, 3)
    frames[4:6, 0] = 5.05  # blank a little likelier than the second digit
    heard = ear(tmp_path)
    assert heard.listen(frames, Question("zh", "money")).text == "二二三"
    assert heard.listen(frames, DIGITS).text == "二三二三"


def test_a_row_of_the_right_length_that_nobody_said_is_not_made_up(tmp_path: Path) -> None:
    assert ear(tmp_path).listen(spoken(2, 3), DIGITS).text == "二三"


def test_a_convolution_with_dilation_reaches_as_far_as_it_says(tmp_path: Path) -> None:
    heard = ear(tmp_path)
    heard._weights["0.w"] = np.zeros_like(heard._weights["0.w"])
    heard._weights["0.w"][0] = 10 * np.eye(8)  # each frame takes what was two frames of 40 ms before it
    frames = np.zeros((16, 8), np.float32)
    frames[0:2, 2] = 5
    assert list(np.flatnonzero(heard.log_probabilities(frames).argmax(axis=1) == 2)) == [0, 2]


def test_a_check_digit_decides_between_rows_of_one_length(tmp_path: Path) -> None:
    frames = spoken(2, 2, 3, 2)
    frames[8:10, 2] = 5.02  # the third digit sounds a little more like 二
    heard = ear(tmp_path)
    assert heard.listen(frames, DIGITS).text == "二二二二"
    assert heard.listen(frames, replace(DIGITS, check="mod97")).text == "二二三二"


def test_a_check_digit_makes_nothing_up(tmp_path: Path) -> None:
    listened = ear(tmp_path).listen(spoken(2, 2, 3, 3), replace(DIGITS, check="mod97"))
    assert listened.text == "二二三三"
    assert not is_kept(listened.text, replace(DIGITS, check="mod97"))


def test_other_speech_at_the_end_of_an_identity_number_is_its_x(tmp_path: Path) -> None:
    question = replace(DIGITS, check="mod11_2", least=5, most=5)
    listened = ear(tmp_path).listen(spoken(3, 3, 3, 3, 1), question)
    assert listened.text == "三三三三X"
    assert counts(listened, question)


@pytest.mark.parametrize(
    ("words", "sure", "counted"),
    [
        (("二", "三"), 0.9, True),
        (("二", "三"), 0.1, False),
        (("不",), 0.9, False),
        ((UNKNOWN, "号", "二", "二", "三"), 0.9, True),
        ((UNKNOWN, "二", "三"), 0.9, False),
        ((UNKNOWN, "二", "三", "二", UNKNOWN), 0.9, False),
        ((), 0.0, False),
    ],
)
def test_the_ear_counts_where_it_is_sure_of_a_value_and_little_else_was_said(
    words: tuple[str, ...], sure: float, counted: bool
) -> None:
    assert counts(Listened("zh", words, sure, "".join(words)), Question("zh", "money")) is counted


@pytest.mark.parametrize(
    ("language", "words", "counted"),
    [
        ("zh", ("二", "三", "二", "三"), True),
        ("zh", ("二", "三", "二"), False),
        ("zh", ("二", "三", "二", "三", UNKNOWN), False),
        ("en", ("two", "three", "two", "three"), False),
    ],
    ids=["as long as asked for", "too short", "with other speech", "English is Whisper's"],
)
def test_an_unsure_row_counts_in_chinese_where_it_is_as_long_as_was_asked_for(
    language: str, words: tuple[str, ...], counted: bool
) -> None:
    assert counts(Listened(language, words, 0.1, " ".join(words)), replace(DIGITS, language=language)) is counted


@pytest.mark.parametrize("name", NAMES)
def test_the_weights_that_ship_know_every_word_of_a_value(name: str) -> None:
    assert VALUES[ears()[name].language] <= set(ears()[name].words)


@pytest.mark.parametrize("name", NAMES)
def test_silence_is_nothing_said(name: str) -> None:
    heard = ears()[name]
    question = Question(heard.language, "money")
    listened = heard.listen(np.tile(heard._weights["mean"], (100, 1)), question)
    assert not counts(listened, question)
