"""A request and a response outside any call, as plain values: what `SipStack.handle` passes in and takes back."""

from collections.abc import Callable
from dataclasses import dataclass

from voice.sip.address import Address


@dataclass(frozen=True)
class Request:
    """One request as it came in: header names as written, compact forms expanded, folded lines joined."""

    method: str
    uri: str
    """Request-URI."""
    source: Address
    headers: tuple[tuple[str, str], ...]
    """In order, one pair a header line: a line that lists several values with commas is left as it is."""
    body: str = ""

    def values(self, name: str) -> list[str]:
        """All values of one header, in order."""
        return [value for found, value in self.headers if found.lower() == name.lower()]

    def first(self, name: str) -> str:
        """The first value of one header; "" where it is not there."""
        return next(iter(self.values(name)), "")


@dataclass(frozen=True)
class Response:
    """What to answer; Via, From, To, Call-ID, CSeq and Content-Length are added on the way."""

    code: int
    words: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""


RequestHandler = Callable[[Request], Response]
"""Answers at once; what it raises becomes a 500."""


@dataclass(frozen=True)
class Target:
    """Where one attempt of a call goes."""

    uri: str
    """Request-URI, also written into To."""
    address: Address
    """The numeric next hop."""


@dataclass(frozen=True)
class Credentials:
    """With which a 401 or 407 is answered."""

    username: str
    password: str
