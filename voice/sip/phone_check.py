"""Asks people's phones every so often whether they are there, by OPTIONS (RFC 3261 section 11).

A phone that lost its power or its network doesn't say so, and its registration goes on for minutes: one unanswered
question tells, and one answered question that it is back.
"""

import asyncio
import logging
import random
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from models.errors import HotlineError
from voice.sip.address import Address
from voice.sip.errand import Errand, Reply, Send
from voice.sip.resolve import Resolver
from voice.sip.uri import BadUri, read_uri

log = logging.getLogger(__name__)
PATIENCE = 5.0
"""Seconds that a phone may take to answer."""
AT_A_TIME = 100
"""Questions on their way together."""
_GONE = frozenset({404, 408, 410, 480, 503, 604})
"""Answers of a PBX that say that nobody can be reached at this address."""


@dataclass(frozen=True)
class Watched:
    """One place where somebody can be called."""

    owner: str
    place: str
    """By which its owner knows it."""
    uri: str
    address: Address | None = None
    """Where requests to it are sent; None: the URI's host is looked up, and what its answer says counts."""


class PhoneCheck:
    """`run` asks; `on_sign(watched, whether it is there)` hears every answer and every silence."""

    def __init__(
        self,
        watched: Callable[[], Iterable[Watched]],
        on_sign: Callable[[Watched, bool], None],
        send: Send,
        resolver: Resolver,
        our_uri: str,
        every: float,
        chance: random.Random | None = None,
    ) -> None:
        """`every`: seconds from one question to the next; `watched` is asked for each round."""
        self._watched, self._on_sign, self._send, self._resolver = watched, on_sign, send, resolver
        self._our_uri, self._every = our_uri, every
        self._chance = chance or random.Random()

    async def run(self) -> None:
        """Ask round after round until cancelled."""
        while True:
            # Phones that were switched on together needn't be asked together.
            await asyncio.sleep(self._every * self._chance.uniform(0.9, 1.0))
            await self.ask_all()

    async def ask_all(self) -> None:
        """Ask everybody once."""
        gate = asyncio.Semaphore(AT_A_TIME)

        async def ask(one: Watched) -> None:
            async with gate:
                self._on_sign(one, await self._answers(one))

        async with asyncio.TaskGroup() as group:
            for one in list(self._watched()):
                group.create_task(ask(one))

    async def _answers(self, one: Watched) -> bool:
        address = one.address or await self._look_up(one.uri)
        if address is None:
            return False
        errand = Errand("OPTIONS", one.uri, self._our_uri, one.uri, secrets.token_hex(16), 1)
        try:
            async with asyncio.timeout(PATIENCE):
                reply = await self._send(address, errand)
        except TimeoutError:
            reply = Reply(408)
        return reply.code not in (_GONE if one.address is None else (408,))

    async def _look_up(self, uri: str) -> Address | None:
        try:
            read = read_uri(uri)
            if not read.host:
                raise BadUri("it has no host")
            return (await self._resolver.resolve(read.host, read.port))[0]
        except (BadUri, HotlineError, IndexError) as fault:
            log.warning("%s can't be asked whether it is there: %s", uri, fault)
            return None
