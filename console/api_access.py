"""Who asks the API: a program by its token, or one of our own pages by the session of who is signed in."""

import asyncio
import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Engine
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from console import tokens
from console.access import Right, Viewer
from console.problems import Forbidden, problem
from console.sessions import Session
from models.audit import record

ADMINISTRATOR = Viewer("token of [console]", "", ("administrator",))
READS = ("GET", "HEAD")
WHO = "Say who you are: Authorization: Bearer TOKEN, one of `hotline users token add` or that of [console]."
SECRET = "x-csrf-token"
LONGEST = 200
"""Characters of what goes on the trail."""


class Door:
    """ASGI middleware: puts the `Viewer` into the scope as "viewer"; who isn't known learns nothing, not even paths."""

    def __init__(self, app: ASGIApp, engine: Engine, token: str) -> None:
        self._app, self._engine, self._token = app, engine, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        session: Session | None = scope.get("session")
        viewer = await self._program(headers.get("authorization", ""))
        if viewer is None and session is not None and "authorization" not in headers:
            secret = headers.get(SECRET, "")
            if scope["method"] not in READS and not hmac.compare_digest(secret.encode(), session.csrf.encode()):
                # The cookie comes along with what any page has the browser ask; this secret only ours know.
                words = "What changes something needs the page's secret as X-CSRF-Token; or say a token."
                await problem(403, words)(scope, receive, send)
                return
            viewer = session.viewer
        if viewer is None:
            await problem(401, WHO, headers={"WWW-Authenticate": "Bearer"})(scope, receive, send)
            return
        scope["viewer"] = viewer
        await self._app(scope, receive, send)

    async def _program(self, authorization: str) -> Viewer | None:
        kind, _, given = authorization.partition(" ")
        given = given.strip()
        if kind.lower() != "bearer" or not given:
            return None
        if self._token and hmac.compare_digest(given.encode(), self._token.encode()):
            return ADMINISTRATOR
        if not given.startswith(tokens.PREFIX):
            return None

        def found() -> Viewer | None:
            with self._engine.connect() as connection:
                return tokens.viewer_of(connection, given, datetime.now(UTC))

        return await asyncio.to_thread(found)


def viewer_of(request: Request) -> Viewer:
    """Return who asks."""
    viewer: Viewer = request.scope["viewer"]
    return viewer


def person(viewer: Viewer) -> str:
    """Return whose account asks; "" for a program."""
    return "" if viewer.name.startswith("token ") else viewer.name


Asker = Annotated[Viewer, Depends(viewer_of)]


def needs(right: Right) -> Callable[[Request], None]:
    """Return a dependency of routes that raises `Forbidden` for who hasn't the right."""

    def insist(request: Request) -> None:
        viewer = viewer_of(request)
        if not viewer.may(right):
            roles = ", ".join(viewer.roles)
            raise Forbidden(f"As {roles} one hasn't the right '{right}' that this needs; an administrator can give it.")

    return insist


def put_on_trail(
    engine: Engine, request: Request, action: str, call_id: str = "", words: str = "", **data: str
) -> None:
    """Put on the trail what somebody saw by the API, or orders: before it is done."""
    address = request.client.host if request.client else ""
    with engine.begin() as connection:
        record(
            connection, datetime.now(UTC), viewer_of(request).name, action,
            call_id=call_id, words=words, data=data, address=address,
        )  # fmt: skip


def trailed(engine: Engine, action: str) -> Callable[[Request], None]:
    """Return a dependency of routes that puts on the trail whatever is more than asking."""

    def put(request: Request) -> None:
        if request.method not in READS:
            path = request.url.path.removeprefix(request.scope.get("root_path", ""))
            put_on_trail(engine, request, action, words=f"{request.method} {path}"[:LONGEST])

    return put
