"""One trunk: where it is, whether it is well, how many calls go through it now. Pure; time is passed in."""

import secrets
from enum import StrEnum

from models.errors import CannotDo
from models.life import Life
from models.settings import TrunkSettings
from voice.sip.address import Address, host_and_port, network, numeric
from voice.sip.digest import password_of

_OWNED_FOR = 3600.0


class Health(StrEnum):
    """UP until two health checks in a row got no answer; the first answer brings a trunk back."""

    UP = "up"
    SHAKY = "shaky"
    DOWN = "down"


class Sign(StrEnum):
    ANSWERED = "answered"
    SILENT = "silent"


HEALTH = Life(
    noun="trunk",
    start=Health.UP,
    table={
        (Health.UP, Sign.ANSWERED): Health.UP,
        (Health.UP, Sign.SILENT): Health.SHAKY,
        (Health.SHAKY, Sign.ANSWERED): Health.UP,
        (Health.SHAKY, Sign.SILENT): Health.DOWN,
        (Health.DOWN, Sign.ANSWERED): Health.UP,
        (Health.DOWN, Sign.SILENT): Health.DOWN,
    },
    # A trunk lives as long as the server.
    ends=frozenset(),
)


class Trunk:
    def __init__(self, settings: TrunkSettings) -> None:
        """Raise `OperatorFault` where an address or the password can't be read."""
        self.name = settings.name
        self.settings = settings
        self.host, self.port = host_and_port(settings.host, f"host of trunk '{settings.name}'")
        self.username = settings.username
        self.password = password_of(settings.password, f"trunk '{settings.name}'")
        self.health: Health = HEALTH.start
        self.calls = 0
        """Calls through it now, in either direction."""
        self.line = secrets.token_hex(8)
        """Stands as `;line=` in the Contact that we register: a request that names it comes from this trunk."""
        owner = f"addresses of trunk '{settings.name}'"
        self._networks = [network(text, owner) for text in settings.addresses]
        self._resolved: dict[str, float] = {}
        self._rests: dict[Address, float] = {}
        literal = numeric(self.host)
        if literal is not None:
            self._resolved[str(literal)] = float("inf")

    @property
    def available(self) -> bool:
        return self.health is not Health.DOWN

    def owns(self, address: str) -> bool:
        """Whether a request from this source address is the trunk's."""
        source = numeric(address)
        if source is None:
            return False
        return str(source) in self._resolved or any(source in network for network in self._networks)

    def resolved_to(self, addresses: list[Address], now: float) -> None:
        """Hear where its name leads now; requests from there are its own.

        What it led to before stays its own for an hour: name servers that rotate addresses name a few at a time.
        """
        self._resolved = {address: until for address, until in self._resolved.items() if until > now}
        self._resolved |= {str(numeric(host) or host): now + _OWNED_FOR for host, _ in addresses}

    def heard(self, sign: Sign) -> bool:
        """Take the outcome of one health check; True where its availability changed."""
        before = self.available
        self.health = HEALTH.next(self.health, sign)
        return self.available is not before

    def rest(self, address: Address, seconds: float, now: float) -> None:
        """Leave one of its addresses alone, as its Retry-After asked (RFC 3261 section 21.5.4)."""
        self._rests[address] = now + seconds

    def rested(self, addresses: list[Address], now: float) -> list[Address]:
        """Those of `addresses` that may be tried now."""
        self._rests = {address: until for address, until in self._rests.items() if until > now}
        return [address for address in addresses if address not in self._rests]

    def rest_left(self, now: float) -> float:
        """Seconds until the first resting address may be tried again; 0 where none rests."""
        return max(0.0, min(self._rests.values(), default=now) - now)

    def take(self) -> None:
        """Count one more call; raises `CannotDo` when `max_calls` are up."""
        if self.settings.max_calls and self.calls >= self.settings.max_calls:
            raise CannotDo(
                f"Line '{self.name}' carries {self.calls} calls, its max_calls: try again when one has ended."
            )
        self.calls += 1

    def release(self) -> None:
        assert self.calls > 0, f"line '{self.name}' was released more often than taken"
        self.calls -= 1
