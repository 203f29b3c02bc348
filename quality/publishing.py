"""Published scorecards: versions in the database, kept for good; old scores keep theirs."""

import getpass
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from models.audit import record
from models.errors import CannotDo
from models.scorecard import ScorecardVersion
from quality.reading import loads
from quality.scorecard import Scorecard

VERSIONS = ScorecardVersion.__table__
BY = "command"
"""Whom the trail names; its data say which user of the machine."""


def publish(connection: Connection, text: str, file: str, note: str, now: datetime) -> Scorecard:
    """Put the scorecard written in `text` in force, instead of what was before; return it.

    A version that was published before is in force again. Raises `ScorecardRefused` where it can't be read.
    """
    scorecard = loads(text, file)
    theirs = ScorecardVersion.name == scorecard.name
    connection.execute(update(ScorecardVersion).where(theirs).values(in_force=False))
    values = {"published_at": now, "published_by": getpass.getuser(), "note": note, "in_force": True}
    known = update(ScorecardVersion).where(theirs, ScorecardVersion.version == scorecard.version).values(**values)
    if not connection.execute(known).rowcount:
        row = {"name": scorecard.name, "version": scorecard.version, "text": text, **values}
        connection.execute(insert(ScorecardVersion).values(**row))
    put_on_trail(connection, "scorecard.published", f"{scorecard.name}@{scorecard.version}", now, note=note)
    return scorecard


def withdraw(connection: Connection, name: str, now: datetime) -> None:
    """Score no further calls by the scorecard `name`; raise `CannotDo` where it isn't in force."""
    inforce = update(ScorecardVersion).where(ScorecardVersion.name == name, ScorecardVersion.in_force)
    if not connection.execute(inforce.values(in_force=False)).rowcount:
        raise CannotDo(f"No scorecard '{name}' is in force; `hotline quality scorecards` lists them.")
    put_on_trail(connection, "scorecard.withdrawn", name, now)


def put_on_trail(connection: Connection, action: str, words: str, now: datetime, **data: object) -> None:
    """Put on the trail what somebody did with a scorecard: which one, and by whom, whatever became of it later."""
    record(connection, now, BY, action, words=words, data={"user": getpass.getuser(), **data})


def in_force(connection: Connection) -> Sequence[Scorecard]:
    """Return the scorecards by which calls are scored now."""
    rows = connection.execute(select(VERSIONS).where(ScorecardVersion.in_force).order_by(ScorecardVersion.name))
    return [loads(row.text, f"{row.name}@{row.version}") for row in rows]


def history(connection: Connection, name: str = "") -> list[dict[str, object]]:
    """Return all versions that were published, the newest first; of the scorecard `name` where that is given."""
    query = select(VERSIONS).order_by(ScorecardVersion.name, ScorecardVersion.published_at.desc())
    if name:
        query = query.where(ScorecardVersion.name == name)
    return [
        {
            "scorecard": row.name,
            "version": row.version,
            "in_force": row.in_force,
            "published_at": row.published_at.isoformat(timespec="seconds"),
            "published_by": row.published_by,
            "note": row.note,
        }
        for row in connection.execute(query)
    ]
