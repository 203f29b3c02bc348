"""The calls that are under way, whoever placed them: within one limit, each in a task, ended together by a drain."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from models.cause import Cause
from models.errors import Refused
from models.log import about
from models.settings import LimitSettings
from voice.call import Call
from voice.endings import EndNow

log = logging.getLogger(__name__)
Queue = asyncio.Queue[object]
Conduct = Callable[[Call, Queue], Awaitable[None]]
"""Has a call from its beginning to the end of its record; `queue` is the sink of all that belongs to it."""
LEAVING_SECONDS = 5.0
"""How long calls that were told to end may take for it."""


class RunningCalls:
    """Takes calls once it was told which task group holds them."""

    def __init__(self, limits: LimitSettings) -> None:
        self._limits = limits
        self._queues: dict[str, Queue] = {}
        self._group: asyncio.TaskGroup | None = None
        self._empty = asyncio.Event()
        self._empty.set()
        self.draining = False

    @property
    def count(self) -> int:
        """Calls that are being placed, answered or talked to."""
        return len(self._queues)

    def refusal(self) -> tuple[str, Cause] | None:
        """Return why no further call can be taken now, in words and as a cause; None where one can."""
        if self.draining or self._group is None:
            return "Draining", Cause.DRAINING
        if self.count >= self._limits.max_calls:
            return "All lines are busy", Cause.CONGESTION
        return None

    def take(self, call: Call, conduct: Conduct) -> None:
        """Let `conduct` have the call in a task of its own; `refusal` was asked before."""
        assert self._group is not None, "asked `refusal` first"
        queue = self._queues[call.id] = asyncio.Queue()
        self._empty.clear()
        self._group.create_task(self._hold(call, conduct, queue), name=f"call {call.id}")

    def hang_up(self, beginning: str, cause: Cause) -> str:
        """End the call whose id begins so, and return its id; raise `CannotDo` where there is not exactly one."""
        found = [call_id for call_id in self._queues if call_id.startswith(beginning)] if beginning else []
        if len(found) != 1:
            which = (
                f"{len(found)} running calls have ids that begin" if found else "No running call has an id that begins"
            )
            words = f"{which} with '{beginning}'; see `hotline calls list`."
            raise Refused(words, "orders.call_over", call=beginning)
        self._queues[found[0]].put_nowait(EndNow(cause))
        return found[0]

    def held_by(self, group: asyncio.TaskGroup) -> None:
        """From now on calls are taken, as tasks of `group`."""
        self._group = group

    async def drain(self, seconds: float) -> None:
        """Take no more calls; return when the running ones are over; those left after `seconds` are ended."""
        self.draining = True
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._empty.wait()
            return
        for queue in self._queues.values():
            queue.put_nowait(EndNow(Cause.SERVER_STOPPED))
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVING_SECONDS):
                await self._empty.wait()

    async def _hold(self, call: Call, conduct: Conduct, queue: Queue) -> None:
        """One call to the end of its record; whatever goes wrong stays within it."""
        try:
            with about(call.id):
                await conduct(call, queue)
        except asyncio.CancelledError:
            call.break_off(Cause.SERVER_STOPPED)
            raise
        except Exception:
            log.exception("A call failed", extra={"call": call.id})
            call.break_off(Cause.OUR_ERROR)
        finally:
            del self._queues[call.id]
            if not self._queues:
                self._empty.set()
