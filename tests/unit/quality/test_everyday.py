import pytest

from quality.conditions import Says
from quality.conversation import Conversation, Turn
from quality.everyday import everyday, others
from quality.evidence import Compared, Subject

EXAMPLES = {"en": ("You can send it back.",), "zh": ("您可以把它退回来。",)}
NEAR = {"en": "The item comes back soon.", "zh": "商品下个月会回来。"}
DENIED = {"en": "You can't send it back.", "zh": "您不能把它退回来。"}


@Compared
def _alike(said, examples, language):
    """Two sentences are as alike as the share of characters that both have."""
    return [max(len(set(one) & set(other)) / len(set(one) | set(other)) for other in examples) for one in said]


def _holds(text, language, alike=_alike):
    subject = Subject(Conversation("c", 9.0, (Turn(1, "agent", text, 0.0, 2.0, language),)), alike)
    return Says("agent", meaning=EXAMPLES).of(subject).holds


@pytest.mark.parametrize("language", ["en", "zh"])
def test_there_are_everyday_sentences_in_both_languages_and_none_twice(language):
    assert len(everyday(language)) == len(set(everyday(language))) > 60
    assert everyday("fr") == ()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_an_example_says_too_is_no_other(language):
    said = everyday(language)[0]
    assert said not in others((said,), language, _alike)
    assert len(others((said,), language, _alike)) >= len(everyday(language)) - 5


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_sentence_that_denies_is_no_paraphrase_of_one_that_does_not(language):
    assert _holds(EXAMPLES[language][0], language)
    assert not _holds(DENIED[language], language)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_liker_to_what_is_said_every_day_is_not_meant(language):
    near = NEAR[language]

    @Compared
    def alike(said, examples, language):
        return [0.7 if one == near and len(examples) < 5 else 0.8 if one == near else 0.0 for one in said]

    assert not _holds(near, language, alike)
