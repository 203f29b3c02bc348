import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import numpy as np
import pytest

from asr_tts import sense, weights
from asr_tts.engines.one_length import MOST, of_one_length
from asr_tts.sense import Remembering, Sense, Vectors, search_sense_of, sense_of, stay
from models.errors import OperatorFault


class Letters:
    """Counts letters, a text at a go; remembers what it was asked."""

    name, version, dimension = "letters", "1", 26

    def __init__(self) -> None:
        self.asked: list[str] = []

    def of(self, texts: Sequence[str], aside: Callable[[], None] = stay) -> Vectors:
        for text in texts:
            self.asked.append(text)
            aside()
        rows = [[text.count(chr(97 + at)) + 0.001 for at in range(26)] for text in texts]
        vectors = np.array(rows, np.float32)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def test_a_draft_that_comes_again_costs_nothing() -> None:
    letters = Letters()
    remembering = Remembering(letters)
    first = remembering.of(["where is my order", "hello"])
    again = remembering.of(["hello", "where is my order", "hello"])
    assert letters.asked == ["where is my order", "hello"]
    assert np.array_equal(again, first[[1, 0, 1]])


def test_nobody_steps_aside_for_what_is_only_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    remembering = Remembering(Letters())
    monkeypatch.setattr(time, "sleep", slept.append)
    remembering.of(["hello", "goodbye", "yes", "no"])
    assert len(slept) == 4
    remembering.of(["hello", "goodbye"] * 50)
    assert len(slept) == 4


def test_what_may_have_been_said_in_one_utterance_is_worked_out_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    goes: list[list[str]] = []

    class Going(Letters):
        def of(self, texts: Sequence[str], aside: Callable[[], None] = stay) -> Vectors:
            goes.append(list(texts))
            return super().of(texts, aside)

    monkeypatch.setattr(time, "sleep", lambda seconds: pytest.fail("a caller waits"))
    remembering = Remembering(Going())
    remembering.of(["their power king"])
    together = remembering.of(["is there parking", "their power king", "", "their parking"][:3])
    assert goes == [["their power king"], ["is there parking"]]
    assert np.array_equal(together[1], remembering.of(["their power king"])[0])
    assert not together[2].any()
    remembering.of(["is their parking", "is there a king", "is there parking"])
    assert goes[-1] == ["is their parking", "is there a king"]


def test_two_who_ask_for_an_encoder_at_once_get_the_same() -> None:
    begun, loads = threading.Barrier(2), []

    def load(language: str) -> Sense:
        loads.append(language)
        with suppress(threading.BrokenBarrierError):
            begun.wait(0.2)  # a second load, were there one, would come here
        return Remembering(Letters())

    once = sense._Once(load)
    with ThreadPoolExecutor() as pool:
        one, other = pool.map(once, ["en", "en"])
    assert one is other
    assert loads == ["en"]


def test_what_was_not_asked_for_longest_is_forgotten_first() -> None:
    letters = Letters()
    remembering = Remembering(letters, most=2)
    for text in ("a", "b", "a", "c", "a", "b"):
        remembering.of([text])
    assert letters.asked == ["a", "b", "c", "b"]


def test_a_caller_gets_in_between_the_many_texts_of_somebody_else() -> None:
    class Slow(Letters):
        begun, wanted = threading.Event(), threading.Event()

        def of(self, texts: Sequence[str], aside: Callable[[], None] = stay) -> Vectors:
            def slow_aside() -> None:
                self.begun.set()
                self.wanted.wait(20)
                time.sleep(0.005)
                aside()

            return super().of(texts, slow_aside)

    slow = Slow()
    remembering = Remembering(slow)
    publishing = threading.Thread(target=remembering.of, args=([f"example {'a' * at}" for at in range(200)],))
    publishing.start()
    slow.begun.wait()
    slow.wanted.set()
    remembering.of(["where is my order"])
    publishing.join()
    assert slow.asked.index("where is my order") < 100


def test_what_many_texts_need_is_worked_out_once_and_remembered_each_on_its_own() -> None:
    letters = Letters()
    remembering = Remembering(letters)
    texts = [f"example {'a' * at}" for at in range(20)]
    vectors = remembering.of([*texts, "", texts[0]])
    assert letters.asked == texts
    assert np.array_equal(vectors[:20], Letters().of(texts))
    assert not vectors[20].any()
    assert np.array_equal(vectors[21], vectors[0])
    assert np.array_equal(remembering.of(texts[::-1]), vectors[:20][::-1])
    assert letters.asked == texts
    assert all(kept.base is None for kept in remembering._known.values())


def test_an_encoder_that_fails_among_many_texts_can_be_asked_again() -> None:
    class Failing(Letters):
        def of(self, texts: Sequence[str], aside: Callable[[], None] = stay) -> Vectors:
            if len(texts) > 1:
                aside()
                raise MemoryError
            return super().of(texts, aside)

    remembering = Remembering(Failing())
    with pytest.raises(MemoryError):
        remembering.of([f"example {at}" for at in range(20)])
    assert remembering.of(["where is my order"]).any()


def test_texts_go_together_a_few_of_one_length_at_a_time() -> None:
    lengths = [3, 5, 3, 4, 3, 3, 5, 3, 3]
    together = list(of_one_length({10 * row: [0] * length for row, length in enumerate(lengths)}))
    assert sorted(row for rows in together for row in rows) == [10 * row for row in range(len(lengths))]
    assert all(len({lengths[row // 10] for row in rows}) == 1 for rows in together)
    assert sorted(map(len, together)) == [1, 2, 2, MOST]


def test_nothing_said_means_nothing() -> None:
    letters = Letters()
    assert not Remembering(letters).of(["", "  "]).any()
    assert letters.asked == []


def test_missing_weights_are_told_once_and_leave_words_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def missing(name: str) -> None:
        raise weights.WeightsMissing(f"The weights of '{name}' are not installed; run `hotline models fetch {name}`.")

    monkeypatch.setattr(weights, "find", missing)
    sense_of.cache_clear()
    try:
        assert sense_of("en") is None
        assert sense_of("en") is None
    finally:
        sense_of.cache_clear()
    (told,) = (record.message for record in caplog.records)
    assert told == (
        "The weights of 'minilm-l6' are not installed; run `hotline models fetch minilm-l6`. Until then sentences in "
        "'en' are compared by their words alone."
    )


def test_without_its_encoder_articles_are_found_by_words_alone_and_that_is_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def missing(name: str) -> None:
        raise weights.WeightsMissing(f"The weights of '{name}' are not installed; run `hotline models fetch {name}`.")

    monkeypatch.setattr(weights, "find", missing)
    search_sense_of.cache_clear()
    try:
        assert search_sense_of("en") is None
        assert search_sense_of("en") is None
    finally:
        search_sense_of.cache_clear()
    (told,) = (record.message for record in caplog.records)
    assert told == (
        "The weights of 'mpnet-base' are not installed; run `hotline models fetch mpnet-base`. Until then "
        "articles in 'en' are found by their words alone."
    )


def test_a_language_without_an_encoder_for_articles_uses_the_one_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    letters = Letters()
    monkeypatch.setattr(sense, "sense_of", {"zh": letters}.get)
    monkeypatch.setattr(sense, "_SEARCH_ENCODERS", {})
    search_sense_of.cache_clear()
    try:
        assert search_sense_of("zh") is letters
    finally:
        search_sense_of.cache_clear()


def test_joined_encoders_agree_on_the_mean_of_their_likenesses() -> None:
    texts = ["where is my order", "hello"]
    letters = Letters().of(texts)
    joined = sense.Joined((Letters(), Letters())).of(texts)
    assert joined.shape == (2, 52)
    assert np.allclose(joined @ joined.T, letters @ letters.T, atol=1e-6)


def test_a_language_that_nobody_knows_has_no_encoder() -> None:
    assert sense_of("fr") is None
    assert set(sense._ENCODERS) == {"en", "zh"}


def test_broken_weights_are_a_sentence_with_the_way_out(tmp_path) -> None:
    from asr_tts.engines.e5 import E5
    from asr_tts.engines.minilm import MiniLm
    from asr_tts.engines.mpnet import Mpnet
    from asr_tts.engines.universal_encoder import UniversalEncoder

    (tmp_path / "tokenizer.json").write_text("{}")
    (tmp_path / "weights.npz").write_bytes(b"no zip")
    (tmp_path / "sp.model").write_bytes(b"")
    (tmp_path / "e5-small-q4.bin").write_bytes(b"nothing of that kind")
    (tmp_path / "all-mpnet-base-v2.zip").write_bytes(b"no zip")
    for engine, model in (
        (MiniLm, "minilm-l6"), (UniversalEncoder, "use-multilingual"), (E5, "e5-small"), (Mpnet, "mpnet-base"),
    ):  # fmt: skip
        with pytest.raises(OperatorFault, match=f"can't be loaded .*hotline models verify {model}"):
            engine(tmp_path)
