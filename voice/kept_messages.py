"""Messages of one call on their way into files of their own, beside the call's recording."""

import asyncio
import logging
from pathlib import Path

from models.errors import HotlineError
from voice import clip
from voice.call import Call
from voice.message import Taken
from voice.speaking import Spawn

log = logging.getLogger(__name__)
WRITER_SECONDS = 4.0
"""Patience with who writes the recording, which is about a second behind."""
LOOK_EVERY = 0.1


class KeptMessages:
    """Cuts each message out of the recording as soon as that is there; what the call's end overtakes, after it."""

    def __init__(self, call: Call, spawn: Spawn) -> None:
        """`spawn` starts a task that belongs to the call."""
        self._call, self._spawn = call, spawn
        self._left: dict[Path, tuple[str, Taken]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def keep(self, name: str, taken: Taken) -> Path:
        """Return where the message `name` will be."""
        path = self._call.clip(name)
        self._left[path] = name, taken
        self._tasks.append(self._spawn(self._when_written(path, taken)))
        return path

    def stop(self) -> None:
        """The call ends: wait for nothing more."""
        for task in self._tasks:
            task.cancel()

    def add(self, name: str, taken: Taken) -> Path:
        """Keep a message that the end of the call broke off; return where it will be."""
        path = self._call.clip(name)
        self._left[path] = name, taken
        return path

    async def close(self) -> None:
        """The recording is whole: cut what is left."""
        for path in list(self._left):
            await self._cut(path)

    async def _when_written(self, path: Path, taken: Taken) -> None:
        source, _, end = self._call.recorded(taken.start, taken.end)
        # Another process writes it: there is nobody to be told by.
        for _ in range(round(WRITER_SECONDS / LOOK_EVERY)):
            if clip.recorded(source) >= end:
                break
            await asyncio.sleep(LOOK_EVERY)
        await self._cut(path)

    async def _cut(self, path: Path) -> None:
        name, taken = self._left[path]
        source, start, end = self._call.recorded(taken.start, taken.end)
        try:
            seconds = await asyncio.to_thread(clip.cut, source, start, end, path)
        except HotlineError as error:
            log.error("%s", error, extra={"call": self._call.id})
            self._call.event("message-lost", message=name, reason=str(error))
        else:
            self._call.event(
                "recorded", message=name, file=path.name, seconds=round(seconds, 2), ended_by=taken.ended_by
            )
        del self._left[path]
