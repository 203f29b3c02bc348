"""What `hotline campaigns check` says before the start: what is wrong, whom it may call today, at what cost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from campaigns.calling_hours import CallingHours
from campaigns.campaign_rows import StoredCampaign
from campaigns.do_not_call import FROM_OPT_OUTS, LISTS, OWN
from campaigns.lead_variables import missing
from campaigns.line_plan import Line
from campaigns.line_rows import stored_lines
from campaigns.outlook import LEAD, Outlook, outlook
from campaigns.plan import CampaignPlan, Texts
from campaigns.running import starts_in_vain
from campaigns.schedule import clashes
from campaigns.toll_guard import refusal
from dialplans.flow import Flow
from dialplans.publishing import Publications
from dialplans.routing import find, read_checked
from models.errors import OperatorFault
from models.queue import Queue
from models.settings import Settings

OLD_LIST_DAYS = 31
"""After which a national do-not-call list must be fetched anew (US: 16 CFR 310.4(b)(3)(iv))."""
RING_S = 20.0
"""Seconds that a call takes until it is answered or given up, as a rule."""


@dataclass(frozen=True)
class Assumed:
    """What isn't known before the first call."""

    answered: float = 0.35
    """Share of the calls that are answered."""
    talk_s: float = 60.0


@dataclass(frozen=True)
class Finding:
    """One thing that the operator should know."""

    level: Literal["fault", "warning"]
    sentence: str


@dataclass(frozen=True)
class LineOutlook:
    """What one line can do for the campaign."""

    name: str
    may_call: float
    """Share of the list that it may call, 0 to 1."""
    cheapest: float
    """A call of the assumed talk, answered."""
    dearest: float
    currency: str


@dataclass(frozen=True)
class Checked:
    """Everything that check says."""

    campaign: StoredCampaign
    now: datetime
    outlook: Outlook
    lines: tuple[LineOutlook, ...]
    findings: tuple[Finding, ...]
    assumed: Assumed
    cost: tuple[float, float] | None
    """Of today's calls, at least and at most, in the lines' currency; None where lines have none or several."""
    currency: str
    seconds: float
    """That today's calls take at the campaign's pace."""

    @property
    def faults(self) -> list[Finding]:
        """What keeps the campaign from being started."""
        return [one for one in self.findings if one.level == "fault"]


def examine(
    connection: Connection, settings: Settings, campaign: StoredCampaign, now: datetime, assumed: Assumed = Assumed()
) -> Checked:
    """Look at everything that a start needs; nothing is changed and nobody is called."""
    ahead = outlook(connection, campaign, now)
    lines = [line for line in stored_lines(connection) if not campaign.plan.lines or line.name in campaign.plan.lines]
    able = [line for line in lines if line.enabled]
    seen = tuple(_line(line, ahead.sample, campaign.plan.country, assumed) for line in able)
    currencies = {line.currency for line in able if line.currency}
    cost = None
    if len(currencies) == 1 and seen:
        answered = ahead.today * assumed.answered
        cost = (
            round(answered * min(one.cheapest for one in seen), 2),
            round(answered * max(one.dearest for one in seen), 2),
        )
    findings = (
        *_flows(connection, settings, campaign),
        *_people(connection, campaign, ahead, now),
        *_ways(campaign.plan, lines, seen),
        *_law(connection, campaign.plan, now),
        *_schedule(campaign, now),
    )
    return Checked(
        campaign, now, ahead, seen, findings, assumed, cost, min(currencies, default=""),
        ahead.today / _pace(campaign.plan, assumed),
    )  # fmt: skip


def _pace(plan: CampaignPlan, assumed: Assumed) -> float:
    """Return calls a second that the campaign's caps allow."""
    return min(plan.calls_per_second, plan.max_calls / (RING_S + assumed.answered * assumed.talk_s))


def _line(line: Line, sample: Sequence[str], country: str, assumed: Assumed) -> LineOutlook:
    able = [number for number in sample if not refusal(number, line.ways, country)]
    costs = [line.price(number).cost(assumed.talk_s) for number in able] or [0.0]
    return LineOutlook(line.name, len(able) / len(sample) if sample else 0.0, min(costs), max(costs), line.currency)


def _fault(sentence: str) -> Finding:
    return Finding("fault", sentence)


def _warning(sentence: str) -> Finding:
    return Finding("warning", sentence)


def _flows(connection: Connection, settings: Settings, campaign: StoredCampaign) -> Iterator[Finding]:
    variables = connection.scalar(select(LEAD.c.variables).where(LEAD.c.campaign_id == campaign.id).limit(1)) or {}
    for share in campaign.plan.flows:
        try:
            flow = load_flow(settings, share.flow)
        except OperatorFault as fault:
            yield _fault(f"The flow '{share.flow}' can't be used: {str(fault).splitlines()[0]}")
            continue
        yield from (_warning(sentence) for sentence in missing(flow, variables))
        lacking = set(campaign.plan.languages) - set(flow.languages)
        if lacking:
            yield _fault(f"The flow '{share.flow}' doesn't speak {min(lacking)}, which the plan has among languages.")


def load_flow(settings: Settings, name: str) -> Flow:
    """Return the flow that calls would get: the published version, or the file's; raise `OperatorFault`."""
    published = Publications(settings.data.directory)
    live = published.live(name)
    if live.version:
        return published.load(name, live.version)
    return read_checked(find(name, settings.dialplan.directory))


def _people(connection: Connection, campaign: StoredCampaign, ahead: Outlook, now: datetime) -> Iterator[Finding]:
    plan = campaign.plan
    if not ahead.states:
        yield _fault(f"Nobody is on the list; import one: hotline campaigns import {campaign.name} FILE.")
    elif not ahead.waiting:
        yield _fault("Everybody on the list was called or refused; there is nobody left.")
    elif not ahead.today:
        yield _warning(f"Nobody can be called today: {_next_hours(plan, ahead)}.")
    over = CallingHours.of(plan).end_on
    if over and over < now.date():
        yield _fault(f"The campaign's last day was {over}; set end_on to a later one.")
    if ahead.listed:
        yield _warning(f"{ahead.listed} leads are on do-not-call lists and will be refused.")
    if ahead.without_consent:
        share = ahead.without_consent / max(1, ahead.waiting)
        put = _fault if share == 1 else _warning
        yield put(f"{ahead.without_consent} leads have no consent and will be refused; import it with the list.")
    if plan.queue:
        names = set(connection.scalars(select(Queue.name)))
        if plan.queue not in names:
            yield _fault(f"There is no queue '{plan.queue}'; add it: hotline queues add {plan.queue}.")


def _next_hours(plan: CampaignPlan, ahead: Outlook) -> str:
    """Return when the hours open next, by the clock there, as the table has it."""
    opening = [(zone.opens, zone.timezone) for zone in ahead.zones if zone.opens]
    if not opening:
        return "there is no hour at all that is lawful"
    opens, timezone = min(opening)
    zone = (plan.timezone or timezone or "UTC").partition(",")[0]
    return f"the hours open next at {opens.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} ({zone})"


def _ways(plan: CampaignPlan, lines: Sequence[Line], seen: Sequence[LineOutlook]) -> Iterator[Finding]:
    for name in plan.lines:
        if name not in {line.name for line in lines}:
            yield _fault(f"There is no line '{name}'; add it: hotline lines add {name}.")
    if not lines and not plan.lines:
        yield _fault("There is no line to call by; add one: hotline lines add NAME --trunk TRUNK.")
    for line in lines:
        if not line.enabled:
            yield _warning(f"The line '{line.name}' is switched off.")
    for one in seen:
        if one.may_call == 0:
            yield _warning(f"The line '{one.name}' may call nobody on this list; look at its prefixes and prices.")
    if seen and all(one.may_call == 0 for one in seen):
        yield _fault(
            "No line may call anybody on this list; give one a prefix (hotline lines change NAME --prefix +86)."
        )


def _schedule(campaign: StoredCampaign, now: datetime) -> Iterator[Finding]:
    plan = campaign.plan
    if vain := starts_in_vain(plan, campaign.state, now):
        yield _warning(vain)
    for at, first, other in clashes(plan.schedule, plan.timezone, now):
        there = ZoneInfo((first.timezone or plan.timezone or "UTC").partition(",")[0])
        yield _warning(
            f"The schedule has {first.do} ({first.at}) and {other.do} ({other.at}) for one moment, such as "
            f"{at.astimezone(there):%Y-%m-%d %H:%M} ({there}): {first.do} is done, {other.do} isn't."
        )


def _law(connection: Connection, plan: CampaignPlan, now: datetime) -> Iterator[Finding]:
    agents = plan.mode in {"progressive", "predictive"}
    if agents and _empty(plan.abandon.message, plan):
        yield _fault(
            f"In mode {plan.mode} some callees meet no agent, and the law wants them to hear who called; "
            "write abandon: {message: {en: …, zh: …}}."
        )
    if plan.machine.policy == "leave_message" and _empty(plan.machine.message, plan):
        yield _fault("machine: leave_message has no message; write machine: {message: {en: …, zh: …}}.")
    if _empty(plan.screening.name, plan):
        yield _warning("Services that screen calls will ask who calls; write screening: {name: …, purpose: …}.")
    if plan.country == "CN" and not plan.require_consent:
        yield _warning("In China people must have agreed to be called; write require_consent: true, or be sure of it.")
    if plan.country == "US" and plan.abandon.cap_percent > 3:
        yield _fault("abandon: cap_percent is above the 3 % that the law allows in the United States.")
    names = {name for (name,) in connection.execute(select(LISTS.c.name))}
    for name in plan.do_not_call:
        if name not in names:
            yield _fault(f"There is no do-not-call list '{name}'; import it: hotline dnc import FILE --list {name}.")
    yield from _stale(connection, now)


def _empty(texts: Texts, plan: CampaignPlan) -> bool:
    wanted = plan.languages or ("en", "zh")
    written = [getattr(texts, language) for language in wanted]
    return not all(written) if plan.languages else not any(written)


def _stale(connection: Connection, now: datetime) -> Iterator[Finding]:
    imported = LISTS.c.source.not_in([OWN, FROM_OPT_OUTS])
    oldest = select(LISTS.c.name, LISTS.c.imported_at).where(imported, LISTS.c.campaign == "")
    for name, at in connection.execute(oldest):
        days = (now - at).days
        if days > OLD_LIST_DAYS:
            yield _warning(f"The do-not-call list '{name}' is {days} days old; import it anew.")
    if not connection.scalar(select(func.count()).select_from(LISTS).where(imported)):
        yield _warning(
            "No national do-not-call list is imported; where there is one: hotline dnc import FILE --list NAME."
        )
