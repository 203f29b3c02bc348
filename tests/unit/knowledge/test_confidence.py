import pytest

from knowledge.confidence import ACCEPT, WEIGHTS


@pytest.mark.parametrize("name", WEIGHTS)
def test_confidence_rises_with_likeness_and_with_the_distance_to_the_runner_up(name: str) -> None:
    weights = WEIGHTS[name]
    assert weights.confidence(0.6, 0.1) > weights.confidence(0.5, 0.1) > weights.confidence(0.5, 0.05)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_among_few_articles_being_far_ahead_is_not_enough(language: str) -> None:
    # "I was charged twice for the same order.", of opening hours and returns only. How like is like, is the encoder's.
    weights = WEIGHTS[f"{language} by meaning"]
    unlike, alike = weights.least - 0.08, weights.least + 0.07
    assert weights.confidence(unlike, 0.23) < ACCEPT[language] < weights.confidence(alike, 0.23)
