from collections.abc import Sequence

import msgspec
import numpy as np
import pytest

from asr_tts.sense import Vectors
from dialplans.background import OTHER, Background, intent_of_topics
from dialplans.fitted import fitted_to
from dialplans.learned import Kept, Learned, Words, learn

TOPICS = ("parcel", "money", "weather", "music")


class Topical:
    """Knows one word of each topic; the rest of a sentence hardly matters to it."""

    name, version, dimension = "topical", "1", len(TOPICS) + 1

    def of(self, texts: Sequence[str]) -> Vectors:
        rows = [[*(float(topic in text) for topic in TOPICS), 0.2 + len(text) / 500] for text in texts]
        vectors = np.array(rows, np.float32).reshape(-1, self.dimension)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def background() -> Background:
    said = {
        "deliveries": ("the parcel is late", "is my parcel there", "a parcel got lost", "no parcel today"),
        "weather": ("what weather is it", "bad weather today", "weather for tomorrow"),
        "music": ("play some music", "music please", "louder music"),
    }
    sentences = tuple(text for texts in said.values() for text in texts)
    topics, at = {}, 0
    for topic, texts in said.items():
        topics[topic] = range(at, at + len(texts))
        at += len(texts)
    return Background(sentences, topics, Topical().of(sentences), "1", "topical")


EXAMPLES = {
    "order": ("where is my parcel", "has the parcel left"),
    "refund": ("where is my money", "give me the money back"),
}


def learned() -> Learned:
    return Learned(learn(EXAMPLES, "en", Topical(), background()), Topical(), background())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("the parcel has not come", "order"),
        ("I lack my money", "refund"),
        ("how is the weather", OTHER),
        ("I like music", OTHER),
    ],
)
def test_a_sentence_is_what_it_is_most_like(text: str, name: str) -> None:
    scores = learned().scores(text).by_name
    assert max(scores, key=lambda one: scores[one]) == name


def test_its_own_examples_score_about_one_and_others_about_nothing() -> None:
    scores = learned().scores("where is my parcel").by_name
    assert scores["order"] == pytest.approx(1, abs=0.25)
    assert scores["refund"] == pytest.approx(0, abs=0.25)


def test_the_same_examples_are_learned_the_same() -> None:
    assert msgspec.msgpack.encode(learn(EXAMPLES, "en", Topical(), background())) == msgspec.msgpack.encode(
        learn(EXAMPLES, "en", Topical(), background())
    )


def test_what_was_kept_says_the_same_as_what_was_learned() -> None:
    kept = msgspec.msgpack.decode(msgspec.msgpack.encode(learned().kept), type=Kept)
    again = Learned(kept, Topical(), background())
    assert again.scores("my parcel please") == learned().scores("my parcel please")


def test_what_was_learned_with_another_encoder_is_refused() -> None:
    kept = msgspec.structs.replace(learned().kept, version="of another encoder")
    with pytest.raises(ValueError, match="another encoder"):
        Learned(kept, Topical(), background())


def test_a_topic_lends_its_wordings_to_the_intent_that_it_is_and_the_others_to_none() -> None:
    kept = learned().kept
    taught = np.frombuffer(kept.weights, np.float32).reshape(-1, len(kept.names))
    assert kept.background == list(range(10))
    assert taught[4:8, kept.names.index("order")].mean() > taught[8:, kept.names.index("order")].mean()


def test_a_topic_between_two_intents_is_left_out() -> None:
    alike = np.array([[0.5, 0.5], [0.5, 0.49], [0.49, 0.5], [0.1, 0.0]], np.float32)
    assert intent_of_topics(alike, ["a", "b"], {"both": range(3), "neither": range(3, 4)}, fitted_to("topical")) == {
        "neither": OTHER
    }


def test_no_intents_at_all_leave_everything_to_none() -> None:
    scores = Learned(learn({}, "en", Topical(), background()), Topical(), background()).scores("my parcel")
    assert set(scores.by_name) == {OTHER}


def test_rare_words_make_sentences_more_alike_than_common_ones() -> None:
    words = Words(["the parcel is here", "the weather is fine", "the music is loud"], "en")
    alike = words.alike("the parcel of the king")
    assert alike[0] > alike[1] > 0
    assert words.among_themselves().diagonal() == pytest.approx(1)


def test_chinese_words_are_alike_by_sound() -> None:
    words = Words(["我的订单到哪里了", "今天天气好"], "zh")
    assert words.alike("我的定单到那里了")[0] > 0.9
