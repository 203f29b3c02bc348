"""The plan in the database: read whole, and changed within the caller's transaction."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update

import models.writing
from models.agent import Agent as AgentRow
from models.agent import AgentPresence, AgentState
from models.call import new_id
from models.queue import Queue as QueueRow
from models.staffing import OpeningHours, Skill
from models.staffing import Shift as ShiftRow
from queues.plan import Agent, Plan, Queue, Shift
from queues.plan_reading import read_plan
from queues.plan_writing import calendar_mapping, queue_mapping, shift_mapping


@dataclass(frozen=True)
class Ha1:
    """What an agent's password is kept as: of RFC 7616 section 3.4.2, in hex; "" for none."""

    md5: str = ""
    sha256: str = ""
    realm: str = ""

    def __bool__(self) -> bool:
        return bool(self.md5 or self.sha256)


@dataclass(frozen=True)
class StoredAgent:
    """An agent of the database."""

    id: str
    agent: Agent
    ha1: Ha1


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Yield a transaction in which nobody else changes the plan between our reading and our writing."""
    with models.writing.writing(engine) as connection:
        if connection.dialect.name != "sqlite":
            connection.exec_driver_sql("LOCK TABLE agent, queue, shift IN SHARE ROW EXCLUSIVE MODE")
        yield connection


def stored_agents(connection: Connection) -> dict[str, StoredAgent]:
    """Return all agents by extension, in their order."""
    rows = connection.execute(select(AgentRow.__table__).order_by(AgentRow.extension)).all()
    return {
        row.extension: StoredAgent(
            row.id,
            Agent(
                row.extension,
                row.name,
                tuple(row.languages),
                dict(row.skills),
                row.cost,
                row.capacity,
                row.team,
                row.address,
                row.enabled,
                tuple(row.supervises),
            ),
            Ha1(row.ha1_md5, row.ha1_sha256, row.realm),
        )
        for row in rows
    }


def stored_plan(connection: Connection) -> Plan:
    """Return all that is planned. What an older or newer Hotline wrote and we can't read raises `PlanRefused`."""
    queues = connection.execute(select(QueueRow.name, QueueRow.settings).order_by(QueueRow.name)).all()
    hours = connection.execute(select(OpeningHours.name, OpeningHours.settings).order_by(OpeningHours.name)).all()
    shifts = connection.execute(select(ShiftRow.agent, ShiftRow.team, ShiftRow.settings).order_by(ShiftRow.id)).all()
    document = {
        "queues": {row.name: {**row.settings, "name": row.name} for row in queues},
        "calendars": {row.name: row.settings for row in hours},
        "shifts": [{**row.settings, **({"agent": row.agent} if row.agent else {"team": row.team})} for row in shifts],
        "skills": list(connection.scalars(select(Skill.name))),
    }
    read = read_plan(document).plan
    agents = {extension: stored.agent for extension, stored in stored_agents(connection).items()}
    return Plan(agents, read.queues, read.calendars, read.shifts, read.skills)


def put_agent(connection: Connection, agent: Agent, ha1: Ha1, known: StoredAgent | None) -> None:
    """Write an agent as it is from now on; a new one is offline."""
    now = datetime.now(UTC)
    values: dict[str, Any] = {
        "extension": agent.extension,
        "name": agent.name,
        "ha1_md5": ha1.md5,
        "ha1_sha256": ha1.sha256,
        "realm": ha1.realm,
        "languages": list(agent.languages),
        "skills": dict(agent.skills),
        "cost": float(agent.cost),
        "capacity": agent.capacity,
        "team": agent.team,
        "address": agent.address,
        "enabled": agent.enabled,
        "supervises": list(agent.supervises),
        "edited_at": now,
    }
    if known is not None:
        connection.execute(update(AgentRow).where(AgentRow.id == known.id).values(**values))
        return
    agent_id = new_id()
    connection.execute(insert(AgentRow).values(id=agent_id, **values))
    connection.execute(
        insert(AgentPresence).values(
            agent_id=agent_id,
            state=AgentState.OFFLINE,
            reason="",
            since=now,
            missed=0,
            returns_to="",
            returns_reason="",
            after_call="",
            after_call_reason="",
            idle_since=now,
        )
    )


def put_queue(connection: Connection, queue: Queue) -> None:
    """Write a queue as it is from now on."""
    settings = {key: value for key, value in queue_mapping(queue).items() if key != "name"}
    now = datetime.now(UTC)
    changed = connection.execute(
        update(QueueRow)
        .where(QueueRow.name == queue.name)
        .values(settings=settings, edited_at=now, version=QueueRow.version + 1)
    )
    if not changed.rowcount:
        connection.execute(insert(QueueRow).values(name=queue.name, settings=settings, edited_at=now, version=1))


def put_calendars(connection: Connection, calendars: Mapping[str, Any]) -> None:
    """Write all opening hours anew."""
    connection.execute(delete(OpeningHours))
    for name, calendar in calendars.items():
        connection.execute(insert(OpeningHours).values(name=name, settings=calendar_mapping(calendar)))


def put_shifts(connection: Connection, shifts: tuple[Shift, ...]) -> None:
    """Write all shifts anew."""
    connection.execute(delete(ShiftRow))
    for shift in shifts:
        settings = {key: value for key, value in shift_mapping(shift).items() if key not in ("agent", "team")}
        connection.execute(insert(ShiftRow).values(agent=shift.agent, team=shift.team, settings=settings))


def put_skills(connection: Connection, skills: frozenset[str]) -> None:
    """Write the declared skills anew."""
    connection.execute(delete(Skill))
    for name in sorted(skills):
        connection.execute(insert(Skill).values(name=name))


def remove_agent(connection: Connection, known: StoredAgent) -> None:
    """Remove an agent; the history of its states stays."""
    connection.execute(delete(AgentRow).where(AgentRow.id == known.id))


def remove_queue(connection: Connection, name: str) -> None:
    """Remove a queue; its events stay."""
    connection.execute(delete(QueueRow).where(QueueRow.name == name))
