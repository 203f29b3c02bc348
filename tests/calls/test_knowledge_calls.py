"""Whole calls with questions that articles answer, that none does, and that a language model words."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from knowledge import articles
from knowledge.articles import Editor
from knowledge.draft import Draft
from knowledge.free_answer import FreeAnswers
from models.database import migrate, open_engine
from models.settings import KnowledgeSettings
from models.suggestion import Unanswered
from voice.back_office import BackOffice

pytestmark = pytest.mark.looptime

FLOW = """
languages: [en, zh]
commands: {operator: person}
steps:
  - step: order
    collect: {en: "Hello. What is your order number?", zh: "您好，请问您的订单号是多少？"}
    slot: order
    digits: {least: 6, most: 6}
    knowledge: true
    otherwise: bye
  - step: told
    ask: {en: "Order {{ order }}. What else would you like to know?", zh: "订单{{ order }}。您还想知道什么？"}
    intents: {}
    digits: {9: bye}
    max_attempts: 1
    otherwise: answer
  - step: answer
    answer: {question: "{{ last.text }}", helped: true, free: FREE, unknown: told}
    goto: told
  - step: person
    enqueue: orders
    unavailable: {en: Nobody is there just now., zh: 现在没有人值班。}
    goto: bye
  - step: bye
    hangup: {en: Goodbye., zh: 再见。}
"""
ARTICLES = (
    Draft(
        "Parking", "You can park for free in the yard behind our shop, at any hour of the day and on every day.",
        questions=("Where can I park my car?", "Is there a car park?"), article_id="parking",
    ),
    Draft("停车", "您可以免费停在店后面的院子里，随时都可以。", questions=("哪里可以停车？",), article_id="停车"),
    Draft("Returns", "You can send it back within thirty days.", questions=("Can I send it back?",),
          article_id="returns"),
)  # fmt: skip


class Model(FreeAnswers):
    """A language model that replies in time."""

    def __init__(self, *pieces):
        super().__init__(KnowledgeSettings(url="http://127.0.37.1/v1", model="test", timeout_s=2))
        self.pieces = pieces
        self.ended = False

    async def _pieces(self, question, articles, language):
        try:
            for seconds, piece in self.pieces:
                await asyncio.sleep(seconds)
                yield piece
        finally:
            self.ended = True


@pytest.fixture
def knowing_line(open_line, tmp_path):
    @asynccontextmanager
    async def line(language="en", model=None):
        engine = open_engine(f"sqlite:///{tmp_path / 'known.sqlite'}")
        migrate(engine)
        with engine.begin() as connection:
            for draft in ARTICLES:
                articles.write(connection, draft, Editor("anna", datetime(2026, 11, 1, tzinfo=UTC)))
        office = BackOffice(engine=engine, free_answers=model)
        await office.open({})
        running = asyncio.ensure_future(office.run())
        await asyncio.sleep(0)
        try:
            flow = FLOW.replace("FREE", "true" if model else "false")
            async with open_line(flow, language=language, office=office) as opened:
                opened.unanswered = lambda: noted(engine)
                yield opened
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    return line


def noted(engine):
    """What is written down of questions without an answer."""
    with engine.connect() as connection:
        rows = connection.execute(select(Unanswered.__table__)).mappings()
        return [(row["question"], row["why"], row["at_s"]) for row in rows]


@pytest.mark.parametrize(
    ("language", "question", "answer", "again"),
    [
        ("en", "Where can I park my car?", "free in the yard", "What is your order number?"),
        ("zh", "哪里可以停车", "免费停在店后面", "请问您的订单号是多少"),
    ],
)
async def test_a_question_besides_is_answered_and_the_open_question_asked_again(
    knowing_line, language, question, answer, again
):
    async with knowing_line(language) as line:
        caller = await line.call()
        await caller.hears(again)
        await caller.says(question, 1.5, language=language)
        play = await caller.hears(answer)
        assert again in caller.plays[play]
        await caller.keys("427106")
        await caller.hears("Order four two seven" if language == "en" else "订单四二七", out=False)
        caller.hangs_up()
    assert "digression" in line.story.names()


async def test_a_knowledge_answer_is_cut_short_by_the_callers_next_words(knowing_line):
    async with knowing_line() as line:
        caller = await line.call()
        await caller.hears("order number")
        await caller.says("Where can I park my car?", 1.5)
        play = await caller.hears("free in the yard", out=False)
        await caller.waits(1)
        await caller.says("four two seven one oh six", 2)
        await caller.hears("Order", out=False)
        assert caller.sounding(play)[-1].end - caller.sounding(play)[0].start < 2
        caller.hangs_up()
    turn = next(turn for turn in line.story.turns.values() if turn["speaker"] == "robot" and turn["interrupted"])
    assert turn["text"].startswith("You can park")
    assert "every day" not in turn["text"]


async def test_what_nobody_knows_is_written_down_with_its_place_in_the_recording(knowing_line):
    async with knowing_line() as line:
        caller = await line.call()
        await caller.keys("427106")
        await caller.hears("What else")
        began = caller.stream.clock / 8000
        await caller.says("Do you repair violins?", 1.5)
        await caller.hears("What else")
        caller.hangs_up()
    [(question, why, at_s)] = line.unanswered()
    assert (question, why, at_s) == ("Do you repair violins?", "unknown", pytest.approx(began, abs=0.1))


async def test_an_answer_that_did_not_help_is_written_down_as_that(knowing_line):
    async with knowing_line() as line:
        caller = await line.call()
        await caller.keys("427106")
        await caller.hears("What else")
        await caller.says("Can I send it back?", 1.5)
        await caller.hears("Did that help?")
        await caller.says("No.", 0.4)
        await caller.hears("What else")
        caller.hangs_up()
    assert [(question, why) for question, why, _ in line.unanswered()] == [("Can I send it back?", "rejected")]


# -- a language model ----------------------------------------------------------------------------------------

REPLY = ((0.3, "[returns] Yes, you can. "), (0.8, "Send it back within thirty days, please, in its own box. "),
         (0.8, "We pay the postage and you need not give us any reason for it."))  # fmt: skip


async def asks_freely(line):
    caller = await line.call()
    await caller.keys("427106")
    await caller.hears("What else")
    await caller.says("Can I send it back?", 1.5)
    return caller


async def test_a_language_model_is_heard_sentence_by_sentence_as_it_answers(knowing_line):
    model = Model(*REPLY)
    async with knowing_line(model=model) as line:
        caller = await asks_freely(line)
        asked = caller.stream.clock / 8000
        first = await caller.hears("Yes, you can.", out=False)
        assert not model.ended, "the first sentence is heard while the next is made"
        assert caller.sounding(first)[0].start - asked < 0.8
        await caller.hears("We pay the postage")
        await caller.hears("Did that help?")
        await caller.says("Yes, thanks.", 0.6)
        await caller.hears("What else")
        caller.hangs_up()


async def test_a_language_model_is_interrupted_like_any_voice_and_the_words_answer_what_comes_next(knowing_line):
    model = Model(*REPLY, (30, "And so on."))
    async with knowing_line(model=model) as line:
        caller = await asks_freely(line)
        play = await caller.hears("Send it back within", out=False)
        await caller.waits(0.6)
        await caller.says("Yes, thank you.", 0.9)
        await caller.hears("What else")
        assert model.ended
        assert caller.sounding(play)[-1].end - caller.sounding(play)[0].start < 2
        assert not any("We pay" in said or "Did that" in said for said in caller.plays.values())
        caller.hangs_up()


async def test_a_key_cuts_a_language_model_short_and_answers_what_comes_next(knowing_line):
    async with knowing_line(model=Model(*REPLY, (30, "And so on."))) as line:
        caller = await asks_freely(line)
        await caller.hears("Send it back within", out=False)
        await caller.keys("1")
        await caller.hears("What else")
        caller.hangs_up()


async def test_a_language_model_that_says_nothing_in_time_is_replaced_by_the_article(knowing_line):
    async with knowing_line(model=Model((60, "too late"))) as line:
        caller = await asks_freely(line)
        await caller.hears("One moment, please.")
        await caller.hears("within thirty days")
        await caller.hears("Did that help?")
        caller.hangs_up()


async def test_a_caller_who_hangs_up_ends_what_a_language_model_says(knowing_line):
    model = Model(*REPLY, (600, "And so on."))
    async with knowing_line(model=model) as line:
        caller = await asks_freely(line)
        await caller.hears("Yes, you can.", out=False)
        caller.hangs_up()
        await line.over()
        assert model.ended


# -- a human -------------------------------------------------------------------------------------------------


async def test_a_hand_over_is_on_record_with_all_that_was_said_and_the_caller_hears_what_comes_of_it(knowing_line):
    async with knowing_line() as line:
        caller = await line.call()
        await caller.hears("order number")
        await caller.keys("427106")
        await caller.hears("What else")
        await caller.says("I want to speak to a person", 1.5)
        await caller.hears("Nobody is there just now.")
        await caller.hears("Goodbye.")
        await caller.is_hung_up()
    [data] = [data for name, data in line.story.events if name == "handover"]
    assert (data["verb"], data["target"], data["reason"]) == ("enqueue", "orders", "asked")
    assert data["slots"] == {"order": "427106"}
    assert ["caller", "I want to speak to a person"] in data["transcript"]
    assert data["transcript"][0] == ["robot", "Hello. What is your order number?"]
    assert data["summary"]
