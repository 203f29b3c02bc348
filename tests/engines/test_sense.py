"""The real encoders of sentences, each on one thread."""

import time
from collections.abc import Callable

import numpy as np
import pytest
from ruamel.yaml import YAML

from asr_tts.sense import Sense, search_sense_of, sense_of
from dialplans.background import WISHES

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
    assert np.allclose(together, np.concatenate(alone), atol=1e-6)


@pytest.mark.parametrize(("load", "language"), [(sense_of, "en"), (search_sense_of, "en"), (sense_of, "zh")])
def test_of_many_sentences_each_means_what_it_does_alone(
    load: Callable[[str], Sense | None], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asides: list[float] = []
    monkeypatch.setattr(time, "sleep", asides.append)
    encoder = load(language)
    assert encoder is not None
    topics = YAML(typ="safe").load((WISHES / f"{language}.yaml").read_text(encoding="utf-8"))
    texts = [text for said in topics.values() for text in said][:40]
    encoder._known.clear()  # type: ignore[attr-defined]
    together = encoder.of(texts)
    # Callers get in between, if not after each: several go together.
    assert len(texts) / 4 <= len(asides) < 1.5 * len(texts)
    encoder._known.clear()  # type: ignore[attr-defined]
    assert np.allclose(together, np.concatenate([encoder.of([text]) for text in texts]), atol=1e-6)


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ["I changed my mind about the shoes.", "I change my mind about the shoes.", "I changed my mind."]),
        ("zh", ["我想分六个月还", "我想分六个月海", "我想增六个月还"]),
    ],
)
def test_texts_of_one_length_mean_the_same_together_and_alone(language: str, texts: list[str]) -> None:
    encoder = sense_of(language)
    assert encoder is not None
    encoder._known.clear()  # type: ignore[attr-defined]
    together = encoder.of(texts)
    encoder._known.clear()  # type: ignore[attr-defined]
    assert np.allclose(together, np.concatenate([encoder.of([text]) for text in texts]), atol=1e-6)


def test_the_encoder_of_articles_knows_the_same_matter_in_words_that_share_nothing() -> None:
    encoder = search_sense_of("en")
    assert encoder is not None
    asked = ("somebody took my wallet", "My card was stolen", "How do I pay in cash?", "where is a cash machine")
    vectors = encoder.of(asked)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    likeness = vectors @ vectors.T
    assert likeness[0, 1] > likeness[0, 2:].max() + 0.1
    # Words in another order mean something else: positions are counted.
    first, other = encoder.of(["the bank owes me money", "me money owes the bank"])
    assert 0.3 < first @ other < 0.999
    assert encoder.of(["where is my order " * 200]).any()


def test_the_encoder_of_chinese_articles_learned_to_tell_a_companys_articles_apart() -> None:
    encoder, plain = search_sense_of("zh"), sense_of("zh")
    assert encoder is not None
    assert plain is not None
    assert encoder.version != plain.version
    told = ("临时有事去不成了，钱能退吗", "取消预约", "修改预约时间", "营业时间")
    likeness = encoder.of(told) @ encoder.of(told).T
    assert likeness[0, 1] > likeness[0, 2:].max()
    assert not np.allclose(encoder.of(told), plain.of(told), atol=0.01)


def test_the_encoder_of_english_articles_is_the_tuned_one() -> None:
    encoder = search_sense_of("en")
    assert encoder is not None
    asked = ("is my puppy a problem in the room", "we land at nine, can we go straight up")
    vectors = encoder.of([*asked, "Pets", "Parking", "Check-in time"])
    likeness = [vectors[0] @ vectors[2], vectors[0] @ vectors[3], vectors[1] @ vectors[4]]
    # Of the same weights and adapters in float32, in torch; without adapters these are 0.307, 0.047 and 0.204.
    assert np.allclose(likeness, [0.539, 0.322, 0.346], atol=0.04)


def test_a_very_long_sentence_is_taken_too() -> None:
    for language, text in (("en", "where is my order " * 200), ("zh", "我的订单到哪里了" * 300)):
        encoder = sense_of(language)
        assert encoder is not None
        assert encoder.of([text]).any()
