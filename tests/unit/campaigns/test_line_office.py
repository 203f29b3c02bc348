"""The lines' part of a running server: it keeps the book, takes up edits, tells of alarms, guards calls by hand."""

import asyncio
import logging
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError

from bench.call_ends import ended
from campaigns import line_office
from campaigns.line_office import LineOffice
from campaigns.line_plan import Line
from campaigns.line_rows import put_lines, remove_line
from models.campaign_event import CampaignEvent
from models.control_protocol import AskLine, News, TakeUpLines
from models.errors import CannotDo
from models.line import LineDay
from models.settings import LineSettings
from tests.unit.campaigns.test_line_keeping import NUMBER

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC).timestamp()
LINE = {"name": "a", "currency": "CNY", "prices": {"+86": 0.06}, "spend_per_day": 0.06, "numbers": ["+862161234567"]}


async def mute(news: News) -> None:
    """Nobody listens."""


def office(engine: Engine, well: bool = True) -> LineOffice:
    async def check(trunk: str) -> bool:
        return well

    return LineOffice(engine, LineSettings(seed=1), lambda trunk: True, check, clock=lambda: NOON)


def put(engine: Engine, **line: object) -> None:
    with engine.begin() as connection:
        put_lines(connection, [Line.model_validate({**LINE, **line})], ["a"])


async def test_edits_count_at_once_and_for_calls_by_hand_too(engine: Engine):
    lines = office(engine)
    lines.open()
    assert lines.book.choose(NUMBER, now=NOON, country="CN") is None
    assert lines.refuses("a", "+19005551234") == ""
    put(engine)
    done = await lines.take_up(TakeUpLines(), mute)
    assert done.sentence == "The running server goes by 1 lines."
    assert lines.book.choose(NUMBER, now=NOON, country="CN") is not None
    assert "doesn't call +19005551234" in lines.refuses("a", "+19005551234")
    with engine.begin() as connection:
        remove_line(connection, "a")
    await lines.take_up(TakeUpLines(), mute)
    assert lines.refuses("a", "+19005551234") == ""


async def test_a_trunk_is_asked_by_order(engine: Engine):
    put(engine)
    lines = office(engine, well=False)
    lines.open()
    done = await lines.test(AskLine("a"), mute)
    assert done.facts["answers"] is False
    assert "did not answer OPTIONS" in done.sentence
    with pytest.raises(CannotDo, match="There is no line 'b'; there are a"):
        await lines.test(AskLine("b"), mute)


async def test_the_book_and_its_alarms_are_kept_when_the_server_stops(engine: Engine, caplog: pytest.LogCaptureFixture):
    put(engine)
    lines = office(engine)
    lines.open()
    running = asyncio.create_task(lines.run())
    await asyncio.sleep(0)
    choice = lines.book.choose(NUMBER, now=NOON, country="CN")
    assert choice is not None
    lines.book.placed(choice)
    with caplog.at_level(logging.WARNING):
        lines.book.ended(choice, ended(), NOON)
    assert "line 'a' has reached its spend limit of the day: spent 0.06, limit 0.06" in caplog.text
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    with engine.connect() as connection:
        assert connection.scalars(select(LineDay.cost)).all() == [0.06]
        (event,) = connection.execute(
            select(CampaignEvent.name, CampaignEvent.data).where(CampaignEvent.name == "line.spend-limit")
        ).all()
        assert event.data == {"line": "a", "spent": 0.06, "limit": 0.06}


@pytest.mark.looptime
async def test_a_locked_database_loses_nothing_that_was_to_be_kept(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    put(engine)
    lines = office(engine)
    lines.open()
    choice = lines.book.choose(NUMBER, now=NOON, country="CN")
    assert choice is not None
    lines.book.placed(choice)
    lines.book.ended(choice, ended(), NOON)
    locked = OperationalError("UPDATE", {}, Exception("database is locked"))

    def fail(connection: object, rows: object) -> None:
        raise locked

    with monkeypatch.context() as broken:
        broken.setattr(line_office, "keep", fail)
        await lines._keep()
    assert "can't be kept now (database is locked)" in caplog.text
    await lines._keep()
    again = office(engine)
    again.open()
    assert again.book.documents(NOON)[0]["cost"] == 0.06
    assert len(list(again.book.figures.rows(NOON))) == 1
    with engine.connect() as connection:
        assert "line.spend-limit" in connection.scalars(select(CampaignEvent.name)).all()


async def test_a_line_that_comes_back_after_a_restart_has_spent_what_it_had(engine: Engine):
    put(engine)
    before = office(engine)
    before.open()
    choice = before.book.choose(NUMBER, now=NOON, country="CN")
    assert choice is not None
    before.book.placed(choice)
    await before.take_up(TakeUpLines(), mute)
    await before.take_up(TakeUpLines(), mute)
    assert before.book.spent == pytest.approx(0.06), "what is reserved isn't spent a second time"
    before.book.ended(choice, ended(), NOON)
    await before._keep()
    with engine.begin() as connection:
        remove_line(connection, "a")
    after = office(engine)
    after.open()
    put(engine)
    await after.take_up(TakeUpLines(), mute)
    assert after.book.spent == pytest.approx(0.06)
    assert after.book.choose(NUMBER, now=NOON, country="CN") is None
