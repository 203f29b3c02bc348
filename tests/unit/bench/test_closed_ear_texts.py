"""Texts that the ear for values is trained with."""

import random
import re

import pytest

from asr_tts.spoken_digits import how_many
from bench.closed_ear_texts import GROUPS, WORDS, dictation


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_speaker_dictates_groups_of_one_to_four_digits_in_words_that_the_ear_knows(language: str) -> None:
    for seed in range(50):
        said = dictation(language, random.Random(seed))
        assert len(said) == GROUPS
        for group in said[1:]:
            assert 1 <= how_many(group) <= 4
            words = re.findall(r"[a-z']+" if language == "en" else r"[\u4e00-\u9fff]", group)
            assert words
            assert set(words) <= set(WORDS[language])


@pytest.mark.parametrize(
    ("language", "begins"),
    [
        ("en", r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)\b"),
        ("zh", r"[零一幺二两三四五六七八九]"),
    ],
)
def test_only_the_first_group_has_words_before_it_and_not_always(language: str, begins: str) -> None:
    said = [dictation(language, random.Random(seed)) for seed in range(50)]
    assert all(re.match(begins, group) for _, *others in said for group in others)
    assert 20 < sum(bool(re.match(begins, first)) for first, *_ in said) < 50
