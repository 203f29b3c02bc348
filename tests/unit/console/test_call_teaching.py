"""What is taught from the page of a call: kept without personal data, by who may, on the trail with who it was."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from console.access import Viewer
from console.pages.call_content import read
from console.pages.call_teaching import Teaching
from console.phrases import Phrases
from console.sessions import Session
from console.visit import Visit
from dialplans.teaching import lessons
from knowledge import learning
from models.audit import Audit
from models.errors import CannotDo
from models.settings import Settings
from models.suggestion import Unanswered

PHRASES = Phrases.load()


@pytest.fixture
def engine(engine_with_calls):
    return engine_with_calls


@pytest.fixture
def teaching(calls, engine):
    def teaching(language="en", role="qa"):
        viewer = Viewer("quinn", "Quinn", (role,))
        session = Session(viewer, "csrf", "id", datetime.now(UTC))
        visit = Visit(engine, Settings(), PHRASES, session, language, {}, {}, "192.0.2.9")
        with engine.connect() as connection:
            content = read(connection, calls[language], "quinn", original=True)
        return Teaching(visit, content), content.conversation.turns

    return teaching


def trail(engine):
    with engine.connect() as connection:
        rows = select(Audit.account, Audit.action, Audit.address, Audit.data)
        return connection.execute(rows.where(Audit.action.not_like("scorecard.%"))).all()


@pytest.mark.parametrize(("language", "said"), [("en", "my name is [name]."), ("zh", "我叫[name]，手机号是[phone]。")])
def test_a_lesson_has_no_personal_data_even_where_the_original_was_shown(teaching, engine, language, said):
    page, turns = teaching(language)
    page.misunderstood(turns[3], "change")
    with engine.connect() as connection:
        (lesson,) = lessons(connection, "order_status")
    assert lesson.said.endswith(said)
    assert (lesson.meant, lesson.language, lesson.at_s) == ("change", language, round(turns[3].start, 2))
    assert trail(engine) == [
        ("quinn", "taught", "192.0.2.9", {"at_s": lesson.at_s, "taken": "", "meant": "change"})
    ]  # fmt: skip


def test_what_it_was_taken_for_stands_beside_and_the_same_again_teaches_nothing(teaching, engine):
    page, turns = teaching()
    page.misunderstood(turns[1], "question")
    with engine.connect() as connection:
        assert [one.taken for one in lessons(connection, "order_status")] == ["status"]
    with pytest.raises(CannotDo, match="taken for 'status' already"):
        page.misunderstood(turns[1], "status")
    assert len(trail(engine)) == 1


def test_a_question_is_open_once_however_often_it_is_pressed(teaching, engine):
    page, turns = teaching()
    page.unanswered(turns[1])
    with pytest.raises(CannotDo, match="open questions already"):
        page.unanswered(turns[1])
    page.unanswered(turns[5])
    with engine.connect() as connection:
        assert connection.scalars(select(Unanswered.question).order_by(Unanswered.at_s)).all() == [
            turns[1].text, turns[5].text
        ]  # fmt: skip
    assert [one.action for one in trail(engine)] == ["noted-unanswered"] * 2


@pytest.mark.parametrize(("language", "asked"), [("en", "my name is [name]."), ("zh", "我叫[name]，手机号是[phone]。")])
def test_an_agents_answer_becomes_a_suggestion_once_with_what_was_said_before_it(teaching, engine, language, asked):
    page, turns = teaching(language)
    page.answered(turns[4])
    with engine.connect() as connection:
        (found,) = learning.suggestions(connection)
    assert (found["origin"], found["answer"], found["language"], found["count"]) == (
        "agent", turns[4].text, language, 1
    )  # fmt: skip
    assert found["question"].endswith(asked)
    (example,) = found["examples"]
    assert (example["why"], example["at_s"]) == ("handed-over", round(turns[3].start, 2))
    with pytest.raises(CannotDo):
        page.answered(turns[4])
    assert [one.action for one in trail(engine)] == ["suggested-answer"]


def test_what_is_said_before_the_caller_spoke_answers_nothing(teaching):
    page, turns = teaching()
    with pytest.raises(CannotDo, match="Nobody asked anything before it"):
        page.answered(turns[0])


@pytest.mark.parametrize("role", ["agent", "operator"])
def test_who_may_not_teach_teaches_nothing(teaching, engine, role):
    page, turns = teaching(role=role)
    for press in (
        lambda: page.misunderstood(turns[1], "change"),
        lambda: page.unanswered(turns[1]),
        lambda: page.answered(turns[4]),
    ):
        with pytest.raises(CannotDo):
            press()
    assert trail(engine) == []
