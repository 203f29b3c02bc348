"""Who speaks again after a short pause in which the other only listens goes on with what was begun."""

import pytest

from quality.bounds import Bounds
from quality.conditions import Says
from quality.conversation import GOES_ON_S, Conversation, Turn
from quality.evidence import Compared, Subject
from quality.meant import TOGETHER

RULE = Says("agent", meaning={"en": ("If you cancel early, there is a fee.",), "zh": ("提前解约，要付违约金。",)})


@Compared
def reads(said, examples, language):
    """An encoder to which only the whole sentence is the example."""
    return [1.0 if any(_bare(one) == _bare(each) for each in examples) else 0.2 for one in said]


def _bare(text):
    return "".join(one for one in text.lower() if one.isalnum())


def subject(*said, gap=1.0, language="en"):
    """Each begins `gap` seconds after the one before it; `said`: who, and what, taking two seconds."""
    turns, at = [], 5.0
    for number, (who, text) in enumerate(said, 1):
        turns.append(Turn(number, who, text, at, at + 2.0, language))
        at += 2.0 + gap
    return Subject(Conversation("c", at + 5.0, tuple(turns), language), reads)


def overheard(listens, language, first, rest):
    """The caller says something short in the agent's pause of 1.2 s."""
    turns = (
        Turn(1, "agent", first, 5.0, 7.0, language),
        Turn(2, "caller", listens, 7.2, 7.6, language),
        Turn(3, "agent", rest, 8.2, 10.0, language),
    )
    return Subject(Conversation("c", 20.0, turns, language), reads)


def test_a_sentence_over_two_turns_is_found_where_it_begins_and_ends():
    (found,) = RULE.of(subject(("agent", "If you cancel early."), ("agent", "There is a fee."))).evidence
    assert (found.words, found.turn) == ("If you cancel early, There is a fee.", 1)
    assert (found.start, found.end) == (5.0, 10.0)


@pytest.mark.parametrize(
    ("listens", "language", "first", "rest", "holds"),
    [
        ("Uh-huh.", "en", "Well. If you cancel early", "there is a fee. So think of it.", True),
        ("嗯，好的。", "zh", "提前解约。", "要付违约金。", True),
        ("What does that cost?", "en", "If you cancel early", "there is a fee.", False),
        ("那是多少钱？", "zh", "提前解约。", "要付违约金。", False),
    ],
)
def test_who_only_listens_in_the_pause_ends_no_sentence_and_who_asks_does(listens, language, first, rest, holds):
    assert RULE.of(overheard(listens, language, first, rest)).holds is holds


def test_it_may_take_three_turns_and_no_more():
    three = ("agent", "If you"), ("agent", "cancel early"), ("agent", "there is a fee.")
    assert RULE.of(subject(*three)).holds
    assert not RULE.of(subject(("agent", "If"), ("agent", "you"), *three[1:])).holds


@pytest.mark.parametrize(("gap", "holds"), [(GOES_ON_S - 0.1, True), (GOES_ON_S + 0.1, False)])
def test_after_a_long_pause_something_else_is_begun(gap, holds):
    said = ("agent", "If you cancel early"), ("agent", "there is a fee.")
    assert RULE.of(subject(*said, gap=gap)).holds is holds


def test_a_question_is_over_and_what_the_other_side_says_goes_on_with_nothing():
    assert not RULE.of(subject(("agent", "If you cancel early?"), ("agent", "There is a fee."))).holds
    assert not RULE.of(subject(("caller", "If you cancel early"), ("agent", "there is a fee."))).holds


def test_a_chinese_question_is_over_without_a_mark_too():
    rule = Says("agent", meaning={"zh": ("您要提前解约吗，要付违约金。",)})
    assert not rule.of(subject(("agent", "您要提前解约吗"), ("agent", "要付违约金。"), language="zh")).holds
    stated = Says("agent", meaning={"zh": ("您是提前解约，要付违约金。",)})
    assert stated.of(subject(("agent", "您是提前解约"), ("agent", "要付违约金。"), language="zh")).holds


def test_what_one_turn_says_by_itself_is_the_evidence():
    turns = ("agent", "By the way."), ("agent", "If you cancel early, there is a fee."), ("agent", "That's it.")
    (found,) = RULE.of(subject(*turns)).evidence
    assert (found.turn, found.words) == (2, "If you cancel early, there is a fee.")


@pytest.mark.parametrize(("like", "holds"), [(Bounds().alike + TOGETHER + 0.2, True), (Bounds().alike + 0.05, False)])
def test_two_sentences_put_together_must_be_liker_than_one(like, holds):
    @Compared
    def alike(said, examples, language):
        return [like if "early, there" in one and "early" in examples[0] else 0.1 for one in said]

    said = subject(("agent", "If you cancel early"), ("agent", "there is a fee."))
    rule = Says("agent", meaning={"en": ("It costs you something to leave early.",)})
    assert rule.of(Subject(said.conversation, alike)).holds is holds
