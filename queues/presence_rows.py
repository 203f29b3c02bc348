"""Agents' presences in the database: read, and written with the history of how each came about."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Executable, insert, select, update

from models.agent import Agent as AgentRow
from models.agent import AgentChange, AgentPresence, AgentState
from models.database import moment
from queues.presence import Presence


@dataclass(frozen=True)
class Told:
    """How a change came about."""

    move: str
    """A word of `AgentMove`, of `WISHES`, or phone-lost, phone-back, wrapped-up."""
    by: str
    """phone, command, api, queues or registrar."""
    call_id: str = ""


def stored_presences(connection: Connection) -> Mapping[str, Presence]:
    """Return what each agent does, by extension; of whom nothing is written, that nobody is there."""
    known = select(AgentRow.extension, AgentRow.edited_at, AgentPresence.__table__)
    rows = connection.execute(known.join_from(AgentRow, AgentPresence, isouter=True))
    return {
        row.extension: Presence(since=row.edited_at.timestamp())
        if row.state is None
        else Presence(
            AgentState(row.state),
            row.reason,
            row.since.timestamp(),
            row.missed,
            row.returns_to,
            row.returns_reason,
            row.after_call,
            row.after_call_reason,
            row.idle_since.timestamp(),
        )
        for row in rows
    }


def presence_rows(agent_id: str, extension: str, presence: Presence, told: Told, now: float) -> list[Executable]:
    """Return what writes a presence as it is from now on, and the change into the history; `now` in Unix seconds."""
    return [
        update(AgentPresence)
        .where(AgentPresence.agent_id == agent_id)
        .values(
            state=presence.state,
            reason=presence.reason,
            since=moment(presence.since),
            missed=presence.missed,
            returns_to=presence.returns_to,
            returns_reason=presence.returns_reason,
            after_call=presence.after_call,
            after_call_reason=presence.after_call_reason,
            idle_since=moment(presence.idle_since),
        ),
        insert(AgentChange).values(
            agent_id=agent_id,
            extension=extension,
            at=moment(now),
            move=told.move,
            state=presence.state,
            reason=presence.reason,
            by=told.by,
            call_id=told.call_id,
        ),
    ]
