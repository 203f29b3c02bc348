"""Who is signed in, in which browser: rows in the database, so that signing out and disabling work at once."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, delete, insert, select, update

from console.access import Viewer
from models.account import Account, SignIn

LASTS = timedelta(hours=12)
"""From signing in to having to sign in again."""
IDLE = timedelta(hours=2)
"""Without a request, the same."""
SEEN = timedelta(minutes=1)
"""How exactly `seen_at` is kept: not every request writes."""
HASHER = PasswordHasher()
NOBODY = HASHER.hash("nobody's")
"""Verified where there is no such account, so that time doesn't tell who there is."""


@dataclass(frozen=True)
class Session:
    viewer: Viewer
    csrf: str
    id: str


def digest(secret: str) -> str:
    """Return what is kept of a cookie or a token: it is long and random, so SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def checked(connection: Connection, name: str, password: str) -> bool:
    """Tell whether the password is that of an account that may sign in."""
    account = connection.execute(
        select(Account.password_hash, Account.enabled).where(Account.name == name.strip().lower())
    ).first()
    try:
        right = HASHER.verify((account and account.password_hash) or NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return right and account is not None and account.enabled and bool(account.password_hash)


def begin(connection: Connection, name: str, address: str, now: datetime) -> str:
    """Sign an account in whose password was checked; return the cookie."""
    cookie = secrets.token_urlsafe(32)
    connection.execute(delete(SignIn).where(SignIn.ends_at < now))
    connection.execute(
        insert(SignIn).values(
            id=digest(cookie), account=name.strip().lower(), csrf=secrets.token_urlsafe(24), address=address,
            begun_at=now, seen_at=now, ends_at=now + LASTS,
        )
    )  # fmt: skip
    return cookie


def session_of(connection: Connection, cookie: str, now: datetime) -> Session | None:
    """Return whose cookie it is; None where it is nobody's (any more)."""
    row = connection.execute(
        select(SignIn.id, SignIn.csrf, SignIn.begun_at, SignIn.seen_at, SignIn.ends_at, *Account.__table__.c)
        .join(Account, Account.name == SignIn.account)
        .where(SignIn.id == digest(cookie))
    ).first()
    if row is None or not row.enabled or now >= row.ends_at or now - row.seen_at > IDLE:
        return None
    if row.password_at and row.begun_at < row.password_at:
        return None
    if now - row.seen_at > SEEN:
        connection.execute(update(SignIn).where(SignIn.id == row.id).values(seen_at=now))
        connection.commit()
    return Session(viewer_of(row), row.csrf, row.id)


def viewer_of(row: object) -> Viewer:
    """Return an account's row as who looks."""
    fields = ("name", "shown", "team", "extension", "language", "theme")
    return Viewer(roles=tuple(getattr(row, "roles")), **{field: getattr(row, field) for field in fields})  # noqa: B009


def end(connection: Connection, session: str) -> None:
    """Sign one browser out."""
    connection.execute(delete(SignIn).where(SignIn.id == session))


def end_all(connection: Connection, account: str) -> None:
    """Sign somebody out everywhere."""
    connection.execute(delete(SignIn).where(SignIn.account == account))
