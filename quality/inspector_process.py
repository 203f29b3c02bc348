"""The inspector as a child process of the server: started behind its first call, again when it dies, ended with it.

No heart-beat: it asks for the idle policy, so that a machine full of calls may well keep it from saying anything.
"""

import asyncio
import logging
import sys
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from models.child_process import DEAF, STEADY
from models.settings import Settings

log = logging.getLogger(__name__)
MODULE = "quality.inspector_worker"
BACK_OFF = (1.0, 5.0, 20.0, 60.0)
"""Seconds before the first, second … restart in a row."""
LEAVING_S = 3.0
"""Its time to put back the call that it has; then it is killed, and the call waits for its lease to end."""
FRESH_S = 15.0
"""So old counts may be: one who asks for metrics every second costs no more."""


class Counting(Protocol):
    """What is asked of the jobs."""

    def counts(self) -> Mapping[str, int]: ...


class InspectorProcess:
    """One inspector; `run` keeps it alive until it is cancelled."""

    def __init__(
        self, settings: Settings, jobs: Counting, clock: Callable[[], float] = time.monotonic, module: str = MODULE
    ) -> None:
        """`clock`: seconds."""
        self.pid = 0
        self.restarts = 0
        self._settings, self._jobs, self._clock = settings, jobs, clock
        self._command = [*DEAF, sys.executable, "-m", module]
        self._counts: tuple[float, Mapping[str, int]] | None = None

    def counts(self) -> Mapping[str, int]:
        """Return how many calls are in each state, at most `FRESH_S` old. Asked by the metrics' thread."""
        now = self._clock()
        if self._counts is None or now - self._counts[0] > FRESH_S:
            self._counts = now, self._jobs.counts()
        return self._counts[1]

    async def run(self) -> None:
        """Start it, and again whenever it ends, until cancelled; then end it and wait for it."""
        failures = 0
        log.info("recorded calls are inspected behind the calls that run, by a process of the lowest priority")
        while True:
            began = self._clock()
            reason = await self._one_life()
            failures = 1 if self._clock() - began > STEADY else failures + 1
            pause = BACK_OFF[min(failures, len(BACK_OFF)) - 1]
            log.error("the inspector is lost (%s); it starts again in %.0f s", reason, pause)
            self.restarts += 1
            await asyncio.sleep(pause)

    async def _one_life(self) -> str:
        """Run it once; return why it ended."""
        try:
            process = await asyncio.create_subprocess_exec(*self._command, stdin=asyncio.subprocess.PIPE)
        except OSError as error:
            return f"it can't be started: {error.strerror or error}"
        self.pid = process.pid
        assert process.stdin is not None
        try:
            # By its input, as nobody may read them; the end of it is the order to leave.
            process.stdin.write(self._settings.model_dump_json().encode() + b"\n")
            return f"it ended with {await process.wait()}"
        finally:
            self.pid = 0
            process.stdin.close()
            await self._bury(process)

    async def _bury(self, process: asyncio.subprocess.Process) -> None:
        try:
            async with asyncio.timeout(LEAVING_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
