"""The intents bench: what its author writes is no near copy of what is asked."""

import pytest
from rapidfuzz import fuzz
from ruamel.yaml import YAML

from bench.intents import DATA, LANGUAGES, intents_of

NEAR = 80
"""From this likeness (0-100) on, two sentences are near copies; the background is kept apart by the same measure."""


def asked(language: str) -> list[str]:
    """Every test and development sentence, those of no intent too."""
    files = sorted(DATA.glob(f"intents_{language}_*.yaml"))
    read = (YAML(typ="safe").load(file.read_text(encoding="utf-8")) for file in files)
    return [text.lower() for found in read for texts in found.values() for text in texts]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_example_is_nearly_a_sentence_that_is_asked(language: str) -> None:
    sentences = asked(language)
    # Says which example only, so that whoever writes another one still hasn't seen the sentence.
    copies = [
        f"{one.name}, example {at}"
        for one in intents_of(language)
        for at, text in enumerate(one.examples[language], 1)
        if any(fuzz.ratio(text.lower(), other) >= NEAR for other in sentences)
    ]
    assert not copies


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_intent_has_five_examples_and_each_is_written_once(language: str) -> None:
    intents = intents_of(language)
    examples = [text.lower() for one in intents for text in one.examples[language]]
    assert len(intents) == 15
    assert all(len(one.examples[language]) == 5 for one in intents)
    assert len(set(examples)) == len(examples)
