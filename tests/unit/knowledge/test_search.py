"""The right article is found, in both languages, or it is said that there is none."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import numpy as np
import pytest

from knowledge import search, shelf
from knowledge.entry import Entry, Vectors
from knowledge.search import Knowledge

DAY = date(2026, 11, 21)
ENGLISH = (
    Entry(
        "hours", 3, "en", "Opening hours", ("When are you open?", "Are you open on Sunday?"), "Nine to six.", "Long."
    ),
    Entry(
        "returns", 1, "en", "Returning an order", ("How do I send something back?",), "Within 30 days.", tags=("shop",)
    ),
    Entry(
        "password", 1, "en", "Forgotten password", ("I can't log in any more",), "Press forgot password.", tags=("web",)
    ),
)
CHINESE = (
    Entry("营业时间", 1, "zh", "营业时间", ("你们几点开门？", "周末上班吗？"), "早上九点到下午六点。"),
    Entry("退货", 1, "zh", "怎么退货", ("买的东西不想要了怎么退？",), "三十天内可以退货。"),
    Entry("密码", 1, "zh", "忘记密码", ("登录不上去怎么办？",), "请点击忘记密码。"),
)


@pytest.fixture
def knowledge() -> Knowledge:
    return Knowledge((*ENGLISH, *CHINESE))


@pytest.mark.parametrize(
    ("question", "language", "article"),
    [
        ("when are you open on Sundays", "en", "hours"),
        ("how can I send an order back", "en", "returns"),
        ("I can't log in", "en", "password"),
        ("你们周末几点开门", "zh", "营业时间"),
        ("我想退货怎么退", "zh", "退货"),
        ("密码忘记了", "zh", "密码"),
    ],
)
def test_a_question_finds_its_article(knowledge: Knowledge, question: str, language: str, article: str) -> None:
    found = knowledge.search(question, language, DAY)
    assert found is not None
    assert found.article_id == article
    assert found.confidence >= 0.5
    assert found.runner_up is None or found.runner_up.confidence < found.confidence


@pytest.mark.parametrize(
    ("question", "language"),
    [("what is the capital of France", "en"), ("今天股票涨了没有", "zh"), ("", "en"), ("，。", "zh"), ("hours", "fr")],
)
def test_a_question_that_no_article_answers_is_not_known(knowledge: Knowledge, question: str, language: str) -> None:
    assert knowledge.search(question, language, DAY) is None


def test_characters_misheard_as_others_of_the_same_sound_still_find(knowledge: Knowledge) -> None:
    found = knowledge.search("你们几点凯门", "zh", DAY)
    assert found is not None
    assert found.article_id == "营业时间"


def test_what_is_found_holds_the_answer_for_ear_and_eye(knowledge: Knowledge) -> None:
    found = knowledge.search("When are you open?", "en", datetime(2026, 11, 21, 9, tzinfo=UTC))
    assert found is not None
    assert (found.version, found.short, found.long, found.language) == (3, "Nine to six.", "Long.", "en")


def test_articles_of_the_other_language_are_not_found(knowledge: Knowledge) -> None:
    assert knowledge.search("忘记密码", "en", DAY) is None


def test_tags_restrict_the_search_to_articles_with_one_of_them(knowledge: Knowledge) -> None:
    assert knowledge.search("When are you open?", "en", DAY, ["shop", "web"]) is None
    found = knowledge.search("How do I send something back?", "en", DAY, ["shop", "other"])
    assert found is not None
    assert found.article_id == "returns"


def test_an_article_is_an_answer_from_its_first_day_to_its_last() -> None:
    sale = Entry(
        "sale", 1, "en", "Winter sale", ("Is there a sale?",), "Yes.", "", (), date(2026, 12, 1), date(2026, 12, 24)
    )
    other = Entry("hours", 1, "en", "Opening hours", (), "Nine to six.")
    knowledge = Knowledge((sale, other))
    known = {day: knowledge.search("is there a sale", "en", date(2026, 12, day)) is not None for day in (1, 24, 25)}
    assert known == {1: True, 24: True, 25: False}
    assert knowledge.search("is there a sale", "en", date(2026, 11, 30)) is None


def test_a_change_makes_another_knowledge_and_leaves_the_first_as_it_was(knowledge: Knowledge) -> None:
    new = Entry("hours", 4, "en", "Opening hours", ("When are you open?",), "Ten to five.")
    after = knowledge.changed([new], gone=["returns"])
    found = after.search("When are you open?", "en", DAY)
    assert found is not None
    assert (found.version, found.short) == (4, "Ten to five.")
    assert after.search("How do I send something back?", "en", DAY) is None
    assert len(after) == len(knowledge) - 1
    before = knowledge.search("When are you open?", "en", DAY)
    assert before is not None
    assert before.version == 3


def test_meaning_finds_what_shares_no_word() -> None:
    def embed(texts: Sequence[str]) -> Vectors:
        """Two directions: money and anything else."""
        money = [any(word in text.lower() for word in ("refund", "cash")) for text in texts]
        return np.array([[1, 0] if yes else [0, 1] for yes in money], np.float32)

    entries = (
        Entry("refund", 1, "en", "Refunds", (), "In 14 days."),
        Entry("hours", 1, "en", "Opening hours", (), "Nine."),
    )
    found = Knowledge(entries, {"en": embed}).candidates("my cash please", "en", DAY)
    assert [one.article_id for one in found] == ["refund", "hours"]
    assert found[0].likeness[:2] == (1.0, 0.707)


def test_nothing_is_known_where_there_are_no_articles() -> None:
    assert Knowledge().search("When are you open?", "en", DAY) is None


def test_of_many_articles_only_the_newest_are_indexed_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MANY", 4)
    monkeypatch.setattr(search, "FEW", 0.5)
    words = ("parking", "refunds", "jobs", "dogs", "coffee", "lockers")
    entries = {
        word: Entry(word, 1, "en", f"Our {word}", (f"Tell me of {word}",), f"So much for {word}.") for word in words
    }
    many = Knowledge(entries.values())
    whole = many.changed((), ())
    entries["dogs"] = Entry("dogs", 2, "en", "Our dogs", ("Are pets welcome here?",), "They are.")
    entries["music"] = Entry("music", 1, "en", "Our music", ("Is there a piano?",), "There is.")
    del entries["jobs"]
    changed = whole.changed([entries["dogs"]], ["jobs"]).changed([entries["music"]])
    assert changed.search("tell me of jobs", "en", DAY) is None
    asked = {"are pets welcome here": "dogs", "is there a piano": "music", "tell me of coffee": "coffee"}
    for question, article in asked.items():
        found = changed.search(question, "en", DAY)
        assert found is not None
        assert found.article_id == article
        anew = Knowledge(entries.values()).candidates(question, "en", DAY)
        assert changed.candidates(question, "en", DAY)[0].article_id == anew[0].article_id
    again = changed.changed([Entry(f"new-{n}", 1, "en", f"New {n}", (), "Yes.") for n in range(9)])
    found = again.search("are pets welcome here", "en", DAY)
    assert found is not None
    assert found.version == 2
    assert again.search("tell me of jobs", "en", DAY) is None


def test_an_article_that_is_alone_is_not_the_answer_to_everything(knowledge: Knowledge) -> None:
    assert Knowledge(ENGLISH[:1]).search("what is the capital of France", "en", DAY) is None
    assert Knowledge(CHINESE[:1]).search("今天股票涨了没有", "zh", DAY) is None


def test_of_many_articles_the_rough_look_finds_what_the_exact_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(1)
    topics = chance.normal(size=(40, 200))
    middles = topics[np.arange(600) % 40] + chance.normal(0, 0.7, (600, 200))

    def vectors(at: int) -> Vectors:
        of = middles[at] + chance.normal(0, 0.3, (3, 200))
        return np.asarray(of / np.linalg.norm(of, axis=1, keepdims=True), np.float32)

    asked = middles[7] / np.linalg.norm(middles[7])

    def embed(texts: Sequence[str]) -> Vectors:
        return np.repeat(np.asarray(asked, np.float32)[None], len(texts), axis=0)

    entries = [Entry(f"{at:03}", 1, "en", f"t{at}", (f"q{at}",), f"a{at}", vectors=vectors(at)) for at in range(600)]
    exact = Knowledge(entries, {"en": embed}).candidates("something else", "en", DAY)
    monkeypatch.setattr(shelf, "ROUGHLY", 100)
    monkeypatch.setattr(shelf, "LOOKED_AT", 30)
    roughly = Knowledge(entries, {"en": embed}).candidates("something else", "en", DAY)
    assert roughly[0].article_id == "007"
    assert [one.article_id for one in roughly] == [one.article_id for one in exact]
