"""What the law asks of a campaign, counted from what is on record and not from what was meant."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from campaigns.abandonment import answered_and_abandoned
from campaigns.calling_hours import CallingHours
from campaigns.campaign_rows import StoredCampaign
from campaigns.consents import is_taking_back
from campaigns.whereabouts import Whereabouts, whereabouts
from models.attempt import Attempt
from models.consent import Consent
from models.database import table_of
from models.do_not_call import OptOut
from models.lead import Lead

ATTEMPT, LEAD = table_of(Attempt), table_of(Lead)
BATCH = 5000


def legal_figures(connection: Connection, campaign: StoredCampaign, now: datetime) -> dict[str, Any]:
    """Return abandonment, calls outside hours, calls after an opt-out, and consent; by the plan as it is now."""
    return {
        **_abandonment(connection, campaign, now), "outside_hours": _outside_hours(connection, campaign),
        **_opt_outs(connection, campaign), **_consent(connection, campaign),
    }  # fmt: skip


def _abandonment(connection: Connection, campaign: StoredCampaign, now: datetime) -> dict[str, Any]:
    rules = campaign.plan.abandon
    persons, abandoned = answered_and_abandoned(connection, campaign.id, now - timedelta(days=rules.window_days))
    percent = round(100 * abandoned / persons, 3) if persons else 0.0
    return {
        "window_days": rules.window_days, "window_persons": persons, "window_abandoned": abandoned,
        "abandoned_percent": percent, "abandon_cap_percent": rules.cap_percent,
        "abandonment_kept": percent <= rules.cap_percent,
    }  # fmt: skip


def _outside_hours(connection: Connection, campaign: StoredCampaign) -> int:
    """Return how many calls were placed when nobody may be called there; a lead that was removed counts as inside."""
    hours = CallingHours.of(campaign.plan)
    query = (
        select(ATTEMPT.c.placed_at, ATTEMPT.c.number, LEAD.c.number.label("first"), LEAD.c.timezone, LEAD.c.region)
        .select_from(ATTEMPT.join(LEAD, LEAD.c.id == ATTEMPT.c.lead_id))
        .where(ATTEMPT.c.campaign_id == campaign.id)
    )
    known: dict[tuple[Whereabouts, int], bool] = {}
    outside = 0
    for row in connection.execution_options(yield_per=BATCH).execute(query):
        # Hours begin and end with minutes, so calls of one minute share their answer.
        there = whereabouts(row.number, row.first, row.timezone, row.region, campaign.plan.country)
        key = there, int(row.placed_at.timestamp() // 60)
        if key not in known:
            if len(known) > 100_000:
                known.clear()
            known[key] = there.closed(hours, row.placed_at) is not None
        outside += known[key]
    return outside


def _opt_outs(connection: Connection, campaign: StoredCampaign) -> dict[str, int]:
    table = table_of(OptOut)
    taken = connection.scalar(select(func.count()).select_from(table).where(table.c.campaign == campaign.name)) or 0
    holds = or_(table.c.scope == "", table.c.scope == campaign.name)
    later = connection.scalar(
        select(func.count(ATTEMPT.c.id.distinct()))
        .select_from(ATTEMPT.join(table, and_(table.c.number == ATTEMPT.c.number, table.c.at < ATTEMPT.c.placed_at)))
        .where(ATTEMPT.c.campaign_id == campaign.id, holds)
    )
    return {"opt_outs": taken, "calls_after_opt_out": later or 0}


def _consent(connection: Connection, campaign: StoredCampaign) -> dict[str, Any]:
    """Return of how many called leads consent is on record, with the list or in the book of consents."""
    called = select(ATTEMPT.c.lead_id).where(ATTEMPT.c.campaign_id == campaign.id).distinct().subquery()
    table = table_of(Consent)
    purposes = ("", campaign.plan.purpose)
    given = table.c.purpose.in_(purposes) & ~is_taking_back()
    booked = select(table.c.id).where(table.c.number == LEAD.c.number, given).exists()
    query = select(LEAD.c.consent, booked.label("booked")).where(LEAD.c.id.in_(select(called.c.lead_id)))
    leads = proven = 0
    for row in connection.execution_options(yield_per=BATCH).execute(query):
        leads += 1
        proven += bool(row.booked) or bool(row.consent and row.consent.get("source"))
    return {"consent_required": campaign.plan.require_consent, "called_leads": leads, "with_consent": proven}
