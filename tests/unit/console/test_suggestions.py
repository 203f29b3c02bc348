"""What an editor does with suggestions in the console: by who may, in one transaction with its trail, and conflicts."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select, update

from console.access import Viewer
from console.phrases import Phrases
from console.refused import words_of
from console.sessions import Session
from console.suggestions import PAGE, PATIENCE, Suggestions, Written
from console.visit import Visit
from knowledge import articles, learning
from knowledge.articles import Editor
from knowledge.draft import Draft
from knowledge.library import Library
from models.audit import Audit
from models.errors import CannotDo, HotlineError
from models.settings import Settings
from models.suggestion import Suggestion, SuggestionState

PHRASES = Phrases.load()
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
ANN = Editor("ann", NOW)
OPEN = SuggestionState.OPEN
REPAIRS = Written.of(" Repairs ", "For free.", "", "do you repair\n\n  do you  mend \n")


@pytest.fixture
def editing(engine):
    def editing(language="en", role="qa"):
        session = Session(Viewer("quinn", "Quinn", (role,)), "csrf", "id", NOW)
        visit = Visit(engine, Settings(), PHRASES, session, language, {}, {}, "192.0.2.9")
        return Suggestions(visit, Library(engine))

    return editing


@pytest.fixture
def ask(engine):
    def ask(*questions, language="en"):
        with engine.begin() as connection:
            for at, question in enumerate(questions):
                learning.unanswered(connection, question, language, f"call-{at}", 3.5, "unknown", at=NOW)

    return ask


@pytest.fixture
def write(engine):
    def write(*drafts):
        with engine.begin() as connection:
            for draft in drafts:
                articles.write(connection, draft, ANN)

    return write


def shown(editing, state=OPEN, language=""):
    return editing.page(state, language, 0)[0]


def trail(engine):
    with engine.connect() as connection:
        return [
            tuple(row) for row in connection.execute(select(Audit.account, Audit.action, Audit.words, Audit.address))
        ]


def told(fault: HotlineError, language="en"):
    return words_of(fault, language, PHRASES)


def test_an_approved_suggestion_is_an_article_with_the_editors_words_and_both_trails(editing, ask, engine):
    ask("do you repair umbrellas", "do you repair umbrellas please")
    page = editing()
    (one,) = shown(page)
    assert (one.question, one.count, one.examples[0].call_id) == ("do you repair umbrellas", 2, "call-1")
    assert page.approve(one.id, REPAIRS) == "repairs"
    with engine.connect() as connection:
        article = articles.read(connection, "repairs")
        assert (article["title"], article["short"], article["written_by"]) == ("Repairs", "For free.", "quinn")
        assert article["questions"] == ["do you repair", "do you mend"]
        history = [(row["who"], row["what"]) for row in articles.history(connection, suggestion_id=one.id)]
    assert history == [("quinn", "approved"), ("quinn", "added")]
    assert trail(engine) == [("quinn", "knowledge.approved", "repairs", "192.0.2.9")]
    assert shown(page) == []
    (after,) = shown(page, SuggestionState.APPROVED)
    assert (after.article_id, after.decided, after.near) == ("repairs", "quinn", ())


@pytest.mark.parametrize(
    ("language", "question", "near"),
    [("en", "how late are you open on Sunday", "hours-en"), ("zh", "周日几点开门", "hours-zh")],
)
def test_the_nearest_articles_are_named_and_take_the_questions(
    editing, ask, write, engine, language, question, near
):  # fmt: skip
    write(
        Draft("Opening hours", "From nine.", questions=("When are you open?",), article_id="hours-en"),
        Draft("Gift cards", "At the till.", article_id="gifts-en"),
        Draft("营业时间", "九点开门。", questions=("几点开门？",), article_id="hours-zh"),
        Draft("礼品卡", "收银台有售。", article_id="gifts-zh"),
    )  # fmt: skip
    ask(question, language=language)
    page = editing(language)
    (one,) = shown(page)
    assert (one.near[0].article_id, one.near[0].questions) == (near, 1)
    assert [each.article_id for each in page.near("bicycle 自行车", language)] == []
    asked, left_out = page.asked(one.id)
    assert (asked, left_out) == ((question,), 0)
    assert page.approve_into(one.id, near, asked) == near
    with engine.connect() as connection:
        assert articles.read(connection, near)["questions"][1:] == [question]
    assert trail(engine) == [("quinn", "knowledge.added-to", near, "192.0.2.9")]


def test_who_groups_by_meaning_comes_first_and_what_none_took_is_grouped_by_words(editing, engine):
    fresh = datetime.now(UTC)
    with engine.begin() as connection:
        learning.unanswered(connection, "who mends umbrellas", "en", "call", 3.5, "unknown", at=fresh)
        learning.unanswered(connection, "is it open", "en", "call", 3.5, "unknown", at=fresh - PATIENCE)
    assert [one.question for one in shown(editing())] == ["is it open"]
    assert editing().coming() == 1


def test_articles_that_were_found_near_by_meaning_are_shown_but_for_withdrawn_ones(editing, ask, write, engine):
    write(Draft("Repairs", "For free.", article_id="repairs"), Draft("Umbrellas", "We sell them.", article_id="sold"))
    ask("are umbrellas mended by anyone")
    (one,) = shown(editing())
    assert (one.by_meaning, [near.article_id for near in one.near]) == (False, ["sold"])
    with engine.begin() as connection:
        connection.execute(update(Suggestion).values(near=[["repairs", 0.8], ["sold", 0.4]], near_revision=2))
    (one,) = shown(editing())
    assert (one.by_meaning, [near.article_id for near in one.near]) == (True, ["repairs", "sold"])
    with engine.begin() as connection:
        articles.withdraw(connection, "repairs", ANN)
    (one,) = shown(editing())
    assert (one.by_meaning, [near.article_id for near in one.near]) == (True, ["sold"])


@pytest.mark.parametrize(
    ("language", "question", "masked"),
    [
        ("en", "my name is Walter Smith where is it", "my name is [name] where is it"),
        ("zh", "我的卡号是4111111111111111怎么退", "我的卡号是[卡号]怎么退"),
    ],
)
def test_personal_data_are_neither_shown_nor_taken_into_an_article(editing, ask, language, question, masked):
    ask(question, language=language)
    page = editing(language)
    (one,) = shown(page)
    assert one.question == one.examples[0].question == masked
    assert page.asked(one.id) == ((), 1)


def test_an_answer_that_an_agent_gave_is_masked_and_one_that_an_editor_drafted_is_as_it_was_written(
    editing, ask, engine
):
    with engine.begin() as connection:
        learning.suggest(connection, "whom do I call", "Ring 020 7946 0123.", "en", "call-7", ANN)
    ask("do you repair umbrellas")
    page = editing()
    mine = next(one for one in shown(page) if not one.agent)
    page.keep(mine.id, "Ring 020 7946 0123.")
    answers = {one.agent: one.answer for one in shown(page)}
    assert answers == {True: "Ring [phone].", False: "Ring 020 7946 0123."}
    assert trail(engine) == [("quinn", "knowledge.edited", "", "192.0.2.9")]


@pytest.mark.parametrize("role", ["agent", "supervisor", "operator"])
def test_who_may_not_decide_sees_and_changes_nothing(editing, ask, engine, role):
    ask("do you repair umbrellas")
    (one,) = shown(editing())
    page = editing(role=role)
    for press in (
        lambda: page.page(OPEN, "", 0), lambda: page.asked(one.id), lambda: page.approve(one.id, REPAIRS),
        lambda: page.approve_into(one.id, "x", ("a",)), lambda: page.keep(one.id, "a"),
        lambda: page.discard(one.id, ""),
    ):  # fmt: skip
        with pytest.raises(CannotDo, match="Your roles don't include"):
            press()
    assert trail(engine) == []
    assert len(shown(editing())) == 1


@pytest.mark.parametrize(
    ("language", "discarded", "approved", "gone"),
    [("en", "Somebody discarded", "the article repairs", "no longer there"), ("zh", "舍弃", "条目 repairs", "不存在")],
)
def test_who_comes_second_changes_nothing_and_is_told_why(editing, ask, engine, language, discarded, approved, gone):
    ask("do you repair umbrellas", "where is my parcel", "who is the boss")
    first, second = editing(), editing(language)
    ids = {one.question: one.id for one in shown(first)}
    first.discard(ids["where is my parcel"], "not ours")
    first.approve(ids["do you repair umbrellas"], REPAIRS)
    with engine.begin() as connection:
        connection.execute(delete(Suggestion).where(Suggestion.id == ids["who is the boss"]))
    before = trail(engine)
    said = {"where is my parcel": discarded, "do you repair umbrellas": approved, "who is the boss": gone}
    for question, words in said.items():
        with pytest.raises(CannotDo) as fault:
            second.approve(ids[question], Written("Another", "No."))
        assert words in told(fault.value, language)
    assert trail(engine) == before
    with engine.connect() as connection:
        assert articles.ids(connection) == {"repairs"}


def test_an_article_that_is_gone_or_withdrawn_takes_no_questions(editing, ask, write, engine):
    write(Draft("Hours", "From nine."))
    ask("when are you open")
    page = editing()
    (one,) = shown(page)
    with engine.begin() as connection:
        articles.withdraw(connection, "hours", ANN)
    for article, words in (("hours", "The article Hours was withdrawn"), ("never", "no article never any more")):
        with pytest.raises(CannotDo) as fault:
            page.approve_into(one.id, article, ("when",))
        assert words in told(fault.value)
    with engine.connect() as connection:
        assert articles.read(connection, "hours")["withdrawn"]
    assert [each.id for each in shown(page)] == [one.id]
    assert trail(engine) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_a_form_lacks_is_said_in_the_readers_language(editing, ask, language):
    ask("do you repair umbrellas")
    page = editing(language)
    (one,) = shown(page)
    long = "x" * 1001
    faults = {
        "no_title": lambda: page.approve(one.id, Written("?!", "Yes.")),
        "no_answer": lambda: page.approve(one.id, Written("Repairs", "")),
        "too_long": lambda: page.approve(one.id, Written("Repairs", long)),
        "no_choice": lambda: page.approve_into(one.id, "", ("a",)),
        "no_question": lambda: page.approve_into(one.id, "repairs", ()),
    }
    for key, press in faults.items():
        with pytest.raises(CannotDo) as fault:
            press()
        assert told(fault.value, language) == PHRASES.say(language, f"knowledge.{key}", most="1,000")
    assert len(shown(page)) == 1


def test_a_long_list_comes_in_pages_and_by_language(editing, engine, ask):
    with engine.begin() as connection:
        for number in range(PAGE + 3):
            learning.suggest(connection, f"question {number}", "Yes.", "en", "", ANN)
    ask("门口可以停车吗", language="zh")
    page = editing()
    first, more = page.page(OPEN, "", 0)
    second, further = page.page(OPEN, "", PAGE)
    assert (len(first), more, len(second), further) == (PAGE, True, 4, False)
    assert len({one.id for one in (*first, *second)}) == PAGE + 4
    assert [one.question for one in shown(page, language="zh")] == ["门口可以停车吗"]
