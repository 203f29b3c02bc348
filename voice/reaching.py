"""One call of ours from the first INVITE to the answer, or until it is on record why nobody answered."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from models.cause import Cause
from models.errors import HotlineError
from voice.call import Call
from voice.endings import EndNow
from voice.line import Answered, Dialog, HungUp, MediaLost, MediaPlan, Ringing
from voice.placing import CallRefused
from voice.running_calls import Queue


async def reached(
    call: Call,
    queue: Queue,
    ring: Coroutine[Any, Any, Dialog],
    before: Callable[[object], None] | None = None,
) -> MediaPlan | None:
    """Call until it is answered; return what was agreed on, or None once it is on record why nobody did.

    `ring` places the call and returns its dialog once it rings; `queue` is its sink. `before` is told every event that
    comes before the answer: ringing, and what early media brings.
    """
    reaching = asyncio.ensure_future(ring)
    reaching.add_done_callback(queue.put_nowait)
    try:
        while True:
            event = await queue.get()
            try:
                if event is reaching or isinstance(event, Ringing | Answered):
                    # What a dialog told first may come before the dialog itself.
                    call.rings(await reaching)
            except CallRefused as refused:
                call.end(refused.cause, refused.code, str(refused))
                return None
            except HotlineError as error:
                call.end(Cause.LINE_UNREACHABLE, words=str(error))
                return None
            match event:
                case Answered():
                    return event.plan
                case HungUp():
                    rung_out = event.by_us and event.cause is Cause.NO_ANSWER
                    call.end(event.cause, event.code, "nobody took it while it rang" if rung_out else event.words)
                    return None
                case EndNow():
                    cancelled = event.cause is Cause.OPERATOR_HUNG_UP
                    call.break_off(Cause.CANCELLED if cancelled else event.cause)
                    return None
                case MediaLost():
                    call.break_off(Cause.MEDIA_FAILED)
                    return None
                case _ if before is not None:
                    before(event)
    finally:
        reaching.cancel()
        with suppress(HotlineError, asyncio.CancelledError):
            await reaching
