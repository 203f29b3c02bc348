"""A worker process that the server starts, talks with, watches and restarts.

The channel is an inherited socket pair, so nothing is left in the file system and either side notices at once
when the other dies: the worker reads end-of-file and exits, the server restarts the worker.
"""

import asyncio
import contextlib
import logging
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from models.framing import Framing

M = TypeVar("M")
log = logging.getLogger(__name__)

DEAF = ("/bin/sh", "-c", 'trap "" INT TERM; exec "$0" "$@"')
"""A signal to the whole group (Ctrl-C, a service manager's stop) is the server's affair: it drains, and its workers
must live until it is done. They leave at the end of their channel."""
CHANNEL = "--channel"
"""The worker's option that carries the descriptor of its end."""
BACK_OFF = (0.1, 0.5, 1.0, 2.0, 5.0)
"""Seconds before the first, second … restart in a row."""
LEAVING_SECONDS = 3.0
"""A worker's time to finish (close recordings) once its channel is closed; then it is killed."""
STEADY = 30.0
"""Seconds of life after which a death counts as the first again."""


class ChildProcess(Generic[M]):
    """One named worker; `run` keeps it alive until it is cancelled."""

    def __init__(
        self,
        name: str,
        module: str,
        arguments: Sequence[str],
        kind: object,
        *,
        on_message: Callable[[M], None],
        on_lost: Callable[[str], None],
        ping: Callable[[float], object],
        ping_seconds: float = 1.0,
        patience: float = 5.0,
        start_seconds: float = 120.0,
    ) -> None:
        """Name the Python `module` to run with `arguments`, and the union `kind` of messages it sends.

        `on_lost` gets a sentence each time the worker is gone (died, or hung for `patience` seconds and was
        killed); `ping(time)` makes the message that a healthy worker answers with anything at all.
        """
        self.name = name
        self.ready = asyncio.Event()
        """Set from the worker's first message until it is lost."""
        self.pid = 0
        self.restarts = 0
        self._command = [*DEAF, sys.executable, "-m", module, *arguments]
        self._kind = kind
        self._on_message, self._on_lost, self._ping = on_message, on_lost, ping
        self._ping_seconds, self._patience, self._start_seconds = ping_seconds, patience, start_seconds
        self._framing: Framing[M] = Framing(kind)
        self._writer: asyncio.StreamWriter | None = None
        self._heard = 0.0

    def tell(self, message: object) -> None:
        """Send a message; it is dropped when the worker is down (its `on_lost` has told everybody)."""
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(self._framing.pack(message))

    async def run(self) -> None:
        """Start the worker, and again whenever it is lost, until cancelled; then end it and wait for it."""
        failures = 0
        while True:
            began = time.monotonic()
            reason = await self._one_life()
            self.ready.clear()
            failures = 1 if time.monotonic() - began > STEADY else failures + 1
            pause = BACK_OFF[min(failures, len(BACK_OFF)) - 1]
            log.error("%s is lost (%s); it starts again in %.1f s", self.name, reason, pause)
            try:
                self._on_lost(reason)
            except Exception:
                log.exception("Not everybody could be told that %s is lost", self.name)
            self.restarts += 1
            await asyncio.sleep(pause)

    async def _one_life(self) -> str:
        """Run the worker once; return why it ended."""
        try:
            process, ours = self._start()
        except OSError as error:
            return f"it can't be started: {error.strerror or error}"
        self.pid = process.pid
        try:
            reader, self._writer = await asyncio.open_unix_connection(sock=ours)
        except OSError as error:
            ours.close()
            await self._bury(process, hung=False)
            return f"its channel can't be used: {error.strerror or error}"
        self._framing = Framing(self._kind)
        self._heard = time.monotonic()
        reading = asyncio.ensure_future(self._read(reader))
        hung = False
        try:
            while not reading.done():
                asked = time.monotonic()
                await asyncio.wait([reading], timeout=self._ping_seconds)
                # While our own loop stood still, a sign of life lay unread in the channel.
                self._heard += max(0.0, time.monotonic() - asked - self._ping_seconds)
                silent = time.monotonic() - self._heard
                hung = silent > (self._patience if self.ready.is_set() else self._start_seconds)
                if hung:
                    return f"it gave no sign of life for {silent:.0f} s"
                self.tell(self._ping(time.time()))
            return reading.result()
        finally:
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reading
            self._writer.close()
            self._writer = None
            await self._bury(process, hung=hung)

    def _start(self) -> "tuple[subprocess.Popen[bytes], socket.socket]":
        """Fork (a millisecond); return it and our end of its channel. Raise `OSError` for want of resources."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                process = subprocess.Popen(
                    [*self._command, CHANNEL, str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                )
            except OSError:
                ours.close()
                raise
        return process, ours

    async def _read(self, reader: asyncio.StreamReader) -> str:
        """Hand on every message; return why there are no more."""
        try:
            while data := await reader.read(65536):
                self._heard = time.monotonic()
                for message in self._framing.feed(data):
                    self.ready.set()
                    try:
                        self._on_message(message)
                    except Exception as fault:
                        log.exception("%s: we failed on its %s", self.name, type(message).__name__)
                        return f"we failed on its message: {type(fault).__name__}"
        except ValueError as error:
            return f"it sent what is no message: {error}"
        except ConnectionError:
            pass
        return "its process ended"

    async def _bury(self, process: "subprocess.Popen[bytes]", *, hung: bool) -> None:
        """Collect the process without blocking the loop; it exits by itself at end-of-file unless it hangs."""
        until = time.monotonic() + (0 if hung else LEAVING_SECONDS)
        while process.poll() is None:
            if time.monotonic() >= until:
                process.kill()
            await asyncio.sleep(0.02)


def channel(descriptor: int) -> socket.socket:
    """Return the worker's end of the channel, blocking, from the descriptor it was started with."""
    return socket.socket(fileno=descriptor)
