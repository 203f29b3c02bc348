"""How a campaign's circuit breaker turns, as events of the campaign; by these a restart knows whether it was open."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from campaigns.breaker import BreakerState
from campaigns.lead_row import Happened
from models.campaign import CampaignMove
from models.campaign_event import CampaignEvent

CLOSED = "breaker.closed"
"""The event of a breaker that an operator closed."""
TURNED = {
    BreakerState.OPEN: "breaker.tripped",
    BreakerState.HALF_OPEN: "breaker.trial",
    BreakerState.CLOSED: "breaker.mended",
}
"""The event of a breaker that turned by itself."""
OPEN = (TURNED[BreakerState.OPEN], TURNED[BreakerState.HALF_OPEN])
TURNS = (*TURNED.values(), CLOSED, f"campaign.{CampaignMove.START}")
"""After a start, failures are counted anew."""
MENDED = f"campaign.{CampaignMove.MEND}"
ORDERED_ON = (f"campaign.{CampaignMove.RESUME}", f"campaign.{CampaignMove.START}")
"""By these a tripped campaign runs again, too."""


def turned(campaign_id: str, state: BreakerState, share: float, node: str, at: datetime) -> Happened:
    """Return the event of a breaker that is in `state` now. `share`: of the calls that failed, 0 to 1."""
    facts = {"state": str(state), "share": round(share, 3), "node": node}
    return Happened(TURNED[state], at, campaign_id, data=facts)


def was_open(connection: Connection, campaign_id: str) -> bool:
    """Tell whether the breaker was open, or half open, when it was last heard of."""
    return _last(connection, campaign_id, TURNS) in OPEN


def mended_by_itself(connection: Connection, campaign_id: str) -> bool:
    """Tell whether a campaign that runs after it was tripped does so by some server's trial, not by an order."""
    return _last(connection, campaign_id, (MENDED, *ORDERED_ON)) == MENDED


def _last(connection: Connection, campaign_id: str, names: Sequence[str]) -> str | None:
    """Return which of these events of a campaign was written last.

    By what the database counts: servers' clocks may differ by more than there is between two turns.
    """
    # Not by the number itself, whose index would be walked back through all calls since: there are few of these names.
    last = (
        select(CampaignEvent.name)
        .where(CampaignEvent.name.in_(names), CampaignEvent.campaign_id == campaign_id)
        .order_by((CampaignEvent.seq + 0).desc())
        .limit(1)
    )
    return connection.scalar(last)
