import asyncio
from datetime import UTC, datetime

import pytest

from models.call_log import CallLog
from models.call_note import EventHappened
from models.database import migrate, open_engine
from quality import publishing
from quality.evidence import by_words_alone
from quality.live_watch import ALERT, LiveWatch

CARD = """
scorecard: live
languages: [en]
rules:
  - {rule: rude, called: {en: No rude words}, must_not: {says: {who: agent, phrases: {en: [idiot]}}}}
"""


@pytest.fixture
async def watched(tmp_path):
    """A call log, and a watch of its calls by one scorecard."""
    engine = open_engine(f"sqlite:///{tmp_path / 'hotline.sqlite'}")
    migrate(engine)
    with engine.begin() as connection:
        publishing.publish(connection, CARD, "live.yaml", "", datetime.now(UTC))
    log = CallLog(f"sqlite:///{tmp_path / 'hotline.sqlite'}", tmp_path)
    await log.start()
    watch = LiveWatch(engine, log, by_words_alone)
    running = asyncio.ensure_future(watch.run())
    while not watch.scorecards:
        await asyncio.sleep(0)
    yield log, watch
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await log.close()


async def _alerts_of(log: CallLog, watch: LiveWatch, text: str) -> list[EventHappened]:
    found: list[EventHappened] = []
    log.events.subscribe(lambda note: found.append(note) if isinstance(note, EventHappened) else None)
    log.began("c1", "inbound", "1", "2", language="en")
    log.answered("c1")
    log.turn("c1", 1, "agent", text, 0.0, 1.0, language="en")
    log.turn("c1", 2, "caller", "Well.", 2.0, 3.0, language="en")
    async with asyncio.timeout(10):
        await watch.idle()
    return [note for note in found if note.name == ALERT]


async def test_an_alert_is_on_record_with_its_rule_and_words(watched):
    log, watch = watched
    (alert,) = await _alerts_of(log, watch, "You idiot.")
    assert (alert.data["rule"], alert.data["words"], alert.data["turn"]) == ("rude", "idiot", 1)
    assert alert.data["title"] == "No rude words"
    assert watch.alerts == 1


async def test_a_call_that_breaks_no_rule_has_no_alert(watched):
    log, watch = watched
    assert await _alerts_of(log, watch, "Hello.") == []
    assert watch.alerts == 0
