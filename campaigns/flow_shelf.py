"""Flows of campaigns by name: those that callers get too as the server has them, others read and kept for a while."""

import asyncio
from collections.abc import Callable, Mapping

from dialplans.flow import Flow

FRESH_S = 30.0
"""After which a flow that no route names is looked at again: it may have been published anew."""


class FlowShelf:
    """Returns flows by name; calling one raises `OperatorFault` where it can't be read."""

    def __init__(self, routed: Callable[[], Mapping[str, Flow]], read: Callable[[str], Flow]) -> None:
        """`routed`: the flows that callers get now; `read` reads any other, and blocks for a moment."""
        self._routed, self._read = routed, read
        self._kept: dict[str, tuple[Flow, float]] = {}
        self._reading = asyncio.Lock()

    async def __call__(self, name: str) -> Flow:
        """Return the flow of that name, or in the file of that path."""
        if routed := self._routed().get(name):
            return routed
        async with self._reading:
            now = asyncio.get_running_loop().time()
            kept = self._kept.get(name)
            if kept is None or now - kept[1] > FRESH_S:
                found = await asyncio.to_thread(self._read, name)
                # The same version stays the same object, whose prompts and examples are ready.
                same = kept is not None and kept[0].version == found.version
                self._kept[name] = (kept[0] if kept and same else found, now)
            return self._kept[name][0]
