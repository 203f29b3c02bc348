"""The real encoders of sentences, each on one thread."""

import numpy as np
import pytest

from asr_tts.sense import sense_of

pytestmark = pytest.mark.engine

ALIKE = {
    "en": ("When do I get my money back?", "I'm waiting for my refund.", "It rained all day in Paris."),
    "zh": ("我的退款什么时候到账", "你们还没有把钱退给我", "今天下雨不去公园了"),
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_other_words_for_the_same_are_nearer_than_another_matter(language: str) -> None:
    encoder = sense_of(language)
    assert encoder is not None
    vectors = encoder.of(ALIKE[language])
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    likeness = vectors @ vectors.T
    assert likeness[0, 1] > likeness[0, 2] + 0.2


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_sentence_means_the_same_in_any_company(language: str) -> None:
    encoder = sense_of(language)
    assert encoder is not None
    together = encoder.of([f"{text}!" for text in ALIKE[language]])
    encoder._known.clear()  # type: ignore[attr-defined]
    alone = [encoder.of([f"{text}!"]) for text in ALIKE[language]]
    assert np.array_equal(together, np.concatenate(alone))


def test_a_very_long_sentence_is_taken_too() -> None:
    for language, text in (("en", "where is my order " * 200), ("zh", "我的订单到哪里了" * 300)):
        encoder = sense_of(language)
        assert encoder is not None
        assert encoder.of([text]).any()
