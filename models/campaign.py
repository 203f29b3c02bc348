"""A campaign: an operator's list of people to call, by which rules, and how far that is.

A draft has a plan and gathers leads; started, it runs, at once or at its time (scheduled). Paused, it places no calls
and keeps its leads; draining, it ends the calls that it has and then stops. When failures jump, the circuit breaker
trips: no calls but a few trials, until it is mended or paused. A stopped campaign may be started again; a finished one
has nobody left to call, and its life is over (a clone begins a new one).
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, Moment
from models.life import Life


class CampaignState(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    PAUSED = "paused"
    DRAINING = "draining"
    TRIPPED = "tripped"
    STOPPED = "stopped"
    FINISHED = "finished"


class CampaignMove(StrEnum):
    SCHEDULE = "schedule"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    DRAIN = "drain"
    TRIP = "trip"
    MEND = "mend"
    STOP = "stop"
    FINISH = "finish"


CAMPAIGN_LIFE = Life(
    noun="campaign",
    start=CampaignState.DRAFT,
    table={
        (CampaignState.DRAFT, CampaignMove.SCHEDULE): CampaignState.SCHEDULED,
        (CampaignState.DRAFT, CampaignMove.START): CampaignState.RUNNING,
        (CampaignState.SCHEDULED, CampaignMove.START): CampaignState.RUNNING,
        (CampaignState.SCHEDULED, CampaignMove.STOP): CampaignState.STOPPED,
        (CampaignState.RUNNING, CampaignMove.PAUSE): CampaignState.PAUSED,
        (CampaignState.RUNNING, CampaignMove.DRAIN): CampaignState.DRAINING,
        (CampaignState.RUNNING, CampaignMove.TRIP): CampaignState.TRIPPED,
        (CampaignState.RUNNING, CampaignMove.STOP): CampaignState.STOPPED,
        (CampaignState.RUNNING, CampaignMove.FINISH): CampaignState.FINISHED,
        (CampaignState.PAUSED, CampaignMove.RESUME): CampaignState.RUNNING,
        (CampaignState.PAUSED, CampaignMove.DRAIN): CampaignState.DRAINING,
        (CampaignState.PAUSED, CampaignMove.STOP): CampaignState.STOPPED,
        (CampaignState.TRIPPED, CampaignMove.MEND): CampaignState.RUNNING,
        (CampaignState.TRIPPED, CampaignMove.RESUME): CampaignState.RUNNING,
        (CampaignState.TRIPPED, CampaignMove.PAUSE): CampaignState.PAUSED,
        (CampaignState.TRIPPED, CampaignMove.DRAIN): CampaignState.DRAINING,
        (CampaignState.TRIPPED, CampaignMove.STOP): CampaignState.STOPPED,
        (CampaignState.TRIPPED, CampaignMove.FINISH): CampaignState.FINISHED,
        (CampaignState.DRAINING, CampaignMove.STOP): CampaignState.STOPPED,
        (CampaignState.DRAINING, CampaignMove.FINISH): CampaignState.FINISHED,
        (CampaignState.STOPPED, CampaignMove.SCHEDULE): CampaignState.SCHEDULED,
        (CampaignState.STOPPED, CampaignMove.START): CampaignState.RUNNING,
        (CampaignState.STOPPED, CampaignMove.FINISH): CampaignState.FINISHED,
    },
    ends=frozenset({CampaignState.FINISHED}),
)


class Campaign(Base):
    __tablename__ = "campaign"

    id: Mapped[str] = mapped_column(primary_key=True)
    """`call.new_id`."""
    name: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The plan as it was written (`campaigns/plan.py` reads it)."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    edited_at: Mapped[datetime] = mapped_column(Moment)
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    """Of the last start."""
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
