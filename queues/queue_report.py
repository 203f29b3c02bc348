"""What is said of queues: documents for scripts, tables for people."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, select

from models.errors import CannotDo
from models.queue import Queue as QueueRow
from queues.applying import unknown
from queues.plan import Plan, Queue
from queues.plan_rows import stored_plan
from queues.staffing import able

Document = dict[str, Any]


def queue_documents(connection: Connection) -> list[Document]:
    """Return all queues by name, every key of each."""
    plan = stored_plan(connection)
    versions = _versions(connection)
    return [_document(plan, queue, versions[name]) for name, queue in plan.queues.items()]


def queue_document(connection: Connection, name: str) -> Document:
    """Return one queue; raise `CannotDo` for an unknown name."""
    plan = stored_plan(connection)
    if name not in plan.queues:
        raise CannotDo(unknown("queue", name, plan.queues))
    return _document(plan, plan.queues[name], _versions(connection)[name])


def _versions(connection: Connection) -> dict[str, tuple[int, str]]:
    rows = connection.execute(select(QueueRow.name, QueueRow.version, QueueRow.edited_at))
    return {row.name: (row.version, row.edited_at.isoformat()) for row in rows}


def _document(plan: Plan, queue: Queue, version: tuple[int, str]) -> Document:
    agents = [agent.extension for agent in plan.agents.values() if able(agent, queue)]
    return {**asdict(queue), "agents": agents, "version": version[0], "edited_at": version[1]}


def print_queues(queues: list[Document]) -> None:
    """Print a table."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for heading in ("Queue", "Needs", "Hours", "Strategy", "Agents", "Overflow"):
        table.add_column(heading, no_wrap=heading == "Queue")
    for queue in queues:
        needs = " ".join(f"{need['skill']}={need['level']}" for need in queue["needs"])
        ways = ", ".join(f"{way['when']}: {way['to']}" for way in queue["overflow"])
        row = (queue["name"], needs, queue["hours"] or "always", _strategy(queue), str(len(queue["agents"])), ways)
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table if queues else "There is no queue yet; add one with hotline queues add.")


def _strategy(queue: Document) -> str:
    strategy = queue["strategy"]
    return strategy if isinstance(strategy, str) else " + ".join(f"{name} {w:g}" for name, w in strategy.items())


def print_queue(queue: Document) -> None:
    """Print one queue, a line a key."""
    import json

    from rich.console import Console
    from rich.text import Text

    out = Console(highlight=False)
    for key, value in queue.items():
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        out.print(Text(f"{key:22} {shown}"), soft_wrap=True)
