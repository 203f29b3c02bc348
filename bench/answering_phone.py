"""Phones that answer every call and speak one pitch each, with the kernel's receive time of every packet they hear.

Signalling is our own SIP stack in the bench's process; RTP is by hand, apart from the media worker under test.
"""

import asyncio
import audioop
import random
import socket
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.settings import SipSettings
from voice.line import MediaPlan, Origin
from voice.server_process import free_port
from voice.sip.admission import Admission
from voice.sip.dialog import SipDialog
from voice.sip.origins import Arrival
from voice.sip.stack import SipStack

SO_TIMESTAMPNS = 35
HEAD = struct.Struct(">BBHII")
TIMESPEC = struct.Struct("@qq")
FRAME, RATE = 160, 8000


def tone(pitch: float, frames: int = 50) -> list[bytes]:
    """Return coded frames of a tone that goes round without a click."""
    linear = (8000 * np.sin(2 * np.pi * pitch * np.arange(frames * FRAME) / RATE)).astype("<i2").tobytes()
    coded = audioop.lin2ulaw(linear, 2)
    return [coded[at : at + FRAME] for at in range(0, len(coded), FRAME)]


def has(payload: bytes, pitch: float) -> bool:
    """Tell whether 20 ms of PCMU hold that pitch, clearly."""
    linear = np.frombuffer(audioop.ulaw2lin(payload, 2), "<i2").astype(float)
    return share(linear, pitch) > 800


def share(linear: NDArray[np.float64], pitch: float) -> float:
    """Return the amplitude of a pitch in some samples."""
    turns = np.exp(-2j * np.pi * pitch * np.arange(len(linear)) / RATE)
    return float(2 * abs(np.dot(linear, turns)) / len(linear))


@dataclass
class Mouth:
    """One RTP end."""

    address: str
    heard: list[tuple[float, bytes]] = field(default_factory=list)
    """Kernel receive time (CLOCK_REALTIME) and payload."""
    sent: list[float] = field(default_factory=list)
    """When each packet left."""

    def __post_init__(self) -> None:
        self.end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.end.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.end.bind((self.address, 0))
        self.end.setblocking(False)
        self.port = int(self.end.getsockname()[1])
        self._sequence, self._stamp, self._ssrc = random.getrandbits(15), random.getrandbits(31), random.getrandbits(32)
        asyncio.get_running_loop().add_reader(self.end, self._read)

    async def speak(self, target: tuple[str, int], frames: list[bytes], seconds: float = 60.0) -> None:
        """Send a frame every 20 ms, round and round, until cancelled."""
        due = time.monotonic()
        for place in range(round(seconds * 50)):
            self._sequence, self._stamp = (self._sequence + 1) & 0xFFFF, (self._stamp + FRAME) & 0xFFFFFFFF
            head = HEAD.pack(0x80, 0, self._sequence, self._stamp, self._ssrc)
            self.sent.append(time.time())
            self.end.sendto(head + frames[place % len(frames)], target)
            due += 0.02
            await asyncio.sleep(max(due - time.monotonic(), 0))

    def close(self) -> None:
        """Hear nothing more."""
        asyncio.get_running_loop().remove_reader(self.end)
        self.end.close()

    def _read(self) -> None:
        while True:
            try:
                data, ancillary, _, _ = self.end.recvmsg(2048, 64)
            except BlockingIOError:
                return
            seconds, nanoseconds = TIMESPEC.unpack(ancillary[0][2])
            if data[1] & 127 == 0:
                self.heard.append((seconds + nanoseconds * 1e-9, data[HEAD.size :]))


@dataclass(frozen=True)
class _Admitted:
    admitted: bool = True
    news: str = ""


class _Anybody:
    def admits(self, address: str, now: float, head: bytes) -> _Admitted:
        return _Admitted()

    def of(self, arrival: Arrival, now: float) -> Origin:
        return Origin("unknown", "", arrival.source[0])


class Phones:
    """One address at which every call is answered at once."""

    def __init__(self, address: str, pitch: float) -> None:
        self.mouths: list[Mouth] = []
        """One a call, in the order of the calls."""
        self.answered: list[float] = []
        """When each 200 left."""
        self._address, self._frames = address, tone(pitch)
        self._tasks: list[asyncio.Task[None]] = []
        anybody = _Anybody()
        self.stack = SipStack(
            SipSettings(listen=f"{address}:{free_port(address)}"),
            guard=anybody,
            origins=anybody,
            admission=Admission((), 0),
            on_call=self._rings,
            health=lambda: 200,
        )

    @property
    def uri(self) -> str:
        """Where to call."""
        return f"sip:agent@{self.stack.address[0]}:{self.stack.address[1]}"

    def _rings(self, dialog: SipDialog) -> None:
        self._tasks.append(asyncio.get_running_loop().create_task(self._take(dialog)))

    async def _take(self, dialog: SipDialog) -> None:
        mouth = Mouth(self._address)
        self.mouths.append(mouth)
        over = asyncio.Event()
        dialog.attach(lambda event: over.set() if type(event).__name__ == "HungUp" else None)
        dialog.ring()
        plan: MediaPlan = await dialog.answer(self._address, mouth.port)
        self.answered.append(time.time())
        speaking = asyncio.ensure_future(mouth.speak((plan.address, plan.port), self._frames))
        await over.wait()
        speaking.cancel()
        mouth.close()

    async def stop(self) -> None:
        """Hang up what is left."""
        await self.stack.stop(patience=0)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def phones(address: str, pitch: float) -> AsyncIterator[Phones]:
    """Answer calls to `address` while the block runs."""
    found = Phones(address, pitch)
    await found.stack.start()
    try:
        yield found
    finally:
        await found.stop()
