"""A webhook: one program of the company's that is told of calls, in signed deliveries that no call ever waits for.

Deliveries are made as Standard Webhooks (https://www.standardwebhooks.com) has them, so that libraries check them:

| header | is |
|---|---|
| webhook-id | the delivery's id, the same at each attempt: a program that has it already ignores it |
| webhook-timestamp | Unix seconds of this attempt |
| webhook-signature | "v1," and the base64 of HMAC-SHA256 over "ID.TIMESTAMP.BODY"; absent without a secret |

Those of one call come in the order of happening: the next one waits until the one before is taken or given up. Other
calls' overtake it. All are in the outbox until they are taken: a restart goes on where the server before it stopped.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import logging
import os
import time
from collections import Counter, deque
from collections.abc import Awaitable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import httpx2

from models.errors import HotlineError, OperatorFault

log = logging.getLogger(__name__)
PAUSE_S = 1.0
"""Before the second try; twice as long before each further one, up to `MOST_PAUSE_S`."""
MOST_PAUSE_S = 600.0
MOST_WAITING = 1000
"""Deliveries that are kept; what comes on top is given up."""
AT_A_TIME = 8
"""Requests that one program gets at once at most."""
GRACE_S = 3.0
"""For what is left when the server stops."""
SAID_EVERY_S = 60.0
"""A program that takes nothing is one line in the log so often."""
ENCODED = "whsec_"
"""Begins a secret that is written in base64."""
OUTCOMES = ("delivered", "retried", "undeliverable", "dropped")
"""What becomes of deliveries, as they are counted."""
WORTH_ANOTHER = frozenset({408, 425, 429})
"""Refusals that pass; other 4xx say that the delivery will never be taken."""


class Program(Protocol):
    """What is set of one program."""

    @property
    def url(self) -> str: ...
    @property
    def events(self) -> Collection[str]:
        """Which it is told of."""

    @property
    def secret(self) -> str: ...
    @property
    def timeout_s(self) -> float:
        """For each attempt."""

    @property
    def tries(self) -> int:
        """Attempts after which a delivery is given up."""


@dataclass(frozen=True)
class Delivery:
    """What a program is told."""

    id: str
    call_id: str
    event: str
    body: bytes
    """JSON."""


@dataclass(frozen=True)
class Kept:
    """A delivery that a server before this one didn't make."""

    delivery: Delivery
    tries: int


class Outbox(Protocol):
    """Where deliveries are kept; `url` is whose."""

    def keep(self, delivery: Delivery, url: str) -> Awaitable[None]:
        """Write one, behind all that was written before; done when it is in the database."""

    def tried(self, delivery: Delivery, url: str, tries: int, why: str) -> object:
        """Write that a try failed, of so many."""

    def made(self, delivery: Delivery, url: str) -> object:
        """Forget one that was taken."""

    def gave_up(self, delivery: Delivery, url: str, tries: int, why: str) -> object:
        """Write that it is not tried any more."""

    def left(self, url: str) -> Sequence[Kept]:
        """Return what was left, the oldest first; once."""


@dataclass
class _Waiting:
    """A delivery that isn't made."""

    delivery: Delivery
    kept: Awaitable[None] | None
    """Done when it is in the outbox; None: it was found there."""
    tries: int = 0


def signature(secret: bytes, delivery_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of webhook-signature."""
    signed = f"{delivery_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()


def secret_of(written: str, environment: Mapping[str, str], where: str = "[[queues.webhooks]]") -> bytes:
    """Return the bytes of a secret as it is set at `where`; raise `OperatorFault` where there is none such."""
    if written.startswith("env:"):
        name = written.removeprefix("env:")
        if name not in environment:
            raise OperatorFault(f"secret in {where} names {name}, which the environment doesn't have: export {name}=…")
        written = environment[name]
    if not written.startswith(ENCODED):
        return written.encode()
    try:
        return base64.b64decode(written.removeprefix(ENCODED), validate=True)
    except binascii.Error as error:
        raise OperatorFault(
            f"The secret of {where} begins with {ENCODED} and isn't base64 behind it; correct it."
        ) from error


class Webhook:
    """Delivers to one program."""

    def __init__(
        self,
        settings: Program,
        client: httpx2.AsyncClient,
        outbox: Outbox,
        environment: Mapping[str, str] = os.environ,
        where: str = "[[queues.webhooks]]",
    ) -> None:
        """Raise `OperatorFault` for a secret that is none; `where` it is set."""
        self._settings, self._client, self._outbox = settings, client, outbox
        self._secret = secret_of(settings.secret, environment, where)
        self._name = httpx2.URL(settings.url).host
        self._lanes: dict[str, deque[_Waiting]] = {}
        """What waits, by call; the first of each is on its way."""
        self._early: list[Kept] = []
        """What was to be resumed before it ran."""
        self._requests = asyncio.Semaphore(AT_A_TIME)
        self._group: asyncio.TaskGroup | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self._unsaid, self._said_at = 0, float("-inf")
        self.counts = Counter(dict.fromkeys(OUTCOMES, 0))

    @property
    def waiting(self) -> int:
        """Deliveries that are not yet made."""
        return sum(map(len, self._lanes.values())) + len(self._early)

    def wants(self, event: str) -> bool:
        """Tell whether the program is told of `event`."""
        return event in self._settings.events

    def hand_over(self, delivery: Delivery) -> None:
        """Have something delivered; returns at once, and gives up what is too much."""
        kept = self._outbox.keep(delivery, self._settings.url)
        if self._group is None or self.waiting >= MOST_WAITING:
            why = f"{MOST_WAITING} deliveries wait already"
            self._outbox.gave_up(delivery, self._settings.url, 0, why)
            self._lost("dropped", why)
            return
        self._queue(_Waiting(delivery, kept))

    def resume(self, kept: Kept) -> None:
        """Have something delivered that is in the outbox already."""
        if self._group is None:
            self._early.append(kept)
        else:
            self._queue(_Waiting(kept.delivery, None, kept.tries))

    def _queue(self, waiting: _Waiting) -> None:
        assert self._group is not None
        call_id = waiting.delivery.call_id
        lane = self._lanes.setdefault(call_id, deque())
        lane.append(waiting)
        if len(lane) == 1:
            self._idle.clear()
            self._group.create_task(self._empty(call_id, lane), name=f"webhook for {call_id}")

    async def run(self) -> None:
        """Deliver until cancelled, first what was left; then what is left has `GRACE_S` seconds."""
        try:
            async with asyncio.TaskGroup() as self._group:
                for kept in (*self._outbox.left(self._settings.url), *self._early):
                    self.resume(kept)
                self._early.clear()
                try:
                    await asyncio.Event().wait()
                finally:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(GRACE_S):
                            await self._idle.wait()
        finally:
            self._group = None
            if self.waiting:
                log.warning("webhook %s: %d deliveries are left for the next start", self._name, self.waiting)

    async def _empty(self, call_id: str, lane: deque[_Waiting]) -> None:
        while lane:
            await self._deliver(lane[0])
            lane.popleft()
        del self._lanes[call_id]
        if not self._lanes:
            self._idle.set()

    async def _deliver(self, waiting: _Waiting) -> None:
        delivery, url = waiting.delivery, self._settings.url
        if waiting.kept is not None:
            with suppress(HotlineError):
                # An effect mustn't leave the process before what it tells of is written.
                await waiting.kept
        while True:
            async with self._requests:
                why, again = await self._attempt(delivery)
            waiting.tries += 1
            if not why:
                self._outbox.made(delivery, url)
                self.counts["delivered"] += 1
                return
            if not again or waiting.tries >= self._settings.tries:
                self._outbox.gave_up(delivery, url, waiting.tries, why)
                self._lost("undeliverable", why)
                return
            self._outbox.tried(delivery, url, waiting.tries, why)
            self.counts["retried"] += 1
            await asyncio.sleep(min(PAUSE_S * 2 ** (waiting.tries - 1), MOST_PAUSE_S))

    async def _attempt(self, delivery: Delivery) -> tuple[str, bool]:
        """Return why one attempt failed ("": it didn't), and whether another is worth it."""
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                answer = await self._client.send(self._request(delivery), stream=True)
                await answer.aclose()
        except TimeoutError:
            return f"no answer within {self._settings.timeout_s:g} s", True
        except Exception as error:  # noqa: BLE001 - said in the log with the delivery
            # Whatever a library does with an odd answer: the next delivery must be made.
            return f"{type(error).__name__}: {error}", True
        if 200 <= answer.status_code < 300:
            return "", False
        again = answer.status_code >= 500 or answer.status_code in WORTH_ANOTHER
        return f"it answered {answer.status_code}", again

    def _request(self, delivery: Delivery) -> httpx2.Request:
        now = int(time.time())
        headers = {
            "content-type": "application/json",
            "user-agent": "hotline",
            "webhook-id": delivery.id,
            "webhook-timestamp": str(now),
        }
        if self._secret:
            headers["webhook-signature"] = signature(self._secret, delivery.id, now, delivery.body)
        # The limit on the whole attempt is ours; the library's own would cut each part of it.
        return self._client.build_request(
            "POST", self._settings.url, headers=headers, content=delivery.body, timeout=None
        )

    def _lost(self, how: str, why: str) -> None:
        self.counts[how] += 1
        self._unsaid += 1
        now = time.monotonic()
        if now - self._said_at >= SAID_EVERY_S:
            log.warning("webhook %s: %d deliveries lost, the last one because: %s", self._name, self._unsaid, why)
            self._unsaid, self._said_at = 0, now
