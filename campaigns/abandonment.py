"""How many of a campaign's calls persons answered, and how many of those nobody was there for: what the law caps."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from campaigns.disposition import HUMAN
from models.attempt import Attempt
from models.database import table_of

ATTEMPT = table_of(Attempt)
PERSON = ATTEMPT.c.abandoned | (
    ATTEMPT.c.answered_at.is_not(None) & ((ATTEMPT.c.answered_by == "human") | ATTEMPT.c.disposition.in_(sorted(HUMAN)))
)
"""A person answered an attempt: was heard as one, or its result says so (nobody listens where an agent talks)."""


def answered_and_abandoned(connection: Connection, campaign_id: str, since: datetime) -> tuple[int, int]:
    """Return how many attempts placed since then persons answered, and how many of them were abandoned."""
    row = connection.execute(
        select(func.count().filter(PERSON), func.count().filter(ATTEMPT.c.abandoned)).where(
            ATTEMPT.c.campaign_id == campaign_id, ATTEMPT.c.placed_at >= since
        )
    ).one()
    return row[0], row[1]
