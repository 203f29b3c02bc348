"""Servers that are gone for good: which had calls, and how another inherits them, files that it is given included.

Each server deletes the files of its own calls. Those of one that never comes back would be nobody's: what is left of
its directory is put below the heir's, and the heir says of the rest, call by call, that it wasn't found.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, func, select, update

from models.audit import record
from models.call import Call, CallState
from models.data_directory import node_of
from models.errors import CannotDo
from models.recovery import complete_open_calls

LATELY = timedelta(days=1)
"""A server that had a call since then isn't gone for good yet."""


@dataclass(frozen=True)
class Server:
    """One that had calls."""

    node: str
    calls: int
    open: int
    """Of which so many never ended in the record."""
    last_at: datetime
    """When its last call began."""
    ours: bool
    """Whether it is the one with this data directory."""


def servers(connection: Connection, directory: Path) -> list[Server]:
    """Return every server that had calls, who had one last first. Reads the whole list of calls."""
    ours = node_of(directory)
    last = func.max(Call.started_at, type_=Call.started_at.type)
    rows = connection.execute(select(Call.node, func.count(), last).group_by(Call.node).order_by(last.desc()))
    unended = select(Call.node, func.count().label("calls")).where(Call.state != CallState.ENDED).group_by(Call.node)
    still = {row.node: row.calls for row in connection.execute(unended)}
    return [Server(node, count, still.get(node, 0), at, bool(ours) and node == ours) for node, count, at in rows]


def inherit(connection: Connection, gone: str, directory: Path, now: datetime, *, by: str) -> int:
    """Make the calls of the server `gone` this one's, and end those left open; return how many. On the audit trail.

    Raises `CannotDo` where it may still be alive, is nobody, or this directory is no server's.
    """
    heir = node_of(directory)
    if not heir:
        raise CannotDo(
            f"No server ever had the data directory {directory}; run this on the server that is to have the calls."
        )
    known = {one.node: one for one in servers(connection, directory)}
    if gone not in known:
        raise CannotDo(f"No server '{gone}' had calls; hotline calls servers lists those that had.")
    if gone == heir:
        raise CannotDo(f"Server {gone} is this one; run this on the server that is to have its calls.")
    if now - known[gone].last_at < LATELY:
        raise CannotDo(
            f"Server {gone} had a call at {known[gone].last_at:%Y-%m-%d %H:%M} UTC and may be alive; stop it for good, "
            "and ask again a day after its last call."
        )
    complete_open_calls(connection, gone, directory)
    count = connection.execute(update(Call).where(Call.node == gone).values(node=heir)).rowcount
    words = f"{count} calls of server {gone}, which is gone for good, are {heir}'s"
    record(connection, now, by, "inherited", words=words, data={"from": gone, "to": heir, "calls": count})
    return count
