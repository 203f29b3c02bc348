from collections.abc import Sequence

import numpy as np

from asr_tts.sense import Joined, Remembering, Vectors, variant


class Counting:
    """Knows how often its letter stands in a text, and remembers what it was asked."""

    version, dimension = "1", 2

    def __init__(self, letter: str) -> None:
        self.name, self.asked = letter, list[str]()

    def of(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        rows = np.array([[1.0, text.count(self.name)] for text in texts], np.float32)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def test_what_may_have_been_said_instead_is_read_by_the_first_encoder_alone() -> None:
    first, second = Counting("a"), Counting("b")
    sense = Remembering(Joined((first, second)))
    here, there = sense.of(["ab"])[0], Joined((first, second)).of(["aabb"])[0]
    first.asked.clear()
    second.asked.clear()
    vector = variant(sense, "aabb", "ab")
    assert np.array_equal(vector, [*there[:2], *here[2:]])
    assert np.isclose(np.linalg.norm(vector), 1)
    assert (first.asked, second.asked) == (["aabb"], [])


def test_what_was_worked_out_whole_before_is_not_worked_out_in_part() -> None:
    first, second = Counting("a"), Counting("b")
    sense = Remembering(Joined((first, second)))
    known = sense.of(["aabb", "ab"])
    first.asked.clear()
    second.asked.clear()
    assert np.array_equal(variant(sense, "aabb", "ab"), known[0])
    assert first.asked == second.asked == []


def test_a_variant_is_not_taken_for_the_sentence_itself_later() -> None:
    sense = Remembering(Joined((Counting("a"), Counting("b"))))
    part = variant(sense, "aabb", "ab")
    assert not np.array_equal(sense.of(["aabb"])[0], part)


def test_one_encoder_reads_a_variant_as_any_sentence() -> None:
    assert np.array_equal(variant(Remembering(Counting("a")), "aab", "ab"), Counting("a").of(["aab"])[0])
    assert np.array_equal(variant(Counting("a"), "aab", "ab"), Counting("a").of(["aab"])[0])
