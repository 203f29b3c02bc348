from dataclasses import replace

import numpy as np
import pytest

from asr_tts.sense import Vectors
from dialplans.fitted import FITTED
from dialplans.nearness import ALONE, Choice, Examples, Near, Nearness, chances

PLAIN = Choice(nearest=4.0, mean=16.0, own=-3.0, keyword=2.0, other=14.0, constant=-3.0, least=0.2)
CHOICES = [one.choice for one in FITTED.values()]


def unit(*rows: tuple[float, ...]) -> Vectors:
    vectors = np.array(rows, np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def near(likeness: float, own: float = 0.3) -> Near:
    return Near(nearest=likeness + 0.1, mean=likeness, own=own)


def test_likenesses_are_to_the_likest_example_and_to_all_on_average() -> None:
    examples = Examples(unit((1, 0, 0), (0, 1, 0), (0, 0, 1)), ["a", "a", "b"], unit((0, 1, 0), (0, 0, 1)))
    found = examples.nearness(unit((1, 0, 0))[0])
    assert found.by_name == {"a": Near(1.0, 0.5, 0.0), "b": Near(0.0, 0.0, ALONE)}
    assert found.other == 0.0


def test_examples_set_their_own_scale() -> None:
    tight = unit((1, 0.1, 0), (1, -0.1, 0))
    wide = unit((0, 1, 1), (0, 1, -0.5))
    by_name = Examples(np.concatenate([tight, wide]), ["tight"] * 2 + ["wide"] * 2, unit((1, 1, 1))).nearness(tight[0])
    assert by_name.by_name["tight"].own > 0.9 > by_name.by_name["wide"].own


def test_only_the_nearest_sentences_of_no_intent_count() -> None:
    others = unit((1, 0), (1, 0), (1, 0), (-1, 0), (-1, 0), (-1, 0), (-1, 0))
    assert Examples(unit((0, 1)), ["a"], others).nearness(unit((1, 0))[0]).other == pytest.approx(1.0)


def test_without_sentences_of_no_intent_nothing_is_like_them() -> None:
    assert Examples(unit((0, 1)), ["a"], np.zeros((0, 2), np.float32)).nearness(unit((1, 0))[0]).other == 0.0


@pytest.mark.parametrize("choice", [PLAIN, *CHOICES])
def test_chances_rise_with_likeness_and_fall_with_a_rival_and_with_what_belongs_to_none(choice: Choice) -> None:
    alone = chances(Nearness({"a": near(0.5)}, 0.3), (), choice)["a"]
    assert chances(Nearness({"a": near(0.6)}, 0.3), (), choice)["a"] > alone
    assert chances(Nearness({"a": near(0.5), "b": near(0.5)}, 0.3), (), choice)["a"] < min(alone, 0.5)
    assert chances(Nearness({"a": near(0.5)}, 0.5), (), choice)["a"] < alone
    # Where an intent's sentences lie close together, as much likeness is worth less.
    assert chances(Nearness({"a": near(0.5, own=0.6)}, 0.3), (), choice)["a"] < alone
    assert chances(Nearness({"a": near(0.5)}, 0.3), {"a"}, choice)["a"] > alone


def test_chances_of_all_intents_and_of_none_make_one() -> None:
    nearness = Nearness({"a": near(0.4), "b": near(0.3)}, 0.35)
    told = chances(nearness, {"b"}, PLAIN)
    none = 1 - sum(told.values())
    assert 0 < none < 1
    assert told == chances(nearness, {"b"}, replace(PLAIN))


def test_an_intent_of_keywords_alone_is_meant_only_where_one_is_said() -> None:
    nearness = Nearness({"a": near(0.1)}, 0.5)
    assert chances(nearness, {"words"}, PLAIN)["words"] > 0.8
    assert "words" not in chances(nearness, (), PLAIN)


def test_no_intents_leave_everything_to_none() -> None:
    assert chances(Nearness({}, 0.9), (), PLAIN) == {}


@pytest.mark.parametrize("choice", CHOICES)
def test_what_resembles_nothing_is_no_intent_unless_its_keyword_was_said(choice: Choice) -> None:
    mumbled = Nearness({"a": Near(0.13, 0.08, 0.2)}, 0.24)
    assert chances(mumbled, (), choice) == {}
    assert chances(mumbled, {"a"}, choice)["a"] > 0.5


@pytest.mark.parametrize("choice", CHOICES)
def test_a_far_intent_that_is_out_of_the_question_leaves_its_chance_to_none_and_not_to_the_others(
    choice: Choice,
) -> None:
    weak = near(choice.least + 0.05)
    just, out = (replace(weak, nearest=choice.least + by) for by in (0.0001, -0.0001))
    both = chances(Nearness({"a": weak, "b": just}, 0.3), (), choice)
    one = chances(Nearness({"a": weak, "b": out}, 0.3), (), choice)
    assert set(both) == {"a", "b"}
    assert one == pytest.approx({"a": both["a"]}, abs=1e-3)
