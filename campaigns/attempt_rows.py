"""Attempts in the database, as the dialler asks of them."""

from datetime import datetime

from sqlalchemy import Engine, select

from models.attempt import Attempt


def called_at(engine: Engine, lead_id: int) -> list[datetime]:
    """Return when a lead was called, the oldest first; a call that runs included."""
    with engine.connect() as connection:
        found = select(Attempt.placed_at).where(Attempt.lead_id == lead_id).order_by(Attempt.placed_at)
        return list(connection.scalars(found))
