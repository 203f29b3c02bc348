"""Who brings a request: a trunk by its address or our registration, a user by digest, or nobody we know. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from voice.line import Origin
from voice.sip.address import SIP_PORT, Address, bracketed, numeric
from voice.sip.authenticator import Authenticator
from voice.sip.bindings import Bindings, read_contact
from voice.sip.request import Request
from voice.sip.trunk import Trunk

_LINE = re.compile(r";line=([^;?>]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Arrival:
    """What of a request says who sent it."""

    method: str
    source: Address
    from_user: str
    from_host: str
    line: str = ""
    """`line` parameter of the Request-URI."""
    from_port: int = 0
    """0 where From has none."""
    called_host: str = ""
    """Host of the Request-URI."""
    called_port: int = 0
    credentials: tuple[str, ...] = ()
    """Authorization and Proxy-Authorization values."""
    user_agent: str = ""

    @classmethod
    def read(cls, request: Request) -> "Arrival":
        sender = read_contact(request.first("From"))
        called = read_contact(f"<{request.uri}>")
        line = _LINE.search(request.uri)
        return cls(
            request.method,
            request.source,
            sender.read.user if sender else "",
            sender.read.host if sender else "",
            line[1] if line else "",
            sender.read.port if sender else 0,
            called.read.host if called else "",
            called.read.port if called else 0,
            (*request.values("Authorization"), *request.values("Proxy-Authorization")),
            request.first("User-Agent"),
        )


@dataclass(frozen=True)
class Domain:
    """What our users' addresses end in."""

    hosts: tuple[str, ...]
    """Names and numeric addresses of ours; "" stands for none."""
    port: int
    """Where we listen; 0 for the usual one."""

    def claimed_by(self, arrival: Arrival) -> bool:
        """Whether From is an address of ours: in one of `hosts`, or in the very domain that is called."""
        host, port = _plain(arrival.from_host), arrival.from_port or SIP_PORT
        if not host:
            return False
        ours = {_plain(known) for known in self.hosts}
        if host in ours and arrival.from_port in (0, self.port or SIP_PORT):
            return True
        return (host, port) == (_plain(arrival.called_host), arrival.called_port or SIP_PORT)


def _plain(host: str) -> str:
    """Write a host in the one way that can be compared."""
    return str(numeric(host) or host.rstrip(".").lower())


@dataclass(frozen=True)
class Prove:
    """The request claims to be a user's: answer 401 with these WWW-Authenticate values."""

    challenges: tuple[str, ...]


class Origins:
    def __init__(
        self,
        trunks: Sequence[Trunk],
        authenticator: Authenticator,
        bindings: Bindings,
        domain: Domain,
        accept_unknown: bool = True,
        on_proof: Callable[[str, bool, float], None] = lambda address, proven, now: None,
    ) -> None:
        """`accept_unknown`: whether strangers are answered; where they aren't, everybody has to prove who they are.

        `on_proof(source address, whether proven, now)` hears of right and wrong credentials, as the registrar's does.
        """
        self._on_proof = on_proof
        self._trunks = trunks
        self._authenticator = authenticator
        self._bindings = bindings
        self._domain = domain
        self._accept_unknown = accept_unknown

    def trunk_of(self, arrival: Arrival) -> Trunk | None:
        """The trunk by source address, else by the line that we registered with it."""
        for trunk in self._trunks:
            if trunk.owns(arrival.source[0]):
                return trunk
        for trunk in self._trunks:
            if trunk.settings.register_with and arrival.line == trunk.line:
                return trunk
        return None

    def of(self, arrival: Arrival, now: float) -> Origin | Prove:
        """Tell who sent it, or what to answer so that the sender proves it.

        Whoever claims an address in our domain is challenged, and so is one with wrong credentials: whether such a
        user exists decides nothing, so that nobody learns it. Whoever calls from another domain is a stranger.
        """
        address = f"{bracketed(arrival.source[0])}:{arrival.source[1]}"
        trunk = self.trunk_of(arrival)
        # A phone that registered from inside a trunk's network is a user's phone all the same.
        if trunk is not None and not self._bindings.at(arrival.source, now):
            return Origin("trunk", trunk.name, address)
        phone = f"{arrival.from_user} at {arrival.source[0]}"
        proof = self._authenticator.proof(arrival.method, arrival.credentials, now, phone)
        if proof.tried and not proof.stale:
            self._on_proof(arrival.source[0], bool(proof.user), now)
        if proof.user:
            return Origin("user", proof.user, address)
        if proof.tried or self._has_to_prove(arrival, now):
            return Prove(self._authenticator.challenges(now, proof.stale, phone, arrival.user_agent))
        return Origin("unknown", "", address)

    def _has_to_prove(self, arrival: Arrival, now: float) -> bool:
        if not self._authenticator.has_users:
            return False
        return (
            not self._accept_unknown or self._domain.claimed_by(arrival) or bool(self._bindings.at(arrival.source, now))
        )


def may_reach_hotline(origin: Origin, accept_unknown: bool) -> bool:
    """Whether a call of this origin is answered at all; `accept_unknown` is the guard's setting."""
    return accept_unknown or origin.kind != "unknown"


def may_call_out(origin: Origin) -> bool:
    """Whether this origin may reach anything beyond the hotline itself (a trunk).

    A source address alone proves nothing over UDP, so a trunk's caller may not either: what a flow does for such a
    caller (a transfer) is the flow's own call, with origin "ourselves".
    """
    return origin.kind in ("user", "ourselves", "loopback")
