"""Our SIP stack with its edge on a loopback address, without media: what the peers of these tests talk with."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Callable

from models.settings import SipSettings
from voice.outbound import Outbound
from voice.sip.address import bracketed
from voice.sip.dialog import SipDialog
from voice.sip.edge import SipEdge
from voice.sip.stack import SipStack
from voice.sip.users import Users


class OurEdge:
    def __init__(
        self,
        settings: SipSettings,
        on_call: Callable[[SipDialog], None] = lambda dialog: None,
        more_users: Users | None = None,
    ) -> None:
        self.full: list[tuple[str, str]] = []
        """Callers whose calls were refused as their source had too many, and why."""
        self.edge = SipEdge(settings, time.monotonic, more_users)
        self.stack = SipStack(
            settings,
            guard=self.edge.guard,
            origins=self.edge.origins,
            admission=self.edge.admission,
            on_call=on_call,
            on_full=lambda dialog, why: self.full.append((dialog.caller.number, why)),
            health=lambda: 200,
        )
        self.outbound = Outbound(
            self.stack, self.edge.trunks, self.edge.bindings, self.edge.resolver, time.monotonic, settings.ring_seconds
        )


@contextlib.asynccontextmanager
async def our_edge(
    listen: str, on_call: Callable[[SipDialog], None] = lambda dialog: None, **settings: object
) -> AsyncIterator[OurEdge]:
    ours = OurEdge(SipSettings.model_validate({"listen": listen, **settings}), on_call)
    await ours.stack.start()
    try:
        ours.edge.plug_into(ours.stack)
        async with asyncio.TaskGroup() as group:
            group.create_task(ours.edge.run())
            yield ours
            await ours.edge.stop()
    finally:
        await ours.stack.stop()


def free(address: str) -> str:
    """`address` with a port that nobody uses now, UDP and TCP, so that two runs on one machine don't meet."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe, socket.socket(family, socket.SOCK_STREAM) as twin:
        probe.bind((address, 0))
        port = probe.getsockname()[1]
        twin.bind((address, port))
    return f"{bracketed(address)}:{port}"


async def until(condition: Callable[[], object], what: str, seconds: float = 30) -> None:
    """Wait for something that another process brings about."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come in {seconds:g} s"
        await asyncio.sleep(0.02)
