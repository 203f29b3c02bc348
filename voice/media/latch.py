"""Symmetric RTP with strict learning (RFC 4961, RFC 7362 section 4), pure.

SDP says where the peer wants its RTP, but behind NAT that is often wrong. So after each negotiation the first valid
packet teaches the address, and then it is locked: what comes from elsewhere is dropped. One source may still win over
the learnt one: the very address that SDP named, which no NAT stands before.
"""

from ipaddress import ip_address

from voice.media.destination import LOWEST_PORT, one_phone

Address = tuple[str, int]
_AFTERGLOW = 1.0
"""Seconds in which packets from the former source teach nothing after SDP named a new address (still in flight)."""


class Latch:
    """Whose packets one stream takes, and where its own go."""

    def __init__(self) -> None:
        self.target: Address | None = None
        """Where our RTP goes; None: nowhere yet."""
        self.locked: Address | None = None
        """Whose packets are taken without a question."""
        self._named: Address | None = None
        self._former: Address | None = None
        self._learns = False
        self._since = 0.0

    def negotiated(self, address: str, port: int, learn: bool, now: float) -> None:
        """SDP named an address (numeric; what can be no phone's, such as the 0.0.0.0 of old holds, names none)."""
        named = _canonical(address, port)
        if not learn:
            self.locked = self.locked or named
            self.target = self.locked
        else:
            self._former = self.locked if named != self._named else None
            self.locked = None
            self.target = named if named is not None else self.target
        self._named, self._learns, self._since = named, learn, now

    def admits(self, source: Address, now: float) -> bool:
        """Judge a valid packet from `source`, which is not the locked address; learn from it where that is due."""
        if source[1] < LOWEST_PORT:
            return False
        if self.locked is None and self._learns:
            if source == self._former and now - self._since < _AFTERGLOW:
                return True
            self.locked = self.target = source
            return True
        if source == self._named and self._learns:
            self.locked = self.target = source
            return True
        return False

    @property
    def elsewhere(self) -> bool:
        """Whether RTP goes to another address than SDP named."""
        return self.target is not None and self.target != self._named


def _canonical(address: str, port: int) -> Address | None:
    """Write the address as the kernel does; None where nothing can be sent to it."""
    return (str(ip_address(address)), port) if one_phone(address, port) else None
