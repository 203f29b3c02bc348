"""Word errors, on sentences whose distance is known."""

import pytest

from bench.word_errors import errors, words


@pytest.mark.parametrize(
    ("said", "understood", "wrong"),
    [
        ("Press 1 for sales.", "press one for sales", 0),
        ("I'm afraid you've dialled wrong", "I am afraid, you have dialled wrong.", 0),
        ("please hold the line", "please hold line", 1),
        ("please hold the line", "please please hold the lime", 2),
        ("goodbye", "", 1),
    ],
)
def test_only_differing_words_count_not_spelling(said: str, understood: str, wrong: int) -> None:
    assert errors(words(said), words(understood)) == wrong
