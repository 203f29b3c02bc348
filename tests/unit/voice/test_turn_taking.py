from typing import Any

import pytest

from asr_tts.reaction import SHORT_MS, UNCLEAR
from asr_tts.speech_protocol import (
    Draft,
    Heard,
    RecogniserFailed,
    Rejected,
    SpeechGoesOn,
    SpeechPaused,
    SpeechStarted,
)
from dialplans.backchannel import is_backchannel, is_sound
from voice.interrupting import is_curt, is_interruption
from voice.turn_taking import (
    ENOUGH_MS,
    INSISTS_MS,
    MORE_MS,
    REWIND_MS,
    Answer,
    Commit,
    Ignored,
    Misheard,
    Pause,
    Resume,
    Stop,
    TurnTaking,
)


class Caller:
    """Speaks into a `TurnTaking`; remembers what was decided."""

    def __init__(self, whole=("where is my order",), digits=lambda _: True):
        self.turns = TurnTaking(lambda text, language, choice: text.lower() in whole, digits)
        self.at = 8000
        self.number = 0
        self.start = 0

    def starts(self):
        self.number += 1
        self.start = self.at
        return self.turns.receive(SpeechStarted(1, self.number, self.at))

    def speaks(self, ms, echo=0.0):
        """Go on to `ms` of speech in this utterance."""
        self.at = self.start + ms * 8
        return self.turns.receive(SpeechGoesOn(1, self.number, self.at, ms, echo, -25))

    def drafts(self, text, confidence=0.9, **more):
        self.turns.receive(SpeechPaused(1, self.number, self.at))
        return self.turns.receive(Draft(1, self.number, text, confidence, silence_ms=200, **more))

    def heard(self, text, number=0, confidence=0.9, **more):
        times: dict[str, Any] = {"endpoint_ms": 500, "decode_ms": 9}
        return self.turns.receive(
            Heard(1, number or self.number, text, confidence, "en", self.start, self.at, **times, **more)
        )

    def rejected(self, reason="no speech", **more):
        return self.turns.receive(Rejected(1, self.number, self.start, self.at, reason, **more))


def kinds(decisions):
    return [type(decision) for decision in decisions]


def over_robot(barge_in=True, **more):
    caller = Caller(**more)
    caller.turns.robot_begins(barge_in)
    caller.starts()
    return caller


def test_four_windows_of_speech_silence_the_robot_and_three_do_not():
    caller = over_robot()
    assert [caller.speaks(ms) for ms in (32, 64)] == [[], []]
    assert caller.speaks(96) == [Pause()]
    assert caller.speaks(400) == []


def test_a_hum_of_a_tenth_of_a_second_pauses_the_robot_only_until_its_draft():
    caller = over_robot()
    assert caller.speaks(100) == [Pause()]
    assert caller.drafts("Mm.") == [Resume(REWIND_MS, "backchannel")]
    assert kinds(caller.heard("Mm.")) == [Ignored]


def test_words_take_the_turn():
    caller = over_robot()
    caller.speaks(300)
    stop, answer = caller.heard("I have another question")
    assert stop == Stop()
    assert isinstance(answer, Answer)
    assert (answer.text, answer.barged_in, answer.endpoint_ms) == ("I have another question", True, 500)


def test_a_backchannel_gives_the_turn_back_on_its_draft_already():
    caller = over_robot()
    caller.speaks(300)
    assert caller.drafts("Right, I see.") == [Resume(REWIND_MS, "backchannel")]
    assert kinds(caller.heard("Right, I see.")) == [Ignored]


def test_more_words_after_a_backchannel_silence_the_robot_again():
    caller = over_robot()
    caller.speaks(300)
    caller.drafts("okay")
    assert caller.speaks(400) == []
    assert caller.speaks(700) == [Pause()]
    assert kinds(caller.heard("okay but where is it")) == [Stop, Answer]


def test_a_backchannel_that_answers_the_question_is_an_answer():
    caller = over_robot(whole=("yeah",))
    caller.speaks(250)
    assert kinds(caller.drafts("yeah")) == [Commit]
    assert kinds(caller.heard("yeah")) == [Stop, Answer]


@pytest.mark.parametrize("reason", ["no speech", "echo", "line noise"])
def test_what_was_no_speech_lets_the_robot_go_on_from_where_it_was_cut(reason):
    caller = over_robot()
    caller.speaks(300)
    assert caller.rejected(reason)[0] == Resume(REWIND_MS, reason)


def test_the_robots_echo_never_silences_it():
    caller = over_robot()
    assert [caller.speaks(ms, echo=0.8) for ms in range(100, 2000, 100)] == [[]] * 19
    assert kinds(caller.rejected("echo")) == [Ignored]


def test_echo_that_is_taken_for_speech_now_and_then_does_not_add_up():
    caller = over_robot()
    for part in range(0, 900, 90):
        assert caller.speaks(part + 64, echo=0.2) == []
        assert caller.speaks(part + 90, echo=0.8) == []
    assert caller.speaks(1200, echo=0.2) == [Pause()]


def test_a_second_false_stop_needs_more_evidence():
    caller = over_robot()
    caller.speaks(ENOUGH_MS)
    caller.rejected()
    caller.starts()
    assert caller.speaks(ENOUGH_MS + MORE_MS - 1) == []
    assert caller.speaks(ENOUGH_MS + MORE_MS) == [Pause()]


def test_a_new_prompt_starts_without_that_suspicion():
    caller = over_robot()
    caller.speaks(200)
    caller.rejected()
    caller.turns.robot_begins(True)
    caller.starts()
    assert caller.speaks(200) == [Pause()]


def test_a_short_answer_that_never_silenced_the_robot_still_counts():
    caller = over_robot()
    assert caller.speaks(90) == []
    assert kinds(caller.heard("hours")) == [Stop, Answer]


def test_a_doubtful_word_over_the_robot_was_a_cough_unless_it_answers():
    caller = over_robot(whole=("hours",))
    caller.speaks(300)
    assert kinds(caller.heard("Chuck.", confidence=0.3)) == [Resume, Ignored]
    caller.starts()
    assert kinds(caller.heard("hours", confidence=0.3)) == [Stop, Answer]


HUMS = ["It can.", "m m film.", "I.B.", "Emama.", "NMR", "i b i b", "UFO", "语", "是白牌"]
"""What recognisers made of "hm", "mm-hmm", "I see", "对", "嗯" and "是的"."""


@pytest.mark.parametrize("text", HUMS)
def test_a_short_unclear_sound_is_taken_for_a_backchannel_whatever_its_text(text):
    caller = over_robot()
    caller.speaks(450)
    assert caller.heard(text, confidence=0.59)[0] == Resume(REWIND_MS, "unclear")


@pytest.mark.parametrize("text", [*HUMS, ""])
def test_the_robot_goes_on_at_the_draft_of_such_a_sound_already(text):
    caller = over_robot()
    caller.speaks(450)
    assert caller.drafts(text, confidence=0.59) == [Resume(REWIND_MS, "unclear" if text else "no speech")]
    assert kinds(caller.rejected() if not text else caller.heard(text, confidence=0.59)) == [Ignored]


def test_it_waits_where_the_words_come_one_by_one_or_the_speech_is_longer():
    caller = over_robot()
    caller.speaks(450)
    assert caller.drafts("It can", confidence=0.5, partial=True) == []
    caller.speaks(SHORT_MS + 10)
    assert caller.drafts("It can.", confidence=0.5) == []


def test_who_goes_on_after_a_draft_that_said_nothing_silences_the_robot_again():
    caller = over_robot()
    caller.speaks(300)
    caller.drafts("Ah can", confidence=0.5)
    assert caller.speaks(300 + ENOUGH_MS + MORE_MS) == [Pause()]
    assert kinds(caller.heard("I can't hear you")) == [Stop, Answer]


@pytest.mark.parametrize(
    ("text", "reaction"),
    [("波波", "不。"), ("天", "停。"), ("Wave", "Wait."), ("补血", "不。不。"), ("不许", "不是这样。")],
)
def test_an_unclear_text_that_is_likely_an_interrupting_word_takes_the_turn_as_that_word(text, reaction):
    caller = over_robot()
    caller.speaks(300)
    assert caller.drafts(text, confidence=0.4, reaction=reaction) == []
    stop, answer = caller.heard(text, confidence=0.4, reaction=reaction)
    assert stop == Stop()
    assert isinstance(answer, Answer)
    assert answer.text == reaction


def test_so_does_what_would_be_no_speech_otherwise():
    caller = over_robot()
    caller.speaks(250)
    assert caller.drafts("", confidence=0.0, reaction="不。") == []
    stop, answer = caller.rejected(reaction="不。")
    assert stop == Stop()
    assert isinstance(answer, Answer)
    assert (answer.text, answer.language) == ("不。", "zh")


@pytest.mark.parametrize(("text", "reaction"), [("耗子", "好。"), ("H&M.", "Hey, champ."), ("哇", "喂？")])
def test_a_likeness_to_another_word_or_to_a_hum_does_not(text, reaction):
    assert not is_curt(reaction)
    caller = over_robot()
    caller.speaks(300)
    assert kinds(caller.heard(text, confidence=0.4, reaction=reaction)) == [Resume, Ignored]


def test_a_longer_sound_is_a_backchannel_where_it_is_like_one_only():
    for reaction, decided in (("明白。", [Resume, Ignored]), ("", [Stop, Answer])):
        caller = over_robot()
        caller.speaks(SHORT_MS + 100)
        assert kinds(caller.heard("尼云白", confidence=0.5, reaction=reaction)) == decided


def test_a_clear_text_is_what_was_said_whatever_it_is_like():
    caller = over_robot()
    caller.speaks(300)
    answer = caller.heard("Wade.", confidence=UNCLEAR, reaction="Wait.")[-1]
    assert isinstance(answer, Answer)
    assert answer.text == "Wade."


def test_what_is_like_an_interrupting_word_breaks_no_notice():
    caller = over_robot(barge_in=False)
    caller.speaks(300)
    assert kinds(caller.rejected(reaction="停。")) == [Ignored]


@pytest.mark.parametrize("text", ["Where is it?", "去哪儿拿"])
def test_a_short_clear_sentence_takes_the_turn(text):
    caller = over_robot()
    caller.speaks(450)
    assert kinds(caller.heard(text, confidence=UNCLEAR)) == [Stop, Answer]


@pytest.mark.parametrize("text", ["Family.", "买家具"])
def test_longer_speech_takes_the_turn_however_unclear(text):
    caller = over_robot()
    caller.speaks(SHORT_MS + 10)
    assert kinds(caller.heard(text, confidence=0.5)) == [Stop, Answer]


@pytest.mark.parametrize("text", ["Hours.", "营业时间"])
def test_a_short_unclear_answer_is_an_answer(text):
    caller = over_robot(whole=("hours.", "营业时间"))
    caller.speaks(450)
    assert kinds(caller.heard(text, confidence=0.5)) == [Stop, Answer]


@pytest.mark.parametrize("text", ["7.", "seven", "幺", "七"])
def test_a_digit_said_into_the_prompt_is_never_lost(text):
    caller = over_robot()
    caller.speaks(450)
    assert caller.drafts(text, confidence=0.5) == []
    assert kinds(caller.heard(text, confidence=0.5)) == [Stop, Answer]


@pytest.mark.parametrize("text", ["5", "five", "五"])
@pytest.mark.parametrize("confidence", [0.5, 0.9])
def test_a_hum_that_is_heard_as_a_digit_is_none_where_digits_mean_nothing(text, confidence):
    caller = over_robot(digits=lambda digits: digits == "9")
    caller.speaks(450)
    assert caller.heard(text, confidence=confidence)[0] == Resume(REWIND_MS, "unclear")
    caller.starts()
    caller.speaks(450)
    assert kinds(caller.heard("nine", confidence=0.5))[-1] == Answer


def test_such_a_digit_is_the_answer_where_it_is_said_again_or_nothing_else_is():
    for again in (True, False):
        caller = over_robot(digits=lambda _: False)
        caller.speaks(450)
        caller.heard("five")
        caller.starts()
        caller.speaks(450)
        answer = caller.heard("five")[-1] if again else caller.turns.after_all()
        assert isinstance(answer, Answer)
        assert answer.text == "five"


def test_a_row_of_digits_is_no_hum():
    caller = over_robot(digits=lambda _: False)
    caller.speaks(SHORT_MS + 10)
    assert kinds(caller.heard("4 2 7")) == [Stop, Answer]


@pytest.mark.parametrize("text", ["Family.", "家具"])
def test_who_says_it_again_at_once_means_it(text):
    caller = over_robot()
    caller.speaks(450)
    caller.heard(text, confidence=0.5)
    caller.at += (INSISTS_MS - 1) * 8
    caller.starts()
    caller.speaks(450)
    assert kinds(caller.heard(text, confidence=0.5)) == [Stop, Answer]


def test_two_hums_far_apart_do_not_insist():
    caller = over_robot()
    for _ in range(3):
        caller.speaks(450)
        assert kinds(caller.heard("It can.", confidence=0.5))[-1] == Ignored
        caller.at += (INSISTS_MS + 1) * 8
        caller.starts()


def test_an_unclear_beginning_is_kept_where_the_caller_speaks_on():
    caller = over_robot()
    caller.speaks(400)
    first = caller.number
    caller.starts()
    assert caller.heard("I bought", first, confidence=0.5) == []
    caller.speaks(900)
    stop, answer = caller.heard("a chair from you")
    assert stop == Stop()
    assert isinstance(answer, Answer)
    assert answer.text == "I bought a chair from you"


def test_an_unclear_word_into_the_last_of_the_prompt_is_no_backchannel():
    caller = over_robot()
    caller.speaks(150)
    caller.turns.robot_ends(caller.at)
    caller.speaks(450)
    assert kinds(caller.heard("Family.", confidence=0.5)) == [Answer]


def test_an_unclear_word_is_the_answer_after_all_where_nothing_else_is_said():
    caller = over_robot()
    caller.speaks(450)
    caller.heard("Smith.", confidence=0.5)
    answer = caller.turns.after_all()
    assert isinstance(answer, Answer)
    assert (answer.text, answer.barged_in) == ("Smith.", True)
    assert caller.turns.after_all() is None


@pytest.mark.parametrize("done", ["answered", "next prompt", "recogniser lost"])
def test_an_unclear_word_is_forgotten_with_its_prompt(done):
    caller = over_robot()
    caller.speaks(450)
    caller.heard("Smith.", confidence=0.5)
    if done == "answered":
        caller.starts()
        caller.heard("I would rather ask something else")
    elif done == "next prompt":
        caller.turns.robot_begins(True)
    else:
        caller.turns.reset()
    assert caller.turns.after_all() is None


@pytest.mark.parametrize(
    "words",
    ["Wait.", "Stop!", "Hello?", "No.", "Hold on.", "Excuse me", "okay stop", "Not that",
     "等一下", "停", "不是", "喂？", "不对", "停一下。", "等等", "别说了"],
)  # fmt: skip
@pytest.mark.parametrize("ms", [100, 300])
def test_a_short_interruption_takes_the_turn_however_badly_it_was_heard(words, ms):
    caller = over_robot()
    caller.speaks(ms)
    assert kinds(caller.drafts(words)) == ([Pause] if ms < ENOUGH_MS else [])
    assert kinds(caller.heard(words, confidence=0.16)) == [Stop, Answer]


def test_an_interrupting_word_does_not_break_a_notice_that_must_be_heard_out():
    caller = over_robot(barge_in=False)
    caller.speaks(300)
    assert caller.drafts("Stop.") == []
    assert kinds(caller.heard("Stop.", confidence=0.2)) == [Ignored]


@pytest.mark.parametrize("text", ["Chuck.", "Nose", "okay", "Mm", "stopwatch", "嗯", "好的", "听着呢", "没错", ""])
def test_other_short_words_are_no_interruption(text):
    assert not is_interruption(text)


def test_a_whole_answer_is_committed_once_and_silences_the_robot():
    caller = over_robot()
    caller.speaks(90)
    assert kinds(caller.drafts("Where is my order")) == [Pause, Commit]
    assert caller.drafts("Where is my order") == []


def test_where_the_robot_may_not_be_interrupted_it_is_not():
    caller = over_robot(barge_in=False)
    assert caller.speaks(2000) == []
    assert caller.drafts("where is my order") == []
    assert kinds(caller.heard("where is my order")) == [Ignored]


def test_what_goes_on_after_such_a_prompt_is_an_answer():
    caller = over_robot(barge_in=False)
    caller.turns.robot_ends(caller.at + 1000)
    caller.speaks(1500)
    assert kinds(caller.heard("where is my order")) == [Answer]


def test_what_ended_before_such_a_prompt_did_is_none():
    caller = over_robot(barge_in=False)
    caller.speaks(500)
    caller.turns.robot_ends(caller.at + 100)
    assert kinds(caller.heard("where is my order")) == [Ignored]


def test_utterances_that_run_into_each_other_are_one_turn():
    caller = Caller()
    caller.starts()
    caller.speaks(900)
    first = caller.number
    caller.starts()
    assert caller.heard("I was wondering", first) == []
    caller.speaks(900)
    (answer,) = caller.heard("about my bicycle")
    assert isinstance(answer, Answer)
    assert answer.text == "I was wondering about my bicycle"
    assert not caller.turns.caller_speaks


def test_the_first_half_is_not_lost_when_the_second_was_a_cough():
    caller = Caller()
    caller.starts()
    first = caller.number
    caller.starts()
    caller.heard("I was wondering", first)
    (answer,) = caller.rejected()
    assert isinstance(answer, Answer)
    assert answer.text == "I was wondering"


def test_a_whole_answer_does_not_wait_for_what_follows():
    caller = Caller()
    caller.starts()
    first = caller.number
    caller.starts()
    assert kinds(caller.heard("where is my order", first)) == [Answer]


def test_a_cough_into_silence_is_ignored_and_long_mumbling_is_asked_about():
    caller = Caller()
    caller.starts()
    caller.speaks(400)
    assert kinds(caller.rejected()) == [Ignored]
    caller.starts()
    caller.speaks(1500)
    assert kinds(caller.rejected()) == [Misheard]


def test_a_hum_into_silence_is_no_answer():
    caller = Caller()
    caller.starts()
    assert kinds(caller.heard("Hmm.")) == [Ignored]
    caller.starts()
    assert kinds(caller.heard("Okay.")) == [Answer]


def test_a_recogniser_that_fails_asks_the_caller_again():
    caller = over_robot()
    caller.speaks(300)
    assert kinds(caller.turns.receive(RecogniserFailed(1, caller.number, "engine"))) == [Stop, Misheard]


def test_after_a_lost_worker_nothing_of_its_utterances_is_left():
    caller = over_robot()
    caller.speaks(300)
    caller.turns.reset()
    assert not caller.turns.caller_speaks
    assert not caller.turns.robot_paused


@pytest.mark.parametrize(
    "text",
    [
        "Uh-huh.",
        "okay",
        "Mm",
        "Right, I see.",
        "I.C.",
        "yeah yeah",
        "OK, got it.",
        "嗯",
        "嗯嗯",
        "好的，好的。",
        "对对对",
        "哦",
        "",
    ],
)
def test_backchannels_are_known(text):
    assert is_backchannel(text)


@pytest.mark.parametrize(
    "text", ["no", "wait", "okay stop", "right, where is it", "operator", "不对", "好的我要转人工", "one"]
)
def test_words_with_a_wish_are_no_backchannels(text):
    assert not is_backchannel(text)


def test_a_sound_is_no_word():
    assert is_sound("Mmm.")
    assert is_sound("嗯")
    assert not is_sound("okay")
    assert not is_sound("好的")


def a_breath_in_a_sentence():
    """A caller whose first half was heard while the second had begun: the turn is still open."""
    caller = Caller()
    caller.starts()
    first = caller.number
    caller.starts()
    assert caller.heard("I would like", number=first) == []
    return caller


def test_half_a_sentence_is_no_answer_once_nobody_listens_any_more():
    assert kinds(a_breath_in_a_sentence().rejected("ignored")) == [Ignored]


def test_half_a_sentence_is_the_answer_where_the_rest_was_a_cough():
    assert kinds(a_breath_in_a_sentence().rejected("no speech")) == [Answer]


def test_what_the_recogniser_failed_on_isnt_glued_to_the_next_answer():
    caller = a_breath_in_a_sentence()
    caller.turns.receive(RecogniserFailed(1, caller.number, "engine"))
    caller.starts()
    (answer,) = [decision for decision in caller.heard("where is my order") if isinstance(decision, Answer)]
    assert answer.text == "where is my order"


def test_a_forgotten_utterance_keeps_nobody_waiting():
    caller = Caller()
    caller.starts()
    caller.turns.reset()
    assert caller.speaks(400) == []
    assert not caller.turns.caller_speaks


def test_what_else_may_have_been_said_goes_along_with_a_lone_utterance():
    caller = Caller()
    caller.starts()
    caller.speaks(900)
    others = (("is there parking", 0.8),)
    assert [turn.others for turn in caller.heard("is their power king", others=others)] == [others]


def test_what_else_may_have_been_said_is_forgotten_where_utterances_are_joined():
    caller = Caller()
    caller.starts()
    caller.speaks(900)
    first = caller.number
    caller.starts()
    assert caller.heard("I would like", number=first, others=(("I wouldn't like", 0.8),)) == []
    caller.speaks(900)
    assert [turn.others for turn in caller.heard("to park", others=(("two parks", 0.9),))] == [()]
