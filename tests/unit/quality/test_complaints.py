import pytest

from quality.complaints import signs_of
from quality.conversation import Conversation, Turn


def _signs(*turns: Turn):
    return signs_of(Conversation("c1", 60.0, turns))


@pytest.mark.parametrize(
    ("words", "language"),
    [("I want to make a complaint about it", "en"), ("Let me speak to a manager", "en"), ("I'm complaining!", "en"),
     ("我要投诉你们", "zh"), ("叫你们经理来", "zh"), ("我去消费者协会", "zh")],
)  # fmt: skip
def test_a_complaint_of_the_caller_is_found_where_it_is_made(words, language):
    calm = Turn(1, "caller", "yes", 1.0, 2.0, language)
    assert 5.0 <= _signs(calm, Turn(2, "caller", words, 5.0, 8.0, language))["complaint_s"] <= 8.0


@pytest.mark.parametrize(
    ("words", "language"),
    [("The company lies", "en"), ("It is compliant", "en"), ("我很满意", "zh"), ("投资多少", "zh")],
)
def test_other_words_are_none(words, language):
    assert _signs(Turn(1, "caller", words, 5.0, 8.0, language))["complaint_s"] is None


def test_what_we_say_is_no_complaint_and_an_intent_is_one():
    assert _signs(Turn(1, "agent", "You can make a complaint", 1.0, 2.0))["complaint_s"] is None
    assert _signs(Turn(1, "caller", "this is bad", 4.0, 5.0, intent="complaint"))["complaint_s"] == 4.0


def test_confidence_is_that_of_people_by_how_much_they_say():
    robot = Turn(1, "robot", "a long sentence of ours", 0.0, 2.0, confidence=1.0)
    assert _signs(robot)["confidence"] is None
    said = (Turn(2, "caller", "x" * 30, 2.0, 3.0, confidence=0.5), Turn(3, "agent", "y" * 10, 4.0, 5.0, confidence=0.9))
    assert _signs(robot, *said)["confidence"] == 0.6
