"""Consents in the database: given with a source and a date, found, and taken back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, select, update

from models.call import new_id
from models.consent import Consent
from models.database import table_of

TABLE = table_of(Consent)
TAKEN_BACK = "taken back"
"""Source of a row that says so, which begins and ends at that moment; it counts against what lists bring, too."""


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
    """End a number's consents at `at` (None: for every purpose); return how many those were. They stay on record.

    So does that they were taken back: consent of before that doesn't hold either where a list brings it.
    """
    which = (TABLE.c.number == number) & (TABLE.c.until.is_(None) | (TABLE.c.until > at))
    if purpose is not None:
        which &= TABLE.c.purpose == purpose
    count = connection.execute(update(TABLE).where(which).values(until=at)).rowcount
    put_consent(connection, number, purpose or "", TAKEN_BACK, at, at)
    return count


def is_taking_back() -> ColumnElement[bool]:
    """Tell rows that take consent back from those that give it."""
    return and_(TABLE.c.source == TAKEN_BACK, TABLE.c.until == TABLE.c.given_at)


def taken_back_at(connection: Connection, numbers: Sequence[str], purpose: str, now: datetime) -> datetime | None:
    """Return when consent for `purpose` was last taken back by one of a person's numbers, up to `now`; None: never."""
    mine = TABLE.c.number.in_(numbers) & TABLE.c.purpose.in_(["", purpose]) & (TABLE.c.given_at <= now)
    last: datetime | None = connection.scalar(select(func.max(TABLE.c.given_at)).where(mine, is_taking_back()))
    return last


def agreed_since(connection: Connection, number: str, purpose: str, now: datetime) -> bool:
    """Tell whether a consent to calls for `purpose` is on record, besides what lists say, that holds now."""
    mine = (TABLE.c.number == number) & TABLE.c.purpose.in_(["", purpose]) & (TABLE.c.given_at <= now)
    holds = TABLE.c.until.is_(None) | (TABLE.c.until > now)
    return connection.execute(select(TABLE.c.id).where(mine, holds).limit(1)).first() is not None


def agreed_among(connection: Connection, numbers: Sequence[str], purpose: str, now: datetime) -> set[str]:
    """Return those of `numbers`, a thousand at most, of whom `agreed_since` would say so; in one statement."""
    mine = TABLE.c.number.in_(numbers) & TABLE.c.purpose.in_(["", purpose]) & (TABLE.c.given_at <= now)
    holds = TABLE.c.until.is_(None) | (TABLE.c.until > now)
    return set(connection.scalars(select(TABLE.c.number).where(mine, holds).distinct()))


def consents_of(connection: Connection, number: str) -> Sequence[Any]:
    """Return a number's consents, the oldest first."""
    return connection.execute(select(TABLE).where(TABLE.c.number == number).order_by(TABLE.c.given_at)).all()
