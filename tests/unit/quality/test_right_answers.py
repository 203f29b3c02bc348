from collections.abc import Sequence

import pytest

from knowledge.entry import Entry
from knowledge.wording import units
from quality.conversation import Conversation, Speaker, Turn
from quality.evidence import Compared, Subject
from quality.reading import ScorecardRefused, loads
from quality.right_answers import AnswersRight, Asked, Asks, judged
from quality.scoring import judge

ARTICLES = {
    "hours": Entry("hours", 3, "en", "hours", (), "We are open from nine to five, Monday to Friday.", tags=("shop",)),
    "pets": Entry("pets", 1, "en", "pets", (), "No, pets are not allowed in the hotel."),
    "退货": Entry("退货", 2, "zh", "退货", (), "收到商品十四天之内可以退货。"),
}
WORDS = {"open": "hours", "dog": "pets", "退": "退货"}


class Known:
    """Articles found by a word."""

    def answering(self, question: str, language: str, tags: Sequence[str] = ()) -> Entry | None:
        found = next((ARTICLES[id_] for word, id_ in WORDS.items() if word in question), None)
        return found if found and (not tags or set(tags) & set(found.tags)) else None

    def article(self, id_: str) -> Entry | None:
        return ARTICLES.get(id_)


Said = tuple[Speaker, str]


@Compared
def alike(said: Sequence[str], examples: Sequence[str], language: str) -> list[float]:
    """Share of the shorter one's words: no encoder is needed to see what follows from likeness."""
    return [max(shared(set(units(one, language)), set(units(other, language))) for other in examples) for one in said]


def shared(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(min(len(one), len(other)), 1)


def subject(*talk: Said, language: str = "en", over: bool = True, intent: str = "") -> Subject:
    turns = tuple(
        Turn(number, speaker, text, 10.0 * number, 10.0 * number + 3, language, intent=intent)
        for number, (speaker, text) in enumerate(talk, 1)
    )
    seconds = 10.0 * len(talk) + 5
    return Subject(Conversation("c", seconds, turns, language, over=over), alike, known=Known())


def verdicts(*talk: Said, language: str = "en") -> list[str]:
    return [one.judgement for one in AnswersRight().answers(subject(*talk, language=language))]


@pytest.mark.parametrize(
    ("answer", "judgement"),
    [
        ("We are open nine to five.", "right"),
        ("We are open until eight o'clock.", "wrong"),
        ("We are open on Saturdays.", "wrong"),
        ("What is your name?", "missing"),
    ],
)
def test_an_answer_is_compared_with_the_article(answer, judgement):
    assert verdicts(("caller", "When are you open?"), ("agent", answer)) == [judgement]


@pytest.mark.parametrize(
    ("answer", "judgement"),
    [
        ("两周之内可以退货。", "right"),
        ("三十天之内可以退货。", "wrong"),
        ("商品不可以退货。", "wrong"),
        ("请稍等。", "missing"),
    ],
)
def test_an_answer_in_chinese_is_compared_with_the_article(answer, judgement):
    assert verdicts(("caller", "可以退吗"), ("agent", answer), language="zh") == [judgement]


def test_yes_contradicts_no():
    assert verdicts(("caller", "May I bring my dog?"), ("robot", "Yes, of course.")) == ["wrong"]
    assert verdicts(("caller", "May I bring my dog?"), ("robot", "No, pets are not allowed.")) == ["right"]


def test_a_wrong_answer_is_shown_with_its_words_its_second_and_the_article():
    found = AnswersRight().of(subject(("caller", "When are you open?"), ("agent", "Well. We are open until eight.")))
    (evidence,) = found.evidence
    assert (found.holds, evidence.words, evidence.turn) == (False, "We are open until eight.", 2)
    assert (evidence.article, evidence.verdict) == ("hours@3", "wrong: clock")
    assert evidence.start > 20


def test_an_answer_belongs_to_its_question_alone():
    talk: tuple[Said, ...] = (
        ("caller", "When are you open?"), ("agent", "From nine to five."),
        ("caller", "And may I bring my dog?"), ("agent", "No, pets are not allowed in the hotel."),
    )  # fmt: skip
    assert verdicts(*talk) == ["right", "right"]


def test_what_comes_too_long_after_is_no_answer():
    late = AnswersRight(within_s=5).of(subject(("caller", "When are you open?"), ("agent", "From nine to five.")))
    assert [one.verdict for one in late.evidence] == ["missing"]


def test_an_intent_may_name_its_article():
    asks = Asks(articles={"hours": "hours"})
    assert asks.of(subject(("caller", "Hm?"), intent="hours")).evidence[0].article == "hours@3"
    assert not asks.of(subject(("caller", "Hm?"), intent="other")).holds


def test_only_articles_with_a_tag_count_where_one_is_asked_for():
    assert Asks(("shop",)).of(subject(("caller", "When are you open?"))).holds
    assert not Asks(("shop",)).of(subject(("caller", "May I bring my dog?"))).holds


CARD = """
scorecard: s
languages: [en]
rules:
  - rule: right
    when: {asks: {}}
    must: {answers_right: {who: agent, within_s: 15, accept: [right]}}
"""


def test_the_rule_does_not_apply_where_nothing_was_asked():
    (rule,) = loads(CARD).rules
    assert judge(rule, subject(("caller", "Hello."), ("agent", "Hello.")))[0] == "not-applicable"


def test_a_wrong_answer_is_told_of_at_once_and_a_missing_one_when_it_is_too_late():
    (rule,) = loads(CARD).rules
    asked: Said = ("caller", "When are you open?")
    assert judge(rule, subject(asked, ("agent", "Until eight o'clock we are open."), over=False))[0] == "broken"
    assert judge(rule, subject(asked, ("agent", "Let me see."), over=False))[0] == "not-applicable"
    late = subject(asked, ("agent", "Let me see."), ("caller", "Hm."), ("caller", "Hm."), over=False)
    assert judge(rule, late)[0] == "broken"


def test_what_cannot_be_accepted_is_refused_with_what_can():
    with pytest.raises(ScorecardRefused) as refused:
        loads(CARD.replace("[right]", "[fine]"))
    assert "What is accepted is never 'fine'" in str(refused.value.complaints[0])


def test_nothing_said_is_no_answer():
    asked = Asked(Turn(1, "caller", "When are you open?", 0, 1), ARTICLES["hours"])
    found = judged(asked, [], alike)
    assert (found.judgement, found.evidence().turn) == ("missing", 1)
