"""One request of ours outside any call (REGISTER, OPTIONS) and what came back."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from voice.sip.address import Address


@dataclass(frozen=True)
class Errand:
    method: str
    uri: str
    """Request-URI."""
    from_uri: str
    to_uri: str
    call_id: str
    cseq: int
    headers: tuple[tuple[str, str], ...] = ()
    """Contact, Expires, Authorization …; what every request has is added on the way."""


@dataclass(frozen=True)
class Reply:
    code: int
    """Final code; 408 also where nobody answered."""
    words: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    def values(self, name: str) -> list[str]:
        """All values of one header, in order."""
        return [value for found, value in self.headers if found.lower() == name.lower()]

    def seconds(self, name: str) -> int | None:
        """A header that is a number of seconds (Expires, Min-Expires, Retry-After); None where it is not there."""
        for value in self.values(name):
            digits = value.split(";")[0].split("(")[0].strip()
            if digits.isascii() and digits.isdecimal():
                return int(digits)
        return None


Send = Callable[[Address, Errand], Awaitable[Reply]]
"""Sends to a numeric address and returns the final reply; never raises for what the network does."""
