"""Attempts in the database, as the dialler asks of them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, select

from campaigns.campaign_rows import StoredCampaign, campaign_of
from campaigns.disposition import Disposition
from campaigns.lead_row import Happened, LeadChange, LeadRow
from campaigns.line_book import Choice
from campaigns.retry import DEFAULT_RULES
from campaigns.settling import Placed, lost
from dialplans.flow import Flow
from models.attempt import Attempt
from models.errors import OperatorFault
from models.lead import LeadMove

MEANWHILE = ("ringing_at", "answered_at", "call_id")
"""Columns of an attempt that `progress` writes while its call goes on."""
BLANK: dict[str, Any] = {
    "line": "", "caller_number": "", "mode": "robot", "version": "", "cause": "", "code": 0, "answered_by": "",
    "disposition": "", "grade": "", "call_id": "", "lines": [], "agent": "", "queue": "", "talk_s": 0.0, "cost": 0.0,
    "currency": "", "results": {}, "abandoned": False,
}  # fmt: skip
"""An attempt of which nothing else is known yet."""


def placed_row(placed: Placed, campaign: StoredCampaign, choice: Choice, flow: Flow, node: str) -> dict[str, Any]:
    """Return the row of an attempt that is about to leave."""
    return {
        "id": placed.id, "campaign_id": campaign.id, "lead_id": placed.lead.id, "node": node, "number": placed.number,
        "placed_at": placed.at, "line": choice.line, "caller_number": choice.caller_number, "mode": campaign.plan.mode,
        "version": f"{flow.name}@{flow.version}", "cost": choice.estimate, "currency": choice.currency,
    }  # fmt: skip


def placed_events(placed: Placed, campaign: StoredCampaign, choice: Choice) -> list[Happened]:
    """Return what is told of an attempt that is about to leave."""
    where = (placed.at, campaign.id, placed.lead.id, placed.id)
    return [
        Happened("line.chosen", *where, choice.document()),
        Happened("attempt.placed", *where, {"number": placed.number}),
    ]


def called_at(engine: Engine, lead_id: int) -> list[datetime]:
    """Return when a lead was called, the oldest first; a call that runs included."""
    with engine.connect() as connection:
        found = select(Attempt.placed_at).where(Attempt.lead_id == lead_id).order_by(Attempt.placed_at)
        return list(connection.scalars(found))


def after_loss(connection: Connection, lead: LeadRow, attempt: Any, now: datetime) -> LeadChange:
    """Return what becomes of a lead whose call nobody saw the end of; `attempt` is its row, or None."""
    try:
        campaign = campaign_of(connection, lead.campaign_id)
    except OperatorFault:
        # No rule can be read; whoever writes the plan again decides.
        return LeadChange(
            lead.id, LeadMove.LOSE, "lost", now + timedelta(seconds=DEFAULT_RULES[Disposition.LOST].after[0])
        )
    placed = connection.scalars(select(Attempt.placed_at).where(Attempt.lead_id == lead.id)).all()
    number = attempt.number if attempt else lead.next_number
    return lost(lead, number, placed, campaign, now, abandoned=bool(attempt and attempt.abandoned))


def known_at_the_end(attempt: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is to be written: what was noted while the call went on isn't blanked by an end that knows less."""
    return {key: value for key, value in attempt.items() if key != "id" and (value or key not in MEANWHILE)}
