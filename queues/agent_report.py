"""What is said of agents: documents for scripts, tables for people."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from models.agent import AgentChange
from models.database import moment
from models.errors import CannotDo
from queues.applying import unknown
from queues.plan import Shift
from queues.plan_rows import StoredAgent, stored_agents, stored_plan
from queues.presence import Presence
from queues.presence_rows import stored_presences
from queues.staffing import on_shift

LATEST = 20
"""Changes of state that are shown."""
Document = dict[str, Any]


def agent_documents(connection: Connection, team: str = "", state: str = "") -> list[Document]:
    """Return all agents (of a team, in a state), by extension."""
    presences, shifts = stored_presences(connection), stored_plan(connection).shifts
    found = (_document(stored, presences[extension], shifts) for extension, stored in stored_agents(connection).items())
    return [one for one in found if (not team or one["team"] == team) and (not state or one["state"] == state)]


def agent_document(connection: Connection, extension: str) -> Document:
    """Return one agent with its latest changes, the newest first; raise `CannotDo` for an unknown extension."""
    agents = stored_agents(connection)
    if extension not in agents:
        raise CannotDo(unknown("agent", extension, agents))
    rows = connection.execute(
        select(AgentChange.__table__)
        .where(AgentChange.agent_id == agents[extension].id)
        .order_by(AgentChange.id.desc())
        .limit(LATEST)
    )
    changes = [
        {
            "at": row.at.isoformat(),
            "move": row.move,
            "state": row.state,
            "reason": row.reason,
            "by": row.by,
            "call_id": row.call_id,
        }
        for row in rows
    ]
    presence = stored_presences(connection)[extension]
    return {**_document(agents[extension], presence, stored_plan(connection).shifts), "changes": changes}


def _document(stored: StoredAgent, presence: Presence, shifts: tuple[Shift, ...]) -> Document:
    agent = stored.agent
    return {
        "extension": agent.extension,
        "name": agent.name,
        "state": str(presence.state),
        "reason": presence.reason,
        "since": moment(presence.since).isoformat(),
        "missed": presence.missed,
        "returns_to": presence.returns_to,
        "after_call": presence.after_call,
        "languages": list(agent.languages),
        "skills": dict(agent.skills),
        "cost": agent.cost,
        "capacity": agent.capacity,
        "team": agent.team,
        "on_shift": on_shift(agent, shifts, datetime.now().astimezone()),
        "address": agent.address,
        "enabled": agent.enabled,
        "supervises": list(agent.supervises),
        "password": bool(stored.ha1),
    }


def in_words(agent: Mapping[str, Any]) -> str:
    """Return "paused (break), since 09:30"."""
    reason = f" ({agent['reason']})" if agent["reason"] else ""
    then = ""
    if agent["after_call"]:
        then = f", {agent['after_call']} after that"
    elif agent["returns_to"]:
        then = f", {agent['returns_to']} as soon as the phone can be reached"
    return f"{agent['state']}{reason}{then}, since {_local(agent['since'])}"


def _local(text: str) -> str:
    then = datetime.fromisoformat(text).astimezone()
    today = then.date() == datetime.now().astimezone().date()
    return f"{then:%H:%M:%S}" if today else f"{then:%Y-%m-%d %H:%M}"


def print_agents(agents: list[Document]) -> None:
    """Print a table."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for heading in ("Extension", "Name", "State", "Since", "Languages", "Skills", "Team", "Shift"):
        table.add_column(heading, no_wrap=heading in {"Extension", "State", "Since"})
    for agent in agents:
        state = agent["state"] + (f" ({agent['reason']})" if agent["reason"] else "")
        if not agent["enabled"]:
            state = "disabled"
        skills = " ".join(f"{skill}={level}" for skill, level in agent["skills"].items())
        row = (agent["extension"], agent["name"], state, _local(agent["since"]), " ".join(agent["languages"]), skills)
        table.add_row(*(Text(cell) for cell in (*row, agent["team"], "now" if agent["on_shift"] else "")))
    Console().print(table if agents else "There is no such agent; add one with hotline agents add.")


def _shown(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case dict():
            return ", ".join(f"{skill} {level}" for skill, level in value.items())
        case list():
            return ", ".join(value)
        case float():
            return f"{value:g}"
        case _:
            return str(value)


def print_agent(agent: Document) -> None:
    """Print one agent, a line a value, and its latest changes."""
    from rich.console import Console
    from rich.text import Text

    out = Console(highlight=False)
    out.print(Text(f"{agent['extension']} {agent['name']}: {in_words(agent)}"))
    kept = "languages", "skills", "cost", "capacity", "team", "on_shift", "address", "supervises", "enabled", "password"
    for key in kept:
        if shown := _shown(agent[key]):
            out.print(Text(f"  {key:10} {shown}"))
    for change in agent["changes"]:
        reason = f" ({change['reason']})" if change["reason"] else ""
        call = f", call {change['call_id']}" if change["call_id"] else ""
        out.print(
            Text(f"  {_local(change['at'])}  {change['state']}{reason} by {change['by']}: {change['move']}{call}")
        )
