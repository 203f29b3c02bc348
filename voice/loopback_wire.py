"""A network in memory: packets between real streams get lost, late and out of order, by a seed, in the loop's time.

It stands in for the sockets of `voice.media.stream`, so that what the media worker does with a bad network is part of a
whole call under a virtual clock.
"""

import asyncio
import random
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from voice.media.ports import Ports

Address = tuple[str, int]


@dataclass(frozen=True)
class Losses:
    """How a network treats each packet."""

    loss: float = 0.0
    """Share that never arrives."""
    delay: float = 0.01
    """Seconds that every packet takes at least."""
    jitter: float = 0.0
    """Seconds that it takes longer at most, evenly spread: above 20 ms packets overtake each other."""
    seed: int = 1


class Wire:
    """The network between all ends that were made of it; also `Watch` for them."""

    def __init__(self, losses: Losses) -> None:
        self._losses, self._chance = losses, random.Random(losses.seed)
        self._ends: dict[Address, WireEnd] = {}
        self._readers: dict[int, Callable[[float], None]] = {}
        self._descriptors = count(1000)
        self._sent = count(1)
        self.carried = self.lost = 0
        self.overtaken = 0
        """Packets that came after one which was sent later to the same end."""

    def end(self, address: Address) -> "WireEnd":
        """Return a new end with this address."""
        made = self._ends[address] = WireEnd(self, address, next(self._descriptors))
        return made

    def gone(self, address: Address) -> None:
        """Nobody is at `address` any more."""
        self._ends.pop(address, None)

    def add(self, descriptor: int, read: Callable[[float], None]) -> None:
        """See `Watch`."""
        self._readers[descriptor] = read

    def remove(self, descriptor: int) -> None:
        """See `Watch`."""
        self._readers.pop(descriptor, None)

    def carry(self, packet: bytes, source: Address, target: Address) -> None:
        """Bring `packet` to `target`, or lose it."""
        how, number = self._losses, next(self._sent)
        self.carried += 1
        if self._chance.random() < how.loss:
            self.lost += 1
            return
        late = how.delay + self._chance.uniform(0, how.jitter)
        asyncio.get_running_loop().call_later(late, self._arrive, number, packet, source, target)

    def _arrive(self, number: int, packet: bytes, source: Address, target: Address) -> None:
        end = self._ends.get(target)
        if end is None:
            return
        self.overtaken += number < end.newest
        end.newest = max(end.newest, number)
        end.waiting.append((packet, source))
        if reader := self._readers.get(end.fileno()):
            reader(asyncio.get_running_loop().time())


class WireEnd:
    """As much of a UDP socket as a stream needs."""

    family = socket.AF_INET

    def __init__(self, wire: Wire, address: Address, descriptor: int) -> None:
        self.waiting: deque[tuple[bytes, Address]] = deque()
        self.newest = 0
        """Number of the latest sent packet that arrived."""
        self._wire, self._address, self._descriptor = wire, address, descriptor

    def getsockname(self) -> Address:
        return self._address

    def fileno(self) -> int:
        return self._descriptor

    def setsockopt(self, level: int, option: int, value: int) -> None:
        """Refuse a second socket on this address: the stream then sends and receives by this one alone."""
        if option == socket.SO_REUSEADDR and value:
            raise OSError("An end in memory is alone on its address.")

    def sendto(self, packet: bytes, target: Address) -> int:
        self._wire.carry(packet, self._address, target)
        return len(packet)

    def recvfrom(self, most: int) -> tuple[bytes, Address]:
        if not self.waiting:
            raise BlockingIOError
        packet, source = self.waiting.popleft()
        return packet[:most], source

    def close(self) -> None:
        self._wire.gone(self._address)


class WirePorts(Ports):
    """Port pairs on a wire."""

    def __init__(self, wire: Wire, first: int = 40000, last: int = 40999) -> None:
        super().__init__(first, last)
        self._wire = wire

    def take(self, address: str) -> tuple[socket.socket, socket.socket]:
        """See `Ports`."""
        port = self._free.popleft()
        return self._wire.end((address, port)), self._wire.end((address, port + 1))  # type: ignore[return-value]
