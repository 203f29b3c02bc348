"""Which encoder compares sentences with rules, with which bounds; and what there is without its weights."""

import logging
from collections.abc import Sequence

import numpy as np
import pytest

from asr_tts.sense import Vectors
from quality.bounds import Bounds
from quality.evidence import by_words_alone
from quality.likeness import ENCODERS, Encoder, Likeness

BETTER, OTHER = Bounds(0.51, usual=0.03), Bounds(0.48, unlike=0.02)


class Letters:
    """Sentences are alike as they have the same letters."""

    version, dimension = "1", 26

    def __init__(self, name: str) -> None:
        self.name = name
        self.asked: list[str] = []

    def of(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        rows = np.array([[text.lower().count(chr(97 + n)) for n in range(26)] for text in texts], np.float32)
        return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)


def table(*encoders: Encoder) -> dict[str, tuple[Encoder, ...]]:
    return {"en": encoders}


def test_the_best_encoder_compares_and_its_bounds_count(caplog):
    better, other = Letters("larger"), Letters("smaller")
    alike = Likeness(table(Encoder(lambda: better, BETTER), Encoder(lambda: other, OTHER)))
    with caplog.at_level(logging.WARNING):
        assert alike(["stop", "go"], ("pots", "tops"), "en") == pytest.approx([1.0, 0.35], abs=0.01)
        assert alike.bounds("en") == BETTER
    assert (other.asked, caplog.text) == ([], "")


def test_where_its_weights_are_missing_the_next_one_does_with_its_own_bounds_and_says_so_once(caplog):
    smaller, tried = Letters("smaller"), []
    alike = Likeness(table(Encoder(lambda: tried.append(1), BETTER), Encoder(lambda: smaller, OTHER)))
    with caplog.at_level(logging.WARNING):
        assert alike.bounds("en") == OTHER
        assert alike(["stop"], ("pots",), "en") == pytest.approx([1.0])
        assert alike(["stop"], ("stop",), "en") == pytest.approx([1.0])
    assert len(tried) == 1
    (told,) = (one.getMessage() for one in caplog.records)
    assert told.startswith("Rules in 'en' are compared by smaller, as the better encoder is missing")


def test_where_none_is_there_words_alone_are_compared():
    alike = Likeness(table(Encoder(lambda: None, BETTER)))
    assert list(alike(["Stop!", "Pots."], ("stop",), "en")) == [1.0, 0.0]
    assert list(alike(["Stopp!"], ("stopp",), "de")) == [1.0]
    assert alike.bounds("en") == alike.bounds("de") == by_words_alone.bounds("en")


def test_what_is_taken_from_an_encoders_likenesses_leaves_none_below_nothing():
    alike = Likeness(table(Encoder(lambda: Letters("larger"), BETTER, less=0.4)))
    assert alike(["stop", "go"], ("stop",), "en") == pytest.approx([0.6, 0.0])


def test_nothing_is_like_nothing():
    alike = Likeness(table(Encoder(lambda: Letters("larger"), BETTER)))
    assert alike(["stop"], (), "en") == [0.0]
    assert alike([], ("stop",), "en") == []


def test_no_encoder_is_loaded_before_something_is_compared_in_its_language():
    def load():
        raise AssertionError("nothing was said in this language")

    alike = Likeness({"en": (Encoder(lambda: Letters("one"), BETTER),), "zh": (Encoder(load, OTHER),)})
    assert alike(["stop"], ("stop",), "en") == pytest.approx([1.0])


def test_both_languages_have_encoders():
    assert set(ENCODERS) == {"en", "zh"}
