"""How campaigns are doing, by what is in the database: documents for scripts and for the board."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from campaigns.abandonment import answered_and_abandoned
from campaigns.campaign_rows import StoredCampaign, campaign_named, campaigns, lead_counts
from models.attempt import ATTEMPT_LIFE, Attempt
from models.campaign import CampaignState
from models.database import table_of

ATTEMPT = table_of(Attempt)
SHOWN = 15
"""Attempts on the board."""
QUIET = frozenset({CampaignState.DRAFT, CampaignState.FINISHED})


def statuses(connection: Connection, name: str, now: datetime) -> list[dict[str, Any]]:
    """Return how a campaign is doing, or all that are neither drafts nor finished. Raises `OperatorFault`."""
    found = [campaign_named(connection, name)] if name else campaigns(connection)
    return [_status(connection, one, now) for one in found if name or one.state not in QUIET]


def _status(connection: Connection, one: StoredCampaign, now: datetime) -> dict[str, Any]:
    days = one.plan.abandon.window_days
    answered, abandoned = answered_and_abandoned(connection, one.id, now - timedelta(days=days))
    over = [str(state) for state in ATTEMPT_LIFE.ends]
    mine = ATTEMPT.c.campaign_id == one.id
    day = (mine, ATTEMPT.c.placed_at >= now - timedelta(days=1))
    dispositions = connection.execute(
        select(ATTEMPT.c.disposition, func.count()).where(*day, ATTEMPT.c.disposition != "")
        .group_by(ATTEMPT.c.disposition).order_by(func.count().desc())
    )  # fmt: skip
    running = connection.scalar(select(func.count()).where(ATTEMPT.c.state.not_in(over), mine)) or 0
    return {
        "id": one.id,
        "name": one.name,
        "state": str(one.state),
        "mode": one.plan.mode,
        "leads": lead_counts(connection, one.id),
        "running": running,
        "max_calls": one.plan.max_calls,
        "day": dict(dispositions.all()),
        "answered": answered,
        "abandoned": abandoned,
        "abandoned_percent": round(100 * abandoned / answered, 2) if answered else 0.0,
        "cap_percent": one.plan.abandon.cap_percent,
        "started_at": one.started_at.isoformat() if one.started_at else None,
    }


def last_attempts(connection: Connection, campaign_ids: Sequence[str], most: int = SHOWN) -> list[dict[str, Any]]:
    """Return the last attempts of these campaigns, the newest first."""
    rows = connection.execute(
        select(ATTEMPT).where(ATTEMPT.c.campaign_id.in_(campaign_ids)).order_by(ATTEMPT.c.id.desc()).limit(most)
    )
    return [
        {
            "placed_at": row.placed_at, "number": row.number, "line": row.line, "state": row.state,
            "disposition": row.disposition, "answered_by": row.answered_by, "grade": row.grade, "talk_s": row.talk_s,
            "agent": row.agent,
        }
        for row in rows
    ]  # fmt: skip
