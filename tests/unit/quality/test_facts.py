import pytest

from quality.conversation import Conversation, Happening, Stretch, Turn
from quality.facts import facts_of, interruptions


def _talk(*turns, seconds=60.0, **more) -> Conversation:
    made = tuple(Turn(number, speaker, text, start, end) for number, (speaker, start, end, text) in enumerate(turns, 1))
    return Conversation("c", seconds, made, **more)


def test_talk_and_its_shares_are_seconds_of_speech():
    facts = facts_of(_talk(("agent", 0, 6, "a"), ("caller", 7, 9, "b"), seconds=10.0))
    assert facts.talk == {"ours": 6, "caller": 2}
    assert facts.talk_share == {"ours": 0.75, "caller": 0.25}


def test_the_detector_s_stretches_count_where_there_are_any():
    voices = {"caller": (Stretch(1, 2), Stretch(1.5, 3)), "ours": (Stretch(5, 6),)}
    facts = facts_of(_talk(("caller", 0, 9, "b"), seconds=10.0, voices=voices))
    assert facts.talk == {"caller": 2, "ours": 1}


@pytest.mark.parametrize(
    ("turns", "silences"),
    [
        ([("agent", 0, 2, "a"), ("caller", 3, 5, "b"), ("agent", 15, 16, "c")], [(5, 15, "ours")]),
        ([("agent", 0, 2, "a"), ("caller", 9, 10, "b"), ("agent", 10, 16, "c")], [(2, 9, "caller")]),
        ([("caller", 8, 9, "hello?"), ("agent", 9, 16, "c")], [(0, 8, "ours")]),
        ([("agent", 0, 2, "a"), ("caller", 4, 16, "b")], []),
    ],
)
def test_a_silence_belongs_to_who_was_to_speak(turns, silences):
    facts = facts_of(_talk(*turns, seconds=16.0))
    assert [(one.start, one.end, one.whose) for one in facts.silences] == silences


def test_music_on_hold_is_no_silence():
    held = (Happening(5, "agent-holds"), Happening(25, "agent-resumes"))
    facts = facts_of(_talk(("agent", 0, 5, "One moment."), ("agent", 25, 30, "a"), seconds=30.0, happenings=held))
    assert facts.silences == ()
    assert facts.hold_s == 20


def test_a_hold_that_nobody_ended_lasts_to_the_end():
    facts = facts_of(_talk(("agent", 0, 5, "a"), seconds=30.0, happenings=(Happening(6, "held"),)))
    assert facts.hold_s == 24


def test_who_begins_while_the_other_has_been_speaking_cuts_in():
    facts = facts_of(_talk(("caller", 0, 5, "my machine is"), ("agent", 3, 6, "Your number?")))
    assert [(one.by, one.start, one.end) for one in facts.interruptions] == [("ours", 3, 5)]
    assert facts.overlap_s == 2


@pytest.mark.parametrize(
    "second",
    [("agent", 3, 3.4, "Mm-hmm."), ("agent", 0.5, 5, "both began at once"), ("agent", 4.8, 8, "just a little early")],
)
def test_backchannels_and_what_begins_at_once_are_no_interruptions(second):
    assert facts_of(_talk(("caller", 0, 5, "my machine is broken"), second)).interruptions == ()


def test_speed_is_words_a_minute_and_signs_in_chinese():
    facts = facts_of(
        _talk(("caller", 0, 6, "one two three four five six seven eight nine ten"), ("agent", 7, 10, "您好请问有什么"))
    )
    assert facts.speed == {"caller": 100.0, "ours": 140.0}


def test_a_response_is_the_wait_of_a_caller_who_waits():
    talk = _talk(
        ("caller", 0, 2, "Where is it?"), ("agent", 3.5, 5, "Here."), ("caller", 6, 7, "And"), ("caller", 8, 9, "this?")
    )
    assert facts_of(talk).response_s == (1.5,)


def test_anger_is_that_of_words_and_voice():
    calm, words, voice = (
        Turn(1, "caller", "Where is it?", 0, 1),
        Turn(2, "caller", "This is unacceptable!", 2, 3),
        Turn(3, "caller", "Where is it?", 4, 5, anger=0.7),
    )
    angers = [anger for _, anger in facts_of(Conversation("c", 6, (calm, words, voice))).anger]
    assert angers[0] == 0
    assert angers[1] > 0.5
    assert angers[2] == 0.7


def test_intents_hand_overs_and_misunderstandings_are_counted():
    turns = tuple(
        Turn(number, "caller", "x", number, number + 0.5, intent=intent)
        for number, intent in enumerate(["hours", "hours", "", "order", "hours"])
    )
    happenings = tuple(Happening(1, name) for name in ("no_match", "talk-began", "misheard", "key", "transferred"))
    facts = facts_of(Conversation("c", 10, turns, happenings=happenings))
    assert facts.intents == ("hours", "order", "hours")
    assert (facts.misunderstood, facts.hand_overs) == (2, 1)


def test_of_a_call_without_a_word_everything_is_nothing():
    facts = facts_of(Conversation("c", 2.0, ()))
    assert (facts.talk_share, facts.response_s, facts.longest_silence) == ({"caller": 0.0, "ours": 0.0}, (), None)


@pytest.mark.parametrize(("language", "words", "cuts"), [
    ("en", "Uh-huh, I see.", 0), ("en", "Let me stop you there", 1), ("zh", "嗯，知道了", 0), ("zh", "打断您一下", 1),
])  # fmt: skip
def test_who_only_says_go_on_interrupts_nobody(language, words, cuts):
    turns = (
        Turn(1, "caller", "...", 0.0, 6.0, language),
        Turn(2, "agent", words, 3.0, 4.2, language),
    )
    assert len(list(interruptions(Conversation("c", 9.0, turns, language)))) == cuts
