"""Queues, agents and who waits, as they are now: the same documents as the REST API's, looked up for all who watch."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from queues.agent_report import agent_documents
from queues.caller_report import caller_documents
from queues.caller_scores import caller_scores
from queues.plan_rows import stored_plan
from queues.queue_status import queue_status

Document = dict[str, Any]


@dataclass(frozen=True)
class QueueLook:
    at: datetime
    queues: tuple[Document, ...]
    agents: tuple[Document, ...]
    callers: Mapping[str, tuple[Document, ...]]
    """By queue; with their "score" where they wait."""


def look(connection: Connection, now: datetime) -> QueueLook:
    """Return what there is."""
    plan = stored_plan(connection)
    callers = {name: caller_documents(connection, name, now) for name in plan.queues}
    waiting = [one["call_id"] for found in callers.values() for one in found if one["state"] != "talking"]
    scores = caller_scores(connection, plan.queues, waiting, now)
    for found in callers.values():
        for one in found:
            one["score"] = scores.get(one["call_id"], {}) if one["state"] != "talking" else {}
    return QueueLook(
        now,
        tuple(queue_status(connection, "", now)),
        tuple(agent_documents(connection)),
        {name: tuple(found) for name, found in callers.items()},
    )


def totals(queues: tuple[Document, ...]) -> dict[str, float | None]:
    """Return the figures of all queues together: waiting, longest wait, answered, lost, service level."""
    answered = sum(one["today"]["answered"] for one in queues)
    abandoned = sum(one["today"]["abandoned"] for one in queues)
    levels = [
        (one["today"]["service_level"], one["today"]["answered"] + one["today"]["abandoned"])
        for one in queues
        if one["today"]["service_level"] is not None
    ]
    weight = sum(each for _, each in levels)
    return {
        "waiting": sum(one["waiting"] for one in queues),
        "longest": max((one["longest_wait_s"] for one in queues), default=0.0),
        "answered": answered,
        "abandoned": abandoned,
        "service_level": sum(level * each for level, each in levels) / weight if weight else None,
    }


def agent_states(agents: tuple[Document, ...]) -> dict[str, int]:
    """Return how many agents who may take calls are in which state."""
    found: dict[str, int] = {}
    for one in agents:
        if one["enabled"]:
            found[one["state"]] = found.get(one["state"], 0) + 1
    return found
