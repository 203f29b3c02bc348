"""Consents in the database: given with a source and a date, found, and taken back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from models.call import new_id
from models.consent import Consent
from models.database import table_of

TABLE = table_of(Consent)


def put_consent(
    connection: Connection, number: str, purpose: str, source: str, given_at: datetime, until: datetime | None = None,
    proof: str = "",
) -> str:  # fmt: skip
    """Write a consent; return its id. `purpose`: as plans name it, "" for any."""
    row = {"number": number, "purpose": purpose, "source": source, "given_at": given_at, "until": until, "proof": proof}
    found = new_id()
    connection.execute(insert(TABLE).values(id=found, **row))
    return found


def take_back(connection: Connection, number: str, at: datetime, purpose: str | None = None) -> int:
    """End a number's consents at `at` (None: for every purpose); return how many those were. They stay on record."""
    which = (TABLE.c.number == number) & (TABLE.c.until.is_(None) | (TABLE.c.until > at))
    if purpose is not None:
        which &= TABLE.c.purpose == purpose
    return connection.execute(update(TABLE).where(which).values(until=at)).rowcount


def consents_of(connection: Connection, number: str) -> Sequence[Any]:
    """Return a number's consents, the oldest first."""
    return connection.execute(select(TABLE).where(TABLE.c.number == number).order_by(TABLE.c.given_at)).all()
