"""UDP port pairs for streams: RTP on the even port, RTCP on the next (RFC 3550 section 11)."""

import contextlib
import errno
import socket
from collections import deque

_BUFFER = 256 * 1024


class NoPort(Exception):
    """A stream can't be opened; the words say why."""


class Ports:
    """The range of one worker. A port that is free again goes to the end: late packets of its last call run dry."""

    def __init__(self, first: int, last: int) -> None:
        self._range = f"{first}-{last}"
        self._free = deque(range(first + first % 2, last, 2))

    @property
    def free(self) -> int:
        """Pairs that no stream has."""
        return len(self._free)

    def take(self, address: str) -> tuple[socket.socket, socket.socket]:
        """Return two bound, non-blocking sockets; raise `NoPort` with a sentence."""
        for _ in range(len(self._free)):
            port = self._free.popleft()
            try:
                return _bind(address, port)
            except OSError as error:
                self._free.append(port)
                if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                    raise NoPort(f"No RTP port can be bound on '{address}': {error.strerror}.") from None
        raise NoPort(f"All RTP ports in {self._range} are in use; widen [media] ports.")

    def give_back(self, port: int) -> None:
        self._free.append(port)


def line_to(door: socket.socket, peer: tuple[str, int]) -> socket.socket | None:
    """Return a second socket on `door`'s port, connected to `peer`; None where the system refuses that.

    The kernel then brings what `peer` sends to it and everything else to `door`, and a packet costs a tenth less than
    with an address each time. The port may be bound twice only for this moment.
    """
    line = socket.socket(door.family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    try:
        _prepare(line)
        for end in (door, line):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        line.bind(door.getsockname())
        line.connect(peer)
    except OSError:
        line.close()
        return None
    finally:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
    # Before it was connected anybody could reach it.
    with contextlib.suppress(OSError):
        for _ in range(100):
            line.recv(1)
    return line


def _bind(address: str, port: int) -> tuple[socket.socket, socket.socket]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    bound: list[socket.socket] = []
    try:
        for number in (port, port + 1):
            end = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
            bound.append(end)
            _prepare(end)
            end.bind((address, number))
    except OSError:
        for end in bound:
            end.close()
        raise
    return bound[0], bound[1]


def _prepare(end: socket.socket) -> None:
    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
    # Voice before data in routers and in Wi-Fi: DSCP 46, expedited forwarding (RFC 3246).
    if end.family == socket.AF_INET:
        end.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, 46 << 2)
    else:
        end.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, 46 << 2)
