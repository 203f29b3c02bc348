"""When a dialler that found no lead looks again: once one is due where it is calling time. Blocks on the database."""

from datetime import datetime

from campaigns.calling_hours import CallingHours
from campaigns.campaign_rows import StoredCampaign
from campaigns.lead_store import LeadStore
from campaigns.next_lead import FRESH_S

EMPTY_S = 30.0
"""Where no lead is due sooner: hours open, and others import leads meanwhile."""


def next_look(store: LeadStore, campaign: StoredCampaign, now: datetime) -> float | None:
    """Return in how many seconds to look again; None where nobody is left on the list."""
    due = store.next_due(campaign.id, now)
    if due is None:
        return None
    if due > now:
        return min(EMPTY_S, (due - now).total_seconds() + 0.01)
    hours = CallingHours.of(campaign.plan)
    due = store.next_due(campaign.id, now, lambda zone: not hours.closed(zone, "", now))
    # What another put on the list meanwhile, the store sees with its next look.
    return FRESH_S if due is not None and due <= now else EMPTY_S
