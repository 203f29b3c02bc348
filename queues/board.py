"""The live board on a terminal: queues with their figures, agents with what they do, callers in the order they came."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text
from sqlalchemy import Connection, select

from models.queue_caller import QueueCaller, QueueCallerState
from queues.agent_report import agent_documents
from queues.queue_status import queue_status, status_table

COLOURS = {"ready": "green", "offered": "yellow", "talking": "cyan", "wrap-up": "magenta", "paused": "red"}
HERE = (QueueCallerState.QUEUED, QueueCallerState.OFFERED, QueueCallerState.TALKING)
MOST_CALLERS = 20
"""More are only counted: a board is one screen."""

Look = Callable[[], dict[str, list[dict[str, Any]]]]


def seen(connection: Connection, name: str = "") -> dict[str, list[dict[str, Any]]]:
    """Return what the board shows of one queue, or of all: "queues", "agents" and "callers". Raises `CannotDo`."""
    rows = connection.execute(
        select(QueueCaller.__table__).where(QueueCaller.state.in_(HERE)).order_by(QueueCaller.joined_at)
    )
    now = datetime.now(UTC)
    callers = [
        {
            "queue": row.queue,
            "caller": row.caller,
            "state": row.state,
            "waited_s": round(((row.answered_at or now) - row.joined_at).total_seconds() + row.credit_s, 1),
            "tags": row.tags,
            "agent": row.agent,
            "call_id": row.call_id,
        }
        for row in rows
        if not name or row.queue == name
    ]
    return {"queues": queue_status(connection, name), "agents": agent_documents(connection), "callers": callers}


def board(what: dict[str, list[dict[str, Any]]], now: datetime) -> Group:
    """Return the board as it stands at `now`."""
    return Group(status_table(what["queues"]), Text(), _agents(what["agents"], now), Text(), *_callers(what["callers"]))


def watch(look: Look, seconds: float, times: int, console: Console | None = None) -> None:
    """Show the board, a new one every `seconds`, until interrupted; `times` limits how often, 0 doesn't."""
    shown = 0
    with Live(console=console, auto_refresh=False, screen=console is None) as live:
        while True:
            live.update(board(look(), datetime.now(UTC)), refresh=True)
            shown += 1
            if shown == times:
                return
            time.sleep(seconds)


def _agents(agents: list[dict[str, Any]], now: datetime) -> Table:
    table = _table("Agent", "Name", "State", "For", "Reason", "Team")
    for one in agents:
        state = Text(one["state"], COLOURS.get(one["state"], "dim"))
        spent = max((now - datetime.fromisoformat(one["since"])).total_seconds(), 0.0)
        cells = (one["extension"], one["name"], state, _clock(spent), one["reason"], one["team"])
        table.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in cells))
    return table


def _callers(callers: list[dict[str, Any]]) -> list[Table | Text]:
    if not callers:
        return [Text("Nobody waits.", "dim")]
    table = _table("Queue", "Caller", "State", "Waited", "Tags", "Agent")
    for one in callers[:MOST_CALLERS]:
        cells = (
            one["queue"],
            one["caller"],
            one["state"],
            _clock(one["waited_s"]),
            ", ".join(one["tags"]),
            one["agent"],
        )
        table.add_row(*map(Text, cells))
    more = len(callers) - MOST_CALLERS
    return [table, Text(f"and {more} more", "dim")] if more > 0 else [table]


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, no_wrap=True)
    return table


def _clock(seconds: float) -> str:
    hours, rest = divmod(int(seconds), 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
