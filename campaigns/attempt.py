"""One attempt of a campaign: its call over one line or several, what is told of it meanwhile, and how it is settled."""

import asyncio
import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from campaigns.attempt_rows import called_at, placed_events, placed_row
from campaigns.campaign_rows import StoredCampaign
from campaigns.dialer_ports import Ports
from campaigns.do_not_call import Proof
from campaigns.grading import GradeRules
from campaigns.lead_row import LeadRow
from campaigns.lead_variables import lead_variables
from campaigns.line_book import Choice, NoLine
from campaigns.permission import Permit
from campaigns.rate_limit import Limits
from campaigns.settling import Placed, Settled, settle, zone_of
from campaigns.who_answers import connect_s, detect_policy, said
from dialplans.flow import Flow
from models.attempt import AttemptMove
from models.cause import Cause
from models.database import moment
from models.errors import CannotDo, HotlineError
from voice.call_outcome import Outcome
from voice.campaign_call import Outgoing, Progress
from voice.sip.causes import worth_another_line

log = logging.getLogger(__name__)
AGAIN_S = 1.0
"""After the database could not be written."""
LEAST_RING_S = 15.0
"""That must be left for another line: whom the law has ring so long may not be rung shorter there."""
LONGER_S = 5.0
"""By which an attempt may outlast its ringing time for that: a line that refuses takes a moment."""
MOST_LINES = 4
LOOK_S = 0.5
"""Between looks at what an attempt waits for that is to go over another line."""

Choose = Callable[[LeadRow, str, Sequence[str]], Choice | NoLine]
"""Chooses a line for a lead's number, besides those that were tried."""


@dataclass
class Running:
    """A call that was placed and isn't over."""

    placed: Placed
    permit: Permit
    choice: Choice
    """The line that it is tried over now."""
    flow: Flow
    began: float
    """By the steady clock."""
    agent: str = ""
    """Extension of whom the callee is to talk to; "": whoever is free."""
    call_id: str = ""
    rang_at: float | None = None
    """When it began to ring, by the steady clock."""
    rang: bool = False
    """Whether the breaker knows that the line works."""
    answered: bool = False
    to_agents: bool = False
    """Whether it waits for an agent, or has one."""
    offered: bool = False
    """Whether an agent's phone rang for it: from then on that agent isn't counted as free."""
    connected: bool = False
    stopping: bool = False
    """Whether it is to end; no further line is tried."""


@dataclass
class Over:
    """A call that came to an end, over whichever lines."""

    placed: Placed
    """With the lines that were tried and what it cost."""
    outcome: Outcome


async def write_placed(
    ports: Ports, campaign: StoredCampaign, attempt: str, of: tuple[LeadRow, Permit, Choice, Flow]
) -> Placed:
    """Write an attempt that is about to leave, and tell of it."""
    lead, permit, choice, flow = of
    at = moment(ports.clock())
    placed = Placed(attempt, lead, permit.number, at, line=choice.line, caller_number=choice.caller_number)
    events = placed_events(placed, campaign, choice)
    await ports.work(ports.store.dialling, placed_row(placed, campaign, choice, flow, ports.node), events)
    for event in events:
        ports.tell(event)
    return placed


class AttemptCall:
    """Carries out the attempts of one campaign."""

    def __init__(
        self,
        campaign: StoredCampaign,
        ports: Ports,
        limits: Limits,
        grades: GradeRules,
        choose: Choose,
        told: Callable[[Running, Progress], None],
        write: Callable[..., None],
    ) -> None:
        """`limits`: of campaign and whole; `told` hears how calls go; `write` has something written meanwhile."""
        self._campaign, self._ports, self._limits, self._grades = campaign, ports, limits, grades
        self._choose, self._told, self._write = choose, told, write

    def take_up(self, campaign: StoredCampaign, grades: GradeRules) -> None:
        """Go by an edited plan."""
        self._campaign, self._grades = campaign, grades

    async def place(self, running: Running) -> Over:
        """Call over as many lines as the ringing time allows; return how it ended."""
        ports, began, placed = self._ports, self._ports.steady(), running.placed
        lines: list[dict[str, Any]] = []
        while True:
            ring_seconds = self._campaign.plan.ring_seconds
            left = ring_seconds + LONGER_S - (ports.steady() - began)
            outcome = await self._over_one(running, min(left, ring_seconds))
            choice = running.choice
            cost = ports.lines.ended(choice, outcome, ports.clock())
            lines.append({"line": choice.line, "cause": str(outcome.cause), "code": outcome.code})
            latest = began + ring_seconds + LONGER_S - LEAST_RING_S
            if _lines_fault(outcome) and len(lines) < MOST_LINES:
                tried = [str(one["line"]) for one in lines]
                if found := await self._another(running, tried, latest):
                    running.choice = found
                    continue
            over = replace(
                placed, lines=lines, line=choice.line, caller_number=choice.caller_number, cost=cost,
                currency=choice.currency,
            )  # fmt: skip
            return Over(over, outcome)

    async def _another(self, running: Running, tried: Sequence[str], latest: float) -> Choice | None:
        """Place the call over another line, when it is its turn at what campaign and whole may call a second.

        Returns that line; None where there is none, or the turn doesn't come by `latest`.
        """
        ports, placed = self._ports, running.placed
        while not running.stopping and running.permit.good(ports.clock()):
            found, now = self._choose(placed.lead, placed.number, tried), ports.steady()
            turn = self._limits.next_time()
            if isinstance(found, NoLine) or now > latest or latest < turn < math.inf:
                return None
            if now >= turn:
                self._limits.again(now)
                ports.lines.placed(found)
                return found
            await asyncio.sleep(min(max(turn - now, 0.001), LOOK_S))
        return None

    async def _over_one(self, running: Running, ring_seconds: float) -> Outcome:
        lead, plan, choice = running.placed.lead, self._campaign.plan, running.choice
        variables = lead_variables(
            running.placed.number, lead.attempts + 1, lead.variables, name=lead.name, language=lead.language,
            timezone=lead.timezone, region=lead.region,
        )  # fmt: skip
        outgoing = Outgoing(
            permit=running.permit, line=choice.trunk, flow=running.flow, dialled=choice.dialled,
            caller_number=choice.caller_number, codecs=choice.codecs, variables=variables,
            language=lead.language or (plan.languages[0] if plan.languages else ""),
            zone=zone_of(lead, self._campaign), ring_seconds=ring_seconds, attempt=running.placed.id,
            campaign=plan.name, agent=running.agent,
            detect=detect_policy(plan), connect_s=connect_s(plan), abandoned=said(plan.abandon.message),
            on_progress=lambda progress: self._progress(running, progress),
        )  # fmt: skip
        try:
            return await self._ports.calls.call(outgoing)
        except HotlineError as fault:
            return Outcome("", Cause.CONGESTION, words=str(fault))
        except Exception as fault:
            log.exception("attempt %s", running.placed.id)
            return Outcome("", Cause.OUR_ERROR, words=f"{type(fault).__name__}: {fault}")

    def _progress(self, running: Running, progress: Progress) -> None:
        running.call_id, store = progress.call_id, self._ports.store
        now = moment(self._ports.clock())
        match progress.name:
            case "placed" if running.stopping:
                self._ports.calls.hang_up(progress.call_id)
            case "answered":
                running.answered = True
                self._write(store.progress, running.placed.id, AttemptMove.ANSWER, now, call_id=progress.call_id)
            case "opted-out":
                said = str(progress.data.get("how", "said")), str(progress.data.get("words", ""))
                proof = Proof(
                    running.placed.number, now, *said, self._campaign.name, running.placed.id, progress.call_id
                )
                self._write(store.opt_out, proof)
            case _:
                pass
        self._told(running, progress)

    async def settle(self, over: Over) -> tuple[Settled, bool]:
        """Write what became of an attempt, however long the database refuses: it is lost only with the process.

        Returns it, and whether it was written now (False: a start of another server had done it before).
        """
        ports, now = self._ports, moment(self._ports.clock())
        placed = replace(over.placed, hours=await self._hours(over.placed))
        settled = settle(placed, over.outcome, self._campaign, self._grades, now)
        while True:
            try:
                written = await ports.work(
                    ports.store.settle, settled.attempt, settled.change, settled.events, settled.proof
                )
            except CannotDo as fault:
                log.warning("attempt %s can't be settled yet: %s", placed.id, fault)
                await asyncio.sleep(AGAIN_S)
                continue
            return settled, written

    async def _hours(self, placed: Placed) -> list[int]:
        """Return at which hours the lead was called, where the callee is."""
        zone = zone_of(placed.lead, self._campaign)
        try:
            times = await self._ports.work(called_at, self._ports.store.engine, placed.lead.id)
        except Exception as fault:  # noqa: BLE001 - the database, whichever it is, can't be read just now
            log.warning("when lead %d was called before isn't known now: %s", placed.lead.id, fault)
            times = [placed.at]
        return [at.astimezone(zone).hour for at in times]


def _lines_fault(outcome: Outcome) -> bool:
    """Tell whether another line might do better."""
    if outcome.answered_s is not None:
        return False
    if outcome.code:
        return worth_another_line(outcome.code)
    return outcome.cause in (Cause.LINE_UNREACHABLE, Cause.CONGESTION, Cause.LINE_REFUSED)
