"""Watches running calls in the server: alerts go into the call's record and to whoever listens, within a second.

The rules are looked at in a thread of their own, one call at a time and the newest state of each: a burst of turns
can't pile up, and a call never waits for it.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from models.call_log import CallLog
from models.call_note import CallNote, EventHappened
from models.errors import HotlineError
from quality.evidence import Alike
from quality.live import Alert, LiveCalls
from quality.publishing import in_force
from quality.scorecard import Scorecard

log = logging.getLogger(__name__)
ALERT = "alert"
"""Name of the event in a call's record."""
REFRESH_S = 10.0
"""After which a scorecard that was published is watched by."""


class LiveWatch:
    def __init__(
        self, engine: Engine, call_log: CallLog, alike: Alike, clock: Callable[[], float] | None = None
    ) -> None:
        """`clock`: any steady one, in seconds; that of the loop without it."""
        self._engine, self._log, self._clock = engine, call_log, clock
        self._calls = LiveCalls(alike)
        self._touched: asyncio.Queue[str] = asyncio.Queue()
        self._waiting: set[str] = set()
        self.alerts = 0
        """So many since the start."""

    @property
    def scorecards(self) -> Sequence[Scorecard]:
        """Those that calls are watched by."""
        return self._calls.scorecards

    async def idle(self) -> None:
        """Return when every call that something happened in was looked at."""
        await self._touched.join()

    async def run(self) -> None:
        """Watch until cancelled."""
        leave = self._log.events.subscribe(self._take)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._refresh(), name="scorecards in force")
                group.create_task(self._look(), name="rules of running calls")
        finally:
            leave()

    def _take(self, note: CallNote) -> None:
        if isinstance(note, EventHappened) and note.name == ALERT:
            return
        if self._calls.take(note) and self._calls.scorecards and note.call_id not in self._waiting:
            self._waiting.add(note.call_id)
            self._touched.put_nowait(note.call_id)

    async def _look(self) -> None:
        clock = self._clock or asyncio.get_running_loop().time
        while True:
            call_id = await self._touched.get()
            self._waiting.discard(call_id)
            try:
                for alert in await asyncio.to_thread(self._calls.alerts, call_id, datetime.now(UTC).date(), clock()):
                    self._tell(alert)
            except Exception:  # a rule's fault must not end the watch of all calls
                log.exception("The rules can't be told of call %s", call_id)
            finally:
                self._touched.task_done()

    def _tell(self, alert: Alert) -> None:
        self.alerts += 1
        one = alert.evidence
        title = alert.rule.title(alert.language)
        log.info("alert: %s (%s)", title, alert.rule.name, extra={"call": alert.call_id})
        self._log.event(
            alert.call_id, ALERT, scorecard=alert.scorecard, rule=alert.rule.name, title=title, fatal=alert.rule.fatal,
            turn=one.turn, speaker=one.speaker, words=one.words, second=round(one.start, 2),
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
            return in_force(connection)
