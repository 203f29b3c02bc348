"""This server's share of every cap, where several servers dial on one database; a lone one has all of all caps.

Each server says every two seconds that it lives, and by that word takes its share (`shares.py` thinks, `share_rows.py`
writes). Who can't say so for a while dials no more, before the others take its share for free.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Never

from sqlalchemy.exc import DBAPIError

from campaigns.dialer_ports import Ports
from campaigns.rate_limit import RateLimit
from campaigns.share_rows import Look, look, part
from campaigns.shares import Cap, Held, Pulse
from models.errors import HotlineError

log = logging.getLogger(__name__)
BEAT_S = 2.0
"""From one word to the next."""
SILENT_S = 10.0
"""Without a word, after which a server dials no more; well below the lease, whatever the clocks' rates are."""
LEASE_S = 15.0
"""Without a word, after which the others have its share."""

OwnLimits = Callable[[], Mapping[str, RateLimit]]
"""Returns the limits of campaigns that are dialled here, by the campaign's id."""


class CapShares:
    """Keeps the limits of one server at its share."""

    def __init__(self, ports: Ports, campaigns: OwnLimits, changed: Callable[[], None]) -> None:
        """`changed` is called where more may be dialled than before."""
        self._ports, self._campaigns, self._changed = ports, campaigns, changed
        self._pulse = Pulse(LEASE_S)
        self._shares: Held | None = None
        self._silence: asyncio.TimerHandle | None = None
        self._left = False
        self.servers = 1
        """Those that dial on this database, with this one."""

    async def begin(self) -> None:
        """Become one of the servers, before anything is dialled; until that could be written, the share is nothing."""
        self._go_by({})
        await self._beat()

    async def keep(self) -> Never:
        """Say that this server lives, and take its share, until cancelled."""
        try:
            while True:
                await asyncio.sleep(BEAT_S)
                await self._beat()
        finally:
            self._hear_nothing()

    async def leave(self) -> None:
        """Leave the share to the others; nothing may be dialled any more."""
        self._left = True
        self._hear_nothing()
        try:
            await self._ports.work(part, self._ports.store.engine, self._ports.node)
        except (HotlineError, DBAPIError) as fault:
            log.warning("the others have this server's share of the caps in %g s: %s", LEASE_S, fault)

    def share(self, campaign_id: str, limit: RateLimit) -> None:
        """Bring the limit of a campaign that is to be dialled to its share."""
        limit.share(_name(campaign_id), self._shares, self._ports.steady())

    async def _beat(self) -> None:
        began = self._ports.steady()
        if self._left:
            return
        try:
            clock, todays = self._ports.clock(), self._ports.lines.state.todays
            engine, node, caps = self._ports.store.engine, self._ports.node, self._caps()
            found = await self._ports.work(look, engine, node, caps, partial(todays, clock), self._pulse, began, clock)
        except (HotlineError, DBAPIError) as fault:
            log.warning("this server can't say that it lives: %s", fault)
        except Exception:
            # Silence stops the dialling, and nothing else.
            log.exception("shares of caps")
        else:
            self._take(found)
            self._hear_nothing()
            if not self._left:
                left = max(0.0, began + SILENT_S - self._ports.steady())
                self._silence = asyncio.get_running_loop().call_later(left, self._silent)

    def _take(self, found: Look) -> None:
        for node in found.gone:
            log.warning("the server %s says nothing any more: its share of the caps is taken over", node)
        if found.servers != self.servers:
            log.info("%d servers dial on this database and share the caps", found.servers)
        self.servers = found.servers
        if found.theirs:
            self._ports.lines.heard(found.theirs, self._ports.clock())
        self._go_by(found.division.usable)

    def _go_by(self, shares: Held | None) -> None:
        if shares == self._shares:
            return
        self._shares, steady = shares, self._ports.steady()
        self._ports.whole.share("", shares, steady)
        for campaign_id, limit in self._campaigns().items():
            limit.share(_name(campaign_id), shares, steady)
        self._ports.lines.share(shares, self._ports.clock())
        self._changed()

    def _caps(self) -> dict[str, Cap]:
        caps = self._ports.whole.caps("") | self._ports.lines.caps(self._ports.clock())
        for campaign_id, limit in self._campaigns().items():
            caps |= limit.caps(_name(campaign_id))
        return caps

    def _hear_nothing(self) -> None:
        if self._silence is not None:
            self._silence.cancel()

    def _silent(self) -> None:
        log.warning("dialling rests: for %g s this server couldn't say that it lives, others take its share", SILENT_S)
        self._go_by({})


def _name(campaign_id: str) -> str:
    return f"campaign {campaign_id}"
