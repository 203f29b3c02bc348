"""Retention: what happened in the queues is forgotten after as many days as the settings keep it, messages with it.

Rows go a few at a time, so that nothing that is written meanwhile waits long. The newest event of each node stays
whatever its age: the next one is counted from it.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, Engine, delete, func, select
from sqlalchemy.exc import OperationalError

from models.agent import AgentChange
from models.callback import Callback
from models.database import Base, moment
from models.queue_caller import QueueCaller
from models.queue_event import QueueEvent
from models.recording import is_own, message_file
from models.webhook_delivery import WebhookDelivery

log = logging.getLogger(__name__)
AT_A_TIME = 2000
"""Rows of one transaction."""
PAUSE_S = 0.2
"""Between two of them."""
DAY_S = 86_400.0


class Retention:
    def __init__(self, engine: Engine, keep_days: int, directory: Path, clock: Callable[[], float] = time.time) -> None:
        """`keep_days`: 0 keeps all for ever; `directory`: the data directory; `clock` in Unix seconds."""
        self._engine, self._keep_days, self._directory, self._clock = engine, keep_days, directory, clock

    async def run(self) -> None:
        """Forget once a day, the first time at once, until cancelled."""
        while self._keep_days:
            try:
                if forgotten := await self.forget():
                    log.info("%d rows of the queues were older than %d days", forgotten, self._keep_days)
            except OperationalError as error:
                log.warning("what is old in the queues can't be deleted now: %s", error.orig)
            await asyncio.sleep(DAY_S)

    async def forget(self) -> int:
        """Delete what is too old; return how many rows."""
        before = moment(self._clock() - timedelta(days=self._keep_days).total_seconds())
        newest = select(func.max(QueueEvent.id)).group_by(QueueEvent.node)
        return sum(
            [
                await self._forget(QueueEvent, (QueueEvent.at < before) & QueueEvent.id.not_in(newest)),
                await self._forget(AgentChange, AgentChange.at < before),
                await self._forget(WebhookDelivery, WebhookDelivery.given_up_at < before),
                await self._forget(QueueCaller, QueueCaller.ended_at < before),
                await self._forget(Callback, Callback.ended_at < before),
            ]
        )

    async def _forget(self, kind: type[Base], old: ColumnElement[bool]) -> int:
        total = 0
        while deleted := await asyncio.to_thread(self._some, kind, old):
            total += deleted
            await asyncio.sleep(PAUSE_S)
        return total

    def _some(self, kind: type[Base], old: ColumnElement[bool]) -> int:
        table = kind.__table__
        with self._engine.begin() as connection:
            # Read first, which nobody waits for: only what goes is locked.
            ids = connection.scalars(select(table.c.id).where(old).order_by(table.c.id).limit(AT_A_TIME)).all()
            if not ids:
                return 0
            these = table.c.id.in_(ids)
            sounds = connection.scalars(select(table.c.message).where(these)).all() if kind is Callback else ()
            count = connection.execute(delete(kind).where(these)).rowcount
        for sound in filter(None, sounds):
            if is_own(self._directory, file := message_file(self._directory, sound)):
                file.unlink(missing_ok=True)
            else:
                log.warning("The message %s stays: it isn't below [data] directory; delete it if unneeded.", file)
        return count
