"""Who is signed in, in which browser: rows in the database, so that signing out and disabling work at once."""

import hashlib
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, select, update
from sqlalchemy.exc import OperationalError

from console.access import Viewer
from models.account import Account, SignIn
from models.database import table_of

log = logging.getLogger(__name__)
LASTS = timedelta(hours=12)
"""From signing in to having to sign in again."""
IDLE = timedelta(hours=2)
"""Without anything that somebody does, the same."""
SEEN = timedelta(minutes=1)
"""How exactly `seen_at` is kept: not every request writes."""


@dataclass(frozen=True)
class Session:
    viewer: Viewer
    csrf: str
    id: str
    """Not the cookie, but its digest."""
    seen_at: datetime


def digest(secret: str) -> str:
    """Return what is kept of a cookie or a token: it is long and random, so SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def begin(connection: Connection, name: str, address: str, now: datetime) -> str:
    """Sign an account in whose password was checked; return the cookie, which is always a new one."""
    cookie = secrets.token_urlsafe(32)
    connection.execute(delete(SignIn).where((SignIn.ends_at < now) | (SignIn.seen_at < now - IDLE)))
    connection.execute(
        insert(SignIn).values(
            id=digest(cookie), account=name, csrf=secrets.token_urlsafe(24), address=address,
            begun_at=now, seen_at=now, ends_at=now + LASTS,
        )
    )  # fmt: skip
    return cookie


def session_of(connection: Connection, cookie: str, now: datetime) -> Session | None:
    """Return whose cookie it is; None where it is nobody's (any more)."""
    return session_by_id(connection, digest(cookie), now)


def session_by_id(connection: Connection, id_: str, now: datetime) -> Session | None:
    """Return a session that is still good; looking at it doesn't keep it from being idle (`seen` does)."""
    row = connection.execute(_good(now).where(SignIn.id == id_)).first()
    if row is None or (row.password_at and row.begun_at < row.password_at):
        return None
    return Session(viewer_of(row), row.csrf, row.id, row.seen_at)


def _good(now: datetime) -> Select[Any]:
    """Select what isn't over; that the password is the same still is to be looked at."""
    return (
        select(SignIn.id, SignIn.csrf, SignIn.begun_at, SignIn.seen_at, *table_of(Account).c)
        .join(Account, Account.name == SignIn.account)
        .where(Account.enabled, SignIn.ends_at > now, SignIn.seen_at >= now - IDLE)
    )


def seen(connection: Connection, session: Session, now: datetime) -> None:
    """Note that the person is there; where the database is busy with others' writing, the next time will do."""
    if now - session.seen_at <= SEEN:
        return
    try:
        connection.execute(update(SignIn).where(SignIn.id == session.id).values(seen_at=now))
        connection.commit()
    except OperationalError as fault:
        connection.rollback()
        log.warning("That %s is there can't be noted now: %s", session.viewer.name, fault.orig)


def viewer_of(row: object) -> Viewer:
    """Return an account's row as who looks."""
    fields = ("name", "shown", "team", "extension", "language", "theme")
    return Viewer(roles=tuple(getattr(row, "roles")), **{field: getattr(row, field) for field in fields})  # noqa: B009


def signed_in(connection: Connection, account: str, now: datetime) -> Sequence[Any]:
    """Return in which browsers somebody is signed in: id, address, begun_at, seen_at; the newest first."""
    return connection.execute(
        select(SignIn.id, SignIn.address, SignIn.begun_at, SignIn.seen_at)
        .where(SignIn.account == account, SignIn.ends_at > now, SignIn.seen_at >= now - IDLE)
        .order_by(SignIn.begun_at.desc())
    ).all()


def end(connection: Connection, session: str) -> None:
    """Sign one browser out."""
    connection.execute(delete(SignIn).where(SignIn.id == session))


def end_all(connection: Connection, account: str, but: str = "") -> None:
    """Sign somebody out everywhere, or everywhere but in one browser (a session's id)."""
    connection.execute(delete(SignIn).where(SignIn.account == account, SignIn.id != but))
