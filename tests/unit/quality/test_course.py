from quality.conversation import Conversation, Happening, Turn
from quality.course import course_of

HAPPENINGS = (
    Happening(4.0, "no_match"), Happening(9.0, "talk-began", {"agent": "Ann"}), Happening(12.0, "held"),
    Happening(15.5, "resumed"), Happening(20.0, "misheard"), Happening(22.0, "held"),
)  # fmt: skip
CALL = Conversation(
    "c",
    30.0,
    (
        Turn(1, "robot", "Hello.", 0, 2, "en"),
        Turn(2, "caller", "我要投诉，你们这帮骗子！", 3, 5, "zh", anger=0.5),
        Turn(3, "agent", "Good morning.", 10, 11, "en"),
        Turn(4, "caller", "Good morning.", 11, 11.5, "en"),
    ),
    happenings=HAPPENINGS,
)


def test_emotion_is_told_turn_by_turn_of_caller_and_agent():
    emotion = course_of(CALL)["emotion"]
    assert [row[:2] for row in emotion] == [[3, "caller"], [10, "agent"], [11, "caller"]]
    assert emotion[0][2] > 0.5 > emotion[1][2] == 0.0


def test_the_languages_that_each_side_spoke_are_told_the_longest_first():
    assert course_of(CALL)["languages"] == {"caller": {"zh": 2, "en": 0.5}, "ours": {"en": 3}}


def test_what_happened_is_told_with_its_second():
    course = course_of(CALL)
    assert course["holds"] == [[12.0, 15.5], [22.0, 30.0]]
    assert course["misunderstood_at"] == [4.0, 20.0]
    assert course["hand_overs_at"] == [[9.0, "Ann"]]
