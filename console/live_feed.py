"""One look at the database for all who watch: what is found goes to every open page; who watches nothing costs nothing.

The looking is done in a thread, so that a slow database delays no page; what it finds is handed over in the event loop.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Generic, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

log = logging.getLogger(__name__)
T = TypeVar("T")
Listener = Callable[[T], None]


class LiveFeed(Generic[T]):
    """`look` is called every `seconds` while there are listeners, always by one thread."""

    def __init__(
        self, engine: Engine, look: Callable[[Connection, datetime], T], seconds: float = 1.0, name: str = "live feed"
    ) -> None:
        self._engine, self._look, self._seconds, self._name = engine, look, seconds, name
        self._listeners: list[tuple[asyncio.AbstractEventLoop, Listener[T]]] = []
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._failing = False
        self.newest: T | None = None
        """What was found last; old where nobody watches."""
        self.looks = 0
        """So many since the start."""
        self.seconds_looked = 0.0
        """Spent in looking, in all."""

    def watch(self, listener: Listener[T]) -> Callable[[], None]:
        """Hand every look's find to `listener`, in the running event loop; return its way out."""
        entry = asyncio.get_running_loop(), listener
        with self._changed:
            self._listeners.append(entry)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()

        def leave() -> None:
            with self._changed:
                if entry in self._listeners:
                    self._listeners.remove(entry)
                self._changed.notify_all()

        return leave

    @property
    def watchers(self) -> int:
        """How many watch."""
        return len(self._listeners)

    def close(self, timeout: float = 5.0) -> None:
        """Let go of all listeners, and return once the thread has ended."""
        with self._changed:
            self._listeners.clear()
            thread = self._thread
            self._changed.notify_all()
        if thread is not None:
            thread.join(timeout)

    def _run(self) -> None:
        due = time.monotonic()
        while True:
            with self._changed:
                if not self._listeners:
                    self._thread = None
                    return
            began = time.monotonic()
            try:
                with self._engine.connect() as connection:
                    self.newest = self._look(connection, datetime.now(UTC))
                self._hand(self.newest)
                self._failing = False
            except DBAPIError as fault:
                # Once, not every second for as long as it is away; pages stay as they are.
                if not self._failing:
                    log.warning("The %s can't look into the database now: %s", self._name, fault.orig)
                self._failing = True
            except Exception:
                if not self._failing:
                    log.warning("The %s can't look now", self._name, exc_info=True)
                self._failing = True
            self.looks += 1
            self.seconds_looked += time.monotonic() - began
            # After a look that took longer than its time, the next one isn't made up for.
            due = max(due + self._seconds, time.monotonic())
            with self._changed:
                self._changed.wait_for(lambda: not self._listeners, due - time.monotonic())

    def _hand(self, found: T) -> None:
        with self._changed:
            listeners = list(self._listeners)
        for loop, listener in listeners:
            try:
                loop.call_soon_threadsafe(listener, found)
            except RuntimeError:  # its loop is closed: the process ends
                log.debug("A listener of the %s is gone", self._name)
