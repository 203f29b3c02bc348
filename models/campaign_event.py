"""An event of a campaign: a dated fact, written before its effect leaves the process.

Names: campaign.created, campaign.imported, campaign.start …, campaign.scheduled-order, lead.refused, line.chosen (with
the explanation), attempt.placed, attempt.ended, breaker.tripped …, optout.taken, caps.reached.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, Moment


class CampaignEvent(Base):
    __tablename__ = "campaign_event"
    __table_args__ = (
        Index("campaign_event_by_campaign", "campaign_id", "seq"),
        Index("campaign_event_by_lead", "lead_id"),
        Index("campaign_event_by_attempt", "attempt_id"),
        Index("campaign_event_by_name", "name", "at"),
    )

    seq: Mapped[int] = mapped_column(primary_key=True)
    """Counted by the database in the order of writing."""
    at: Mapped[datetime] = mapped_column(Moment)
    campaign_id: Mapped[str]
    """"" where it is about none."""
    lead_id: Mapped[int | None]
    attempt_id: Mapped[str | None]
    name: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
