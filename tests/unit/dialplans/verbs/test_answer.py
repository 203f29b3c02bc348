from dataclasses import dataclass

import pytest

from dialplans.exchange import FreeAnswer, Unanswered
from dialplans.understanding import Meaning
from tests.unit.dialplans.play import Play, follow

FLOW = """
languages: [en, zh]
intents:
  leave: {examples: {en: [I want to leave., Let me out.], zh: [我要走了, 让我走]}}
steps:
  - step: main
    ask: {en: What would you like to know?, zh: 您想知道什么？}
    intents: {leave: bye}
    max_attempts: 5
    otherwise: look
  - step: look
    answer: {more: true, helped: true, tags: [shop], unknown: person}
    goto: bye
  - step: person
    say: {en: A colleague knows., zh: 同事知道。}
  - step: bye
    hangup: {en: Goodbye., zh: 再见。}
"""


@dataclass
class Article:
    article_id: str = "a1"
    title: str = "Parking"
    short: str = "There is a car park."
    long: str = "It is behind the house, and costs nothing."
    confidence: float = 0.9
    runner_up: None = None


class Shelf:
    """A knowledge base of one article; keeps what it was asked."""

    def __init__(self, article=None, word="park"):
        self.article, self.word, self.asked = article, word, []

    def __call__(self, question, language, tags):
        self.asked.append((question, language, tuple(tags)))
        return self.article if self.word in question else None


def asked(shelf, language="en", words="where do I park", flow=FLOW):
    """A call whose caller's words come to the answer step."""
    play = Play(flow.replace("max_attempts: 5", "max_attempts: 1"), language, knows=shelf)
    play.says(words)
    return play


def test_the_short_answer_is_spoken_then_more_is_offered_then_whether_it_helped_is_asked():
    shelf = Shelf(Article())
    play = asked(shelf)
    assert shelf.asked == [("where do I park", "en", ("shop",))]
    assert play.heard == "There is a car park. Would you like to hear more about it?"
    assert play.says("yes please") == "It is behind the house, and costs nothing. Did that help?"
    assert play.says("yes") == "Good. Goodbye."


def test_the_chinese_answer_is_as_good():
    shelf = Shelf(Article(short="楼后有停车场。", long="免费停车。"), "停")
    play = asked(shelf, "zh", "在哪里停车")
    assert play.heard == "楼后有停车场。 需要我说得更详细一些吗？"
    assert play.says("不用了") == "这个回答对您有帮助吗？"
    assert play.keys("1") == "好的，很高兴能帮到您。 再见。"


def test_an_answer_that_did_not_help_is_told_and_leads_to_unknown():
    play = asked(Shelf(Article(long="")))
    assert play.heard == "There is a car park. Did that help?", "there is no more to offer"
    assert play.says("not really") == "A colleague knows. Goodbye."
    assert play.of(Unanswered) == [Unanswered("where do I park", "rejected", "a1")]


def test_a_question_without_an_answer_is_told_and_leads_to_unknown():
    play = asked(Shelf())
    assert play.heard == "A colleague knows. Goodbye."
    assert play.of(Unanswered) == [Unanswered("where do I park", "unknown")]


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "I'm sorry, I don't know that. Goodbye."), ("zh", "很抱歉，这个问题我还不知道怎么回答。 再见。")],
)
def test_without_a_step_for_the_unknown_it_says_that_it_does_not_know(language, said):
    assert asked(Shelf(), language, flow=FLOW.replace(", unknown: person", "")).heard == said


@pytest.mark.parametrize(
    ("language", "question", "said", "then"),
    [
        ("en", "where do I park", "it helped", "Good. Goodbye."),
        ("en", "where do I park", "that didn't help", "A colleague knows. Goodbye."),
        ("zh", "在哪里停车", "有帮助", "好的，很高兴能帮到您。 再见。"),
        ("zh", "在哪里停车", "没有帮助", "同事知道。 再见。"),
    ],
)
def test_whether_it_helped_may_be_said_in_the_words_of_the_question(language, question, said, then):
    play = asked(Shelf(Article(short="楼后。", long=""), "停" if language == "zh" else "park"), language, question)
    assert play.says(said) == then


def test_whoever_does_not_answer_whether_it_helped_goes_on():
    play = asked(Shelf(Article(long="")))
    play.silent()
    assert play.silent() == "Goodbye."


def test_commands_hold_at_its_questions_too():
    play = asked(Shelf(Article(long="")))
    assert play.says("say that again please") == "There is a car park. Did that help?"


def test_a_free_answer_is_an_errand_and_falls_back_to_the_short_one():
    flow = FLOW.replace("more: true, ", "free: true, ")
    play = asked(Shelf(Article()), flow=flow)
    assert play.errand == FreeAnswer("where do I park", ("a1",), "en")
    assert play.done(text="Behind the house.", articles=["a1"]) == "Did that help?"
    assert ("robot", "Behind the house.") in play.dialogue.state().transcript
    play = asked(Shelf(Article()), flow=flow)
    assert play.done(ok=False, why="timeout") == "There is a car park. Did that help?"


DIGRESSION = FLOW.replace("max_attempts: 5", "knowledge: [shop]\n    max_attempts: 2")


def test_a_question_in_between_is_answered_and_the_open_question_is_asked_again():
    play = follow(
        DIGRESSION,
        "en",
        """
        < where do I park
        > There is a car park. What would you like to know?
        < so where do I park then
        > There is a car park. What would you like to know?
        < purple bananas
        > Sorry, I didn't get that. What would you like to know?
        < let me out
        > Goodbye.
        """,
        knows=Shelf(Article()),
    )
    assert play.hung_up


def test_without_the_option_nothing_is_looked_up():
    shelf = Shelf(Article())
    Play(FLOW, knows=shelf).says("where do I park")
    assert shelf.asked == []


@pytest.mark.parametrize(
    ("language", "sure", "article", "step"),
    [("en", 0.6, 0.9, "main"), ("zh", 0.6, 0.9, "main"), ("en", 0.6, 0.65, "bye"), ("zh", 0.9, 1.0, "bye")],
)
def test_a_wish_only_likened_to_gives_way_to_an_article_that_is_surer(monkeypatch, language, sure, article, step):
    shelf = Shelf(Article(confidence=article), word="")
    play = Play(DIGRESSION, language, knows=shelf)
    monkeypatch.setattr("dialplans.answers.Reader.meaning", lambda reader, text, intents: Meaning("leave", sure))
    assert play.says("hm").startswith("There is a car park.") is (step == "main")
    assert play.step == step
