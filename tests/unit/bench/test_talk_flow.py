"""The benches' partner in conversation doesn't know what its callers will say."""

import pytest
from rapidfuzz import fuzz

from bench import sounds
from bench.hotline_under_test import FLOWS
from bench.word_errors import words
from dialplans.loader import load

FLOW = load(FLOWS / "talk.yaml")
SAID = [*sounds.transcripts().values(), *sounds.QUESTIONS]


def _plain(text: str) -> str:
    return " ".join(words(text))


@pytest.mark.parametrize("example", [text for intent in FLOW.intents.values() for text in intent.examples["en"]])
def test_no_example_is_nor_resembles_what_a_caller_of_the_benches_says(example: str) -> None:
    nearest = max(SAID, key=lambda said: fuzz.ratio(_plain(example), _plain(said)))
    assert fuzz.ratio(_plain(example), _plain(nearest)) < 90, nearest


def test_the_measure_of_likeness_finds_a_copy_with_other_marks() -> None:
    assert fuzz.ratio(_plain("That conference is full."), _plain("that conference is full")) == 100


def test_every_intent_is_answered() -> None:
    (talk,) = [step for step in FLOW.steps.values() if step.name == "talk"]
    assert set(talk.intents) == set(FLOW.intents)  # type: ignore[attr-defined]
