"""Asks the company's system who a caller is, before the caller joins a queue: within a time limit, and once.

A system that is slow, refuses or answers with garbage costs the time limit at most and never a caller: who it is stays
unknown. Where it failed several times in a row nobody is asked for a while, so that not each caller pays for it.
"""

import asyncio
import logging
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from urllib.parse import quote

import jsonpath
from jsonpath.exceptions import JSONPathError

from dialplans.exchange import Done, LookUp
from dialplans.look_ups import LookUps
from models.errors import OperatorFault
from models.settings import CustomerSettings
from queues.customer import NOBODY, Customer, customer_of

log = logging.getLogger(__name__)
NOT_FOUND = 404
FAILURES = 3
"""In a row, after which nobody is asked for `REST_S`."""
REST_S = 30.0
REMEMBERED = 10_000
"""Callers whose answers are kept at most."""
NUMBER = "{number}"
"""Stands in the address for the caller's number."""


class CustomerLookUp:
    """One a server; without a `url` in its settings it knows nobody and asks nobody."""

    def __init__(
        self,
        settings: CustomerSettings,
        look_ups: LookUps | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raise `OperatorFault` where a path is none. `clock` doesn't jump."""
        self._settings, self._clock = settings, clock
        self._look_ups = look_ups or LookUps()
        self._headers = dict(_header(line) for line in settings.headers)
        self._paths = {
            "name": settings.name, "tags": settings.tags, "owner": settings.owner, "orders": settings.orders
        }  # fmt: skip
        for key, path in self._paths.items():
            _check(key, path)
        self._kept: OrderedDict[str, tuple[float, Customer]] = OrderedDict()
        self._failures = 0
        self._rests_until = 0.0
        self.counts = Counter({"known": 0, "unknown": 0, "failed": 0, "cached": 0, "not-asked": 0})

    async def who(self, number: str, called: str = "") -> Customer:
        """Return who calls from `number` ("": withheld), `NOBODY` where that isn't known in time; never raises."""
        now = self._clock()
        if not number or not self._settings.url:
            return NOBODY
        kept = self._kept.get(number)
        if kept is not None and now < kept[0]:
            self.counts["cached"] += 1
            return kept[1]
        if now < self._rests_until:
            self.counts["not-asked"] += 1
            return NOBODY
        try:
            # Name resolution and all else that the library does counts too.
            async with asyncio.timeout(self._settings.timeout_s):
                customer = self._understood(await self._look_ups.look_up(self._errand(number, called)))
        except TimeoutError:
            customer = None
        except Exception:
            # Whatever a library does with an odd answer: the caller must come to the queue.
            log.exception("who calls couldn't be asked")
            customer = None
        if customer is None:
            return self._failed()
        self._failures = 0
        self.counts["unknown" if customer == NOBODY else "known"] += 1
        self._keep(number, customer)
        return customer

    async def close(self) -> None:
        """Let go of the connections."""
        await self._look_ups.__aexit__(None, None, None)

    def _errand(self, number: str, called: str) -> LookUp:
        settings = self._settings
        url = settings.url.replace(NUMBER, quote(number, safe=""))
        body = {"number": number, "called": called} if settings.method == "POST" else None
        return LookUp(settings.method, url, self._headers, body, settings.timeout_s, retries=0)

    def _understood(self, done: Done) -> Customer | None:
        """Return the customer of an answer, `NOBODY` where it knows none, None where it is no answer."""
        if done.ok and done.values.get("status") == NOT_FOUND:
            return NOBODY
        body = done.values.get("body")
        if not done.ok or not isinstance(body, dict | list):
            if done.ok:
                log.warning("who calls: the answer of [queues.customers] is no JSON object or list")
            return None
        try:
            return customer_of({key: jsonpath.findall(path, body) for key, path in self._paths.items()})
        except JSONPathError as error:
            log.warning("who calls: the answer can't be searched (%s)", type(error).__name__)
            return None

    def _failed(self) -> Customer:
        self.counts["failed"] += 1
        self._failures += 1
        if self._failures >= FAILURES:
            self._failures, self._rests_until = 0, self._clock() + REST_S
            log.warning(
                "who calls: %d failures in a row; nobody is asked for %.0f s, callers are served as unknown",
                FAILURES, REST_S,
            )  # fmt: skip
        return NOBODY

    def _keep(self, number: str, customer: Customer) -> None:
        self._kept[number] = self._clock() + self._settings.cache_s, customer
        self._kept.move_to_end(number)
        while len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip(), value.strip()


def _check(key: str, path: str) -> None:
    try:
        jsonpath.compile(path)
    except JSONPathError as error:
        why = str(error).partition("\n")[0]
        raise OperatorFault(
            f"{key} in [queues.customers] is no JSON path ({why}); write one like $.customer.{key}."
        ) from error
