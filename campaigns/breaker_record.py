"""Whether a campaign's circuit breaker was open, by the campaign's events: a restart must not close it."""

from sqlalchemy import Connection, select

from models.campaign import CampaignMove
from models.campaign_event import CampaignEvent

CLOSED = "breaker.closed"
"""The event of a breaker that an operator closed."""
OPEN = ("breaker.tripped", "breaker.trial")
TURNS = (*OPEN, "breaker.mended", CLOSED, f"campaign.{CampaignMove.START}")
"""After a start, failures are counted anew."""


def was_open(connection: Connection, campaign_id: str) -> bool:
    """Tell whether the breaker was open, or half open, when it was last heard of."""
    # By names, and not by campaign: that way the index is short, the campaign's own has all its calls.
    last = (
        select(CampaignEvent.name)
        .where(CampaignEvent.name.in_(TURNS), CampaignEvent.campaign_id == campaign_id)
        .order_by(CampaignEvent.at.desc(), CampaignEvent.seq.desc())
        .limit(1)
    )
    return connection.scalar(last) in OPEN
