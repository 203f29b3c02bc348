"""What callers missed is gathered, and by an editor's word becomes an answer that is live at once."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy import Connection, Engine, insert, update

from knowledge import articles, learning
from knowledge.articles import Editor, Embedding
from knowledge.draft import Draft
from knowledge.entry import Vectors
from knowledge.library import Library
from models.call import Call
from models.errors import CannotDo
from models.recording import Recording
from models.suggestion import Suggestion

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
WANG = Editor("wang", NOW)
PARKING = ("Is there parking at the shop?", "is there any parking near the shop", "where is parking at your shop")
CHINESE_PARKING = ("店门口能停车吗", "你们店能停车吗", "门口可以停车吗")


def miss(connection: Connection, *questions: str, language: str = "en", why: learning.Why = "unknown") -> None:
    for at, question in enumerate(questions):
        learning.unanswered(connection, question, language, f"call-{at}", 3.5 + at, why, at=NOW)
    learning.group(connection)


@pytest.mark.parametrize(
    ("language", "alike", "other"),
    [("en", PARKING, "do you sell gift cards"), ("zh", CHINESE_PARKING, "有没有礼品卡卖")],
)
def test_questions_that_are_alike_are_one_suggestion(
    engine: Engine, language: str, alike: tuple[str, ...], other: str
) -> None:
    with engine.begin() as connection:
        miss(connection, *alike[:2], other, language=language)
        miss(connection, alike[2], language=language)
        found = learning.suggestions(connection)
    assert [(one["question"], one["count"]) for one in found] == [(alike[0], 3), (other, 1)]


def test_questions_of_one_meaning_are_one_suggestion_whatever_their_words(engine: Engine) -> None:
    def of(texts: Sequence[str]) -> Vectors:
        return np.array([[1, 0] if "cash" in text or "money" in text else [0, 1] for text in texts], np.float32)

    with engine.begin() as connection:
        for question in ("give me my cash", "where does the money go", "who is the boss"):
            learning.unanswered(connection, question, "en", "call", 1.0, "unknown", at=NOW)
        assert learning.group(connection, {"en": Embedding("test", of)}) == 3
        assert [one["count"] for one in learning.suggestions(connection)] == [2, 1]


def test_a_suggestion_shows_where_it_can_be_heard(engine: Engine) -> None:
    with engine.begin() as connection:
        _call(connection, "call-0")
        miss(connection, *PARKING)
        (found,) = learning.suggestions(connection)
    newest, _, oldest = found["examples"]
    assert (newest["call_id"], newest["at_s"], newest["recording"]) == ("call-2", 5.5, None)
    assert (oldest["call_id"], oldest["at_s"], oldest["recording"]) == ("call-0", 3.5, "recordings/call-0.wav")


def test_an_approved_suggestion_is_live_at_once_with_its_questions(engine: Engine) -> None:
    library = Library(engine)
    with engine.begin() as connection:
        miss(connection, *PARKING)
        (found,) = learning.suggestions(connection)
        changes = {"title": "Parking", "short": "Behind the shop, free for two hours."}
        assert learning.approve(connection, found["id"], WANG, changes=changes) == "parking"
    library.refresh()
    answer = library.search("is there any parking", "en", NOW)
    assert answer is not None
    assert answer.short == "Behind the shop, free for two hours."
    with engine.connect() as connection:
        assert articles.read(connection, "parking")["questions"] == list(PARKING)
        trail = [(one["who"], one["what"]) for one in articles.history(connection, suggestion_id=found["id"])]
        assert trail == [("wang", "approved"), ("wang", "added")]
        assert learning.suggestions(connection) == []


def test_a_suggestion_without_an_answer_can_not_be_approved(engine: Engine) -> None:
    with engine.begin() as connection:
        miss(connection, PARKING[0])
        (found,) = learning.suggestions(connection)
        with pytest.raises(CannotDo, match="no answer yet; give it one with --short"):
            learning.approve(connection, found["id"], WANG)
        learning.edit(connection, found["id"], WANG, answer="Behind the shop.")
        article = learning.approve(connection, found["id"], WANG)
        assert articles.read(connection, article)["short"] == "Behind the shop."
        whats = [one["what"] for one in articles.history(connection, suggestion_id=found["id"])]
        assert whats == ["edited", "approved", "added"]


def test_a_suggestion_may_become_further_questions_of_an_article(engine: Engine) -> None:
    with engine.begin() as connection:
        articles.write(connection, Draft("停车", "店后面可以停车。", questions=("有停车场吗？",)), WANG)
        miss(connection, *CHINESE_PARKING, language="zh", why="rejected")
        (found,) = learning.suggestions(connection)
        assert learning.approve(connection, found["id"], WANG, article_id="停车") == "停车"
        article = articles.read(connection, "停车")
    assert article["questions"] == ["有停车场吗？", *CHINESE_PARKING]
    assert (article["version"], article["short"]) == (2, "店后面可以停车。")


def test_an_approved_suggestion_overwrites_no_article_of_the_same_title(engine: Engine) -> None:
    with engine.begin() as connection:
        articles.write(connection, Draft("Parking", "None."), WANG)
        miss(connection, "Parking")
        (found,) = learning.suggestions(connection)
        assert learning.approve(connection, found["id"], WANG, changes={"short": "Behind."}) == "parking-2"
        assert articles.read(connection, "parking")["short"] == "None."


def test_what_is_like_a_discarded_suggestion_opens_nothing_anew(engine: Engine) -> None:
    with engine.begin() as connection:
        miss(connection, PARKING[0])
        (found,) = learning.suggestions(connection)
        learning.discard(connection, found["id"], Editor("wang", NOW, "not ours"))
        miss(connection, PARKING[1])
        assert learning.suggestions(connection) == []
        (discarded,) = learning.suggestions(connection, "discarded")
        assert discarded["count"] == 2
        assert articles.history(connection)[-1]["words"] == "not ours"
        with pytest.raises(CannotDo, match="is discarded already"):
            learning.approve(connection, found["id"], WANG, changes={"short": "x"})


def test_who_decides_while_another_does_changes_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def meanwhile(connection: Connection, suggestion_id: str) -> list[str]:
        connection.execute(update(Suggestion).where(Suggestion.id == suggestion_id).values(state="discarded"))
        return []

    with engine.begin() as connection:
        miss(connection, PARKING[0])
        (found,) = learning.suggestions(connection)
        monkeypatch.setattr(learning, "questions", meanwhile)
        with pytest.raises(CannotDo, match="is discarded already"):
            learning.approve(connection, found["id"], WANG, changes={"short": "Behind."})
        assert articles.ids(connection) == frozenset()


def test_a_withdrawn_article_is_not_published_by_questions_that_are_added(engine: Engine) -> None:
    with engine.begin() as connection:
        articles.write(connection, Draft("Parking", "Behind."), WANG)
        articles.withdraw(connection, "parking", WANG)
        miss(connection, PARKING[0])
        (found,) = learning.suggestions(connection)
        with pytest.raises(CannotDo, match="'parking' is withdrawn; publish it first with hotline kb change parking"):
            learning.approve(connection, found["id"], WANG, article_id="parking")


def test_an_editor_chooses_which_questions_an_article_takes_along(engine: Engine) -> None:
    with engine.begin() as connection:
        miss(connection, *PARKING)
        (found,) = learning.suggestions(connection)
        assert learning.questions(connection, found["id"]) == list(PARKING)
        changes = {"title": "Parking", "short": "Behind."}
        article = learning.approve(connection, found["id"], WANG, changes=changes, asked=("where do I park",))
        assert articles.read(connection, article)["questions"] == ["where do I park"]


def test_a_list_of_suggestions_can_be_read_in_parts(engine: Engine) -> None:
    with engine.begin() as connection:
        miss(connection, *PARKING, "do you sell gift cards", "who is the boss")
        whole = [one["id"] for one in learning.suggestions(connection)]
        parts = [learning.suggestions(connection, most=2, skip=skip) for skip in (0, 2)]
    assert [[one["id"] for one in part] for part in parts] == [whole[:2], whole[2:]]


def test_what_an_agent_answered_can_be_approved_as_it_is(engine: Engine) -> None:
    with engine.begin() as connection:
        made = learning.suggest(connection, "Can I pay in cash?", "Yes, up to 500.", "en", "call-7", WANG, at_s=12.0)
        (found,) = learning.suggestions(connection)
        assert (found["id"], found["origin"], found["answer"], found["count"]) == (made, "agent", "Yes, up to 500.", 1)
        assert found["examples"][0]["why"] == "handed-over"
        article = learning.approve(connection, made[:-1], WANG)
        assert articles.read(connection, article)["short"] == "Yes, up to 500."


def test_a_suggestion_that_is_not_there_is_said(engine: Engine) -> None:
    with engine.begin() as connection, pytest.raises(CannotDo, match="no suggestion 'x'; see hotline kb unanswered"):
        learning.discard(connection, "x", WANG)


def _call(connection: Connection, call_id: str) -> None:
    words = dict.fromkeys(("node", "state", "direction", "caller", "called", "origin", "language", "flow",
                           "flow_version", "cause", "words"), "")  # fmt: skip
    connection.execute(insert(Call), {"id": call_id, **words, "started_at": NOW, "code": 0})
    connection.execute(insert(Recording), {"call_id": call_id, "path": f"recordings/{call_id}.wav", "note": ""})
