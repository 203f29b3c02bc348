import pytest

from quality.conditions import Feels, Within
from quality.conversation import Conversation, Speaker, Turn
from quality.course import course_of
from quality.evidence import Subject
from quality.moods import mood_of
from quality.reading import loads


def turn(text: str, language: str, anger: float = 0.0, speaker: Speaker = "caller") -> Turn:
    return Turn(1, speaker, text, 3.0, 6.0, language, anger=anger)


@pytest.mark.parametrize(
    ("text", "language", "mood"),
    [
        ("Thank you so much, you have been very helpful.", "en", "pleased"),
        ("That's wonderful.", "en", "pleased"),
        ("I'm really happy with it.", "en", "pleased"),
        ("Thank you, goodbye.", "en", "calm"),
        ("I am not happy with it.", "en", "calm"),
        ("It would be great if it came tomorrow.", "en", "calm"),
        ("Great wall, like in China.", "en", "calm"),
        ("I am disappointed.", "en", "annoyed"),
        ("This is unacceptable, I am fed up with you!", "en", "angry"),
        ("太好了，真是帮了我大忙。", "zh", "pleased"),
        ("非常感谢你，服务很周到。", "zh", "pleased"),
        ("好的，谢谢，再见。", "zh", "calm"),
        ("我不是很满意。", "zh", "calm"),
        ("我很不满意。", "zh", "annoyed"),
        ("我有点失望。", "zh", "annoyed"),
        ("你们太过分了，气死我了！", "zh", "angry"),
    ],
)
def test_moods_are_told_by_words(text, language, mood):
    assert mood_of(turn(text, language)) == mood


def test_a_voice_may_say_otherwise_than_the_words():
    assert mood_of(turn("That's wonderful.", "en", anger=0.7)) == "angry"
    assert mood_of(turn("好的。", "zh", anger=0.4)) == "annoyed"


def test_the_course_of_a_call_has_everybodys_moods():
    turns = (
        turn("I am disappointed.", "en"),
        turn("I see.", "en", speaker="robot"),
        turn("Sorry.", "en", speaker="agent"),
    )
    assert course_of(Conversation("c", 10, turns))["moods"] == [[3.0, "caller", "annoyed"], [3.0, "agent", "calm"]]


def test_a_rule_may_ask_how_somebody_feels():
    card = loads(
        "{scorecard: s, rules: [{rule: r, must: {within: {last_s: 5, this: {mood: {who: caller, is: pleased}}}}}]}"
    )
    (rule,) = card.rules
    assert isinstance(rule.must, Within)
    assert rule.must.part == Feels("caller", ("pleased",))
    happy = Subject(Conversation("c", 7.0, (turn("太好了，谢谢您。", "zh"),), "zh"))
    assert rule.must.of(happy).evidence[0].verdict == "pleased"
    assert not rule.must.of(Subject(Conversation("c", 7.0, (turn("好的。", "zh"),), "zh"))).holds
