import numpy as np

from asr_tts.recognition import Transcript
from quality.conversation import Conversation, Happening, Turn
from quality.relistening import Ears, listen_again, with_word_times
from quality.sound import Sound

RATE = 8000


class Loud:
    name, window = "loud", 256

    def warm_up(self) -> None: ...

    def fresh_memory(self) -> object:
        return object()

    def judge(self, memories, windows):
        return (np.abs(windows).max(axis=1) > 100).astype(np.float32)


class Saying:
    """A recogniser that says one text after the other."""

    name = "saying"

    def __init__(self, *texts: tuple[str, float]) -> None:
        self._texts = iter(texts)

    def warm_up(self) -> None: ...

    def recognise(self, samples, question):
        text, confidence = next(self._texts)
        return Transcript(text, question.language, confidence)


def _channel(*loud: tuple[float, float]) -> np.ndarray:
    channel = np.zeros(20 * RATE, np.int16)
    for start, end in loud:
        channel[round(start * RATE) : round(end * RATE)] = 3000
    return channel


def _again(turns, caller, ours, *texts):
    conversation = Conversation("c", 20.0, tuple(turns))
    ears = Ears(Loud(), Saying(*texts))
    return listen_again(conversation, Sound(_channel(*caller), _channel(*ours)), ears, lambda: None)


def test_a_caller_s_turn_gets_the_surer_words_and_what_the_robot_said_stays():
    turns = [Turn(1, "robot", "Hello.", 0, 2), Turn(2, "caller", "Wear is it", 3, 4, confidence=0.5, intent="parcel")]
    found = _again(turns, [(3, 4)], [(0, 2)], ("Where is it?", 0.9))
    robot, caller = found.turns
    assert robot.text == "Hello."
    assert (caller.text, caller.confidence, caller.intent) == ("Where is it?", 0.9, "parcel")


def test_words_that_are_no_surer_do_not_replace_what_was_understood_live():
    turns = [Turn(1, "caller", "four two seven", 3, 4, confidence=0.8)]
    assert _again(turns, [(3, 4)], [], ("for to seven", 0.82)).turns[0].text == "four two seven"


def test_digits_that_were_said_to_a_question_for_digits_stay():
    turns = [Turn(1, "caller", "427106", 3, 4, confidence=0.6)]
    assert _again(turns, [(3, 4)], [], ("for two seven oh six", 0.95)).turns[0].text == "427106"


def test_what_nobody_listened_to_in_the_call_becomes_a_turn():
    turns = [Turn(1, "robot", "Hello.", 0, 2)]
    found = _again(turns, [(6, 7)], [(0, 2)], ("You are a fraud.", 0.9))
    assert [(turn.number, turn.speaker, turn.text) for turn in found.turns] == [
        (1, "robot", "Hello."), (2, "caller", "You are a fraud."),
    ]  # fmt: skip


def test_an_agent_s_words_are_recognised_again_and_the_robot_s_are_not():
    turns = [
        Turn(1, "robot", "Hello.", 0, 2),
        Turn(2, "agent", "Hi their", 5, 6, confidence=0.5, agent="201"),
        Turn(3, "robot", "How was it?", 12, 13),
    ]
    found = _again(turns, [], [(0, 2), (5, 6), (8, 9), (12, 13)], ("Hi there.", 0.9), ("One moment.", 0.9))
    assert [(turn.speaker, turn.text, turn.agent) for turn in found.turns] == [
        ("robot", "Hello.", ""), ("agent", "Hi there.", "201"), ("agent", "One moment.", "201"),
        ("robot", "How was it?", ""),
    ]  # fmt: skip


def test_keys_stay_keys_though_nobody_is_heard():
    turns = [Turn(1, "caller", "1", 3, 3)]
    assert [turn.text for turn in _again(turns, [], []).turns] == ["1"]


def test_voices_and_levels_are_those_of_the_recording():
    found = _again([], [(3, 4), (6, 7)], [(0, 2)], ("a", 0.9), ("b", 0.9))
    assert [(round(one.start), round(one.end)) for one in found.speech_of("caller")] == [(3, 4), (6, 7)]
    assert [round(found.levels[side]) for side in ("caller", "ours")] == [-21, -21]


def test_an_utterance_that_was_two_turns_live_is_one():
    turns = [
        Turn(1, "caller", "Where is", 3, 3.9, confidence=0.5), Turn(2, "caller", "my parcel", 4, 5, confidence=0.5),
    ]  # fmt: skip
    assert [turn.text for turn in _again(turns, [(3, 5)], [], ("Where is my parcel?", 0.9)).turns] == [
        "Where is my parcel?"
    ]


def _words(turn):
    return [(word.text, round(word.start, 1), round(word.end, 1)) for word in turn.words]


def test_every_turn_s_words_have_their_times():
    turns = [Turn(1, "robot", "Hello there.", 0, 2), Turn(2, "caller", "Wear", 3, 4, confidence=0.5)]
    robot, caller = _again(turns, [(3, 4)], [(0, 1.5)], ("Where now?", 0.9)).turns
    assert _words(robot) == [("Hello", 0.0, 1.0), ("there", 1.0, 1.5)]
    assert _words(caller) == [("Where", 3.0, 3.5), ("now", 3.5, 4.0)]


def test_words_of_keys_stand_where_they_were_keyed():
    assert _words(_again([Turn(1, "caller", "4711", 3, 5)], [], []).turns[0]) == [("4711", 3, 5)]


def test_words_of_a_call_that_nobody_can_listen_to_are_spread_over_its_turns():
    found = with_word_times(Conversation("c", 9.0, (Turn(1, "caller", "我 想 查 询", 1, 3, "zh", 0.8),)))
    assert _words(found.turns[0]) == [("我", 1, 1.5), ("想", 1.5, 2), ("查", 2, 2.5), ("询", 2.5, 3)]
    assert {word.confidence for word in found.turns[0].words} == {0.8}


def test_an_agent_who_was_not_understood_live_is_found_by_the_record_of_the_talk():
    record = (Happening(5.0, "talk-began"), Happening(9.0, "talk-ended"))
    conversation = Conversation("c", 20.0, (Turn(1, "robot", "Hello.", 0, 2),), happenings=record)
    ears = Ears(Loud(), Saying(("Hi there.", 0.9)))
    found = listen_again(conversation, Sound(_channel(), _channel((0, 2), (6, 7), (12, 13))), ears, lambda: None)
    assert [(turn.speaker, turn.text) for turn in found.turns] == [("robot", "Hello."), ("agent", "Hi there.")]


class Polyglot(Saying):
    def identify(self, samples):
        return {"en": 0.02, "zh": 0.98}


def test_a_turn_that_was_taken_for_another_language_is_understood_in_that_which_is_spoken():
    turns = (Turn(1, "caller", "Warsaw Chashun", 3, 5, "en", 0.95), Turn(2, "caller", "42", 8, 9, "en"))
    ears = Ears(Loud(), Polyglot(("我想查询。", 0.4)))
    found = listen_again(Conversation("c", 20.0, turns), Sound(_channel((3, 5)), _channel()), ears, lambda: None)
    assert [(turn.text, turn.language) for turn in found.turns] == [("我想查询。", "zh"), ("42", "en")]
