"""The port to whoever may register and call as one of us: names, and what their passwords are kept as."""

from collections.abc import Iterable
from typing import Protocol

from models.errors import OperatorFault
from models.settings import UserSettings
from voice.sip.digest import STRONGEST_FIRST, Algorithm, hashed, password_of


class Users(Protocol):
    """Some users. What they answer may change at any time, and counts at once."""

    @property
    def offered(self) -> tuple[Algorithm, ...]:
        """The algorithms that each of them can be proven by, strongest first; all, where there is nobody."""

    def ha1(self, name: str, algorithm: Algorithm) -> str:
        """Return H(name:realm:password) in hex; "" for nobody. It takes as long either way."""

    def __len__(self) -> int:
        """How many they are."""


class KnownUsers:
    """Users in a table that can be replaced."""

    def __init__(self) -> None:
        self._ha1: dict[tuple[str, Algorithm], str] = {}
        self._names: frozenset[str] = frozenset()
        self._offered = STRONGEST_FIRST

    def replace(self, table: dict[tuple[str, Algorithm], str]) -> None:
        """Let `table` be all there is from now on."""
        self._ha1 = table
        self._names = frozenset(name for name, _ in table)
        self._offered = tuple(a for a in STRONGEST_FIRST if all((name, a) in table for name in self._names))

    @property
    def offered(self) -> tuple[Algorithm, ...]:
        return self._offered

    def ha1(self, name: str, algorithm: Algorithm) -> str:
        return self._ha1.get((name, algorithm), "")

    def __len__(self) -> int:
        return len(self._names)


class ConfiguredUsers(KnownUsers):
    """Those of [[sip.users]]."""

    def __init__(self, realm: str, users: Iterable[UserSettings]) -> None:
        """Raise `OperatorFault` where one has no password or one that can't be read."""
        super().__init__()
        table: dict[tuple[str, Algorithm], str] = {}
        for user in users:
            table |= {(user.name, algorithm): ha1 for algorithm, ha1 in _ha1_of(realm, user).items()}
        self.replace(table)


class AllUsers:
    """Several ports as one; a name that two have is the first one's."""

    def __init__(self, *parts: Users) -> None:
        self._parts = parts

    @property
    def offered(self) -> tuple[Algorithm, ...]:
        common = tuple(a for a in STRONGEST_FIRST if all(a in part.offered for part in self._parts))
        return common or STRONGEST_FIRST

    def ha1(self, name: str, algorithm: Algorithm) -> str:
        # All of them are asked in any case: the time that it takes must not tell who exists.
        found = [part.ha1(name, algorithm) for part in self._parts]
        return next(filter(None, found), "")

    def __len__(self) -> int:
        return sum(map(len, self._parts))


def _ha1_of(realm: str, user: UserSettings) -> dict[Algorithm, str]:
    password = password_of(user.password, f"user '{user.name}'")
    given: dict[Algorithm, str] = {"MD5": user.ha1.lower(), "SHA-256": user.ha1_sha256.lower()}
    if password:
        return {algorithm: hashed(algorithm, f"{user.name}:{realm}:{password}") for algorithm in STRONGEST_FIRST}
    found = {algorithm: ha1 for algorithm, ha1 in given.items() if ha1}
    if not found:
        raise OperatorFault(f"User '{user.name}' has no password: set password, ha1 or ha1_sha256 in [[sip.users]].")
    return found
