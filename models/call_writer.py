"""The thread that writes notes into the database: in order, in batches, and not giving up.

While the database is locked, full or away, it tries again and again with growing pauses. Once much waits, or when the
server stops meanwhile, what waits goes to a spool file, which is written to the database before anything newer.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from models.call_note import CallNote, EventHappened
from models.data_directory import DataDirectory
from models.database import migrate, open_engine
from models.errors import OperatorFault
from models.note_rows import Rows
from models.recovery import complete_open_calls
from models.spool import Spool

log = logging.getLogger(__name__)
PASSING = (OperationalError, InterfaceError, PoolTimeoutError)
"""The database's trouble (locked, full, away), as opposed to a note that it will never take."""


@dataclass(frozen=True)
class Patience:
    """How the writer waits."""

    linger: float = 0.02
    """Seconds after a first note in which others may join its transaction."""
    busy: float = 1.0
    """Seconds that SQLite waits for another writer's lock, a try."""
    pauses: Sequence[float] = (0.1, 0.2, 0.5, 1.0, 2.0)
    """Seconds before the second, third … try; the last one from then on."""
    batch: int = 1000
    """Notes in one transaction at most."""
    start: float = 10.0
    """Seconds that the server's start waits for a locked database."""
    spool_at: int = 5000
    """Notes waiting in memory from which, the database failing, they go to the spool."""
    at_most: int = 200_000
    """Notes in memory, the spool failing too, from which mere events are dropped (and counted)."""


class CallWriter:
    """Owns the database connection of the call log, its spool and its thread."""

    def __init__(self, url: str, directory: Path, patience: Patience | None = None) -> None:
        self.dropped = 0
        self._patience = patience or Patience()
        self._url = url
        self._directory = DataDirectory(directory)
        self._spool = Spool(directory / "spool" / "notes.jsonl")
        self._refused = Spool(directory / "spool" / "refused.jsonl")
        self._engine: Engine | None = None
        self._thread: threading.Thread | None = None
        self._changed = threading.Condition()
        self._queue: deque[CallNote] = deque()
        self._accepted = self._written = self._spooled = 0
        self._waiters: list[tuple[int, Callable[[], None]]] = []
        self._deadline: float | None = None
        self._closed = False
        self._failures = 0

    @property
    def waiting(self) -> int:
        """Notes accepted and not yet in the database."""
        return self._accepted - self._written

    @property
    def node(self) -> str:
        """What this server's records are marked with; known once it has started."""
        return self._directory.node

    def start(self) -> int:
        """Open and migrate the database, write the spool, complete open calls (return how many), begin writing.

        Raises `OperatorFault`.
        """
        self._directory.claim()
        try:
            self._engine = open_engine(self._url, self._patience.busy)
            migrate(self._engine)
            completed = self._catch_up()
        except OperatorFault:
            self._directory.release()
            raise
        self._thread = threading.Thread(target=self._run, name="call-log", daemon=True)
        self._thread.start()
        return completed

    def _catch_up(self) -> int:
        """Write what the last run spooled and complete its open calls, trying for a while; return how many."""
        assert self._engine is not None
        until = time.monotonic() + self._patience.start
        while True:
            try:
                self._replay()
                with self._engine.begin() as connection:
                    return complete_open_calls(connection, self._directory.node, self._directory.path)
            except (DBAPIError, OSError) as error:
                if isinstance(error, PASSING) and time.monotonic() < until:
                    time.sleep(self._patience.pauses[0])
                    continue
                raise OperatorFault(
                    f"The records of the last run can't be completed in the database ({_reason(error)}); "
                    "free it (another program may hold it) and start again."
                ) from error

    def put(self, note: CallNote) -> None:
        """Accept a note; returns at once."""
        with self._changed:
            if self._closed:
                self._put_late(note)
                return
            if len(self._queue) >= self._patience.at_most and isinstance(note, EventHappened):
                self.dropped += 1
                return
            self._queue.append(note)
            self._accepted += 1
            self._changed.notify_all()

    def when_written(self, call: Callable[[], None]) -> None:
        """Have `call` called (from any thread) as soon as everything accepted until now is in the database."""
        with self._changed:
            if self._written < self._accepted and not self._closed:
                self._waiters.append((self._accepted, call))
                self._changed.notify_all()
                return
        call()

    def close(self, timeout: float) -> None:
        """Write what is left for at most `timeout` seconds, then spool it, end the thread and let go of everything."""
        with self._changed:
            self._deadline = time.monotonic() + timeout
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(timeout + self._patience.busy + 1)
        with self._changed:
            self._closed = True
        self._to_spool()
        self._tell_waiters(everyone=True)
        if self._engine is not None:
            self._engine.dispose()
        self._directory.release()

    # -- in the thread ---------------------------------------------------------------------------------------

    def _run(self) -> None:
        while self._wait_for_work():
            try:
                self._replay()
                self._write_queue()
            except Exception as error:  # noqa: BLE001 - whatever fails, the thread goes on trying
                self._failed(error)
            else:
                self._succeeded()
            if self._out_of_time():
                return

    def _wait_for_work(self) -> bool:
        """Return True when there is something to write, False when all is written and the log is closing."""
        with self._changed:
            while not self._queue and not self._spooled:
                if self._closing():
                    return False
                self._changed.wait()
            if not self._failures:
                self._changed.wait_for(self._in_a_hurry, self._patience.linger)
            return True

    def _closing(self) -> bool:
        return self._deadline is not None

    def _in_a_hurry(self) -> bool:
        return bool(self._waiters) or self._closing() or len(self._queue) >= self._patience.batch

    def _write_queue(self) -> None:
        with self._changed:
            batch = list(islice(self._queue, self._patience.batch))
        self._write(batch)
        with self._changed:
            for _ in batch:
                self._queue.popleft()
            self._written += len(batch)
        self._tell_waiters()

    def _replay(self) -> None:
        """Write the spool's notes; nothing of them is forgotten before all are in the database."""
        if not self._spool.holds():
            return
        for chunk in self._spool.chunks(self._patience.batch):
            self._write(chunk)
        self._spool.clear()
        with self._changed:
            self._written += self._spooled
            self._spooled = 0

    def _write(self, notes: Sequence[CallNote]) -> None:
        """Write notes in one transaction, or one by one where one of them is what the database never takes."""
        try:
            self._transact(notes)
        except PASSING:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not stop the notes behind it
            if len(notes) > 1:
                for note in notes:
                    self._write([note])
                return
            self._keep_refused(notes[0], error)

    def _transact(self, notes: Sequence[CallNote]) -> None:
        assert self._engine is not None
        rows = Rows(self._directory.node)
        for note in notes:
            rows.add(note)
        with self._engine.begin() as connection:
            rows.write(connection)

    def _keep_refused(self, note: CallNote, error: Exception) -> None:
        kept = f"kept in {self._refused.path}"
        try:
            self._refused.append([note])
        except OSError as fault:
            kept = f"lost ({fault})"
        about = {"call": note.call_id}
        log.error("The database refuses a %s (%s); it is %s", type(note).__name__, _reason(error), kept, extra=about)

    def _failed(self, error: Exception) -> None:
        """Log the first failure, spool where much waits, and pause."""
        if not self._failures:
            log.error("The database doesn't take records (%s); they are kept and tried again", _reason(error))
        pauses = self._patience.pauses
        pause = pauses[min(self._failures, len(pauses) - 1)]
        self._failures += 1
        if len(self._queue) >= self._patience.spool_at:
            self._to_spool()
        with self._changed:
            if self._deadline is None:
                self._changed.wait_for(self._closing, pause)
            else:
                self._changed.wait(min(pause, max(self._deadline - time.monotonic(), 0)))

    def _succeeded(self) -> None:
        if self._failures:
            log.warning("The database takes records again after %d failures; %d wait", self._failures, self.waiting)
            self._failures = 0

    def _out_of_time(self) -> bool:
        return self._deadline is not None and time.monotonic() >= self._deadline

    def _to_spool(self) -> None:
        """Move the queue behind what is spooled already; where the disk doesn't take it, it stays in memory.

        The lock isn't held meanwhile: whoever tells the log something must not wait for the disk.
        """
        with self._changed:
            notes = list(self._queue)
        if not notes:
            return
        try:
            self._spool.append(notes)
        except OSError as error:
            log.error("The spool takes nothing (%s); %d records wait in memory", error, len(notes))
            return
        with self._changed:
            for _ in notes:
                self._queue.popleft()
            self._spooled += len(notes)

    def _put_late(self, note: CallNote) -> None:
        """What is told after the end is written at the next start."""
        try:
            self._spool.append([note])
        except OSError as error:
            about = {"call": note.call_id}
            log.error("A %s came after the end and is lost (%s)", type(note).__name__, error, extra=about)

    def _tell_waiters(self, *, everyone: bool = False) -> None:
        with self._changed:
            due = [call for target, call in self._waiters if everyone or target <= self._written]
            self._waiters = [pair for pair in self._waiters if not everyone and pair[0] > self._written]
        for call in due:
            call()


def _reason(error: Exception) -> object:
    """Return what the database itself said."""
    return getattr(error, "orig", None) or error
