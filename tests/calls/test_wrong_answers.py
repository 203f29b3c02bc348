"""Whole calls in which an agent answers: what the knowledge base has otherwise is an alert while the call runs."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from knowledge import articles
from knowledge.articles import Editor
from knowledge.draft import Draft
from knowledge.former import Former
from knowledge.wording import units
from models.database import migrate, open_engine
from quality import publishing
from quality.evidence import Compared
from quality.live_watch import ALERT, LiveWatch
from tests.calls.people import ANNA, SHOWN, find, people_line

pytestmark = pytest.mark.looptime
CARD = """
scorecard: answers
languages: [en, zh]
rules:
  - rule: right
    called: {en: Right answers, zh: 回答正确}
    when: {asks: {}}
    must: {answers_right: {who: agent, within_s: 30}}
"""
ARTICLE = {
    "en": ("Opening hours", "When are you open?", "We are open from nine to five."),
    "zh": ("营业时间", "你们几点开门？", "我们早上九点到下午五点营业。"),
}
WRONG = {"en": "We are open until eight o'clock.", "zh": "我们营业到晚上八点。"}


@Compared
def alike(said, examples, language):
    """Share of the shorter one's words: no encoder is needed to see what follows from likeness."""
    mine, theirs = ([set(units(one, language)) for one in texts] for texts in (said, examples))
    return [max(len(one & other) / max(min(len(one), len(other)), 1) for other in theirs) for one in mine]


async def to_anna(guest):
    agent = guest.call(ANNA, SHOWN, 20)
    await agent.answered()
    return await guest.talk(agent, "Anna", find)


@pytest.fixture
def engine(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'known.sqlite'}")
    migrate(engine)
    now = datetime.now(UTC) - timedelta(hours=1)
    with engine.begin() as connection:
        publishing.publish(connection, CARD, "answers.yaml", "", now)
        for language, (title, question, short) in ARTICLE.items():
            draft = Draft(
                title=title, questions=(question,), short=short, language=language, article_id=f"hours-{language}"
            )
            articles.write(connection, draft, Editor("ann", now))
    return engine


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("wrong", [True, False])
async def test_what_an_agent_answers_wrongly_is_told_of_while_the_call_runs(open_line, engine, language, wrong):
    title, question, right = ARTICLE[language]
    async with people_line(open_line, to_anna, language=language) as (line, phones, _):
        watch = LiveWatch(engine, line.log, alike)
        watch.knows(Former(engine, {}))
        running = asyncio.ensure_future(watch.run())
        while not watch.scorecards:
            await asyncio.sleep(0)
        caller = await line.call()
        anna = await phones.answers("anna")
        await caller.says(question, language=language)
        await anna.says(WRONG[language] if wrong else right, language=language)
        await caller.waits(2)
        await watch.idle()
        assert line.reception.calls, "it goes on"
        told = [data for name, data in line.story.events if name == ALERT]
        caller.hangs_up()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    if not wrong:
        assert told == []
        return
    (alert,) = told
    assert (alert["rule"], alert["speaker"], alert["words"]) == ("right", "agent", WRONG[language])
    assert alert["title"] == {"en": "Right answers", "zh": "回答正确"}[language]
    assert title
