"""The lines' part of a running server: the book with its database, its alarms, and orders of commands."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, insert
from sqlalchemy.exc import DBAPIError

from campaigns.line_book import LineBook
from campaigns.line_gate import LineGate
from campaigns.line_keeping import forget, keep, restore, restore_days, rows_of
from campaigns.line_rows import stored_lines, unknown_line
from campaigns.line_state import Healthy
from models.campaign_event import CampaignEvent
from models.control_desk import Tell
from models.control_protocol import AskLine, Done, Facts, TakeUpLines
from models.database import database_url, moment, open_engine
from models.errors import CannotDo, OperatorFault
from models.settings import LineSettings, Settings

log = logging.getLogger(__name__)
KEEP_S = 5.0
"""From one writing of the book to the next; a kill loses what was learned in between, and no call's cost."""
FORGET = timedelta(days=30)
WORDS = {
    "line.rested": "line '%s' rests: %s",
    "line.spend-limit": "line '%s' has reached its spend limit of the day: %s",
    "lines.spend-limit": "all lines%s together have reached the server's spend limit of the day: %s",
}

Check = Callable[[str], Awaitable[bool]]
"""Asks a trunk by its name whether it is well."""


class LineOffice:
    """Owns the book of lines."""

    def __init__(
        self,
        engine: Engine,
        weights: LineSettings,
        healthy: Healthy,
        check: Check,
        spend_per_day: float = 0.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`clock` in Unix seconds; `spend_per_day` of all lines together, 0: no limit."""
        self._engine, self._check, self._clock = engine, check, clock
        self.book = LineBook([], weights, clock(), healthy=healthy, tell=self._hear, spend_per_day=spend_per_day)
        self._gate = LineGate(self.book)
        self._node = ""
        self._events: list[dict[str, Any]] = []
        self._missed = False
        """Whether something wasn't kept that had changed."""

    @classmethod
    def of(cls, settings: Settings, healthy: Healthy, check: Check) -> "LineOffice":
        """Return the one of a server; its database is opened when it is asked."""
        spend_per_day = settings.campaigns.spend_per_day
        return cls(open_engine(database_url(settings)), settings.lines, healthy, check, spend_per_day)

    def close(self) -> None:
        """Leave the database."""
        self._engine.dispose()

    def open(self, node: str = "") -> None:
        """Read lines and what was kept of them; blocks for a moment. The database must be migrated.

        `node`: this server among those that share the database; "": it is alone.
        """
        now, self._node = self._clock(), node
        with self._engine.connect() as connection:
            try:
                self.book.take_up(stored_lines(connection), now)
            except OperatorFault as fault:
                # A line of a newer Hotline must not keep the telephone from being answered.
                log.error("lines can't be read, campaigns have none: %s", fault)
                return
            restore(connection, self.book, now, node)

    async def run(self) -> None:
        """Keep the book in the database until cancelled, and once more then."""
        with self._engine.begin() as connection:
            forget(connection, moment(self._clock()) - FORGET)
        try:
            while True:
                await asyncio.sleep(KEEP_S)
                await self._keep()
        finally:
            self._write(rows_of(self.book, self._clock(), self._missed, self._node), self._taken())

    def refuses(self, trunk: str, number: str) -> str:
        """Return why a call by hand may not go out (`voice.outbound.Outbound.refuses`)."""
        return self._gate.refusal(trunk, number, self._clock())

    async def take_up(self, order: TakeUpLines, tell: Tell) -> Done:
        """Go by the lines that the database has now; calls that run stay on theirs."""
        with self._engine.connect() as connection:
            lines = stored_lines(connection)
        await self._keep()
        now = self._clock()
        strangers = self.book.take_up(lines, now)
        with self._engine.connect() as connection:
            restore_days(connection, self.book, strangers, now, self._node)
        return Done(f"The running server goes by {len(lines)} lines.", {"lines": len(lines)})

    async def test(self, order: AskLine, tell: Tell) -> Done:
        """Ask a line's trunk whether it is well."""
        line = self.book.lines.get(order.name)
        if line is None:
            raise CannotDo(unknown_line(order.name, self.book.names))
        began = self._clock()
        well = await self._check(line.way_out)
        took_s = round(self._clock() - began, 3)
        facts: Facts = {"line": line.name, "trunk": line.way_out, "answers": well, "seconds": took_s}
        how = f"answered OPTIONS after {took_s} s" if well else "did not answer OPTIONS; see its host and port"
        return Done(f"The trunk '{line.way_out}' of line {line.name} {how}.", facts)

    def _hear(self, name: str, line: str, data: Mapping[str, Any]) -> None:
        told = ", ".join(f"{key} {value}" for key, value in data.items())
        log.warning(WORDS[name], line, told)
        at = moment(self._clock())
        self._events.append({"at": at, "campaign_id": "", "name": name, "data": {"line": line, **data}})

    def _taken(self) -> list[dict[str, Any]]:
        events, self._events = self._events, []
        return events

    async def _keep(self) -> None:
        events = self._taken()
        try:
            await asyncio.to_thread(self._write, rows_of(self.book, self._clock(), self._missed, self._node), events)
            self._missed = False
        except DBAPIError as error:
            self._events, self._missed = events + self._events, True
            log.warning("what was learned of lines can't be kept now (%s); tried again in %g s", error.orig, KEEP_S)

    def _write(self, rows: Mapping[type, list[dict[str, Any]]], events: list[dict[str, Any]]) -> None:
        with self._engine.begin() as connection:
            keep(connection, rows)
            if events:
                connection.execute(insert(CampaignEvent), events)
