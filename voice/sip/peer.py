"""The other end of a dialog, as RFC 3261 section 12 keeps it: tags, sequence numbers, target, route."""

import contextlib
import secrets
from collections.abc import Sequence

from voice.sip.address import Address, bracketed, numeric
from voice.sip.message import Headers, Message, Request, Response, our_via
from voice.sip.uri import BadUri, read_name_addr, read_uri


class Peer:
    def __init__(self, here: Address, contact: str, call_id: str, local: str, remote: str, reached_at: Address) -> None:
        """`here`: for our Via. `local`, `remote`: From and To values as we write them. `reached_at`: last known hop."""
        self.here = here
        self.contact = contact
        """Our Contact value."""
        self.call_id = call_id
        self.local = local
        self.remote = remote
        self.target = ""
        """Remote target: Request-URI of what we send."""
        self.routes: Sequence[str] = ()
        self.reached_at = reached_at
        self.first_hop: Address | None = None
        """Where everything goes until a response made the dialog."""
        self.local_cseq = secrets.randbelow(2**16) + 1
        self.remote_cseq = -1
        self.allows: frozenset[str] = frozenset()
        """Methods that the peer said it takes."""
        self._behind_nat = False

    @property
    def remote_tag(self) -> str | None:
        return read_name_addr(self.remote).parameters.get("tag")

    @property
    def local_tag(self) -> str | None:
        return read_name_addr(self.local).parameters.get("tag")

    def called_us(self, invite: Request) -> None:
        """Learn from the INVITE that makes the dialog (section 12.1.1)."""
        self.routes = tuple(invite.listed("Record-Route"))
        self.remote_cseq = invite.cseq
        self.target = read_name_addr(invite.first("From")).uri
        self.refresh(invite)

    def was_reached(self, response: Response) -> None:
        """Learn from a response that makes the dialog (section 12.1.2)."""
        self.remote = response.first("To")
        asked, hop, self.first_hop = self.target, self.first_hop, None
        self.routes = tuple(route for route in reversed(response.listed("Record-Route")) if _readable(route))
        self.refresh(response)
        if hop is not None:
            # A phone behind NAT repeats in Contact the address that we couldn't use when we called it.
            self._behind_nat = _address_of(self.target) == _address_of(asked) != hop

    def refresh(self, message: Message) -> None:
        """Take the remote target of an INVITE, an UPDATE or their 2xx (section 12.2)."""
        contacts = message.listed("Contact")
        with contextlib.suppress(BadUri):
            # One that can't be read leaves us with the one before.
            self.target = read_name_addr(contacts[0]).uri if contacts else self.target
        allowed = message.listed("Allow")
        if allowed:
            self.allows = frozenset(method.upper() for method in allowed)
        if isinstance(message, Request):
            self.reached_at = message.source
            self._behind_nat = self._came_through_nat(message)

    @staticmethod
    def _came_through_nat(message: Request) -> bool:
        hops = message.values("Via")
        if message.via is None or len(hops) != 1:
            return False
        written = numeric(message.via.host)
        return written is not None and written != numeric(message.source[0])

    def request(self, method: str, headers: Headers = (), body: str = "", cseq: int = 0) -> Request:
        """Write a request within the dialog (section 12.2.1.1); `cseq`: that of the INVITE, for its ACK."""
        if not cseq:
            self.local_cseq += 1
            cseq = self.local_cseq
        via = our_via(*self.here)
        uri, routes = self._way()
        lines = [
            ("Via", str(via)),
            *(("Route", route) for route in routes),
            ("Max-Forwards", "70"),
            ("From", self.local),
            ("To", self.remote),
            ("Call-ID", self.call_id),
            ("CSeq", f"{cseq} {method}"),
        ]
        if method in ("INVITE", "UPDATE", "REFER", "NOTIFY"):
            lines.append(("Contact", self.contact))
        request = Request(method, uri, [*lines, *headers], body, self._next_hop())
        request.via = via
        return request

    def _way(self) -> tuple[str, Sequence[str]]:
        if not self.routes:
            return self.target, ()
        first = read_name_addr(self.routes[0]).uri
        if ";lr" in first.lower():
            return self.target, self.routes
        # A strict router wants itself in the Request-URI and the target at the end (section 12.2.1.1).
        return first, (*self.routes[1:], f"<{self.target}>")

    def _next_hop(self) -> Address:
        """Where it goes. Names are not resolved in the middle of a call: the peer is where it was heard from last."""
        if self.first_hop is not None:
            return self.first_hop
        way = read_name_addr(self.routes[0]).uri if self.routes else self.target
        if not self.routes and self._behind_nat:
            return self.reached_at
        return _address_of(way) or self.reached_at


def _readable(route: str) -> bool:
    try:
        return bool(read_name_addr(route).uri)
    except BadUri:
        return False


def contact(here: Address, user: str = "hotline") -> str:
    """Our Contact value."""
    return f"<sip:{user}@{bracketed(here[0])}:{here[1]}>"


def _address_of(uri: str) -> Address | None:
    try:
        return read_uri(uri).address
    except BadUri:
        return None
