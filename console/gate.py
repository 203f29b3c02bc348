"""The gate before every page: who isn't signed in is sent to sign in, and no strange site can use who is.

The REST API lets in by token what asks it, so it stands beside this gate (`api.py`).
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.sessions import Session, session_of

COOKIE = "hotline_session"
OPEN = ("/sign-in", "/static/", "/_nicegui/", "/api/", "/favicon")
"""Begins of paths for which nobody has to be signed in; NiceGUI's are its libraries, nobody's data."""
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    # NiceGUI compiles templates in the browser ('unsafe-eval') and configures itself inline.
    "content-security-policy": "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' blob:; "
    "connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class Gate:
    """ASGI middleware: puts the `Session` into the scope as "session"."""

    def __init__(self, app: ASGIApp, engine: Engine, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._app, self._engine, self._now = app, engine, now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        # A page of another site that opens a socket sends the cookie along, so where it comes from is asked too.
        strange = scope["type"] == "websocket" and not _same_site(headers)
        session = None if strange else await self._session(cookie_of(headers))
        scope["session"] = session
        path = scope["path"]
        if scope["type"] == "websocket":
            if session is None:
                await receive()
                await send({"type": "websocket.close", "code": 4401})
                return
            await self._app(scope, receive, send)
            return
        if session is None and not path.startswith(OPEN):
            await _to_sign_in(scope)(scope, receive, _hardened(send))
            return
        await self._app(scope, receive, _hardened(send))

    async def _session(self, cookie: str) -> Session | None:
        if not cookie:
            return None

        def found() -> Session | None:
            with self._engine.connect() as connection:
                return session_of(connection, cookie, self._now())

        return await asyncio.to_thread(found)


def cookie_of(headers: Headers, name: str = COOKIE) -> str:
    """Return the cookie of a request; "" where there is none."""
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


def _same_site(headers: Headers) -> bool:
    origin = headers.get("origin")
    return not origin or origin.partition("//")[2] == headers.get("host", "")


def _to_sign_in(scope: Scope) -> Response:
    if scope["method"] not in ("GET", "HEAD"):
        return Response("Sign in first.", 401)
    target = scope["path"] + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
    return RedirectResponse(f"/sign-in?next={quote(target, safe='')}" if target != "/" else "/sign-in", 303)


def _hardened(send: Send) -> Send:
    async def sends(message: Message) -> None:
        if message["type"] == "http.response.start":
            there = {name.lower() for name, _ in message["headers"]}
            added = [(name.encode(), value.encode()) for name, value in HEADERS.items() if name.encode() not in there]
            message = {**message, "headers": [*message["headers"], *added]}
        await send(message)

    return sends


def guarded(app: FastAPI, engine: Engine, **options: Any) -> None:
    """Put the gate before the application."""
    app.add_middleware(Gate, engine=engine, **options)
