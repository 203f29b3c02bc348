"""A real SipStack without anything behind it: answers every call at once with a fixed RTP address."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from models.cause import Cause
from models.errors import HotlineError
from models.settings import SipSettings
from voice.line import HungUp, Origin
from voice.sip.admission import Admission
from voice.sip.dialog import SipDialog
from voice.sip.stack import SipStack

RTP = ("127.0.0.30", 40000)


@dataclass(frozen=True)
class Admitted:
    admitted: bool = True
    news: str = ""


class Anybody:
    """Guard and origins that let everybody in."""

    def admits(self, address, now, head):
        return Admitted()

    def of(self, arrival, now):
        return Origin("unknown", "", f"{arrival.source[0]}:{arrival.source[1]}")


class BareStack:
    def __init__(self, on_call: Callable[["BareStack", SipDialog], None] | None = None) -> None:
        self.stack: SipStack
        self.dialogs: list[SipDialog] = []
        self.events: list[object] = []
        self.keep = True
        """Whether dialogs and events are kept for the test to look at."""
        self.code = 200
        self.rtp = RTP
        self.failures: list[HotlineError] = []
        self._on_call = on_call
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        return f"{self.stack.address[0]}:{self.stack.address[1]}"

    def taken(self, dialog: SipDialog) -> None:
        if self.keep:
            self.dialogs.append(dialog)
            dialog.attach(self.events.append)
        if self._on_call is not None:
            self._on_call(self, dialog)
        else:
            dialog.ring()
            self.answer(dialog)

    def answer(self, dialog: SipDialog, after: float = 0) -> None:
        task = asyncio.get_running_loop().create_task(self._answer(dialog, after))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, dialog: SipDialog, after: float) -> None:
        await asyncio.sleep(after)
        try:
            await dialog.answer(*self.rtp)
        except HotlineError as fault:
            self.failures.append(fault)

    def causes(self) -> list[Cause]:
        return [event.cause for event in self.events if isinstance(event, HungUp)]

    async def until(self, condition: Callable[[], object], seconds: float = 30) -> None:
        """Poll for what has no event of its own."""
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.01)

    async def finish(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def free_port(host: str) -> int:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def bare_stack(
    host: str = "127.0.0.31",
    on_call: Callable[[BareStack, SipDialog], None] | None = None,
    port: int = 0,
    guard: object = None,
    origins: object = None,
) -> AsyncIterator[BareStack]:
    bare = BareStack(on_call)
    anybody = Anybody()
    shown = f"[{host}]" if ":" in host else host
    bare.stack = SipStack(
        SipSettings(listen=f"{shown}:{port or free_port(host)}"),
        guard=guard or anybody,  # type: ignore[arg-type]
        origins=origins or anybody,  # type: ignore[arg-type]
        admission=Admission((), 0),
        on_call=bare.taken,
        health=lambda: bare.code,
    )
    await bare.stack.start()
    try:
        yield bare
    finally:
        await bare.finish()
        await bare.stack.stop(patience=0)
