"""A worker for test_child_process: says Ready, answers Ping, and fails in the ways workers fail when told to."""

import os
import signal
import sys

import msgspec

from models.child_process import channel
from models.framing import Framing


class Ready(msgspec.Struct, tag=True):
    pid: int


class Ping(msgspec.Struct, tag=True):
    at: float


class Pong(msgspec.Struct, tag=True):
    at: float


class Misbehave(msgspec.Struct, tag=True):
    how: str


FromWorker = Ready | Pong
ToWorker = Ping | Misbehave


def main() -> None:
    framing: Framing[ToWorker] = Framing(ToWorker)
    wire = channel(int(sys.argv[-1]))
    wire.sendall(framing.pack(Ready(os.getpid())))
    while data := wire.recv(4096):
        for message in framing.feed(data):
            match message:
                case Ping(at):
                    wire.sendall(framing.pack(Pong(at)))
                case Misbehave("die"):
                    os._exit(3)
                case Misbehave("hang"):
                    os.kill(os.getpid(), signal.SIGSTOP)
                case Misbehave("babble"):
                    wire.sendall(b"\x04\x00\x00\x00\xc1\xc1\xc1\xc1")


if __name__ == "__main__":
    main()
