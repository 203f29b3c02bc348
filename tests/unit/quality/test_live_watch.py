import asyncio
import time
from datetime import UTC, datetime

import pytest

from models.call_log import CallLog
from models.call_note import EventHappened
from models.database import migrate, open_engine
from quality import publishing
from quality.evidence import Compared, by_words_alone
from quality.live_watch import ALERT, LiveWatch
from quality.reading import loads

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
    async with asyncio.timeout(60):
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


QUIET = """
scorecard: quiet
languages: [en, zh]
rules:
  - rule: dead-air
    called: {en: No dead air, zh: 不冷场}
    section: manner
    tell: agent
    must_not: {silence: {over_s: 6}}
  - {rule: rude, tell: agent, must_not: {says: {who: agent, phrases: {en: [idiot], zh: [笨蛋]}}}}
"""


async def test_an_alert_has_all_that_a_board_shows_and_no_personal_data(watched):
    log, watch = watched
    watch._calls.scorecards = [loads(QUIET)]
    hinted: list[str] = []

    def hint(call: str) -> bool:
        hinted.append(call)
        return True

    watch.hint = hint
    found: list[EventHappened] = []
    log.events.subscribe(lambda note: found.append(note) if isinstance(note, EventHappened) else None)
    log.began("c1", "inbound", "1", "2", language="zh")
    log.answered("c1")
    watch.placed("c1", queue="billing", agent="201", team="north")
    log.turn("c1", 1, "agent", "你这个笨蛋", 0.0, 1.0, language="zh")
    async with asyncio.timeout(60):
        await watch.idle()
    (alert,) = [note.data for note in found if note.name == ALERT]
    assert alert["titles"] == {"en": "rude", "zh": "rude"}
    assert (alert["agent"], alert["queue"], alert["team"]) == ("201", "billing", "north")
    assert (alert["scorecard"], alert["words"], alert["agent_heard_tone"]) == ("quiet", "笨蛋", True)
    assert hinted == ["c1"]


async def test_a_silence_is_told_of_while_nobody_speaks(watched, monkeypatch):
    log, watch = watched
    monkeypatch.setattr("quality.live_watch.TICK_S", 0.01)
    watch._calls.scorecards = [loads(QUIET)]
    alerts: asyncio.Queue[EventHappened] = asyncio.Queue()
    log.events.subscribe(
        lambda note: alerts.put_nowait(note) if isinstance(note, EventHappened) and note.name == ALERT else None
    )
    log.began("c1", "inbound", "1", "2", language="en")
    log.answered("c1", time.time() - 9.0)
    log.speech("c1", "agent", 0.0)
    log.turn("c1", 1, "agent", "Hello.", 0.0, 1.0, language="en")
    log.speech("c1", "agent", 0.0, 1.0)
    alert = await asyncio.wait_for(alerts.get(), 60)
    assert (alert.data["rule"], alert.data["second"]) == ("dead-air", 1.0)


MEANING = """
scorecard: greets
languages: [en, zh]
rules:
  - {rule: hello, must: {says: {who: ours, meaning: {en: ["Hello."], zh: [您好。]}}}}
"""


async def test_encoders_are_loaded_and_examples_known_before_callers_come(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'hotline.sqlite'}")
    migrate(engine)
    with engine.begin() as connection:
        publishing.publish(connection, MEANING, "greets.yaml", "", datetime.now(UTC))
    asked: list[tuple[str, str]] = []

    @Compared
    def alike(said, examples, language):
        asked.append((examples[0], language))
        return [0.0] * len(said)

    watch = LiveWatch(engine, CallLog(f"sqlite:///{tmp_path / 'hotline.sqlite'}", tmp_path), alike)
    assert [card.name for card in watch._read()] == ["greets"]
    examples, everyday = {("Hello.", "en"), ("您好。", "zh")}, {("Good morning.", "en"), ("早上好。", "zh")}
    assert set(asked) == examples | everyday
    before = len(asked)
    watch._read()
    assert len(asked) == before
