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

Agents and queues are edited as `edits.py` says. Every answer is JSON; what can't be done is a problem (`problems.py`).
"""

import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal, TypeVar

from fastapi import FastAPI, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, Engine

from console.edits import edits
from console.problems import NotThere, problem, say_problems
from models.control_client import ask
from models.control_protocol import DisposeTalk, Order, OrderTalk, SuperviseTalk
from models.errors import CannotDo
from models.settings import Settings
from queues.agent_report import agent_document, agent_documents
from queues.agent_state import set_state
from queues.caller_report import caller_documents, event_documents
from queues.queue_status import queue_status

T = TypeVar("T")
ORDER_SECONDS = 40.0
"""For a supervisor's phone to be answered."""
MOST_EVENTS = 1000
"""Of one answer."""


class StateWish(BaseModel):
    """What an agent shall do."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["ready", "paused", "offline"]
    reason: str = ""


class Disposition(BaseModel):
    """What became of a talk."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, Field(min_length=1, max_length=100)]


class TalkWish(BaseModel):
    """What shall happen in a talk."""

    model_config = ConfigDict(extra="forbid")

    order: str
    number: str = ""


class SupervisionWish(BaseModel):
    """What a supervisor wants of a talk."""

    model_config = ConfigDict(extra="forbid")

    mode: str
    user: str = ""


def api(settings: Settings, engine: Engine, token: str) -> FastAPI:
    """Return the application; `engine` is of a database that is up to date. Who doesn't know `token` learns nothing."""
    # No pages of documentation: they load scripts from strangers.
    app = FastAPI(title="Hotline", docs_url=None, redoc_url=None)

    @app.middleware("http")
    async def _authenticate(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token.encode()):
            words = "Say who you are: Authorization: Bearer TOKEN, the token of [console]."
            return problem(401, words, headers={"WWW-Authenticate": "Bearer"})
        return await go_on(request)

    @app.get("/agents")
    def agents(team: str = "", state: str = "") -> list[dict[str, Any]]:
        with engine.connect() as connection:
            return agent_documents(connection, team, state)

    @app.get("/agents/{extension}")
    def agent(extension: str) -> dict[str, Any]:
        with engine.connect() as connection:
            return _there(agent_document, connection, extension)

    @app.post("/agents/{extension}/state")
    def change_state(extension: str, wish: StateWish) -> dict[str, Any]:
        with engine.connect() as connection:
            _there(agent_document, connection, extension)
        sentence, facts = set_state(settings, extension, wish.state, wish.reason)
        return {"sentence": sentence, **facts}

    @app.post("/agents/{extension}/disposition")
    def dispose(extension: str, disposition: Disposition) -> dict[str, Any]:
        with engine.connect() as connection:
            _there(agent_document, connection, extension)
        return _ordered(settings, DisposeTalk(extension, disposition.code))

    @app.post("/calls/{call}/talk")
    def order_talk(call: str, wish: TalkWish) -> dict[str, Any]:
        return _ordered(settings, OrderTalk(call, wish.order, wish.number))

    @app.post("/calls/{call}/supervision")
    def supervise(call: str, wish: SupervisionWish) -> dict[str, Any]:
        return _ordered(settings, SuperviseTalk(call, wish.mode, wish.user))

    @app.get("/queues")
    def queues() -> list[dict[str, Any]]:
        with engine.connect() as connection:
            return queue_status(connection)

    @app.get("/queues/{name}")
    def queue(name: str) -> dict[str, Any]:
        with engine.connect() as connection:
            return _there(queue_status, connection, name)[0]

    @app.get("/queues/{name}/callers")
    def callers(name: str) -> list[dict[str, Any]]:
        with engine.connect() as connection:
            _there(queue_status, connection, name)
            return caller_documents(connection, name)

    @app.get("/events")
    def events(
        since: Annotated[int, Query(ge=0)] = 0, limit: Annotated[int, Query(ge=1, le=MOST_EVENTS)] = 100
    ) -> list[dict[str, Any]]:
        with engine.connect() as connection:
            return event_documents(connection, since, limit)

    app.include_router(edits(settings, engine))
    say_problems(app)
    return app


def _ordered(settings: Settings, order: Order) -> dict[str, Any]:
    """Have the running server carry out an order; raise `CannotDo` where none runs, or it refuses."""
    *_, done = ask(settings.data.directory, order, ORDER_SECONDS)
    return {"sentence": done.sentence, **done.facts}


def _there(report: Callable[[Connection, str], T], connection: Connection, name: str) -> T:
    try:
        return report(connection, name)
    except CannotDo as unknown:
        raise NotThere(str(unknown)) from unknown
