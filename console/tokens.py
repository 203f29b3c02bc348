"""Tokens by which programs say who they are: made, found and revoked; only their digests are kept."""

import hmac
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from console.access import Viewer
from console.accounts import By, known_roles
from console.sessions import digest
from models.account import ApiToken
from models.audit import record
from models.call import new_id
from models.errors import CannotDo

PREFIX = "hl_"
"""Of a token, so that programs that look for secrets in code find one that was left there."""
USED = timedelta(minutes=1)
"""How exactly `used_at` is kept."""


def add(connection: Connection, name: str, roles: Iterable[str], by: By, now: datetime) -> str:
    """Make one; return it, for the only time: PREFIX, its id, and 256 bits of chance."""
    name, wanted = name.strip(), known_roles(roles)
    if not name or len(name) > 80:
        raise CannotDo("A token needs a name of up to 80 characters: that of the program that will say it.")
    if not wanted:
        raise CannotDo(
            "A token needs a role, which says what the program may do; see `hotline users token add --help`."
        )
    if alone := sorted({"agent", "supervisor"} & set(wanted)):
        raise CannotDo(
            f"A token has no team and no extension, so as {alone[0]} it would see no call; take qa or operator."
        )
    if connection.execute(select(ApiToken.id).where(ApiToken.name == name, ApiToken.revoked_at.is_(None))).first():
        raise CannotDo(f"There is a token '{name}' already; revoke it first, or give this one another name.")
    id_ = new_id()
    token = f"{PREFIX}{id_}_{secrets.token_urlsafe(32)}"
    connection.execute(
        insert(ApiToken).values(
            id=id_, name=name, digest=digest(token), roles=wanted, made_by=by.name, made_at=now, used_at=None,
            revoked_at=None,
        )
    )  # fmt: skip
    record(connection, now, by.name, "token.added", words=name, data={"roles": wanted}, address=by.address)
    return token


def listed(connection: Connection) -> Sequence[Any]:
    """Return all, the newest first, those that were revoked too."""
    rows = (ApiToken.id, ApiToken.name, ApiToken.roles, ApiToken.made_by, ApiToken.made_at, ApiToken.used_at)
    return connection.execute(select(*rows, ApiToken.revoked_at).order_by(ApiToken.made_at.desc())).all()


def revoke(connection: Connection, name: str, by: By, now: datetime) -> None:
    """Have a token count no longer."""
    stands = ApiToken.revoked_at.is_(None)
    done = connection.execute(update(ApiToken).where(ApiToken.name == name, stands).values(revoked_at=now))
    if not done.rowcount:
        raise CannotDo(f"There is no token '{name}' that counts; `hotline users token list` shows all.")
    record(connection, now, by.name, "token.revoked", words=name, address=by.address)


def viewer_of(connection: Connection, token: str, now: datetime) -> Viewer | None:
    """Return which program says the token; None where it counts nothing."""
    id_ = token.removeprefix(PREFIX).partition("_")[0] if token.startswith(PREFIX) else ""
    row = connection.execute(select(ApiToken).where(ApiToken.id == id_, ApiToken.revoked_at.is_(None))).first()
    if row is None or not hmac.compare_digest(row.digest, digest(token)):
        return None
    if row.used_at is None or now - row.used_at > USED:
        connection.execute(update(ApiToken).where(ApiToken.id == id_).values(used_at=now))
        connection.commit()
    return Viewer(f"token {row.name}", row.name, tuple(row.roles))
