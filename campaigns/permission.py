"""Permission: the law, asked right before every call. Without its permit nothing is dialled for a campaign.

A permit can be made here only, is good for one number and one minute, and is what placing a call takes. So a check
can't be forgotten: whoever wants to dial has to ask. What is asked, in this order: do-not-call lists and opt-outs;
refusals of earlier campaigns; consent; somebody calling this person at this moment; an abandoned call of late; how
often the person was called over all campaigns; the hours and holidays where the person is.
"""

from collections.abc import Sequence
from dataclasses import InitVar, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, Select, bindparam, func, literal, select, true

from campaigns.calling_hours import CallingHours
from campaigns.campaign_rows import StoredCampaign
from campaigns.consents import agreed_since, taken_back_at
from campaigns.do_not_call import Listed, digits, list_query, list_values, listed_for
from campaigns.lead_row import LeadRow
from campaigns.plan import CampaignPlan, FrequencyCap
from campaigns.whereabouts import whereabouts
from models.attempt import ATTEMPT_LIFE, Attempt
from models.errors import OurFault

PERMIT_S = 60.0
"""For which a permit is good."""
BUSY_AGAIN = timedelta(minutes=15)
"""Until a number is asked about again that is being called right now."""
NEVER_RANG = frozenset({"congestion", "failed"})
"""Dispositions of attempts that no phone rang for; they don't count as calls to the person."""
REFUSED = frozenset({"refused", "not-interested"})
"""Outcomes by which a talk says that the person doesn't want the offer."""
_TOKEN = object()


class Reason(StrEnum):
    """Why somebody may not be called."""

    DO_NOT_CALL = "do-not-call"
    OPTED_OUT = "opted-out"
    REFUSED_BEFORE = "refused-before"
    NO_CONSENT = "no-consent"
    BEING_CALLED = "being-called"
    ABANDONED = "abandoned-72h"
    FREQUENCY = "frequency"
    OUTSIDE_HOURS = "outside-hours"
    HOLIDAY = "holiday"
    NOT_YET = "not-yet"
    OVER = "over"
    NO_TIMEZONE = "no-timezone"


@dataclass(frozen=True)
class Permit:
    """The right to call one number once, within a minute; only `Permission.ask` makes one."""

    number: str
    """E.164 with "+"."""
    campaign_id: str
    lead_id: int
    at: float
    """Unix seconds at which it was given."""
    until: float
    """When it ends: after a minute, or when the hours there do."""
    token: InitVar[object]

    def __post_init__(self, token: object) -> None:
        if token is not _TOKEN:
            raise OurFault("A permit to call was made without asking; Permission.ask alone makes them.")

    def good(self, now: float) -> bool:
        """Tell whether it still holds at `now` (Unix seconds)."""
        return self.at <= now < self.until


@dataclass(frozen=True)
class Refusal:
    """That, why and until when somebody may not be called."""

    reason: Reason
    sentence: str
    until: datetime | None
    """When asking again makes sense, UTC; None: never."""


class Permission:
    """Asks the database; blocks for a millisecond or two."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def _reading(self) -> Connection:
        connection = self._engine.connect()
        if connection.dialect.name == "sqlite":
            return connection
        # Every statement by itself: a transaction would only add two ways to the server and back.
        return connection.execution_options(isolation_level="AUTOCOMMIT")

    def ask(self, lead: LeadRow, number: str, campaign: StoredCampaign, now: datetime) -> Permit | Refusal:
        """Return the permit to call `number`, one of the lead's, for `campaign` at `now`, or why not."""
        if number not in lead.all_numbers:
            raise OurFault(f"Lead {lead.id} has no number {number}; a permit is for the lead's own numbers.")
        with self._reading() as connection:
            refusal = self._refusal(connection, lead, number, campaign, now)
        if refusal is not None:
            return refusal
        until = now.timestamp() + PERMIT_S
        if _closed(campaign.plan, lead, number, now + timedelta(seconds=PERMIT_S)):
            # Hours begin and end on whole minutes: between the two there is one.
            until -= until % 60
        return Permit(number, campaign.id, lead.id, now.timestamp(), until, _TOKEN)

    def by_hand(self, number: str) -> Refusal | None:
        """Return why `number` may not be called even by hand: it is on a list for everybody; None: it isn't."""
        with self._reading() as connection:
            found = listed_for(connection, number, None)
        if found is None:
            return None
        return Refusal(Reason(found.reason), f"{number} is on the do-not-call list '{found.name}'.", None)

    def _refusal(
        self, connection: Connection, lead: LeadRow, number: str, campaign: StoredCampaign, now: datetime
    ) -> Refusal | None:
        listed, calls = _known(connection, number, lead.all_numbers, campaign)
        if listed is not None:
            return listed
        plan = campaign.plan
        return (
            _refused_before(calls, plan)
            or (_without_consent(connection, lead, number, plan, now) if plan.require_consent else None)
            or _being_called(calls, number, now)
            or _abandoned(calls, number, plan, now)
            or _too_often(calls, plan.frequency, now)
            or _closed(plan, lead, number, now)
        )


def come_up(
    connection: Connection, number: str, numbers: Sequence[str], campaign: StoredCampaign, now: datetime
) -> Refusal | None:
    """Return what keeps us from calling `number`, of a person's `numbers`, since its permit was given; None: nothing.

    Asked in the transaction that writes the attempt: two campaigns that got permits for one person at one moment write
    one after the other, by SQLite's one writer or by a lock on each number.
    """
    if connection.dialect.name == "postgresql":
        # Always in one order, so that two of them never wait for each other.
        locks = (func.pg_advisory_xact_lock(one) for one in sorted({digits(one) for one in numbers}))
        connection.execute(select(*locks))
    listed, calls = _known(connection, number, numbers, campaign)
    plan = campaign.plan
    return (
        listed
        or _being_called(calls, number, now)
        or _abandoned(calls, number, plan, now)
        or _too_often(calls, plan.frequency, now)
    )


def _known(
    connection: Connection, number: str, numbers: Sequence[str], campaign: StoredCampaign
) -> tuple[Refusal | None, list[Any]]:
    """Return the list that `number` or, by an opt-out, another of `numbers` is on, and the calls to any of them.

    Calls are of all campaigns, the oldest first. It is one statement: a way to the server is longer than the search.
    """
    others = [one for one in numbers if one != number]
    values = {**list_values(number, campaign, others), "numbers": list(numbers)}
    rows = connection.execute(_both(bool(others)), values).all()
    return _listed(rows[0], number, others), [row for row in rows if row.state is not None]


@lru_cache
def _both(others: bool) -> Select[Any]:
    """Return the statement that asks for the list and the calls."""
    on = list_query(True, others).subquery("on_list")
    calls = select(*_CALL).where(_ATTEMPT.number.in_(bindparam("numbers", expanding=True))).subquery("calls")
    both = select(literal(1)).subquery("both").outerjoin(on, true()).outerjoin(calls, true())
    found = select(on.c.name, on.c.source, *(calls.c[one.name] for one in _CALL)).select_from(both)
    return found.order_by(calls.c.placed_at)


def _listed(row: Any, number: str, others: Sequence[str]) -> Refusal | None:
    if row.name is None:
        return None
    who = f"{number}, or another number of its owner," if others else number
    reason = Reason(Listed(row.name, "", row.source).reason)
    return Refusal(reason, f"{who} is on the do-not-call list '{row.name}'.", None)


_ATTEMPT = Attempt.__table__.c
_CALL = (
    _ATTEMPT.number, _ATTEMPT.state, _ATTEMPT.placed_at, _ATTEMPT.ringing_at, _ATTEMPT.answered_at,
    _ATTEMPT.disposition, _ATTEMPT.abandoned, _ATTEMPT.results,
)  # fmt: skip


def _refused_before(calls: Sequence[Any], plan: CampaignPlan) -> Refusal | None:
    if plan.after_refusal == "may":
        return None
    for call in calls:
        if call.disposition in REFUSED or call.results.get("outcome") in REFUSED:
            when = call.placed_at.date()
            return Refusal(Reason.REFUSED_BEFORE, f"{call.number} refused on {when} and is never called again.", None)
    return None


def _without_consent(
    connection: Connection, lead: LeadRow, number: str, plan: CampaignPlan, now: datetime
) -> Refusal | None:
    own = lead.consent
    if (
        own
        and own.get("source")
        and consent_holds(own, now, taken_back_at(connection, lead.all_numbers, plan.purpose, now))
    ):
        return None
    if agreed_since(connection, number, plan.purpose, now):
        return None
    what = f" for '{plan.purpose}'" if plan.purpose else ""
    return Refusal(Reason.NO_CONSENT, f"{number} has given no consent{what} that holds now.", None)


def consent_holds(consent: Any, now: datetime, taken_back: datetime | None) -> bool:
    """Tell whether consent that came with a list holds: it has a date, not ahead, isn't over, nor taken back since."""
    given, until = _moment(consent.get("given_at")), _moment(consent.get("until"))
    if given is None or given > now or (taken_back is not None and given <= taken_back):
        return False
    return until is None or until > now


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _being_called(calls: Sequence[Any], number: str, now: datetime) -> Refusal | None:
    if any(call.number == number and call.state not in ATTEMPT_LIFE.ends for call in calls):
        return Refusal(Reason.BEING_CALLED, f"{number} is being called right now.", now + BUSY_AGAIN)
    return None


def _abandoned(calls: Sequence[Any], number: str, plan: CampaignPlan, now: datetime) -> Refusal | None:
    """Refuse for 72 h after a call that was abandoned, unless an agent is there before the call (preview)."""
    wait = timedelta(hours=plan.abandon.no_call_again_h)
    last = max((call.ended_or_placed for call in map(_Ended, calls) if call.abandoned), default=None)
    if last is None or plan.mode == "preview" or last + wait <= now:
        return None
    hours = plan.abandon.no_call_again_h
    return Refusal(Reason.ABANDONED, f"A call to {number} was abandoned; the law has us wait {hours:g} h.", last + wait)


class _Ended:
    def __init__(self, call: Any) -> None:
        self.abandoned = bool(call.abandoned)
        self.ended_or_placed: datetime = call.answered_at or call.placed_at


def _too_often(calls: Sequence[Any], caps: Sequence[FrequencyCap], now: datetime) -> Refusal | None:
    counted = [
        call.placed_at for call in calls if call.ringing_at or call.answered_at or call.disposition not in NEVER_RANG
    ]
    waits = []
    for cap in caps:
        window = timedelta(days=cap.days)
        recent = [placed for placed in counted if placed > now - window]
        if len(recent) >= cap.times:
            waits.append((recent[-cap.times] + window, cap))
    if not waits:
        return None
    until, cap = max(waits, key=lambda one: one[0])
    return Refusal(Reason.FREQUENCY, f"{cap.times} calls in {cap.days:g} days to one person are the most.", until)


def _closed(plan: CampaignPlan, lead: LeadRow, number: str, now: datetime) -> Refusal | None:
    hours = CallingHours.of(plan)
    there = whereabouts(number, lead.number, lead.timezone, lead.region, plan.country)
    closed = there.closed(hours, now)
    if closed is None:
        return None
    where = ", ".join(hours.zones(there.timezone)) or "an unknown zone"
    return Refusal(Reason(closed.reason), f"{_WORDS[closed.reason]} in {where}.", closed.until)


_WORDS = {
    "outside-hours": "It is outside the calling hours",
    "holiday": "It is a holiday",
    "not-yet": "The campaign hasn't begun",
    "over": "The campaign's last day is over",
    "no-timezone": "Nobody knows what time it is",
}
