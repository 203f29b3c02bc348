"""Edits of agents and queues by programs: the same as by commands, with the same sentences for what is wrong.

| request | does |
|---|---|
| POST /agents, /queues | adds one: the keys of the plan's file (docs/queues.md) |
| PATCH /agents/EXTENSION, /queues/NAME | changes what is given; null is back to the default (RFC 7396) |
| DELETE /agents/EXTENSION, /queues/NAME | removes one |

Each answers `{"changes": […], "live": …, "sentence": …}`, and what there is now; a running server goes by it at once.
"""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Body
from pydantic import WithJsonSchema
from sqlalchemy import Engine

from console.edit_schemas import AGENT, QUEUE
from console.problems import NotThere
from models.errors import CannotDo
from models.settings import Settings
from queues.agent_report import agent_document
from queues.applying import Change, without_agent, without_queue
from queues.editing import change_document, taken_up
from queues.entry_edits import put_agents, put_queue
from queues.plan_entry import PlanRefused
from queues.plan_rows import stored_plan, writing
from queues.queue_report import queue_document

BY = "api"
"""Who edited, in the events."""
Document = dict[str, Any]
AgentEntry = Annotated[Document, Body(), WithJsonSchema(AGENT)]
QueueEntry = Annotated[Document, Body(), WithJsonSchema(QUEUE)]


def edits(settings: Settings, engine: Engine) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.post("/agents", status_code=201)
    def add_agent(entry: AgentEntry) -> Document:
        _plain_password(entry)
        with writing(engine) as connection:
            changes = put_agents(connection, [entry], settings.sip, must_be_new=True, by=BY)
            now = agent_document(connection, str(entry.get("extension", "")))
        return {**_done(settings, changes), "agent": now}

    @router.patch("/agents/{extension}")
    def change_agent(extension: str, entry: AgentEntry) -> Document:
        _same("extension", extension, entry)
        _plain_password(entry)
        with writing(engine) as connection:
            _there("agent", lambda: agent_document(connection, extension))
            whole = {**entry, "extension": extension}
            changes = put_agents(connection, [whole], settings.sip, must_exist=True, by=BY)
            now = agent_document(connection, extension)
        return {**_done(settings, changes), "agent": now}

    @router.delete("/agents/{extension}")
    def remove_agent(extension: str) -> Document:
        with writing(engine) as connection:
            _there("agent", lambda: agent_document(connection, extension))
            changes, missing = without_agent(connection, extension, BY)
        return {**_done(settings, changes), "missing": missing}

    @router.get("/queues/{name}/settings")
    def queue_settings(name: str) -> Document:
        with engine.connect() as connection:
            return _there("queue", lambda: queue_document(connection, name))

    @router.post("/queues", status_code=201)
    def add_queue(entry: QueueEntry) -> Document:
        with writing(engine) as connection:
            changes = put_queue(connection, entry, settings.sip, must_be_new=True, by=BY)
            now = queue_document(connection, str(entry.get("name", "")))
        return {**_done(settings, changes), "queue": now}

    @router.patch("/queues/{name}")
    def change_queue(name: str, entry: QueueEntry) -> Document:
        _same("name", name, entry)
        with writing(engine) as connection:
            _there("queue", lambda: queue_document(connection, name))
            changes = put_queue(connection, {**entry, "name": name}, settings.sip, must_be_new=False, by=BY)
            now = queue_document(connection, name)
        return {**_done(settings, changes), "queue": now}

    @router.delete("/queues/{name}")
    def remove_queue(name: str) -> Document:
        with writing(engine) as connection:
            _there("queue", lambda: queue_document(connection, name))
            others = [one.name for one in stored_plan(connection).queues.values() if _leads(one.overflow, name)]
            if set(others) - {name}:
                raise CannotDo(f"Queue '{others[0]}' overflows to '{name}'; lead it elsewhere first.")
            changes = without_queue(connection, name, BY)
        return _done(settings, changes)

    return router


def _leads(ways: Any, name: str) -> bool:
    return any(way.queue == name for way in ways)


def _done(settings: Settings, changes: list[Change]) -> Document:
    live, sentence = taken_up(settings) if changes else (None, "Nothing changed.")
    return {"changes": [change_document(change) for change in changes], "live": live, "sentence": sentence}


def _there(kind: str, report: Callable[[], Document]) -> Document:
    try:
        return report()
    except CannotDo as unknown:
        raise NotThere(str(unknown)) from unknown


def _same(key: str, name: str, entry: Document) -> None:
    if entry.get(key, name) != name:
        raise PlanRefused([f"{key} can't be changed: remove '{name}' and add '{entry[key]}'."])


def _plain_password(entry: Document) -> None:
    """Refuse what commands read from their user's environment: here it would be the console's."""
    if str(entry.get("password", "")).startswith("env:"):
        raise PlanRefused(["password can't be read from the environment here; send it, or ha1 and ha1_sha256."])
