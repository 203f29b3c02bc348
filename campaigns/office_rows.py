"""What the office of campaigns reads and notes, each by itself on a connection of its own."""

from sqlalchemy import Engine

from campaigns.breaker_record import was_open
from campaigns.campaign_rows import StoredCampaign, campaigns, note
from campaigns.lead_row import Happened
from campaigns.past_calls import PastCall, past_calls
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
        return was_open(connection, campaign_id)


def noted(engine: Engine, event: Happened) -> None:
    """Write an event; raise `CannotDo` where the database can't be written."""
    with writing(engine) as connection:
        note(connection, event)
