"""Who thinks better of it while yes or no is asked: "at eleven, no, at twelve" to "shall I book it?"."""

from pathlib import Path

import pytest

from dialplans.exchange import Said
from dialplans.slots import yes_or_no
from tests.unit.dialplans.play import Play

APPOINTMENT = (Path(__file__).parents[3] / "dialplans/flows/appointment.yaml").read_text(encoding="utf-8")
WISHES = {"en": "I need a repair on Friday at ten", "zh": "周五上午十点修车"}


def heard(said, language):
    """What the robot says to `said`, once it has read a booking back."""
    play = Play(APPOINTMENT)
    play.tell(Said(WISHES[language], 0.9, language))
    play.tell(Said(said, 0.9, language))
    return play.heard


@pytest.mark.parametrize(
    ("language", "said", "changed"),
    [
        ("en", "At eleven, no, at twelve.", "changed that to noon"), ("en", "at 11, no at 12.", "that to noon"),
        ("en", "no, at 11, no, 12", "changed that to noon"), ("en", "yes, no wait, at eleven", "that to eleven"),
        ("en", "yes, no, at twelve", "changed that to noon"), ("en", "okay, sorry, at twelve", "that to noon"),
        ("en", "on Sunday, no, on Monday", "changed that to Monday"), ("zh", "十一点，不，十二点", "改成中午十二点"),
        ("zh", "不，十一点，不，十二点", "改成中午十二点"), ("zh", "好的，不，十二点", "改成中午十二点"),
        ("zh", "周六，不对，周一", "改成后天"),
    ],
)  # fmt: skip
def test_the_second_thought_changes_what_was_read_back(language, said, changed):
    assert changed in heard(said, language)


@pytest.mark.parametrize(("language", "said"), [("en", "yes, wait, no"), ("zh", "是的，等等，不")])
def test_a_yes_that_is_taken_back_books_nothing(language, said):
    assert heard(said, language)
    assert yes_or_no(said, language)[0] is not True


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "yes, no problem"), ("en", "sure, why not"), ("zh", "好的，没问题"), ("zh", "对，没错")],
)
def test_a_yes_with_a_no_in_it_is_still_one(language, said):
    assert yes_or_no(said, language)[0] is True
