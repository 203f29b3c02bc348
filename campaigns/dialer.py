"""The dialler of one campaign: takes leads as pacing, caps and breaker allow, asks the law, calls, and settles.

What is decided is decided in pure parts (`pacing.py`, `rate_limit.py`, `breaker.py`, `retry.py`); this file has the
loop and the tasks. Every attempt is on disk before its call leaves, and is settled once, however the call ends.
"""

import asyncio
import logging
import math
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import DBAPIError

from campaigns.attempt import AttemptCall, Running, write_placed
from campaigns.breaker import BreakerState
from campaigns.campaign_rows import StoredCampaign
from campaigns.dialer_ports import Ports
from campaigns.lead_route import flow_of, line_for
from campaigns.lead_row import LeadRow
from campaigns.lessons import Lessons
from campaigns.line_book import Choice, NoLine
from campaigns.next_look import EMPTY_S, next_look
from campaigns.pacing import Count, Decision, Pacing
from campaigns.pacing_rules import AGENT_MODES, pacing_rules
from campaigns.permission import Refusal
from campaigns.preview import Previews
from campaigns.rate_limit import Limits, RateLimit
from models.call import new_id
from models.cause import Cause
from models.database import moment
from models.errors import CannotDo, HotlineError
from voice.call_outcome import Outcome
from voice.campaign_call import Progress

log = logging.getLogger(__name__)
TICK_S = 1.0
"""From one look at the list to the next, where nothing happens meanwhile."""
TROUBLE_S = 1.0
"""After the database could not be written."""
NO_LINE_S = 60.0
"""For which a lead without a free line is put aside at most, where others have one."""
PUT_ASIDE = 50
"""Leads in a row that are put aside at once: then the dialler rests for a tick, lest it runs through a whole list."""
BATCH = 20
"""Leads taken at once, at most, in a campaign of the robot."""


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
        self.limits = Limits(RateLimit(plan.max_calls, plan.calls_per_second), ports.whole)
        self.pacing = Pacing(plan.mode, pacing_rules(plan.pacing, plan.abandon), before)
        self.lessons = Lessons(self.pacing, plan.breaker, on_breaker)
        self.decision = Decision(0, "it begins")
        self.running: dict[str, Running] = {}
        self.why = ""
        """Why nothing is dialled now; "" where something is."""
        self._attempts = AttemptCall(campaign, ports, self.limits, plan.grades, self._choose, self._hear, self._later)
        self.previews = Previews()
        self._leads: deque[LeadRow] = deque()
        self._in_hand: tuple[LeadRow, ...] = ()
        """The one whose call is being prepared."""
        self._wake = asyncio.Event()
        self._pausing = self._leaving = False
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
        calling = (one.placed.lead for one in self.running.values())
        return {lead.id for lead in (*self._leads, *self._in_hand, *calling)} | self.previews.held()

    def take_up(self, campaign: StoredCampaign) -> None:
        """Go by an edited plan from the next call on."""
        plan = campaign.plan
        self.campaign, self.lessons.breaker.rules = campaign, plan.breaker
        self.pacing.mode, self.pacing.rules = plan.mode, pacing_rules(plan.pacing, plan.abandon)
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
        self.wake()

    def leave(self) -> None:
        """Place no more calls, and come to an end when those that run are over."""
        self._leaving = True
        self._wake.set()

    def hang_up(self) -> None:
        """End all running calls, however far they got."""
        for one in list(self.running.values()):
            self._stop(one, Cause.OPERATOR_HUNG_UP)

    def _stop(self, one: Running, cause: Cause) -> None:
        one.stopping = True
        if one.call_id:
            self._ports.calls.hang_up(one.call_id, cause)

    def wake(self) -> None:
        """Look at once whether something can be dialled."""
        self._wake.set()

    async def next_lead(self) -> LeadRow | None:
        """Take a lead of which somebody decides whether it is called; None: none is due now."""
        return self._leads.popleft() if self._leads or await self._take(1) else None

    async def place(self, lead: LeadRow, agent: str) -> str:
        """Call a lead for the agent who decided so; return why that isn't done, or ""."""
        why = self._held_up(self.now) or (self.limits.why if self.limits.room(self.now) <= 0 else "")
        if why or self._leaving or self._pausing or self._group is None:
            self._leads.appendleft(lead)
            return why or "the campaign is paused, or ends"
        return await self._begin(lead, self._group, agent)

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
            for lead in self.previews.overdue(math.inf if self._leaving or self._pausing else self.now):
                await self._release(lead)
            if self._leaving:
                await self._put_back()
                return None if self.running else False
            if self._pausing:
                self.why = "paused"
                await self._put_back()
                return None
            await self._fill(group)
            if self._no_more and not (self.running or self._leads or self.previews.held()):
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
            if (room := self._room(self.now)) <= 0:
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
        """Return how many calls may be placed now; keep why it is none."""
        if steady < self._not_before:
            return 0
        if held_up := self._held_up(steady):
            self.why = held_up
            return 0
        trial, calls = self.lessons.trial(steady), self._decide(steady)
        room = min(calls, self.limits.room(steady), calls if trial is None else trial)
        self.why = "" if room > 0 else self.decision.why if calls == 0 else self.limits.why
        return room

    def _held_up(self, steady: float) -> str:
        """Return why nothing at all may be called, whatever pacing says; "" where nothing keeps from it."""
        if refusal := self._ports.calls.refusal():
            self._hold(TROUBLE_S, refusal)
        return refusal or ("the circuit breaker is open: failures jumped" if self.lessons.trial(steady) == 0 else "")

    def _decide(self, steady: float) -> int:
        # Who is handed over needs an agent, though the queue may not know it yet: it writes first.
        floor = self._ports.agents.floor(self.campaign.plan.queue)
        for one in self.lessons.hopeless(floor, self.running.values(), steady):
            self._stop(one, Cause.NO_ANSWER)
        ringing = [steady - one.began for one in self.running.values() if not one.offered]
        self.decision = self.pacing.decide(floor, ringing, steady)
        return self.decision.calls

    async def _take(self, room: int) -> bool:
        """Lease leads; return whether there were any."""
        steady, plan = self.now, self.campaign.plan
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
            wait = await self._ports.work(next_look, store, self.campaign, now)
            self._no_more = wait is None
            self._not_before = steady + (EMPTY_S if wait is None else wait)
            self.why = "no lead is due where it is calling time"
        return bool(self._leads)

    async def _sleep(self) -> None:
        # Where other servers have all of a rate, nobody knows until when.
        wanted = max(min(self.limits.next_time(), (steady := self.now) + 60 * TICK_S), self._not_before)
        waits = self._not_before > steady and not self.running
        until = wanted if waits or steady < wanted < steady + TICK_S else steady + TICK_S
        with suppress(TimeoutError):
            async with asyncio.timeout(max(until - steady, 0.001)):
                await self._wake.wait()

    def _hold(self, seconds: float, why: str) -> str:
        self._not_before, self.why = self.now + seconds, why
        return why

    async def _put_back(self) -> None:
        if self._leads:
            await self._ports.work(self._ports.store.release, list(self._leads), self._ports.node)
            self._leads.clear()

    async def _begin(self, lead: LeadRow, group: asyncio.TaskGroup, agent: str = "") -> str:
        """Ask the law and the lines, write the attempt, and let the call begin; else put the lead back.

        `agent`: whom the callee is to talk to; "": whoever is free. Returns why there is no call, or "".
        """
        ports, number = self._ports, lead.next_number
        try:
            flow = await ports.flow(flow_of(self.campaign, lead.id))
            # Before the law is asked: rendering may take longer than a permit holds.
            await ports.calls.prepare(flow)
            now = moment(ports.clock())
            answer = await ports.work(ports.permission.ask, lead, number, self.campaign, now)
            if isinstance(answer, Refusal):
                await self._refused(lead, answer, now)
                return f"may not be called now ({answer.reason})"
            choice = self._choose(lead, number, ())
            if isinstance(choice, NoLine):
                await self._no_line(lead, choice, now)
                return choice.sentence
        except (CannotDo, DBAPIError):
            self._leads.appendleft(lead)
            raise
        except HotlineError as fault:
            self._leads.appendleft(lead)
            return self._hold(10 * TROUBLE_S, str(fault))
        room = self.limits.room(self.now)
        if room <= 0 or not (agent or self._decide(self.now)):
            # An agent, or a place for all campaigns, was taken while the law was asked; this lead is the next one.
            self._leads.appendleft(lead)
            return self.limits.why if room <= 0 else self.decision.why
        attempt = new_id()
        self.limits.began(self.now, leaves=False)
        self.lessons.breaker.begun(attempt)
        ports.lines.placed(choice, leaves=False)
        try:
            placed = await write_placed(ports, self.campaign, attempt, (lead, answer, choice, flow))
        except Exception as fault:
            self.limits.ended()
            self.lessons.breaker.taken_back(attempt)
            ports.lines.ended(choice, Outcome("", Cause.CANCELLED), ports.clock())
            if not isinstance(fault, HotlineError):
                raise
            # Whoever has it now, or the end of its lease, puts it back; where it is still ours, we do.
            await self._release(lead)
            return self._hold(TROUBLE_S, str(fault))
        finally:
            # However long the writing took: a second of the limits is one of calls that left.
            self.limits.left(self.now)
            ports.lines.left(choice, ports.clock())
        running = Running(placed, answer, choice, flow, ports.steady(), agent)
        self.running[attempt] = running
        self._put_aside = 0
        self.lessons.figures.placed += 1
        group.create_task(self._call(running), name=f"campaign call {attempt}")
        return ""

    async def _release(self, lead: LeadRow) -> None:
        try:
            await self._ports.work(self._ports.store.release, [lead], self._ports.node)
        except HotlineError as fault:
            log.warning("lead %d is put back when its lease is over: %s", lead.id, fault)

    def _choose(self, lead: LeadRow, number: str, tried: Sequence[str]) -> Choice | NoLine:
        return line_for(self._ports.lines, self.campaign, lead, number, tried, self._ports.clock())

    async def _refused(self, lead: LeadRow, refusal: Refusal, now: datetime) -> None:
        store = self._ports.store
        self.lessons.figures.refused += 1
        what = (store.refuse, lead) if refusal.until is None else (store.defer, lead, refusal.until)
        await self._ports.work(*what, str(refusal.reason), now)

    async def _no_line(self, lead: LeadRow, none: NoLine, now: datetime) -> None:
        if none.never:
            self.lessons.figures.refused += 1
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

    async def _call(self, running: Running) -> None:
        """Have one attempt, and settle it."""
        attempt = running.placed.id
        try:
            over = await self._attempts.place(running)
            self.lessons.ended(running, over.outcome, self.now)
            settled, written = await self._attempts.settle(over)
            self.lessons.judged(running, settled.disposition, self.now)
            if written:
                self.lessons.counted(settled.disposition)
                for event in settled.events:
                    self._ports.tell(event)
        except Exception:
            # Nobody renews its lease now: the lead is put back when that is over, as a lost attempt.
            log.exception("attempt %s", attempt)
        finally:
            self.running.pop(attempt, None)
            self.limits.ended()
            self._wake.set()

    def _hear(self, running: Running, progress: Progress) -> None:
        if self.lessons.heard(running, progress, self.now):
            self._wake.set()

    def _agents_changed(self, what: str, seconds: float) -> None:
        self.lessons.agents_changed(what, seconds)
        self._wake.set()

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
