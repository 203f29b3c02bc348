import re
from dataclasses import replace

import pytest

from quality.conditions import (
    After,
    Angry,
    Either,
    Every,
    Happens,
    InOrder,
    Interrupts,
    Measured,
    Near,
    Not,
    Says,
    Silent,
    Speed,
    Within,
)  # fmt: skip
from quality.conversation import Conversation, Happening, Turn
from quality.evidence import Compared, Subject


def _subject(*turns, seconds=60.0, language="en", **more) -> Subject:
    made = tuple(
        Turn(number, speaker, text, start, end, language) for number, (speaker, start, end, text) in enumerate(turns, 1)
    )
    return Subject(Conversation("c", seconds, made, language, **more), alike=_alike)


@Compared
def _alike(said, examples, language) -> list[float]:
    """Share of the example's words that are said: no encoder is needed to see how conditions use it."""
    return [max(_shared(one, other) for other in examples) for one in said]


def _shared(said: str, example: str) -> float:
    words = set(example.lower().split())
    return len(words & set(re.findall(r"\w+", said.lower()))) / len(words)


def test_who_says_it_counts():
    subject = _subject(("caller", 0, 1, "You idiot"), ("agent", 2, 3, "Sorry?"))
    phrases = {"en": ("idiot",)}
    assert Says("caller", phrases).of(subject).holds
    assert Says("anyone", phrases).of(subject).holds
    assert not Says("agent", phrases).of(subject).holds
    assert not Says("ours", phrases).of(subject).holds


def test_the_evidence_is_the_turn_the_words_and_the_second():
    subject = _subject(("agent", 0, 4, "Well, idiot."))
    (found,) = Says("agent", {"en": ("idiot",)}).of(subject).evidence
    assert (found.turn, found.words, found.speaker) == (1, "idiot", "agent")
    assert [found.start, found.end] == pytest.approx([2.0, 11 / 3])


def test_a_phrase_of_another_language_is_not_looked_for():
    assert not Says("agent", {"zh": ("再见",)}).of(_subject(("agent", 0, 4, "再见"))).holds


def test_what_means_the_same_is_found_in_a_clause_of_a_longer_turn():
    says = Says("ours", meaning={"en": ("thank you for calling",)}, likeness=0.9)
    found = says.of(_subject(("agent", 0, 6, "Good morning, thank you for calling Acme. What is it about?"))).evidence
    assert found[0].words == "thank you for calling Acme."
    assert not says.of(_subject(("agent", 0, 6, "What is it about?"))).holds


def test_what_is_liker_to_a_counterexample_does_not_count():
    says = Says("ours", meaning={"en": ("anything else to do",)}, unlike={"en": ("nothing else to do",)}, likeness=0.5)
    assert says.of(_subject(("agent", 0, 6, "Is there anything else to do"))).holds
    assert not says.of(_subject(("agent", 0, 6, "there is nothing else to do"))).holds


def test_first_and_last_seconds_are_counted_from_the_beginning_of_the_words():
    says = Says("agent", {"en": ("bye",)})
    subject = _subject(("agent", 0, 2, "bye"), ("agent", 30, 32, "bye"), seconds=40.0)
    assert [one.start for one in Within(says, first_s=10).of(subject).evidence] == [0]
    assert [one.start for one in Within(says, last_s=15).of(subject).evidence] == [30]
    assert not Within(Within(says, first_s=10), last_s=15).of(subject).holds


def test_silence_interruption_speed_and_anger_are_found_with_their_figures():
    subject = _subject(
        ("caller", 0, 5, "This is unacceptable, where is my parcel?"),
        ("agent", 15, 18, "one two three four five six seven eight nine ten eleven twelve"),
        ("caller", 17, 20, "no no no"),
    )
    assert Silent(8, "ours").of(subject).evidence[0].value == 10
    assert not Silent(8, "caller").of(_subject(("caller", 0, 5, "a"), ("agent", 15, 60, "b"))).holds
    assert Interrupts("caller").of(subject).evidence[0].turn == 3
    assert not Interrupts("caller", more_than=1).of(subject).holds
    assert [one.value for one in Speed("agent", over={"en": 200}).of(subject).evidence] == [240]
    assert [one.turn for one in Speed("caller", under={"en": 70}).of(subject).evidence] == [3]
    assert not Speed("agent", over={"zh": 10}).of(subject).holds
    assert [one.turn for one in Angry("caller", 0.5).of(subject).evidence] == [1]


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (Measured("length", over=50), True),
        (Measured("length", over=70), False),
        (Measured("length", under=70), True),
        (Measured("response", over=5), True),
        (Measured("talk_share", over=0.5), False),
        (Measured("hold", over=1), False),
    ],
)
def test_figures_of_the_whole_call_are_compared(condition, holds):
    subject = _subject(("caller", 0, 5, "a"), ("agent", 15, 18, "b"))
    assert condition.of(subject).holds is holds


def test_what_was_never_measured_is_neither_over_nor_under():
    assert not Measured("response", under=100).of(_subject()).holds


def test_an_event_is_found_by_its_name():
    subject = _subject(happenings=(Happening(7, "callback.promised"),))
    assert Happens(("ticket", "callback.promised")).of(subject).evidence[0].start == 7
    assert not Happens(("ticket",)).of(subject).holds


HELLO, BYE, NAME = (Says("agent", {"en": (word,)}) for word in ("hello", "bye", "name"))


def test_all_any_and_not_combine():
    subject = _subject(("agent", 0, 1, "hello"), ("agent", 2, 3, "bye"))
    assert len(Every((HELLO, BYE)).of(subject).evidence) == 2
    assert not Every((HELLO, NAME)).of(subject).holds
    assert [one.words for one in Either((NAME, BYE)).of(subject).evidence] == ["bye"]
    assert Not(NAME).of(subject).holds
    assert not Not(HELLO).of(subject).holds


def test_near_is_within_so_many_seconds_in_any_order():
    subject = _subject(("agent", 0, 1, "bye"), ("agent", 4, 5, "hello"), ("agent", 30, 31, "name"))
    assert Near((HELLO, BYE), 3).of(subject).holds
    assert not Near((HELLO, NAME), 3).of(subject).holds


def test_a_script_s_steps_come_one_after_the_other():
    subject = _subject(("agent", 0, 1, "hello"), ("agent", 2, 3, "name"), ("agent", 4, 5, "bye"))
    assert InOrder((HELLO, NAME, BYE)).of(subject).holds
    verdict = InOrder((NAME, HELLO, BYE)).of(subject)
    assert not verdict.holds
    assert [one.words for one in verdict.evidence] == ["name"]


def test_what_must_follow_must_follow_each_time():
    angry = Says("caller", {"en": ("angry",)})
    sorry = Says("agent", {"en": ("sorry",)})
    rule = After(sorry, angry, 10)
    once = [("caller", 0, 1, "I am angry"), ("agent", 2, 3, "sorry")]
    assert rule.of(_subject(*once)).holds
    verdict = rule.of(_subject(*once, ("caller", 30, 31, "still angry"), ("agent", 45, 46, "sorry")))
    assert not verdict.holds
    assert verdict.evidence[0].start == pytest.approx(30 + 6 / 11)


def test_bounds_are_asked_for_in_no_language_in_which_nothing_was_said():
    class Asked(Compared):
        def bounds(self, language):
            assert language == "en", "an encoder would be loaded for that"
            return super().bounds(language)

    rule = Says("agent", meaning={"en": ("we are recorded",), "zh": ("本次通话会录音",)})
    said = _subject(("agent", 1.0, 3.0, "we are recorded"))
    assert rule.of(replace(said, alike=Asked(_alike.by))).holds
