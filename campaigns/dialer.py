"""The dialler of one campaign: takes leads as pacing, caps and breaker allow, asks the law, calls, and settles.

What is decided is decided in pure parts (`pacing.py`, `rate_limit.py`, `breaker.py`, `retry.py`); this file has the
loop and the tasks. Every attempt is on disk before its call leaves, and is settled once, however the call ends.
"""

import asyncio
import logging
import zlib
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import DBAPIError

from campaigns.attempt import AttemptCall, Running
from campaigns.breaker import Breaker, BreakerState
from campaigns.calling_hours import CallingHours
from campaigns.campaign_rows import StoredCampaign
from campaigns.dialer_ports import Ports
from campaigns.disposition import LINE_FAULTS, Disposition
from campaigns.lead_row import Happened, LeadRow
from campaigns.line_book import Choice, NoLine
from campaigns.next_lead import FRESH_S
from campaigns.pacing import Count, Decision, Pacing
from campaigns.pacing_rules import AGENT_MODES, pacing_rules
from campaigns.permission import Permit, Refusal
from campaigns.rate_limit import Limits, RateLimit
from campaigns.settling import Placed, Settled
from dialplans.flow import Flow
from models.call import new_id
from models.cause import Cause
from models.database import moment
from models.errors import CannotDo, HotlineError
from voice.call_outcome import Outcome
from voice.campaign_call import Progress

log = logging.getLogger(__name__)
TICK_S = 1.0
"""From one look at the list to the next, where nothing happens meanwhile."""
EMPTY_S = 30.0
"""After a look that found no lead, unless one is due sooner: hours open, and others import leads meanwhile."""
TROUBLE_S = 1.0
"""After the database could not be written."""
NO_LINE_S = 60.0
"""For which a lead without a free line is put aside at most, where others have one."""
PUT_ASIDE = 50
"""Leads in a row that are put aside at once: then the dialler rests for a tick, lest it runs through a whole list."""
BATCH = 20
"""Leads taken at once, at most, in a campaign of the robot."""


@dataclass
class Figures:
    """What a dialler counted since it began."""

    placed: int = 0
    answered: int = 0
    abandoned: int = 0
    refused: int = 0
    dispositions: dict[str, int] = field(default_factory=dict)


class Dialer:
    """Dials one campaign until its list is done or it is told to stop."""

    def __init__(
        self,
        campaign: StoredCampaign,
        ports: Ports,
        before: Count = Count(),
        on_breaker: Callable[[BreakerState], None] = lambda state: None,
    ) -> None:
        """`before`: answered and abandoned calls of the last 30 days; `on_breaker` hears when failures jump."""
        self.campaign, self._ports = campaign, ports
        plan = campaign.plan
        self.breaker = Breaker(plan.breaker)
        self.limits = Limits(RateLimit(plan.max_calls, plan.calls_per_second), ports.whole)
        self.pacing = Pacing(plan.mode, pacing_rules(plan.pacing, plan.abandon), before)
        self.decision = Decision(0, "it begins")
        self.running: dict[str, Running] = {}
        self.figures = Figures()
        self.why = ""
        """Why nothing is dialled now; "" where something is."""
        self._attempts = AttemptCall(campaign, ports, plan.grades, self._choose, self._hear, self._later)
        self._on_breaker = on_breaker
        self._leads: deque[LeadRow] = deque()
        self._in_hand: tuple[LeadRow, ...] = ()
        """The one whose call is being prepared."""
        self._wake = asyncio.Event()
        self._pausing = False
        self._leaving = False
        self._put_aside = 0
        """Leads in a row that had no line."""
        self._not_before = 0.0
        self._no_more = False
        """Nobody was left on the list when it was last looked at, but who is being called."""
        self._group: asyncio.TaskGroup | None = None

    @property
    def now(self) -> float:
        """The time of the steady clock."""
        return self._ports.steady()

    @property
    def held(self) -> set[int]:
        """The ids of all leads that it has just now: those it will call, and those it calls."""
        return {lead.id for lead in (*self._leads, *self._in_hand, *(one.placed.lead for one in self.running.values()))}

    # -- orders ------------------------------------------------------------------------------------------------

    def take_up(self, campaign: StoredCampaign) -> None:
        """Go by an edited plan from the next call on."""
        plan = campaign.plan
        rules = pacing_rules(plan.pacing, plan.abandon)
        self.campaign, self.pacing.mode, self.pacing.rules, self.breaker.rules = (
            campaign,
            plan.mode,
            rules,
            plan.breaker,
        )
        self._attempts.take_up(campaign, plan.grades)
        own = self.limits.limits[0]
        own.at_once, own.a_second = plan.max_calls, plan.calls_per_second
        self._wake.set()

    def recount(self, ended: Count) -> None:
        """Go by the answered and abandoned calls of the plan's days that have ended; those that run count too."""
        waiting = sum(one.to_agents for one in self.running.values())
        self.pacing.recount(Count(ended.answered + waiting, ended.abandoned))

    def pause(self) -> None:
        """Place no more calls; those that run go on."""
        self._pausing = True
        self._wake.set()

    def resume(self) -> None:
        """Go on."""
        self._pausing = False
        self._wake.set()

    def leave(self) -> None:
        """Place no more calls, and come to an end when those that run are over."""
        self._leaving = True
        self._wake.set()

    def hang_up(self) -> None:
        """End all running calls, however far they got."""
        for one in list(self.running.values()):
            one.stopping = True
            if one.call_id:
                self._ports.calls.hang_up(one.call_id)

    def wake(self) -> None:
        """Look at once whether something can be dialled."""
        self._wake.set()

    # -- the loop ----------------------------------------------------------------------------------------------

    async def run(self) -> bool:
        """Dial; return True when the whole list is done, False when told to leave. Cancelled, calls end at once."""
        unfollow = self._ports.agents.follow(self.campaign.plan.queue, self._agents_changed)
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                while True:
                    self._wake.clear()
                    done = await self._once(group)
                    if done is not None:
                        return done
                    await self._sleep()
        finally:
            unfollow()
            await self._put_back()

    async def _once(self, group: asyncio.TaskGroup) -> bool | None:
        """Place what may be placed; return as `run` where it is over, None where it goes on."""
        try:
            if self._leaving:
                await self._put_back()
                return None if self.running else False
            if self._pausing:
                self.why = "paused"
                await self._put_back()
                return None
            await self._fill(group)
            if self._no_more and not self.running and not self._leads:
                self._no_more = False
                return await self._ports.work(self._ports.store.open_leads, self.campaign.id) == 0 or None
        except CannotDo as trouble:
            self._hold(TROUBLE_S, str(trouble))
        except DBAPIError as trouble:
            self._hold(TROUBLE_S, f"The database can't be read now ({trouble.orig}).")
        except Exception as fault:
            # One campaign that fails in an unforeseen way must not end the others, nor the telephone.
            log.exception("campaign %s", self.campaign.name)
            self._hold(10 * TROUBLE_S, f"{type(fault).__name__}: {fault}")
        return None

    async def _fill(self, group: asyncio.TaskGroup) -> None:
        while not (self._leaving or self._pausing):
            steady = self._ports.steady()
            room = self._room(steady)
            if room <= 0:
                return
            if not self._leads and not await self._take(room):
                return
            lead = self._leads.popleft()
            self._in_hand = (lead,)
            try:
                await self._begin(lead, group)
            finally:
                self._in_hand = ()

    def _room(self, steady: float) -> int:
        """Return how many calls may be placed now, and keep why it is none."""
        if steady < self._not_before:
            return 0
        if refusal := self._ports.calls.refusal():
            self._hold(TROUBLE_S, refusal)
            return 0
        before = self.breaker.state
        trial = self.breaker.room(steady)
        if self.breaker.state is not before:
            self._on_breaker(self.breaker.state)
        if trial == 0:
            self.why = "the circuit breaker is open: failures jumped"
            return 0
        ringing = [steady - one.began for one in self.running.values() if not one.to_agents]
        self.decision = self.pacing.decide(self._ports.agents.floor(self.campaign.plan.queue), ringing, steady)
        room = min(self.decision.calls, self.limits.room(steady), self.decision.calls if trial is None else trial)
        self.why = "" if room > 0 else self.decision.why if self.decision.calls == 0 else "a cap is reached"
        return room

    async def _take(self, room: int) -> bool:
        """Lease leads; return whether there were any."""
        steady = self._ports.steady()
        plan = self.campaign.plan
        # For two seconds: a lead that is held may not be who should go first any more.
        ahead = min(BATCH, plan.max_calls - len(self.running), int(2 * plan.calls_per_second))
        count = room if plan.mode in AGENT_MODES else max(1, ahead)
        now = moment(self._ports.clock())
        store, node = self._ports.store, self._ports.node
        while not (self._leads or self._leaving or self._pausing):
            self._leads.extend(await self._ports.work(store.take, self.campaign.id, now, min(count, 200), node))
            if not store.unfinished(self.campaign.id, now):
                break
        if not (self._leads or self._leaving or self._pausing):
            await self._find_none(now, steady)
        return bool(self._leads)

    async def _find_none(self, now: datetime, steady: float) -> None:
        """Wait for the next lead that will be due; know it where none ever will."""
        next_due, wait = self._ports.store.next_due, EMPTY_S
        due = await self._ports.work(next_due, self.campaign.id, now)
        self._no_more = due is None
        if due is not None and due > now:
            wait = min(EMPTY_S, (due - now).total_seconds() + 0.01)
        elif due is not None:
            hours = CallingHours.of(self.campaign.plan)
            due = await self._ports.work(next_due, self.campaign.id, now, lambda zone: not hours.closed(zone, "", now))
            # What another put on the list meanwhile, the store sees with its next look.
            wait = FRESH_S if due is not None and due <= now else EMPTY_S
        self._not_before, self.why = steady + wait, "no lead is due where it is calling time"

    async def _sleep(self) -> None:
        steady = self._ports.steady()
        wanted = max(self.limits.next_time(), self._not_before)
        waits = self._not_before > steady and not self.running
        until = wanted if waits or steady < wanted < steady + TICK_S else steady + TICK_S
        try:
            async with asyncio.timeout(max(until - steady, 0.001)):
                await self._wake.wait()
        except TimeoutError:
            pass

    def _hold(self, seconds: float, why: str) -> None:
        self._not_before, self.why = self._ports.steady() + seconds, why

    async def _put_back(self) -> None:
        if self._leads:
            leads = list(self._leads)
            await self._ports.work(self._ports.store.release, leads, self._ports.node)
            self._leads.clear()

    # -- one lead ----------------------------------------------------------------------------------------------

    async def _begin(self, lead: LeadRow, group: asyncio.TaskGroup) -> None:
        """Ask the law and the lines, write the attempt, and let the call begin; else put the lead back."""
        ports, number = self._ports, lead.next_number
        try:
            flow = await ports.flow(self._flow_name(lead))
            # Before the law is asked: rendering may take longer than a permit holds.
            await ports.calls.prepare(flow)
            now = moment(ports.clock())
            answer = await ports.work(ports.permission.ask, lead, number, self.campaign, now)
            if isinstance(answer, Refusal):
                await self._refused(lead, answer, now)
                return
            choice = self._choose(lead, number, ())
            if isinstance(choice, NoLine):
                await self._no_line(lead, choice, now)
                return
        except (CannotDo, DBAPIError):
            self._leads.appendleft(lead)
            raise
        except HotlineError as fault:
            self._leads.appendleft(lead)
            self._hold(10 * TROUBLE_S, str(fault))
            return
        attempt = new_id()
        self.limits.began(ports.steady())
        self.breaker.begun(attempt)
        ports.lines.placed(choice)
        try:
            placed = await self._write(attempt, lead, answer, choice, flow)
        except Exception as fault:
            self._take_back(attempt, choice)
            if not isinstance(fault, HotlineError):
                raise
            # Whoever has it now, or the end of its lease, puts it back; where it is still ours, we do.
            await self._release(lead)
            self._hold(TROUBLE_S, str(fault))
            return
        running = Running(placed, answer, choice, flow, ports.steady())
        self.running[attempt] = running
        self._put_aside = 0
        self.figures.placed += 1
        group.create_task(self._call(running), name=f"campaign call {attempt}")

    async def _release(self, lead: LeadRow) -> None:
        try:
            await self._ports.work(self._ports.store.release, [lead], self._ports.node)
        except HotlineError as fault:
            log.warning("lead %d is put back when its lease is over: %s", lead.id, fault)

    def _take_back(self, attempt: str, choice: Choice) -> None:
        self.limits.ended()
        self.breaker.taken_back(attempt)
        self._ports.lines.ended(choice, Outcome("", Cause.CANCELLED), self._ports.clock())

    def _flow_name(self, lead: LeadRow) -> str:
        """Return which of the campaign's flows talks with a lead: always the same one, in the plan's shares."""
        flows = self.campaign.plan.flows
        whole = sum(one.share for one in flows)
        place = zlib.crc32(f"{self.campaign.id}/{lead.id}".encode()) / 2**32 * whole
        for one in flows:
            place -= one.share
            if place < 0:
                return one.flow
        return flows[-1].flow

    def _choose(self, lead: LeadRow, number: str, tried: Sequence[str]) -> Choice | NoLine:
        plan, lines, now = self.campaign.plan, self._ports.lines, self._ports.clock()
        rule = plan.retry.rules.get(lead.disposition)
        avoided = [lead.line] if rule and rule.other_line and lead.line and not tried else []
        asked: dict[str, Any] = {"country": plan.country, "region": lead.region, "campaign": self.campaign.name}
        shares = plan.line_shares or None
        found = lines.choose(number, plan.lines, [*tried, *avoided], now, **asked, shares=shares)
        if found is None and avoided:
            found = lines.choose(number, plan.lines, tried, now, **asked, shares=shares)
        return found or lines.no_line(number, plan.lines, tried, now, country=plan.country)

    async def _refused(self, lead: LeadRow, refusal: Refusal, now: datetime) -> None:
        store = self._ports.store
        self.figures.refused += 1
        if refusal.until is None:
            await self._ports.work(store.refuse, lead, str(refusal.reason), now)
        else:
            await self._ports.work(store.defer, lead, refusal.until, str(refusal.reason), now)

    async def _no_line(self, lead: LeadRow, none: NoLine, now: datetime) -> None:
        if none.never:
            self.figures.refused += 1
            await self._ports.work(self._ports.store.refuse, lead, "no-line", now)
            return
        wait = none.until - now.timestamp()
        if wait <= TICK_S or not none.others:
            self._leads.appendleft(lead)
            self._hold(min(max(wait, 0.02), TICK_S), none.sentence)
            return
        until = now + timedelta(seconds=min(wait, NO_LINE_S))
        await self._ports.work(self._ports.store.defer, lead, until, "no-line", now)
        self._put_aside += 1
        if self._put_aside % PUT_ASIDE == 0:
            self._hold(TICK_S, none.sentence)

    async def _write(self, attempt: str, lead: LeadRow, permit: Permit, choice: Choice, flow: Flow) -> Placed:
        at, campaign = moment(self._ports.clock()), self.campaign
        row = {
            "id": attempt, "campaign_id": campaign.id, "lead_id": lead.id, "node": self._ports.node,
            "number": permit.number, "placed_at": at, "line": choice.line, "caller_number": choice.caller_number,
            "mode": campaign.plan.mode, "version": f"{flow.name}@{flow.version}", "cost": choice.estimate,
            "currency": choice.currency,
        }  # fmt: skip
        events = [
            Happened("line.chosen", at, campaign.id, lead.id, attempt, choice.document()),
            Happened("attempt.placed", at, campaign.id, lead.id, attempt, {"number": permit.number}),
        ]
        await self._ports.work(self._ports.store.dialling, row, events)
        for event in events:
            self._ports.tell(event)
        return Placed(attempt, lead, permit.number, at, line=choice.line, caller_number=choice.caller_number)

    # -- one call ----------------------------------------------------------------------------------------------

    async def _call(self, running: Running) -> None:
        """Have one attempt, and settle it."""
        attempt = running.placed.id
        try:
            over = await self._attempts.place(running)
            self._learn(running, over.outcome)
            settled, written = await self._attempts.settle(over)
            self._judge(running, settled.disposition)
            if written:
                self._count(settled)
        except Exception:
            # Nobody renews its lease now: the lead is put back when that is over, as a lost attempt.
            log.exception("attempt %s", attempt)
        finally:
            self.running.pop(attempt, None)
            self.limits.ended()
            self._wake.set()

    def _hear(self, running: Running, progress: Progress) -> None:
        match progress.name:
            case "ringing" if self.breaker.state is BreakerState.CLOSED and not running.rang:
                # At once: failures are over long before talks, and would look like more than they are.
                running.rang = True
                self._tell_breaker(running.placed.id, False)
            case "answered":
                self.figures.answered += 1
            case "handover" if not running.to_agents:
                running.to_agents = True
                steady = self._ports.steady()
                self.pacing.answered(steady - running.began, steady)
                self._wake.set()
            case "connected":
                running.connected = True
            case _:
                pass

    def _later(self, what: Callable[..., Any], *args: Any, **values: Any) -> None:
        """Have something written meanwhile; what is lost of it is in the call's record, and in what is settled."""

        async def written() -> None:
            try:
                await self._ports.work(what, *args, **values)
            except HotlineError as fault:
                log.warning("campaign %s: %s", self.campaign.name, fault)
            except Exception:
                # It would cancel its siblings: the campaign's other calls.
                log.exception("campaign %s", self.campaign.name)

        assert self._group is not None, "nothing happens but while it runs"
        self._group.create_task(written(), name="write what a call does")

    def _learn(self, running: Running, outcome: Outcome) -> None:
        """Let pacing know how a call ended."""
        steady = self._ports.steady()
        if outcome.abandoned:
            self.pacing.abandoned(steady)
            self.figures.abandoned += 1
        elif not running.to_agents:
            self.pacing.call_ended_unanswered(outcome.answered_s or steady - running.began)

    def _judge(self, running: Running, disposition: Disposition) -> None:
        """Let the breaker know what an attempt says of the lines."""
        if disposition in (Disposition.STOPPED, Disposition.LOST):
            self.breaker.taken_back(running.placed.id)
        elif disposition in LINE_FAULTS or not running.rang:
            self._tell_breaker(running.placed.id, disposition in LINE_FAULTS)

    def _tell_breaker(self, attempt: str, failed: bool) -> None:
        if changed := self.breaker.ended(attempt, failed, self._ports.steady()):
            self._on_breaker(changed)

    def _count(self, settled: Settled) -> None:
        counts = self.figures.dispositions
        counts[settled.disposition] = counts.get(settled.disposition, 0) + 1
        for event in settled.events:
            self._ports.tell(event)

    def _agents_changed(self, what: str, seconds: float) -> None:
        match what:
            case "talked":
                self.pacing.talked(seconds)
            case "wrapped-up":
                self.pacing.wrapped_up(seconds)
            case _:
                pass
        self._wake.set()
