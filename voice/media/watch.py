"""Which sockets have something to read, asked between the ticks."""

import select
import time
from collections.abc import Callable
from typing import Protocol


class Watch(Protocol):
    """Tells of packets: calls the function when there is something to read."""

    def add(self, descriptor: int, read: Callable[[float], None]) -> None: ...

    def remove(self, descriptor: int) -> None: ...


class EpollWatch:
    """`Watch` by epoll; `poll` is called between the ticks."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._readers: dict[int, Callable[[float], None]] = {}

    def add(self, descriptor: int, read: Callable[[float], None]) -> None:
        self._readers[descriptor] = read
        self._epoll.register(descriptor, select.EPOLLIN)

    def remove(self, descriptor: int) -> None:
        if self._readers.pop(descriptor, None) is not None:
            self._epoll.unregister(descriptor)

    def poll(self, rounds: int = 8) -> None:
        """Read one packet from each socket that has any, up to `rounds` times."""
        poll, readers = self._epoll.poll, self._readers
        for _ in range(rounds):
            ready = poll(0, 4096)
            if not ready:
                return
            now = time.monotonic()
            for descriptor, _events in ready:
                try:
                    reader = readers[descriptor]
                except KeyError:
                    continue  # closed by a message read a moment ago
                reader(now)
