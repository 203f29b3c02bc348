"""Filters of the list of calls that somebody keeps under a name, for themselves or for all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, or_, select, update

from models.audit import record
from models.call import new_id
from models.errors import Refused
from models.review import SavedView
from models.writing import writing

VIEWS = SavedView.__table__
MOST = 100
"""Of one person."""


@dataclass(frozen=True)
class View:
    id: str
    account: str
    name: str
    query: Mapping[str, Any]
    """As `CallFilter` writes it, and the `order` where there is one."""
    shared: bool
    kept_at: datetime


def of(connection: Connection, account: str) -> Sequence[View]:
    """Return the account's own views by name, then those that others share."""
    query = select(VIEWS).where(or_(SavedView.account == account, SavedView.shared))
    found = [View(**row._mapping) for row in connection.execute(query)]
    return sorted(found, key=lambda one: (one.account != account, one.name.casefold(), one.id))


def keep(
    engine: Engine, account: str, name: str, query: Mapping[str, Any], now: datetime, *, shared: bool = False
) -> str:
    """Keep a filter, and its order, under a name, instead of the account's former one of that name; return its id."""
    name = name.strip()
    if not 0 < len(name) <= 80:
        raise Refused("A view needs a name of 1 to 80 characters.", "reviews.view_name")
    with writing(engine) as connection:
        own = connection.execute(select(SavedView.id, SavedView.name).where(SavedView.account == account)).all()
        known = next((row.id for row in own if row.name == name), "")
        if not known and len(own) >= MOST:
            raise Refused(f"{MOST} views are kept already; drop one first.", "reviews.too_many_views", most=MOST)
        values = {"query": dict(query), "shared": shared, "kept_at": now}
        id_ = known or new_id()
        if known:
            connection.execute(update(SavedView).where(SavedView.id == known).values(**values))
        else:
            connection.execute(insert(SavedView).values(id=id_, account=account, name=name, **values))
        about = {"id": id_, "query": dict(query), "shared": shared}
        record(connection, now, account, "view.kept", words=name, data=about)
    return id_


def drop(engine: Engine, account: str, view_id: str, now: datetime) -> None:
    """Forget one's own view."""
    with writing(engine) as connection:
        name = connection.scalar(select(SavedView.name).where(SavedView.id == view_id, SavedView.account == account))
        if name is None:
            raise Refused("Only who kept a view drops it.", "reviews.not_your_view")
        connection.execute(delete(SavedView).where(SavedView.id == view_id))
        record(connection, now, account, "view.dropped", words=name, data={"id": view_id})
