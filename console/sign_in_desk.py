"""Where passwords are checked: a few at once, in turn, and not for somebody who failed too often."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, select

from console import passwords
from console.sessions import begin, end
from console.site import neighbourhood
from console.throttle import Throttle
from models.account import Account
from models.audit import record

TRIES, WITHIN_S = 5, 300.0
"""Failures by one name from one address."""
TRIES_OF_ADDRESS = 50
"""Failures from one address by any names; behind it may be an office where everybody signs in at nine."""
AT_ONCE = 2
"""Each takes 64 MiB and a core for 50 ms."""
MOST_WAITING = 200


@dataclass(frozen=True)
class Answer:
    cookie: str = ""
    """Of the new session; "" where there is none."""
    wait_s: float = 0.0
    """Until trying again is of any use."""


class SignInDesk:
    def __init__(self, engine: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine, self._clock = engine, clock
        self._by_name, self._by_address = Throttle(TRIES, WITHIN_S), Throttle(TRIES_OF_ADDRESS, WITHIN_S)
        self._turns, self._waiting = asyncio.Semaphore(AT_ONCE), 0

    async def ask(self, name: str, password: str, address: str, before: str = "") -> Answer:
        """Sign somebody in, or don't; `before` is the session of this browser, which ends with it."""
        if self._waiting >= MOST_WAITING:
            return Answer(wait_s=10.0)
        name, near = name.strip().lower(), neighbourhood(address)
        key = f"{near} {name}"
        self._waiting += 1
        try:
            # In turn, so that a hundred tries at once are no way round what is counted.
            async with self._turns:
                now = self._clock()
                wait = max(self._by_name.wait_s(key, now), self._by_address.wait_s(near, now))
                if wait > 0:
                    return Answer(wait_s=wait)
                cookie = await asyncio.to_thread(self._check, name, password, address, before)
        finally:
            self._waiting -= 1
        if cookie:
            self._by_name.succeeded(key)
        else:
            self._by_name.failed(key, now)
            self._by_address.failed(near, now)
        return Answer(cookie)

    def _check(self, name: str, password: str, address: str, before: str) -> str:
        """Return the cookie of the new session; "" where the password is wrong. Both are on the trail."""
        with self._engine.connect() as connection:
            kept = passwords.kept_of(connection, name)
        right = passwords.right(kept, password)
        now = datetime.now(UTC)
        with self._engine.begin() as connection:
            # Once more: meanwhile somebody may have disabled the account, or changed its password.
            if not right or passwords.kept_of(connection, name) != kept:
                # What isn't an account's name may be a password in the wrong field.
                record(
                    connection, now, name if _is_account(connection, name) else "", "sign-in-refused", address=address
                )
                return ""
            passwords.keep_anew(connection, name, password, kept)
            if before:
                end(connection, before)
            record(connection, now, name, "signed-in", address=address)
            return begin(connection, name, address, now)


def _is_account(connection: Connection, name: str) -> bool:
    return connection.execute(select(Account.name).where(Account.name == name)).first() is not None
