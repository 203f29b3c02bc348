"""What else may have been said."""

import math

import pytest

from asr_tts.other_texts import other_texts


def test_other_texts_come_with_how_likely_they_are_against_the_first() -> None:
    found = other_texts(["快机要我提供", "会计要我提供", "快击要我提供"], [-1.0, -1.7, -1.5])
    assert [text for text, _ in found] == ["快击要我提供", "会计要我提供"]
    assert found[0][1] == pytest.approx(math.exp(-0.5), abs=0.001)


def test_texts_that_differ_in_marks_alone_are_one_and_add_up() -> None:
    found = other_texts(["Is it parking?", "is it parking", "is there parking", "Is there parking."], [-1.0] * 4)
    assert found == (("is there parking", 1.0),)


def test_what_is_hardly_likely_and_what_has_no_words_is_not_told() -> None:
    assert other_texts(["搬家", "班佳", "…"], [-0.1, -9.0, -0.2]) == ()
    assert other_texts([], []) == ()


def test_a_text_of_any_unlikelihood_can_be_compared() -> None:
    assert [text for text, _ in other_texts(["noise upon noise", "yes"], [-2000.0, -1.0])] == ["yes"]


def test_no_text_counts_more_than_the_one_that_was_chosen() -> None:
    found = other_texts(["我想分6个月海", "我想分6个月还", "我想增6个月还"], [-3.0, -1.0, -3.5])
    assert found == (("我想分6个月还", 1.0), ("我想增6个月还", round(math.exp(-0.5), 3)))
