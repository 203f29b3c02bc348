"""Asks a trunk every so often whether it is well, by OPTIONS (RFC 3261 section 11)."""

import asyncio
import logging
import random
import secrets

from models.errors import HotlineError
from voice.sip.address import bracketed
from voice.sip.errand import Errand, Reply, Send
from voice.sip.resolve import Resolver
from voice.sip.trunk import Sign, Trunk

log = logging.getLogger(__name__)

PATIENCE = 5.0
"""Seconds that one address may take to answer; a line that is slower than that is no good for calls either."""


class HealthCheck:
    def __init__(
        self, trunk: Trunk, send: Send, resolver: Resolver, our_uri: str, chance: random.Random | None = None
    ) -> None:
        self._trunk, self._send, self._resolver, self._our_uri = trunk, send, resolver, our_uri
        self._chance = chance or random.Random()

    async def run(self) -> None:
        """Check until cancelled; changes are logged."""
        while True:
            if self._trunk.heard(await self.check()):
                if self._trunk.available:
                    log.info("line '%s' answers again; calls go through it", self._trunk.name)
                else:
                    log.warning("line '%s' does not answer; calls avoid it until it does", self._trunk.name)
            # Trunks that were set up together needn't be asked together.
            await asyncio.sleep(self._trunk.settings.health_check * self._chance.uniform(0.9, 1.0))

    async def check(self) -> Sign:
        """Ask the trunk's addresses in turn; one that answers anything but "overloaded" is enough."""
        try:
            addresses = await self._resolver.resolve(self._trunk.host, self._trunk.port)
        except HotlineError:
            return Sign.SILENT
        for address in addresses:
            uri = f"sip:{bracketed(self._trunk.host)}" + (f":{self._trunk.port}" if self._trunk.port else "")
            errand = Errand("OPTIONS", uri, self._our_uri, uri, secrets.token_hex(16), 1)
            try:
                async with asyncio.timeout(PATIENCE):
                    reply = await self._send(address, errand)
            except TimeoutError:
                reply = Reply(408)
            if reply.code not in (408, 503):
                return Sign.ANSWERED
        return Sign.SILENT
