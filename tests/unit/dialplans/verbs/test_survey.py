import pytest

from dialplans.exchange import Handover, Rated
from tests.unit.dialplans.play import Play

FLOW = """
languages: [en, zh]
steps:
  - step: rate
    survey: {{en: "How was it, from 1 to 5?", zh: 请打分，一到五分。}}
    {more}
    otherwise: bye
  - step: bye
    hangup: {{en: Thank you., zh: 谢谢。}}
  - step: sorry
    hangup: {{en: I'm sorry to hear that., zh: 非常抱歉。}}
"""


@pytest.mark.parametrize(
    ("language", "words", "rating"),
    [("en", "four", 4), ("en", "a five please", 5), ("en", "4", 4), ("zh", "四分", 4), ("zh", "五", 5)],
)
def test_a_rating_is_said(language, words, rating):
    play = Play(FLOW.format(more=""), language)
    assert play.says(words) in ("Thank you.", "谢谢。")
    assert play.of(Rated) == [Rated("rating", rating, 5)]
    assert play["rating"] == rating


def test_a_rating_is_keyed_and_others_are_no_answer():
    play = Play(FLOW.format(more=""))
    assert play.question.keys.choices == ("1", "2", "3", "4", "5", "*")
    assert play.keys("9").startswith("Sorry")
    assert play.says("twelve").startswith("Sorry")
    assert play.keys("3") == "Thank you."


@pytest.mark.parametrize(
    ("rating", "said"), [("1", "I'm sorry to hear that."), ("2", "I'm sorry to hear that."), ("3", "Thank you.")]
)
def test_a_bad_one_has_its_own_way(rating, said):
    play = Play(FLOW.format(more="bad: sorry\n    bad_at: 2"))
    assert play.keys(rating) == said


@pytest.mark.parametrize(
    ("bad_at", "reasons"),
    [("bad_at: -1", []), ("bad_at: 0", []), ("bad_at: 3", ["rating"]), ("no_input_s: 5", ["rating"])],
)
def test_without_a_way_of_its_own_a_bad_rating_leads_to_the_human(bad_at, reasons):
    flow = FLOW.format(more=bad_at).replace(
        "- step: sorry\n    hangup", "- step: sorry\n    enqueue: q\n    unavailable"
    )
    play = Play("human: {to: sorry, rating: 2}\n" + flow)
    play.keys("2")
    assert [one.reason for one in play.of(Handover)] == reasons


def test_the_slot_and_the_scale_are_the_authors():
    play = Play(FLOW.format(more="slot: nps\n    least: 0\n    most: 10"))
    play.says("ten")
    assert play.of(Rated) == [Rated("nps", 10, 10)]
    assert not play.of(Handover)


@pytest.mark.parametrize(
    ("language", "words", "rating"),
    [
        ("en", "four out of five", 4),
        ("en", "I'd say 4 of 5", 4),
        ("en", "4/5", 4),
        ("en", "I'd give it a 4", 4),
        ("en", "five out of five", 5),
        ("en", "on a scale of one to five I'd say three", 3),
        ("en", "three stars", 3),
        ("zh", "五分里打四分", 4),
        ("zh", "满分五分，我打四分", 4),
        ("zh", "五分满分的话，三分", 3),
        ("zh", "给个三分吧", 3),
        ("zh", "我给五分", 5),
    ],
)
def test_the_scale_that_is_named_with_a_rating_is_no_rating(language, words, rating):
    play = Play(FLOW.format(more=""), language)
    play.says(words)
    assert play.of(Rated) == [Rated("rating", rating, 5)]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", "一般"),
        ("zh", "是"),
        ("zh", "十分满意"),
        ("en", "one of the best"),
        ("en", "nine"),
        ("en", "one moment please"),
        ("zh", "稍等一会儿"),
    ],
)
def test_words_that_hold_a_number_by_chance_are_no_rating(language, words):
    play = Play(FLOW.format(more=""), language)
    play.says(words)
    assert play.of(Rated) == []
