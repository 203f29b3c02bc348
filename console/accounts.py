"""Accounts in the database: made, changed, given another password, removed; each with its line on the trail.

Everything takes a connection and belongs into one transaction; `by` and `address` say who does it from where.
"""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from console.access import ROLES
from console.passwords import hashed, insist
from console.refused import Refused
from console.sessions import end_all
from models.account import Account, SignIn
from models.agent import Agent
from models.audit import record
from models.database import table_of
from models.errors import CannotDo

NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,62}")
LANGUAGES = ("", "en", "zh")
THEMES = ("", "light", "dark")
COMMAND = "command"
"""Who did it, where a command did."""
Accounts = Sequence[Any]


@dataclass(frozen=True)
class By:
    """Who changes accounts."""

    name: str
    address: str = ""


def listed(connection: Connection) -> Accounts:
    """Return all accounts by name: their columns, and `seen_at`, when each last did something in an open session."""
    seen = select(func.max(SignIn.seen_at)).where(SignIn.account == Account.name).scalar_subquery()
    return connection.execute(select(*table_of(Account).c, seen.label("seen_at")).order_by(Account.name)).all()


def account(connection: Connection, name: str) -> Any:
    """Return one; raise `CannotDo` where there is none of that name."""
    found = connection.execute(select(*table_of(Account).c).where(Account.name == name.strip().lower())).first()
    if found is None:
        near = difflib.get_close_matches(name, connection.execute(select(Account.name)).scalars().all(), 1)
        hint = f"; did you mean '{near[0]}'?" if near else "; `hotline users list` shows all."
        raise Refused(f"There is no account '{name}'{hint}", "accounts.unknown", name=name)
    return found


def add(connection: Connection, name: str, values: Mapping[str, Any], password: str, by: By, now: datetime) -> None:
    """Add one that may sign in at once; `values` as for `change`."""
    name = name.strip().lower()
    if not NAME.fullmatch(name):
        raise Refused(
            f"'{name}' can't be an account's name; take letters (a to z), digits and . _ - @, such as anna.li.",
            "accounts.bad_name",
        )
    if connection.execute(select(Account.name).where(Account.name == name)).first():
        sentence = f"There is the account '{name}' already; `hotline users change {name}` changes it."
        raise Refused(sentence, "accounts.taken", name=name)
    insist(name, password)
    row = {"shown": name, "roles": [], "team": "", "extension": "", "language": "", "theme": "", "enabled": True}
    row |= _checked(connection, name, values)
    if not row["roles"]:
        raise Refused(f"The account needs a role: {', '.join(ROLES)}.", "accounts.no_role")
    connection.execute(
        insert(Account).values(name=name, password_hash=hashed(password), created_at=now, password_at=now, **row)
    )
    told = {"account": name, "roles": row["roles"], "team": row["team"], "extension": row["extension"]}
    record(connection, now, by.name, "account.added", words=name, data=told, address=by.address)


def change(connection: Connection, name: str, values: Mapping[str, Any], by: By, now: datetime) -> list[str]:
    """Change shown, roles, team, extension, language, theme or enabled; return which of them are other than before."""
    before = account(connection, name)
    wanted = _checked(connection, before.name, values)
    changed = {key: value for key, value in wanted.items() if value != getattr(before, key)}
    if not changed:
        return []
    if not changed.get("roles", before.roles):
        raise Refused(f"The account needs a role: {', '.join(ROLES)}.", "accounts.no_role")
    connection.execute(update(Account).where(Account.name == before.name).values(**changed))
    _insist_on_an_administrator(connection, before)
    if not changed.get("enabled", True):
        end_all(connection, before.name)
    told = {"account": before.name, **changed}
    record(connection, now, by.name, "account.changed", words=before.name, data=told, address=by.address)
    return list(changed)


def set_password(connection: Connection, name: str, password: str, by: By, now: datetime, keep: str = "") -> None:
    """Give another password and sign out everywhere, save in the session `keep`."""
    name = account(connection, name).name
    insist(name, password)
    connection.execute(
        update(Account).where(Account.name == name).values(password_hash=hashed(password), password_at=now)
    )
    end_all(connection, name, but=keep)
    if keep:
        # It began before the new password, and would be over by that.
        connection.execute(update(SignIn).where(SignIn.id == keep).values(begun_at=now))
    record(connection, now, by.name, "account.password", words=name, data={"account": name}, address=by.address)


def remove(connection: Connection, name: str, by: By, now: datetime) -> None:
    """Remove one; what it did stays on the trail."""
    before = account(connection, name)
    name = before.name
    end_all(connection, name)
    connection.execute(delete(Account).where(Account.name == name))
    _insist_on_an_administrator(connection, before)
    record(connection, now, by.name, "account.removed", words=name, data={"account": name}, address=by.address)


def sign_out_everywhere(connection: Connection, name: str, by: By, now: datetime, keep: str = "") -> None:
    """End all sessions of an account, save `keep`."""
    name = account(connection, name).name
    end_all(connection, name, but=keep)
    record(connection, now, by.name, "account.signed-out", words=name, data={"account": name}, address=by.address)


def known_roles(wanted: Iterable[str]) -> list[str]:
    """Return roles in their order; raise `CannotDo` for one that isn't known."""
    asked = {role.strip().lower() for role in wanted if role.strip()}
    for role in sorted(asked - set(ROLES)):
        near = difflib.get_close_matches(role, ROLES, 1, cutoff=0.5)
        hint = f"did you mean '{near[0]}'? " if near else ""
        raise CannotDo(f"There is no role '{role}'; {hint}there are {', '.join(ROLES)}.")
    return [role for role in ROLES if role in asked]


def _checked(connection: Connection, name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as they are kept; raise `CannotDo` for what is none."""
    row = {key: value.strip() if isinstance(value, str) else value for key, value in values.items()}
    if "roles" in row:
        row["roles"] = known_roles(row["roles"])
    if "shown" in row:
        row["shown"] = row["shown"][:80] or name
    for key, known in (("language", LANGUAGES), ("theme", THEMES)):
        if row.get(key, "") not in known:
            raise CannotDo(f"There is no {key} '{row[key]}'; there are {', '.join(known[1:])}.")
    extension = row.get("extension", "")
    if extension and not connection.execute(select(Agent.extension).where(Agent.extension == extension)).first():
        sentence = f"There is no agent {extension}; `hotline agents list` shows all."
        raise Refused(sentence, "accounts.no_agent", extension=extension)
    return row


def _insist_on_an_administrator(connection: Connection, before: Any) -> None:
    """Raise `CannotDo` where a change has taken the last one away; the transaction goes back.

    Asked after the change: by then no other one is under way (SQLite), so two can't take each other away.
    """
    if not before.enabled or "administrator" not in before.roles:
        return
    if not any("administrator" in roles for roles in connection.scalars(select(Account.roles).where(Account.enabled))):
        sentence = f"'{before.name}' is the last administrator; make another account one first."
        raise Refused(sentence, "accounts.last", name=before.name)
