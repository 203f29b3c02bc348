"""Soak of calls out: 3,000 short calls through a trunk to sipp; memory, descriptors and ports of who places them.

Signalling and media as in a server, without a conversation behind: that one soaks with the calls that come in.
"""

import asyncio
import gc
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bench import growth
from bench.processes import Usage, udp_ports, usage
from bench.report import Report, run, short
from models.cause import Cause
from models.errors import HotlineError, PeerFault
from models.settings import MediaSettings, SipSettings
from voice.line import Answered, HungUp, MediaPlan, Origin
from voice.media.media_client import MediaClient
from voice.media.media_protocol import SetRemote
from voice.outbound import Outbound
from voice.placing import Media
from voice.server_process import free_port
from voice.sip.edge import SipEdge
from voice.sip.stack import SipStack

US, THEM = "127.0.0.62", "127.0.0.63"
RATE = 40
STEP = 500
HOLD = 0.3
"""Seconds from the answer to our BYE."""
OURSELVES = Origin("ourselves", "", "")


class Line:
    """What places calls."""

    def __init__(self, their_port: int) -> None:
        trunk = {"name": "out", "host": f"{THEM}:{their_port}", "health_check": 0, "max_calls": 1000}
        settings = SipSettings.model_validate({"listen": f"{US}:{free_port(US)}", "trunks": [trunk]})
        self.edge = SipEdge(settings, time.monotonic)
        self.stack = SipStack(
            settings,
            guard=self.edge.guard,
            origins=self.edge.origins,
            admission=self.edge.admission,
            on_call=lambda dialog: dialog.reject(486, "Busy Here", Cause.BUSY),
            health=lambda: 200,
        )
        self.media = MediaClient(MediaSettings(workers=1), US)
        self._outbound = Outbound(
            self.stack, self.edge.trunks, self.edge.bindings, self.edge.resolver, time.monotonic, settings.ring_seconds
        )
        self.failed = 0

    async def portion(self) -> None:
        """Place `STEP` calls, `RATE` a second, and see them all to their end."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(STEP):
                await asyncio.sleep(max(began + number / RATE - time.monotonic(), 0))
                group.create_task(self._call(number))

    async def _call(self, number: int) -> None:
        heard: asyncio.Queue[object] = asyncio.Queue()
        stream = await self.media.open(lambda event: None)
        try:
            media = Media(stream.address, stream.port)
            dialog = await self._outbound.call(OURSELVES, "out", f"555{number:05}", media, heard.put_nowait)
            async with asyncio.timeout(20):
                plan = await _answer(heard)
                stream.tell(SetRemote(stream.number, plan.address, plan.port, plan.codec, plan.payload_type))
                await asyncio.sleep(HOLD)
                dialog.hang_up(Cause.ROBOT_HUNG_UP)
                while not isinstance(await heard.get(), HungUp):
                    pass
        except (HotlineError, TimeoutError):
            self.failed += 1
        finally:
            await stream.close()


async def _answer(heard: "asyncio.Queue[object]") -> MediaPlan:
    while not isinstance(event := await heard.get(), Answered):
        if isinstance(event, HungUp):
            raise PeerFault(f"The call was not answered ({event.code} {event.words}).")
    return event.plan


@asynccontextmanager
async def line() -> AsyncIterator[Line]:
    """Yield what places calls, and sipp at the other end of its trunk."""
    port = free_port(THEM)
    made = Line(port)
    callee = await asyncio.create_subprocess_exec(
        *("sipp", "-sn", "uas", "-i", THEM, "-mi", THEM, "-p", str(port), "-nostdin"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    working = asyncio.ensure_future(made.media.run())
    try:
        await made.media.ready()
        await made.stack.start()
        yield made
        await made.stack.stop()
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        callee.terminate()
        await callee.wait()


def ours() -> list[Usage]:
    """Return what this process and its media worker use."""
    return [one for one in usage(os.getpid()) if not one.name.endswith("-nostdin")]


async def measure() -> Report:
    """Return the figure."""
    calls = 1500 if short() else 3000
    report = Report("soak out", f"{calls} calls of {HOLD} s through a trunk, {RATE} a second, in portions of {STEP}")
    history: list[list[Usage]] = []
    ports: list[int] = []
    async with line() as made:
        # As the server does at its start.
        gc.collect()
        gc.freeze()
        gc.collect()
        for _ in range(calls // STEP + 1):
            history.append(ours())
            ports.append(udp_ports(os.getpid()))
            if len(history) <= calls // STEP:
                await made.portion()
                await asyncio.sleep(2)
    report.add("calls failed", made.failed, "", "<= 0")
    growth.add(report, history, ports, STEP)
    return report


if __name__ == "__main__":
    sys.exit(run(measure))
