"""The gate before every page: who isn't signed in is sent to sign in, and no strange site can use who is.

The REST API lets in by token what asks it, so only its answers and bodies are looked after here (`api_access.py`).
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, quote

from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.page_frames import page_of, proper
from console.sessions import SEEN, Session, seen, session_of
from console.site import Site

log = logging.getLogger(__name__)
COOKIE = "hotline_session"
OPEN = ("/sign-in", "/sign-out", "/favicon.ico")
"""For which nobody has to be signed in, and `API` and `STATIC`: our own style and scripts, nobody's data."""
API = "/api/"
STATIC = "/static/"
LIBRARIES = "/_nicegui/"
"""NiceGUI's scripts and styles, which only its pages need; and what it would take in (uploads), which is closed."""
SOCKET = "/_nicegui_ws/"
MOST_BODY = 1_000_000
"""Bytes of a request; forms and edits are small."""
IMMUTABLE = "private, max-age=31536000, immutable"
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    # NiceGUI compiles templates in the browser ('unsafe-eval') and configures itself inline.
    "content-security-policy": "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' blob:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
ACTS = '42["event"'
"""How a message of the socket begins that tells what somebody did on a page; others only keep it open."""
OwnsPage = Callable[[str, Session], bool]
"""Tells whether an open page, by its id, was made for a session."""


class Gate:
    """ASGI middleware: puts the `Session` into the scope as "session"."""

    def __init__(
        self,
        app: ASGIApp,
        engine: Engine,
        site: Site,
        owns: OwnsPage,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._app, self._engine, self._site, self._owns, self._now = app, engine, site, owns, now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        # It is put before addresses in pages, and only a proxy that is configured for it would know.
        scope["headers"] = [(name, value) for name, value in scope["headers"] if name != b"x-forwarded-prefix"]
        strange = self._site.strange(scope)
        # Nobody's data: whose cookie it is isn't worth a look at the database.
        ours = scope["path"].startswith(STATIC)
        cookie = "" if ours else cookie_of(Headers(scope=scope), self._site.cookie(scope, COOKIE))
        session = scope["session"] = await self._session(cookie)
        if scope["type"] == "websocket":
            if strange or session is None or not self._opens_own_page(scope, session):
                await receive()
                await send({"type": "websocket.close", "code": 4401})
            else:
                await self._app(scope, self._acting(receive, session, _page(scope)), send)
            return
        send = self._hardened(scope, send)
        refusal = self._refusal(scope, session, strange=strange)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        if scope["path"].startswith(API) and strange:
            scope["session"] = None
        await self._app(scope, _bounded(receive), send)

    def _refusal(self, scope: Scope, session: Session | None, *, strange: bool) -> Response | None:
        """Return what is answered to a request that goes no further."""
        path, reads = scope["path"], scope["method"] in ("GET", "HEAD")
        length = Headers(scope=scope).get("content-length", "0")
        if not length.isdigit() or int(length) > MOST_BODY:
            return PlainTextResponse("That is too much.", 413)
        if path.startswith((API, STATIC)):
            return None
        if strange and (not reads or path.startswith(SOCKET)):
            return PlainTextResponse("That came from another site.", 403)
        if session is None and path not in OPEN:
            return _to_sign_in(scope)
        if path.startswith(SOCKET):
            return PlainTextResponse("Pages speak by a WebSocket, which a proxy has to pass on.", 403)
        if path.startswith(LIBRARIES) and not reads:
            return PlainTextResponse("Nothing is taken in here.", 405)
        return None

    def _opens_own_page(self, scope: Scope, session: Session) -> bool:
        page = _page(scope)
        return bool(page) and self._owns(page, session)

    async def _session(self, cookie: str) -> Session | None:
        """Return whose cookie it is; asking with it keeps the session from being idle."""
        if not cookie:
            return None

        def found() -> Session | None:
            with self._engine.connect() as connection:
                session = session_of(connection, cookie, self._now())
                if session is not None:
                    seen(connection, session, self._now())
                return session

        return await asyncio.to_thread(found)

    def _acting(self, receive: Receive, session: Session, page: str) -> Receive:
        """Return `receive` of a page's socket: what the person does there keeps the session from being idle.

        It is over with what no page says: the libraries below would only stumble over it.
        """
        last = time.monotonic()

        def note() -> None:
            with self._engine.connect() as connection:
                seen(connection, session, self._now())

        async def receives() -> Message:
            nonlocal last
            message = await receive()
            said = message.get("text")
            if message["type"] == "websocket.receive" and not proper(said, page):
                log.warning("%s sent on a page's socket what no page sends; it is closed.", session.viewer.name)
                return {"type": "websocket.disconnect", "code": 1002}
            if said and said.startswith(ACTS):
                now = time.monotonic()
                if now - last > SEEN.total_seconds():
                    last = now
                    await asyncio.to_thread(note)
            return message

        return receives

    def _hardened(self, scope: Scope, send: Send) -> Send:
        """Return `send` that adds what keeps browsers from harm, where the answer doesn't say otherwise itself."""
        headers = {**HEADERS, "cache-control": "no-store"}
        path = scope["path"]
        if self._site.secure(scope):
            headers["strict-transport-security"] = "max-age=31536000"

        async def sends(message: Message) -> None:
            if message["type"] == "http.response.start":
                if path.startswith((LIBRARIES, STATIC)) and message["status"] == 200:
                    headers["cache-control"] = IMMUTABLE
                message = {**message, "headers": [*message["headers"], *_missing(message["headers"], headers)]}
            await send(message)

        return sends


def _page(scope: Scope) -> str:
    return page_of(parse_qs(scope["query_string"].decode("latin-1")))


def _missing(there: Iterable[tuple[bytes, bytes]], headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    names = {name.lower() for name, _ in there}
    return [(name.encode(), value.encode()) for name, value in headers.items() if name.encode() not in names]


def cookie_of(headers: Headers, name: str = COOKIE) -> str:
    """Return the cookie of a request; "" where there is none."""
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


def _to_sign_in(scope: Scope) -> Response:
    if scope["method"] not in ("GET", "HEAD") or scope["path"].startswith((LIBRARIES, SOCKET)):
        return PlainTextResponse("Sign in first.", 401)
    target = scope["path"] + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
    return RedirectResponse(f"/sign-in?next={quote(target, safe='')}" if target != "/" else "/sign-in", 303)


def _bounded(receive: Receive) -> Receive:
    """Return `receive` that gives up on a body that goes on and on without having said its length."""
    taken = 0

    async def receives() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return message if taken <= MOST_BODY else {"type": "http.disconnect"}

    return receives


def guarded(app: FastAPI, engine: Engine, site: Site, owns: OwnsPage, **options: Any) -> None:
    """Put the gate before the application."""
    app.add_middleware(Gate, engine=engine, site=site, owns=owns, **options)
