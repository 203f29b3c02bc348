"""What the office of campaigns reads and notes, each by itself on a connection of its own."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine, select

from campaigns import breaker_record
from campaigns.campaign_rows import StoredCampaign, campaigns, moved, note
from campaigns.lead_row import Happened
from campaigns.past_calls import PastCall, past_calls
from campaigns.scheduled_orders import carry_out, due_orders
from models.campaign import CampaignMove, CampaignState
from models.lead import Lead, LeadState
from models.writing import writing


def stored_campaigns(engine: Engine) -> list[StoredCampaign]:
    """Return all campaigns that this Hotline can read."""
    with engine.connect() as connection:
        return campaigns(connection)


def stored_campaign(engine: Engine, campaign_id: str) -> StoredCampaign | None:
    """Return a campaign; None where it was removed."""
    return next((one for one in stored_campaigns(engine) if one.id == campaign_id), None)


def known_calls(engine: Engine, campaign_id: str) -> list[PastCall]:
    """Return what is on record of a campaign's latest calls."""
    with engine.connect() as connection:
        return past_calls(connection, campaign_id)


def breaker_was_open(engine: Engine, campaign_id: str) -> bool:
    """Tell whether a campaign's circuit breaker was open when it was last heard of."""
    with engine.connect() as connection:
        return breaker_record.was_open(connection, campaign_id)


def mended_by_itself(engine: Engine, campaign_id: str) -> bool:
    """Tell whether a campaign that was tripped runs again by some server's trial, not by an order."""
    with engine.connect() as connection:
        return breaker_record.mended_by_itself(connection, campaign_id)


def is_called(engine: Engine, campaign_id: str) -> bool:
    """Tell whether any server has a call of a campaign."""
    calling = select(Lead.id).where(Lead.campaign_id == campaign_id, Lead.state == str(LeadState.CALLING)).limit(1)
    with engine.connect() as connection:
        return connection.scalar(calling) is not None


def due(engine: Engine, stored: Sequence[StoredCampaign], now: datetime) -> list[str]:
    """Return the ids of campaigns whose own schedule has an order to be carried out."""
    with engine.connect() as connection:
        return list(due_orders(connection, stored, now))


def carried_out(engine: Engine, campaign_id: str, now: datetime) -> list[Happened]:
    """Carry out the order of a campaign's own schedule that is due; return what is to be told of it."""
    with writing(engine) as connection:
        return carry_out(connection, campaign_id, now)


def moved_now(engine: Engine, campaign_id: str, move: CampaignMove, now: datetime, why: str) -> CampaignState:
    """Carry out a move by itself; as `moved`."""
    with writing(engine) as connection:
        return moved(connection, campaign_id, move, now, why)


def noted(engine: Engine, event: Happened) -> None:
    """Write an event; raise `CannotDo` where the database can't be written."""
    with writing(engine) as connection:
        note(connection, event)
