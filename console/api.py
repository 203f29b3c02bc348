"""The REST API: agents, queues, callers and events as the database has them, and orders to the running server.

| request | gives |
|---|---|
| GET /agents, /agents/EXTENSION | who takes calls, and what each does now |
| POST /agents/EXTENSION/state | `{"state": "ready" or "paused" or "offline", "reason": …}`: as `hotline agents state` |
| POST /agents/EXTENSION/disposition | `{"code": …}`: what became of the agent's last talk |
| POST /calls/ID/talk | `{"order": …, "number": …}`: what the agent could key, as in `OrderTalk` |
| POST /calls/ID/supervision | `{"mode": …, "user": …}`: a supervisor takes part, as in `SuperviseTalk` |
| GET /queues, /queues/NAME | how queues are doing now, and today |
| GET /queues/NAME/callers | who waits, or talks to an agent |
| GET /events?since=ID&limit=N | events with a higher id than that, the oldest first |

Agents and queues are edited as `edits.py` says; calls, quality and campaigns have files of their own (`api_….py`).
Every answer is JSON but sound; what can't be done is a problem (`problems.py`).
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar

from fastapi import Depends, FastAPI, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, Engine, select

from console.access import Right, Viewer
from console.api_access import LONGEST, Asker, Door, needs, put_on_trail, trailed
from console.api_calls import calls
from console.api_campaigns import campaigns
from console.api_document import described
from console.api_pages import MOST, After, Limit, link_to, page_of
from console.api_quality import quality
from console.api_sound import add_sound
from console.edits import edits
from console.problems import Forbidden, NotThere, say_problems
from models.control_client import ask
from models.control_protocol import DisposeTalk, Order, OrderTalk, SuperviseTalk
from models.errors import CannotDo
from models.queue_caller import QueueCaller
from models.settings import Settings
from queues.agent_report import agent_document, agent_documents
from queues.agent_state import set_state
from queues.caller_report import caller_documents, event_documents
from queues.queue_status import queue_status

T = TypeVar("T")
ORDER_SECONDS = 40.0
"""For a supervisor's phone to be answered."""


Word = Annotated[str, Field(max_length=LONGEST)]


class StateWish(BaseModel):
    """What an agent shall do."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["ready", "paused", "offline"]
    reason: Word = ""


class Disposition(BaseModel):
    """What became of a talk."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, Field(min_length=1, max_length=100)]


class TalkWish(BaseModel):
    """What shall happen in a talk."""

    model_config = ConfigDict(extra="forbid")

    order: Word
    number: Word = ""


class SupervisionWish(BaseModel):
    """What a supervisor wants of a talk."""

    model_config = ConfigDict(extra="forbid")

    mode: Word
    user: Word = ""


def api(settings: Settings, engine: Engine, token: str) -> FastAPI:
    """Return the application; `engine` is of a database that is up to date. Who doesn't know `token` learns nothing."""
    # No pages of documentation: they load scripts from strangers.
    app = FastAPI(title="Hotline", docs_url=None, redoc_url=None)
    app.add_middleware(Door, engine=engine, token=token)
    live, order = [Depends(needs(Right.LIVE))], [Depends(needs(Right.ORDER))]
    # With names, numbers and what callers said.
    personal = [*live, Depends(needs(Right.ORIGINAL))]

    @app.get("/agents", dependencies=live)
    def agents(
        request: Request, response: Response, viewer: Asker, team: str = "", state: str = "", after: After = "",
        limit: Limit = MOST,
    ) -> list[dict[str, Any]]:  # fmt: skip
        with engine.connect() as connection:
            every = agent_documents(connection, team, state)
        found = [one for one in every if viewer.sees_agent(one["extension"], one["team"])]
        return page_of(request, response, found, lambda one: str(one["extension"]), after, limit)

    @app.get("/agents/{extension}", dependencies=live)
    def agent(extension: str, viewer: Asker) -> dict[str, Any]:
        with engine.connect() as connection:
            return _seen(connection, viewer, extension)

    @app.post("/agents/{extension}/state", dependencies=order)
    def change_state(request: Request, extension: str, wish: StateWish, viewer: Asker) -> dict[str, Any]:
        with engine.connect() as connection:
            _insist_on_own(viewer, _there(agent_document, connection, extension))
        told = {"agent": extension, **wish.model_dump()}
        put_on_trail(engine, request, "agent-state", words=f"{extension} {wish.state}", **told)
        sentence, facts = set_state(settings, extension, wish.state, wish.reason)
        return {"sentence": sentence, **facts}

    @app.post("/agents/{extension}/disposition", dependencies=order)
    def dispose(request: Request, extension: str, disposition: Disposition, viewer: Asker) -> dict[str, Any]:
        with engine.connect() as connection:
            _insist_on_own(viewer, _there(agent_document, connection, extension))
        put_on_trail(engine, request, "agent-disposition", words=f"{extension} {disposition.code}", agent=extension)
        return _ordered(settings, DisposeTalk(extension, disposition.code))

    @app.post("/calls/{call}/talk", dependencies=order)
    def order_talk(request: Request, call: str, wish: TalkWish, viewer: Asker) -> dict[str, Any]:
        with engine.connect() as connection:
            _insist_on_own_call(connection, viewer, call)
        put_on_trail(engine, request, "talk.order", call[:LONGEST], wish.order, number=wish.number)
        return _ordered(settings, OrderTalk(call, wish.order, wish.number))

    @app.post("/calls/{call}/supervision", dependencies=order)
    def supervise(request: Request, call: str, wish: SupervisionWish, viewer: Asker) -> dict[str, Any]:
        with engine.connect() as connection:
            _insist_on_own_call(connection, viewer, call)
        put_on_trail(engine, request, f"talk.{wish.mode}", call[:LONGEST], user=wish.user)
        return _ordered(settings, SuperviseTalk(call, wish.mode, wish.user))

    @app.get("/queues", dependencies=live)
    def queues(request: Request, response: Response, after: After = "", limit: Limit = MOST) -> list[dict[str, Any]]:
        with engine.connect() as connection:
            found = queue_status(connection)
        return page_of(request, response, found, lambda one: str(one["queue"]), after, limit)

    @app.get("/queues/{name}", dependencies=live)
    def queue(name: str) -> dict[str, Any]:
        with engine.connect() as connection:
            return _there(queue_status, connection, name)[0]

    @app.get("/queues/{name}/callers", dependencies=personal)
    def callers(
        request: Request, response: Response, name: str, after: After = "", limit: Limit = MOST
    ) -> list[dict[str, Any]]:
        with engine.connect() as connection:
            _there(queue_status, connection, name)
            found = caller_documents(connection, name)
        shown = page_of(request, response, found, lambda one: f"{one['joined_at']} {one['call_id']}", after, limit)
        if shown:
            put_on_trail(engine, request, "saw-callers", words=name)
        return shown

    @app.get("/events", dependencies=personal)
    def events(
        request: Request, response: Response, since: Annotated[int, Query(ge=0, lt=2**63)] = 0,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    ) -> list[dict[str, Any]]:  # fmt: skip
        with engine.connect() as connection:
            found = event_documents(connection, since, limit)
        if found:
            put_on_trail(engine, request, "saw-events", words=f"{found[0]['id']} – {found[-1]['id']}")
            link_to(request, response, since=found[-1]["id"], limit=limit)
        return found

    app.include_router(calls(engine))
    add_sound(app, settings, engine)
    app.include_router(quality(settings, engine))
    app.include_router(campaigns(settings, engine))
    orders_of_plan = [Depends(needs(Right.PLAN)), Depends(trailed(engine, "plan-order"))]
    app.include_router(edits(settings, engine), dependencies=orders_of_plan)
    say_problems(app)
    described(app)
    return app


def _seen(connection: Connection, viewer: Viewer, extension: str) -> dict[str, Any]:
    """Return an agent; one of another team is as one that isn't there, of whom no names are suggested."""
    if viewer.scope().everything:
        return _there(agent_document, connection, extension)
    unseen = NotThere(f"There is no agent '{extension[:40]}' among those you may see.")
    try:
        found = agent_document(connection, extension)
    except CannotDo:
        raise unseen from None
    if not viewer.sees_agent(extension, found["team"]):
        raise unseen
    return found


def _insist_on_own(viewer: Viewer, agent: dict[str, Any]) -> None:
    """Raise `Forbidden` where an agent is none of the viewer's team, nor the viewer."""
    if not viewer.sees_agent(agent["extension"], agent["team"]):
        raise Forbidden(f"Agent {agent['extension']} is in another team; ask who leads it.")


def _insist_on_own_call(connection: Connection, viewer: Viewer, call: str) -> None:
    """Raise `Forbidden` where no agent of the viewer's team is in the call."""
    if viewer.scope().everything:
        return
    talking = select(QueueCaller.agent).where(QueueCaller.call_id == call, QueueCaller.agent != "")
    for extension in connection.scalars(talking):
        _insist_on_own(viewer, agent_document(connection, extension))
        return
    raise Forbidden(f"None of your agents is in the call {call[:40]}.")


def _ordered(settings: Settings, order: Order) -> dict[str, Any]:
    """Have the running server carry out an order; raise `CannotDo` where none runs, or it refuses."""
    *_, done = ask(settings.data.directory, order, ORDER_SECONDS)
    return {"sentence": done.sentence, **done.facts}


def _there(report: Callable[[Connection, str], T], connection: Connection, name: str) -> T:
    try:
        return report(connection, name)
    except CannotDo as unknown:
        raise NotThere(str(unknown)) from unknown
