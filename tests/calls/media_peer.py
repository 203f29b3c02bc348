"""A phone's RTP side, written by hand and apart from the code under test: sends at its own pace, keeps what came."""

import asyncio
import random
import socket
import struct
import time
from dataclasses import dataclass, field

IN_TIME = 0.03
"""Seconds that a packet may be late without being missed: what is said with longer gaps is said again."""
HEAD = struct.Struct(">BBHII")
STAMP = struct.Struct("@qq")
SO_TIMESTAMPNS = 35
"""Linux: receive times of the kernel as ancillary data (socket(7)); this process may be late to read."""


@dataclass
class Packet:
    at: float
    """When it came, seconds by the kernel's clock."""
    marker: bool
    kind: int
    sequence: int
    stamp: int
    ssrc: int
    payload: bytes


@dataclass
class RtpPeer:
    """One UDP socket; `receive` is registered with the running loop."""

    address: str
    end: socket.socket = field(init=False)
    packets: list[Packet] = field(default_factory=list)
    sequence: int = 1000
    stamp: int = 5000
    ssrc: int = field(default_factory=lambda: random.getrandbits(32))

    def __post_init__(self) -> None:
        self.end = socket.socket(socket.AF_INET6 if ":" in self.address else socket.AF_INET, socket.SOCK_DGRAM)
        self.end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.end.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.end.bind((self.address, 0))
        self.end.setblocking(False)
        asyncio.get_running_loop().add_reader(self.end, self._read)

    @property
    def port(self) -> int:
        return int(self.end.getsockname()[1])

    def send(self, target: tuple[str, int], payload: bytes, kind: int = 0, marker: bool = False) -> None:
        head = HEAD.pack(0x80, kind | 0x80 * marker, self.sequence & 0xFFFF, self.stamp & 0xFFFFFFFF, self.ssrc)
        self.end.sendto(head + payload, target)
        self.sequence += 1
        self.stamp += 160

    async def talk(self, target: tuple[str, int], frames: list[bytes], kind: int = 0) -> float:
        """Send a frame every 20 ms; return by how many seconds the latest was late, where the machine held us up."""
        begin, late = time.monotonic(), 0.0
        for place, frame in enumerate(frames):
            late = max(late, time.monotonic() - begin - 0.02 * place)
            self.send(target, frame, kind)
            await asyncio.sleep(max(begin + 0.02 * (place + 1) - time.monotonic(), 0))
        return late

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self.end)
        self.end.close()

    def _read(self) -> None:
        for _ in range(100):
            try:
                data, [(_, _, received), *_], _, _ = self.end.recvmsg(2048, 64)
            except BlockingIOError:
                return
            seconds, nanoseconds = STAMP.unpack(received[: STAMP.size])
            _, kind, sequence, stamp, ssrc = HEAD.unpack_from(data)
            at = seconds + nanoseconds * 1e-9
            self.packets.append(Packet(at, kind > 127, kind & 127, sequence, stamp, ssrc, data[HEAD.size :]))
