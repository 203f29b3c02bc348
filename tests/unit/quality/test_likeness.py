"""Which encoder compares sentences with rules, with which bounds; and what there is without its weights."""

from collections.abc import Sequence

import numpy as np
import pytest

from asr_tts.sense import Vectors
from quality.bounds import Bounds
from quality.evidence import by_words_alone
from quality.likeness import ENCODERS, Encoder, Likeness

OWN = Bounds(0.51, usual=0.03)


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


def table(encoder: Encoder) -> dict[str, Encoder]:
    return {"en": encoder}


def test_its_encoder_compares_a_language_and_its_bounds_count():
    tried: list[int] = []

    def load() -> Letters:
        tried.append(1)
        return Letters("letters")

    alike = Likeness(table(Encoder(load, OWN)))
    assert alike(["stop", "go"], ("pots", "tops"), "en") == pytest.approx([1.0, 0.35], abs=0.01)
    assert alike.bounds("en") == OWN
    assert len(tried) == 1


def test_where_none_is_there_words_alone_are_compared():
    alike = Likeness(table(Encoder(lambda: None, OWN)))
    assert list(alike(["Stop!", "Pots."], ("stop",), "en")) == [1.0, 0.0]
    assert list(alike(["Stopp!"], ("stopp",), "de")) == [1.0]
    assert alike.bounds("en") == alike.bounds("de") == by_words_alone.bounds("en")


def test_what_is_taken_from_an_encoders_likenesses_leaves_none_below_nothing():
    alike = Likeness(table(Encoder(lambda: Letters("larger"), OWN, less=0.4)))
    assert alike(["stop", "go"], ("stop",), "en") == pytest.approx([0.6, 0.0])


def test_nothing_is_like_nothing():
    alike = Likeness(table(Encoder(lambda: Letters("larger"), OWN)))
    assert alike(["stop"], (), "en") == [0.0]
    assert alike([], ("stop",), "en") == []


def test_no_encoder_is_loaded_before_something_is_compared_in_its_language():
    def load():
        raise AssertionError("nothing was said in this language")

    alike = Likeness({"en": Encoder(lambda: Letters("one"), OWN), "zh": Encoder(load, OWN)})
    assert alike(["stop"], ("stop",), "en") == pytest.approx([1.0])


def test_both_languages_have_encoders():
    assert set(ENCODERS) == {"en", "zh"}
