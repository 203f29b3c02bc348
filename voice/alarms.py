"""Timers of one call. Each puts an `Alarm` into the call's own queue, so that time is an event like any other."""

import asyncio
from dataclasses import dataclass

from voice.line import Sink


@dataclass(frozen=True)
class Alarm:
    """The timer `name` ran out. `number` tells it from an older one of that name that was set anew."""

    name: str
    number: int


class Alarms:
    """The timers of one call, by name."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._set: dict[str, tuple[int, asyncio.TimerHandle]] = {}
        self._count = 0

    def set(self, name: str, seconds: float) -> None:
        """Let it ring in `seconds`; an earlier one of that name doesn't ring any more."""
        self.clear(name)
        self._count += 1
        alarm = Alarm(name, self._count)
        handle = asyncio.get_running_loop().call_later(seconds, self._sink, alarm)
        self._set[name] = (self._count, handle)

    def clear(self, name: str) -> None:
        """Let it not ring."""
        if name in self._set:
            self._set.pop(name)[1].cancel()

    def is_set(self, name: str) -> bool:
        """Whether it will ring."""
        return name in self._set

    def valid(self, alarm: Alarm) -> bool:
        """Take an alarm that rang; False where it was cleared or set anew since."""
        if name_is_current := self._set.get(alarm.name, (0, None))[0] == alarm.number:
            del self._set[alarm.name]
        return name_is_current

    def clear_all(self) -> None:
        """Nothing rings any more."""
        for name in list(self._set):
            self.clear(name)
