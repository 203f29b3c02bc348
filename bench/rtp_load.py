"""The far end of the capacity bench: N callers in one process, with the kernel's own receive time of each packet.

Reads one JSON line {"address", "calls"} and answers {"ports"}; reads {"targets", "seconds", "kind"} and sends 20 ms
packets of speech-like PCMU to each target, in four phases of a tick; at the end writes {"received", "lost", "gaps_ms",
"sent"}: what came in, by sequence numbers and kernel time stamps (SO_TIMESTAMPNS), which no scheduling here can blur.
"""

import audioop
import json
import random
import select
import socket
import struct
import sys
import time
from itertools import pairwise

SO_TIMESTAMPNS = 35
HEAD = struct.Struct(">BBHII")
TIMESPEC = struct.Struct("@qq")
PHASES = 4


class Caller:
    """One socket, its sequence numbers and what it received."""

    def __init__(self, address: str) -> None:
        self.end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.end.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 18)
        self.end.setblocking(False)
        self.end.bind((address, 0))
        self.target = ("", 0)
        self.sequence = random.getrandbits(15)
        self.stamp = random.getrandbits(31)
        self.ssrc = random.getrandbits(32)
        self.times: list[float] = []
        self.sequences: list[int] = []

    def send(self, payload: bytes) -> None:
        self.sequence = self.sequence + 1 & 0xFFFF
        self.stamp = self.stamp + 160 & 0xFFFFFFFF
        self.end.sendto(HEAD.pack(0x80, 0, self.sequence, self.stamp, self.ssrc) + payload, self.target)

    def receive(self) -> None:
        try:
            data, ancillary, _flags, _source = self.end.recvmsg(2048, 64)
        except OSError:
            return
        if len(data) >= 12 and data[1] & 127 in (0, 8):
            seconds, nanoseconds = TIMESPEC.unpack(ancillary[0][2])
            self.times.append(seconds + nanoseconds * 1e-9)
            self.sequences.append(data[2] << 8 | data[3])


def speech(seconds: int = 4) -> list[bytes]:
    """Return frames that come and go in loudness as speech does."""
    source = random.Random(1)
    frames = []
    for frame in range(50 * seconds):
        level = 6000 if (frame // 25) % 3 else 60
        linear = b"".join(struct.pack("<h", source.randint(-level, level)) for _ in range(160))
        frames.append(audioop.lin2ulaw(linear, 2))
    return frames


def run(callers: list[Caller], seconds: float, frames: list[bytes]) -> int:
    """Talk and listen; return how many packets were sent."""
    watch = select.epoll()
    by_descriptor = {caller.end.fileno(): caller for caller in callers}
    for descriptor in by_descriptor:
        watch.register(descriptor, select.EPOLLIN)
    sent, step, begin = 0, 0, time.monotonic()
    while (now := time.monotonic()) < begin + seconds + 0.3:
        due = begin + step * 0.02 / PHASES
        if now < due:
            time.sleep(due - now)
        if due < begin + seconds:
            payload = frames[step // PHASES % len(frames)]
            for caller in callers[step % PHASES :: PHASES]:
                caller.send(payload)
                sent += 1
        step += 1
        for _ in range(4):
            ready = watch.poll(0, 4096)
            if not ready:
                break
            for descriptor, _events in ready:
                by_descriptor[descriptor].receive()
    return sent


def result(callers: list[Caller], sent: int) -> dict[str, object]:
    lost, gaps = [], []
    for caller in callers:
        steps = [(b - a) & 0xFFFF for a, b in pairwise(caller.sequences)]
        lost.append(sum(step - 1 for step in steps if 1 < step < 1000))
        gaps += [1000 * (b - a) for a, b in pairwise(caller.times)]
    return {
        "received": [len(caller.times) for caller in callers],
        "lost": sum(lost),
        "gaps_ms": [round(gap, 3) for gap in gaps],
        "sent": sent,
    }


def main() -> None:
    order = json.loads(sys.stdin.readline())
    callers = [Caller(order["address"]) for _ in range(order["calls"])]
    frames = speech()
    print(json.dumps({"ports": [caller.end.getsockname()[1] for caller in callers]}), flush=True)
    order = json.loads(sys.stdin.readline())
    for caller, target in zip(callers, order["targets"], strict=True):
        caller.target = tuple(target)
    sent = run(callers, order["seconds"], frames)
    json.dump(result(callers, sent), sys.stdout)
