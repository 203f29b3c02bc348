"""The campaigns' part of a running server as one piece: a dialler for each that runs, their limits, and orders.

What campaigns are to do is in the database, where commands write it; the office goes by that: at once when a command
says so, and every few seconds, so that what another server or a schedule changed is seen too. So a restart, or a kill,
goes on with what the operator wanted.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from campaigns import office_rows as rows
from campaigns.breaker import BreakerState
from campaigns.breaker_record import CLOSED, turned
from campaigns.campaign_rows import LIVE, StoredCampaign
from campaigns.cap_shares import CapShares
from campaigns.dialer import Dialer
from campaigns.dialer_ports import Agents, Calls, NoAgents, Ports
from campaigns.dialling_facts import facts_of
from campaigns.lead_row import Happened
from campaigns.lead_store import LeadStore
from campaigns.line_book import LineBook
from campaigns.pacing import Count
from campaigns.past_calls import recall
from campaigns.permission import Permission
from campaigns.preview_desk import preview
from campaigns.rate_limit import RateLimit
from campaigns.running import begins_by_itself, is_over
from campaigns.scheduled_orders import DRAINED
from dialplans.flow import Flow
from models.campaign import CampaignMove, CampaignState
from models.control_desk import Tell
from models.control_protocol import AskCampaign, Done, Preview, TakeUpCampaigns
from models.database import moment
from models.errors import CannotDo, HotlineError, Refused
from models.settings import CampaignSettings

log = logging.getLogger(__name__)
LOOK_S = 5.0
"""From one look at what campaigns are to do to the next."""
RECOUNT_S = 300.0
"""From one count of the abandoned calls of the law's days to the next: they leave that window with time."""
DRAINED_S = 3 * LOOK_S
"""After a drain, when every other server has heard of it, and begins no call any more."""
RENEW_S = 20.0
"""From one word that our calls and leases go on to the next; well below both."""


@dataclass
class _Dialling:
    """A campaign that is being dialled."""

    dialer: Dialer
    task: "asyncio.Task[None]"
    tripped: bool = False
    """Whether the database knows that the circuit breaker is open."""
    went_open: bool = False
    """Whether it was paused, or another process left it, with its breaker open: it goes on with that."""


class CampaignOffice:
    """Owns the diallers of one server."""

    def __init__(
        self,
        engine: Engine,
        settings: CampaignSettings,
        calls: Calls,
        lines: LineBook,
        flow: Callable[[str], Awaitable[Flow]],
        agents: Agents | None = None,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        """`flow` returns a flow by its name; `clock` in Unix seconds, `steady` in seconds that don't jump."""
        self._engine, self._clock = engine, clock
        self._thread = ThreadPoolExecutor(1, "campaigns")
        """One, so that SQLite's one writer is never waited for by two of ours."""
        self.ports = Ports(
            LeadStore(engine), Permission(engine), calls, lines, agents or NoAgents(),
            RateLimit(settings.max_calls, settings.calls_per_second), flow, self._work, self._tell, clock, steady, "",
        )  # fmt: skip
        self.shares = CapShares(self.ports, self._limits, self._wake)
        self._dialling: dict[str, _Dialling] = {}
        self._drained: dict[str, float] = {}
        """Since when this server has no call of a campaign that is drained, by the steady clock."""
        self._listeners: list[Callable[[Happened], None]] = []
        self._group: asyncio.TaskGroup | None = None
        self._one_at_a_time = asyncio.Lock()
        self._leaving = False
        self.breakers_opened = 0

    def subscribe(self, listener: Callable[[Happened], None]) -> None:
        """Let `listener` hear what happens in campaigns, once it is written; it returns at once."""
        self._listeners.append(listener)

    @property
    def diallers(self) -> dict[str, Dialer]:
        """The diallers that there are, by the names of their campaigns."""
        return {one.dialer.campaign.name: one.dialer for one in self._dialling.values()}

    def open(self, node: str) -> int:
        """Complete what a killed server left; blocks for a moment. `node` marks what is ours; returns lost attempts."""
        self.ports.node = node
        return len(self.ports.store.recover(node, moment(self._clock())))

    async def run(self) -> None:
        """Dial until cancelled; opened before. Cancelled, running calls end at once: `leave` before."""
        scheduler = AsyncIOScheduler(timezone="UTC")
        jobs: tuple[tuple[Callable[[], Awaitable[None]], float], ...] = (
            (self.look, LOOK_S), (self._renew, RENEW_S), (self._recount, RECOUNT_S),
        )  # fmt: skip
        for job, seconds in jobs:
            scheduler.add_job(job, "interval", seconds=seconds, max_instances=1, coalesce=True)
        try:
            async with asyncio.TaskGroup() as self._group:
                await self.shares.begin()
                self._group.create_task(self.shares.keep(), name="shares of caps")
                await self.look()
                scheduler.start()
                try:
                    await asyncio.Event().wait()
                finally:
                    scheduler.shutdown(wait=False)
        finally:
            self._thread.shutdown()

    async def leave(self, seconds: float) -> None:
        """Place no more calls; running ones may go on for so long, then they are ended, and all is written."""
        self._leaving = True
        tasks = [one.task for one in self._dialling.values()]
        for one in self._dialling.values():
            one.dialer.leave()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for one in self._dialling.values():
                one.dialer.hang_up()
            if late:
                await asyncio.wait(late, timeout=10.0)
        await self.shares.leave()

    # -- orders ------------------------------------------------------------------------------------------------

    async def take_up(self, order: TakeUpCampaigns, tell: Tell) -> Done:
        """Go by what the database has now."""
        if self._group is None:
            raise CannotDo("The running Hotline is still starting and reads campaigns by itself.")
        await self.look()
        dialling = sorted(self.diallers)
        # Of those that are paused calls may still run.
        words = ", ".join(dialling) or "no campaign"
        return Done(f"The running server goes by it and has {words} in hand.", {"dialling": len(dialling)})

    async def tell_of(self, order: AskCampaign, tell: Tell) -> Done:
        """Tell how a campaign is being dialled right now."""
        return Done(
            f"The campaign '{order.name}' is being dialled.", facts_of(self._dialer(order.name), self.shares.servers)
        )

    async def preview(self, order: Preview, tell: Tell) -> Done:
        """Show an agent a lead, or do with it what the agent decided."""
        return await preview(self._dialer(order.campaign), self.ports, order)

    def _dialer(self, name: str) -> Dialer:
        dialer = self.diallers.get(name)
        if dialer is None:
            words = f"The campaign '{name}' is not being dialled by the running server."
            raise Refused(words, "orders.campaign_not_dialled", name=name)
        return dialer

    # -- what campaigns are to do --------------------------------------------------------------------------------

    async def look(self) -> None:
        """Go by what the database says now; the scheduler asks every few seconds."""
        if self._leaving:
            return
        async with self._one_at_a_time:
            try:
                await self._reconcile()
            except (HotlineError, DBAPIError) as fault:
                log.warning("campaigns can't be looked at now: %s", fault)
            except Exception:
                # The telephone goes on, and the diallers that there are.
                log.exception("campaigns can't be looked at")

    async def _reconcile(self) -> None:
        found: list[StoredCampaign] = await self._work(rows.stored_campaigns, self._engine)
        stored = {one.id: one for one in found}
        now = moment(self._clock())
        for campaign_id in await self._work(rows.due, self._engine, list(stored.values()), now):
            await self._by_schedule(campaign_id)
            await self._read_again(stored, campaign_id)
        for one in list(stored.values()):
            if one.state is CampaignState.SCHEDULED and begins_by_itself(one.plan, now):
                await self._move(one.id, CampaignMove.START, "its first day has come")
                await self._read_again(stored, one.id)
            elif one.state in (CampaignState.RUNNING, CampaignState.TRIPPED) and is_over(one.plan, now):
                await self._move(one.id, CampaignMove.DRAIN, "its last day is over")
                await self._read_again(stored, one.id)
        for campaign_id, dialling in list(self._dialling.items()):
            if campaign_id not in stored:
                dialling.dialer.leave()
                dialling.dialer.hang_up()
        for one in stored.values():
            try:
                await self._go_by(one)
            except HotlineError as fault:
                log.warning("campaign %s isn't gone by now: %s", one.name, fault)

    async def _read_again(self, stored: dict[str, StoredCampaign], campaign_id: str) -> None:
        now = await self._work(rows.stored_campaign, self._engine, campaign_id)
        if now is None:
            del stored[campaign_id]
        else:
            stored[campaign_id] = now

    async def _by_schedule(self, campaign_id: str) -> None:
        """Carry out the order of the campaign's own schedule whose time has come, or note why it can't be."""
        try:
            for event in await self._work(rows.carried_out, self._engine, campaign_id, moment(self._clock())):
                self._tell(event)
        except HotlineError as fault:
            log.warning("a campaign's schedule isn't gone by now: %s", fault)

    async def _go_by(self, one: StoredCampaign) -> None:
        dialling = self._dialling.get(one.id)
        if dialling is None:
            if one.state is CampaignState.DRAINING:
                await self._stopped(one.id)
            elif one.state in LIVE:
                await self._begin(one)
            return
        dialer = dialling.dialer
        # What is to end or to rest does so, whatever its plan is like.
        match one.state:
            case CampaignState.RUNNING:
                await self._with_breaker(one, dialling)
                dialer.resume()
            case CampaignState.TRIPPED:
                dialer.resume()
            case CampaignState.PAUSED:
                # The breaker stays as it is: who resumes what is paused goes on with its trial.
                dialling.went_open |= dialling.tripped
                dialling.tripped = False
                dialer.pause()
            case CampaignState.DRAINING:
                dialer.leave()
            case CampaignState.STOPPED | CampaignState.FINISHED:
                dialer.leave()
                dialer.hang_up()
        if one.edited_at != dialer.campaign.edited_at:
            dialer.take_up(one)

    async def _with_breaker(self, one: StoredCampaign, dialling: _Dialling) -> None:
        """Let a campaign that is to run go on with its breaker as it is, or close that where it is resumed for that."""
        lessons, now = dialling.dialer.lessons, moment(self._clock())
        if dialling.tripped and await self._work(rows.mended_by_itself, self._engine, one.id):
            await self._move(one.id, CampaignMove.TRIP, "another server's circuit breaker is still open")
        elif dialling.tripped:
            dialling.tripped = False
            lessons.close_breaker(one.plan.breaker)
            await self._work(rows.noted, self._engine, Happened(CLOSED, now, one.id, data={"why": "resumed by hand"}))
        elif dialling.went_open and lessons.breaker.state is not BreakerState.CLOSED:
            dialling.tripped = True
            await self._move(one.id, CampaignMove.TRIP, "its circuit breaker is still open")
        dialling.went_open = False

    async def _begin(self, one: StoredCampaign) -> None:
        assert self._group is not None, "looks only while it runs"
        counted, calls = await self._counted(one), await self._work(rows.known_calls, self._engine, one.id)
        try:
            dialer = Dialer(one, self.ports, counted, partial(self._breaker_turned, one.id))
            recall(dialer.pacing.learned, calls)
        except HotlineError as fault:
            await self._move(one.id, CampaignMove.STOP, str(fault))
            return
        open_ = one.state is CampaignState.TRIPPED or await self._work(rows.breaker_was_open, self._engine, one.id)
        if open_:
            dialer.lessons.breaker.trip(self.ports.steady())
        self._drained.pop(one.id, None)
        self.shares.share(one.id, dialer.limits.limits[0])
        task = self._group.create_task(self._dial(dialer), name=f"campaign {one.name}")
        self._dialling[one.id] = _Dialling(dialer, task, one.state is CampaignState.TRIPPED, open_)
        log.info("campaign %s: dialling", one.name)

    async def _dial(self, dialer: Dialer) -> None:
        """Dial one campaign to its end."""
        campaign_id = dialer.campaign.id
        try:
            done = await dialer.run()
        except Exception:  # It must not end the others, nor the telephone; it is begun again at the next look.
            log.exception("campaign %s", dialer.campaign.name)
            return
        finally:
            self._dialling.pop(campaign_id, None)
        log.info("campaign %s: %s", dialer.campaign.name, "the list is done" if done else "no longer dialled")
        try:
            if done:
                await self._move(campaign_id, CampaignMove.FINISH, "the list is done")
            elif not self._leaving:
                await self._stopped(campaign_id)
        except (HotlineError, DBAPIError) as fault:  # The next look sees to it.
            log.warning("campaign %s: that it is over can't be read or written now: %s", dialer.campaign.name, fault)

    async def _stopped(self, campaign_id: str) -> None:
        """Stop a campaign that is drained, once no server has a call of it any more."""
        now = await self._work(rows.stored_campaign, self._engine, campaign_id)
        if now is None or now.state is not CampaignState.DRAINING:
            return
        since = self._drained.setdefault(campaign_id, self.ports.steady())
        heard = self.shares.servers == 1 or self.ports.steady() >= since + DRAINED_S
        if heard and not await self._work(rows.is_called, self._engine, campaign_id):
            # A look may come to the same while the last call's dialler does.
            self._drained.pop(campaign_id, None)
            await self._move(campaign_id, CampaignMove.STOP, DRAINED)

    def _breaker_turned(self, campaign_id: str, state: BreakerState) -> None:
        dialling = self._dialling.get(campaign_id)
        if self._group is None or dialling is None:
            return
        if state is BreakerState.OPEN:
            self.breakers_opened += 1
            log.warning("campaign %s: failures jumped, dialling rests", dialling.dialer.campaign.name)
        share = dialling.dialer.lessons.breaker.share(self.ports.steady())
        event = turned(campaign_id, state, share, self.ports.node, moment(self._clock()))
        self._group.create_task(self._write_breaker(dialling, event, state), name="write the breaker's turn")

    async def _write_breaker(self, dialling: _Dialling, event: Happened, state: BreakerState) -> None:
        moves = {BreakerState.OPEN: CampaignMove.TRIP, BreakerState.CLOSED: CampaignMove.MEND}
        try:
            # Not between a look's reading and its doing: a campaign that has just tripped would look like one resumed.
            async with self._one_at_a_time:
                await self._work(rows.noted, self._engine, event)
                if state in moves and (state is BreakerState.OPEN) != dialling.tripped:
                    await self._move(event.campaign_id, moves[state], event.name)
                    dialling.tripped = state is BreakerState.OPEN
        except HotlineError as fault:
            log.warning("the breaker's turn isn't written: %s", fault)
        self._tell(event)

    def _limits(self) -> dict[str, RateLimit]:
        return {campaign_id: one.dialer.limits.limits[0] for campaign_id, one in self._dialling.items()}

    def _wake(self) -> None:
        for one in self._dialling.values():
            one.dialer.wake()

    # -- the database ------------------------------------------------------------------------------------------

    async def _work(self, what: Callable[..., Any], *args: Any, **values: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(what, *args, **values))

    async def _move(self, campaign_id: str, move: CampaignMove, why: str) -> None:
        """Carry out a move, where the campaign can still take it: an operator may have been faster."""
        now = moment(self._clock())
        try:
            state = await self._work(rows.moved_now, self._engine, campaign_id, move, now, why)
        except CannotDo as fault:
            log.info("%s", fault)
            return
        self._tell(Happened(f"campaign.{move}", now, campaign_id, data={"state": state, "why": why}))

    async def _renew(self) -> None:
        now = moment(self._clock())
        try:
            held = {lead for one in self._dialling.values() for lead in one.dialer.held}
            await self._work(self.ports.store.renew, self.ports.node, held, now)
            if lost := await self._work(self.ports.store.expire, now):
                log.warning("%d attempts of servers that are gone are completed as lost", len(lost))
        except (HotlineError, DBAPIError) as fault:
            log.warning("leases can't be renewed now: %s", fault)

    async def _counted(self, one: StoredCampaign) -> Count:
        """Return the answered and abandoned calls of the window that ends now."""
        since = moment(self._clock()) - timedelta(days=one.plan.abandon.window_days)
        return Count(*await self._work(self.ports.store.abandonment, one.id, since))

    async def _recount(self) -> None:
        try:
            for one in list(self._dialling.values()):
                one.dialer.recount(await self._counted(one.dialer.campaign))
        except (HotlineError, DBAPIError) as fault:
            log.warning("abandoned calls can't be counted now: %s", fault)

    def _tell(self, event: Happened) -> None:
        for listener in self._listeners:
            listener(event)
