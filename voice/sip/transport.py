"""The UDP socket of signalling, read and written by the asyncio loop."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Callable

from models.errors import OperatorFault
from voice.sip.address import Address, numeric
from voice.sip.parsing import written

_AT_ONCE = 64
"""Datagrams read before the loop may turn to something else."""
_BUFFER = 1 << 21
"""Bytes: a burst of 100 calls a second must not overflow while the loop is busy."""


class _Options:
    @staticmethod
    def isWildCard() -> bool:  # noqa: N802
        return False


class Socket:
    """One bound socket; what sippy calls a server."""

    transport = "udp"
    uopts = _Options()

    def __init__(
        self, listen: Address, receive: Callable[[bytes, Address], None], on_unsent: Callable[[], None]
    ) -> None:
        """Bind; raises `OperatorFault` where the address isn't ours or the port is taken.

        `on_unsent` hears of datagrams that the system didn't take or that had no numeric address.
        """
        self._receive, self._on_unsent = receive, on_unsent
        self.closed = False
        self._ipv6 = ":" in listen[0]
        self._socket = socket.socket(socket.AF_INET6 if self._ipv6 else socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        if self._ipv6:
            # "::" serves IPv4 callers too; their addresses then come as ::ffff:a.b.c.d.
            self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        try:
            self._socket.bind(listen)
        except OSError as fault:
            self._socket.close()
            raise OperatorFault(_sentence(listen, fault)) from None
        self.address: Address = self._socket.getsockname()[:2]
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket.fileno(), self._read)

    def _read(self) -> None:
        for _ in range(_AT_ONCE):
            if self.closed:
                return
            try:
                data, source = self._socket.recvfrom(65_535)
            except BlockingIOError:
                return
            except OSError:
                # An ICMP error of something sent before; the next read is about the next datagram.
                continue
            self._receive(data, (source[0].removeprefix("::ffff:").partition("%")[0], source[1]))

    def send_to(self, data: bytes, address: Address) -> None:
        """Send, or count as unsent: retransmission repairs what a full buffer dropped."""
        host = numeric(address[0])
        if host is None or self.closed:
            self._on_unsent()
            return
        literal = f"::ffff:{host}" if self._ipv6 and host.version == 4 else str(host)
        try:
            self._socket.sendto(data, (literal, address[1]))
        except OSError:
            self._on_unsent()

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            with contextlib.suppress(RuntimeError):
                self._loop.remove_reader(self._socket.fileno())
            self._socket.close()

    def towards(self, address: Address) -> str:
        """The address of ours that a peer sees, by the system's routes: only needed where we listen on all of them."""
        host = numeric(address[0])
        if host is None:
            return self.address[0]
        with socket.socket(socket.AF_INET6 if host.version == 6 else socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                # Connecting a UDP socket sends nothing.
                probe.connect((str(host), address[1]))
                return str(probe.getsockname()[0])
            except OSError:
                return self.address[0]

    # -- for sippy's transaction manager --------------------------------------------------------------------

    def getSIPaddr(self) -> tuple[Address, str]:  # noqa: N802
        return self.address, self.transport

    def addr2str(self, address: Address) -> str:
        return written(address)


def _sentence(listen: Address, fault: OSError) -> str:
    where = f"[sip] listen {written(listen)}"
    if fault.errno == errno.EADDRINUSE:
        return f"{where} can't be used, another program has the port: stop it or choose another port."
    if fault.errno == errno.EADDRNOTAVAIL:
        return f"{where} can't be used, this machine has no such address: write one of its own, or 0.0.0.0."
    return f"{where} can't be used ({fault.strerror}): choose another address or port."
