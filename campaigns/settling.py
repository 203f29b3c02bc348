"""Settling: what is written of an attempt that is over, and what becomes of its lead. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from campaigns.campaign_rows import StoredCampaign
from campaigns.disposition import Disposition, disposition_of
from campaigns.do_not_call import Proof
from campaigns.grading import GradeRules, grade
from campaigns.lead_row import Happened, LeadChange, LeadRow
from campaigns.retry import Again, Tried, after
from models.call_log import plain
from models.lead import LeadMove
from voice.call_outcome import Outcome


@dataclass(frozen=True)
class Placed:
    """An attempt whose call was placed."""

    id: str
    lead: LeadRow
    number: str
    """Of the lead's, that was called."""
    at: datetime
    hours: Sequence[int] = ()
    """Hours of the day, where the callee is, of the lead's attempts, this one included."""
    lines: Sequence[dict[str, Any]] = ()
    """Each line that was tried, with what it answered."""
    line: str = ""
    caller_number: str = ""
    cost: float = 0.0
    currency: str = ""


@dataclass(frozen=True)
class Settled:
    """All that is written when an attempt is over."""

    disposition: Disposition
    attempt: dict[str, Any]
    change: LeadChange
    events: tuple[Happened, ...]
    proof: Proof | None = None
    words: dict[str, Any] = field(default_factory=dict)
    """For who listens: the attempt as a document."""


def zone_of(lead: LeadRow, campaign: StoredCampaign) -> ZoneInfo:
    """Return where a lead's hours are counted: the first of its zones, else UTC."""
    name = (campaign.plan.timezone or lead.timezone).partition(",")[0]
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def settle(placed: Placed, outcome: Outcome, campaign: StoredCampaign, grades: GradeRules, now: datetime) -> Settled:
    """Return what an attempt came to, and what becomes of its lead; `now` is aware."""
    disposition = disposition_of(outcome)
    graded = grade(outcome, disposition, grades)
    lead, plan = placed.lead, campaign.plan
    tries = {**lead.tries, disposition: lead.tries.get(disposition, 0) + 1}
    index = _index(lead, placed.number)
    tried = Tried(tries, index, len(lead.all_numbers), placed.hours, outcome.appointment)
    verdict = after(disposition, tried, plan.retry, now, zone_of(lead, campaign))
    again = verdict if isinstance(verdict, Again) else None
    change = LeadChange(
        lead.id,
        LeadMove.FINISH if again is None else LeadMove.RETRY,
        disposition,
        due_at=None if again is None else _lawful(again.due, disposition, campaign, now),
        appointment_at=outcome.appointment if again and disposition is Disposition.PROMISED else None,
        number_index=again.number_index if again else None,
        grade=graded.letter,
        line=placed.line,
    )
    attempt = _attempt(placed, outcome, now) | {
        "disposition": str(disposition), "grade": graded.letter,
        "results": plain(_results(outcome, graded.reasons)),
    }  # fmt: skip
    told = {
        "disposition": str(disposition), "grade": graded.letter, "again": again.due.isoformat() if again else None,
        "why": verdict.why, "cause": str(outcome.cause), "code": outcome.code, "line": placed.line,
    }  # fmt: skip
    return Settled(
        disposition,
        attempt,
        change,
        (Happened("attempt.ended", now, campaign.id, lead.id, placed.id, told),),
        proof_of(placed, outcome, campaign, now),
        told,
    )


def lost(
    lead: LeadRow, number: str, placed: Sequence[datetime], campaign: StoredCampaign, now: datetime, *, abandoned: bool
) -> LeadChange:
    """Return what becomes of a lead whose call ended unseen, with its server.

    `placed`: when the lead was called, that time included; `abandoned`: it had answered and was to find an agent.
    """
    tries = {**lead.tries, Disposition.LOST: lead.tries.get(Disposition.LOST, 0) + 1}
    zone = zone_of(lead, campaign)
    hours = [at.astimezone(zone).hour for at in placed]
    tried = Tried(tries, _index(lead, number), len(lead.all_numbers), hours)
    verdict = after(Disposition.LOST, tried, campaign.plan.retry, now, zone)
    if not isinstance(verdict, Again):
        return LeadChange(lead.id, LeadMove.FINISH, Disposition.LOST)
    due = _lawful(verdict.due, Disposition.ABANDONED if abandoned else Disposition.LOST, campaign, now)
    return LeadChange(lead.id, LeadMove.LOSE, Disposition.LOST, due, number_index=verdict.number_index)


def _index(lead: LeadRow, number: str) -> int:
    return lead.all_numbers.index(number) if number in lead.all_numbers else lead.number_index


def _lawful(due: datetime, disposition: Disposition, campaign: StoredCampaign, now: datetime) -> datetime:
    """Never sooner than the law has it after an abandoned call: permission would only say so again."""
    if disposition is not Disposition.ABANDONED:
        return due
    return max(due, now + timedelta(hours=campaign.plan.abandon.no_call_again_h))


def _attempt(placed: Placed, outcome: Outcome, now: datetime) -> dict[str, Any]:
    def at(seconds: float | None) -> datetime | None:
        return None if seconds is None else placed.at + timedelta(seconds=seconds)

    return {
        "id": placed.id, "ended_at": now, "ringing_at": at(outcome.ringing_s), "answered_at": at(outcome.answered_s),
        "cause": str(outcome.cause), "code": outcome.code, "answered_by": outcome.answered_by,
        "call_id": outcome.call_id, "lines": list(placed.lines), "line": placed.line,
        "caller_number": placed.caller_number, "agent": outcome.agent, "queue": outcome.handed_over,
        "talk_s": round(outcome.talk_s, 3), "cost": placed.cost, "currency": placed.currency,
        "abandoned": outcome.abandoned,
    }  # fmt: skip


def _results(outcome: Outcome, reasons: Sequence[str]) -> dict[str, Any]:
    found = {
        **outcome.results, "intents": list(outcome.intents), "turns": outcome.turns, "grade_reasons": list(reasons),
        "answered_by_reasons": list(outcome.reasons), "opt_out": outcome.opt_out,
    }  # fmt: skip
    if outcome.appointment is not None:
        found["appointment"] = outcome.appointment.astimezone(UTC).isoformat()
    if outcome.words:
        found["words"] = outcome.words
    return found


def proof_of(placed: Placed, outcome: Outcome, campaign: StoredCampaign, now: datetime) -> Proof | None:
    """Return the proof that the callee doesn't want to be called again, None where nothing says so."""
    if not outcome.opt_out:
        return None
    return Proof(
        placed.number, now, outcome.opt_out_how or "said", outcome.opt_out_words, campaign.name, placed.id,
        outcome.call_id,
    )  # fmt: skip
