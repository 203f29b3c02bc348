"""Watches running calls in the server: alerts go into the call's record and to whoever listens, within a second.

The rules are looked at in a thread of their own, one call at a time and the newest state of each: a burst of turns
can't pile up, and a call never waits for it. Once a second those calls are looked at in which nobody speaks.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from knowledge.former import Former
from models.call_log import CallLog
from models.call_note import CallNote, EventHappened
from models.errors import HotlineError
from quality.conversation import Conversation, Turn
from quality.evidence import Alike, Subject
from quality.live import Alert, LiveCalls
from quality.masking import masked_words
from quality.publishing import in_force
from quality.scorecard import Scorecard
from quality.scoring import score

log = logging.getLogger(__name__)
ALERT = "alert"
"""Name of the event in a call's record."""
REFRESH_S = 10.0
"""After which a scorecard that was published is watched by."""
TICK_S = 1.0
"""From one look at the calls in which nobody speaks to the next."""
Hint = Callable[[str], bool]
"""Lets the agent of a call hear a soft tone, and tells whether there is one who can."""


def nobody(call_id: str) -> bool:
    """No agent hears anything."""
    return False


def nobodys(language: str) -> Conversation:
    """Return a conversation in which next to nothing is said, by both sides."""
    turns = (Turn(1, "agent", "1", 0.0, 1.0, language), Turn(2, "caller", "1", 1.0, 2.0, language))
    return Conversation("", 2.0, turns, language)


class LiveWatch:
    def __init__(
        self, engine: Engine, call_log: CallLog, alike: Alike, clock: Callable[[], float] | None = None
    ) -> None:
        """`clock`: any steady one, in seconds; that of the loop without it."""
        self._engine, self._log, self._clock = engine, call_log, clock
        self._calls = LiveCalls(alike)
        self._former = Former(engine)
        self._touched: asyncio.Queue[tuple[str, bool]] = asyncio.Queue()
        self._waiting: set[tuple[str, bool]] = set()
        self._alike = alike
        self._ready: set[tuple[str, str]] = set()
        """Names and versions of scorecards that were tried once."""
        self.hint: Hint = nobody
        """How an agent is told of rules with `tell: agent`."""
        self.alerts = 0
        """So many since the start."""

    @property
    def scorecards(self) -> Sequence[Scorecard]:
        """Those that calls are watched by."""
        return self._calls.scorecards

    def knows(self, former: Former) -> None:
        """Judge answers by this knowledge base instead of the database's own with all encoders."""
        self._former = former

    async def idle(self) -> None:
        """Return when every call that something happened in was looked at."""
        await self._touched.join()

    async def run(self) -> None:
        """Watch until cancelled."""
        leave = self._log.events.subscribe(self._take), self._log.events.hear(self._calls.hear)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._refresh(), name="scorecards in force")
                group.create_task(self._look(), name="rules of running calls")
                group.create_task(self._tick(), name="silences of running calls")
        finally:
            for way_out in leave:
                way_out()

    def placed(self, call_id: str, *, queue: str = "", agent: str = "", team: str = "", campaign: str = "") -> None:
        """Learn where a call has come: scorecards that are only for that apply from now on."""
        if self._calls.placed(call_id, queue=queue, agent=agent, team=team, campaign=campaign):
            self._touch(call_id)

    def _take(self, note: CallNote) -> None:
        if isinstance(note, EventHappened) and note.name == ALERT:
            return
        if self._calls.take(note):
            self._touch(note.call_id)

    def _touch(self, call_id: str, timed: bool = False) -> None:
        """Have a call looked at; `timed`: only by the rules that time alone can break."""
        if self._calls.scorecards and (call_id, timed) not in self._waiting:
            self._waiting.add((call_id, timed))
            self._touched.put_nowait((call_id, timed))

    async def _look(self) -> None:
        clock = self._clock or asyncio.get_running_loop().time
        while True:
            call_id, timed = await self._touched.get()
            self._waiting.discard((call_id, timed))
            try:
                now = datetime.now(UTC)
                self._calls.known = self._former.at(now)
                for alert in await asyncio.to_thread(
                    self._calls.alerts, call_id, now.date(), clock(), time.time(), timed
                ):  # fmt: skip
                    self._tell(alert)
            except Exception:  # a rule's fault must not end the watch of all calls
                log.exception("The rules can't be told of call %s", call_id)
            finally:
                self._touched.task_done()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            for call_id in self._calls.look():
                self._touch(call_id, timed=True)

    def _tell(self, alert: Alert) -> None:
        self.alerts += 1
        one, rule = alert.evidence, alert.rule
        title = rule.title(alert.language)
        toned = alert.tone and self.hint(alert.call_id)
        log.info("alert: %s (%s)", title, rule.name, extra={"call": alert.call_id})
        self._log.event(
            alert.call_id, ALERT, scorecard=alert.scorecard.name, version=alert.scorecard.version, rule=rule.name,
            title=title, titles=dict(rule.called), section=rule.section, fatal=rule.fatal, weight=rule.weight,
            turn=one.turn, speaker=one.speaker, words=masked_words(one.words, alert.language),
            second=round(one.start, 2), until=round(one.end, 2), value=one.value, agent=alert.agent,
            queue=alert.queue, team=alert.team, agent_heard_tone=toned,
        )  # fmt: skip

    async def _refresh(self) -> None:
        while True:
            try:
                self._calls.scorecards = await asyncio.to_thread(self._read)
            except (HotlineError, SQLAlchemyError) as fault:
                # Those that are known go on being watched by: a database that is away must not end any call.
                log.warning("scorecards can't be read: %s", fault)
            await asyncio.sleep(REFRESH_S)

    def _read(self) -> Sequence[Scorecard]:
        with self._engine.connect() as connection:
            cards = in_force(connection)
        # Encoders take seconds to load, and examples to be worked out: not while a caller's words wait for it.
        for card in cards:
            if (card.name, card.version) not in self._ready:
                for language in card.languages:
                    score(card, Subject(nobodys(language), self._alike))
                self._ready.add((card.name, card.version))
        return cards
