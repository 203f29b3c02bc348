"""What stands for personal data is in the page's language, and what isn't such a mark stays."""

import pytest

from console.hidden_words import KINDS, masked_number, named
from console.phrases import Phrases


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "My card is [card], call [phone]. [sic]"), ("zh", "My card is [卡号], call [电话]. [sic]")],
)
def test_marks_of_personal_data_are_in_the_readers_language(language: str, told: str) -> None:
    assert named("My card is [card], call [phone]. [sic]", Phrases.load(), language) == told


def test_every_kind_of_personal_data_has_its_words_in_both_languages() -> None:
    phrases = Phrases.load()
    for kind in KINDS:
        assert phrases.has(f"frame.hidden_{kind}")
        assert named(f"[{kind}]", phrases, "zh") != f"[{kind}]"


@pytest.mark.parametrize(
    ("number", "shown"),
    [("+491711234567", "…67"), ("201", "…"), ("alice", "…"), ("anonymous", "anonymous"), ("", "")],
)
def test_a_masked_number_is_in_no_language_and_who_withholds_theirs_is_said_to(number: str, shown: str) -> None:
    assert masked_number(number) == shown
