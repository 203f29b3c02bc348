"""What happens in the queues, written before its effect leaves the process.

One thread writes: all that has gathered while the last transaction was committed goes into the next, so that many
events a second cost few commits, and rows are in the database in the order in which they were told. The future that
`tell` returns is done when they are safe from a kill -9. Every event has a number, counted up by one in this node: a
gap tells of one that was lost.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from queue import SimpleQueue
from typing import Any

from sqlalchemy import Connection, Engine, Executable, func, insert, select
from sqlalchemy.exc import OperationalError

from models.call_log import plain
from models.database import moment
from models.errors import OurFault
from models.queue_event import QueueEvent

log = logging.getLogger(__name__)
PATIENCE_S = 60.0
"""For which a batch is tried again that the database doesn't take just now: it is locked, or not to be reached."""
PAUSE_S = 0.5
"""Between two tries."""
_BATCH = 500
"""Entries of one transaction at most."""


@dataclass
class _Entry:
    """What is written together, or not at all."""

    event: dict[str, Any] | None
    statements: Sequence[Executable]
    loop: asyncio.AbstractEventLoop
    done: "asyncio.Future[None]" = field(repr=False)


def record(connection: Connection, node: str, name: str, **columns: Any) -> None:
    """Write one event within the caller's transaction, for commands; `columns` as of `QueueEvent`, if not empty."""
    number = connection.scalar(select(func.max(QueueEvent.number)).where(QueueEvent.node == node)) or 0
    row = {"queue": "", "call_id": "", "agent": "", "data": {}, **columns}
    connection.execute(insert(QueueEvent).values(node=node, number=number + 1, at=datetime.now(UTC), name=name, **row))


class Journal:
    def __init__(self, engine: Engine, clock: Callable[[], float] = time.time) -> None:
        """`clock` in Unix seconds."""
        self._engine, self._clock = engine, clock
        self._node = ""
        self._entries: SimpleQueue[_Entry | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="queue journal", daemon=True)
        self._number = 0

    def open(self, node: str) -> None:
        """Find out how far `node` (`DataDirectory.node`) has counted, and begin to write; blocks for a moment."""
        self._node = node
        with self._engine.connect() as connection:
            newest = select(func.max(QueueEvent.number)).where(QueueEvent.node == self._node)
            self._number = connection.scalar(newest) or 0
        self._thread.start()

    def close(self) -> None:
        """Write what is left and end; blocks until then."""
        if self._thread.is_alive():
            self._entries.put(None)
            self._thread.join()

    def tell(
        self, name: str, *rows: Executable, queue: str = "", call_id: str = "", agent: str = "", **data: Any
    ) -> "asyncio.Future[None]":
        """Hand over an event, and further `rows` to be written with it; the future is done when they are.

        Events are numbered and written in the order of the calls. The future fails with `OurFault` where the database
        doesn't take them.
        """
        self._number += 1
        event = {
            "node": self._node,
            "number": self._number,
            "at": moment(self._clock()),
            "name": name,
            "queue": queue,
            "call_id": call_id,
            "agent": agent,
            "data": plain(data),
        }
        return self._hand_over(event, rows)

    def put(self, *rows: Executable) -> "asyncio.Future[None]":
        """Hand over rows without an event."""
        return self._hand_over(None, rows)

    def _hand_over(self, event: dict[str, Any] | None, rows: Sequence[Executable]) -> "asyncio.Future[None]":
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        # Whoever doesn't wait needn't hear of a failure either: it is logged.
        done.add_done_callback(lambda future: future.cancelled() or future.exception())
        self._entries.put(_Entry(event, rows, loop, done))
        return done

    def _run(self) -> None:
        while (first := self._entries.get()) is not None:
            batch, last = [first], False
            while not self._entries.empty() and len(batch) < _BATCH:
                entry = self._entries.get()
                if entry is None:
                    last = True
                    break
                batch.append(entry)
            self._write(batch)
            if last:
                return

    def _write(self, batch: list[_Entry]) -> None:
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                self._commit(batch)
            except OperationalError as error:
                # Nothing is wrong with the rows: one by one they would fare no better.
                log.error("the events of queues can't be written yet: %s", error.orig)
                if time.monotonic() < end:
                    time.sleep(PAUSE_S)
                    continue
                _finish(batch, OurFault("The database doesn't take the events of queues; look into the log."))
            except Exception:
                log.exception("the database refuses events of queues")
                self._without_the_bad_ones(batch)
            else:
                _finish(batch, None)
            return

    def _without_the_bad_ones(self, batch: list[_Entry]) -> None:
        """Write the others, where the database refuses one, or one can't even be sent."""
        if len(batch) == 1:
            _finish(batch, OurFault("The database refuses the events of queues; look into the log."))
            return
        for entry in batch:
            self._write([entry])

    def _commit(self, batch: list[_Entry]) -> None:
        with self._engine.begin() as connection:
            for entry in batch:
                if entry.event is not None:
                    connection.execute(insert(QueueEvent), entry.event)
                for row in entry.statements:
                    connection.execute(row)


def _finish(batch: list[_Entry], fault: OurFault | None) -> None:
    for loop in {entry.loop for entry in batch}:
        mine = [entry.done for entry in batch if entry.loop is loop]
        try:
            loop.call_soon_threadsafe(_resolve, mine, fault)
        except RuntimeError:
            pass  # the loop has ended; the rows are written all the same


def _resolve(futures: list["asyncio.Future[None]"], fault: OurFault | None) -> None:
    for future in futures:
        if not future.done():
            if fault is None:
                future.set_result(None)
            else:
                future.set_exception(fault)
