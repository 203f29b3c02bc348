"""Signing in and out: plain forms, which need no script, with a secret that only our own page knows."""

import asyncio
import hmac
import secrets
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.templating import Jinja2Templates
from sqlalchemy import Engine

from console.gate import COOKIE, cookie_of
from console.phrases import LANGUAGES, Phrases, preferred
from console.sessions import LASTS, Session, begin, checked, end
from console.throttle import Throttle
from models.audit import record

TEMPLATES = Jinja2Templates(Path(__file__).parent / "templates")
FORM_COOKIE = "hotline_form"
LANGUAGE_COOKIE = "hotline_language"
TRIES, WITHIN_S = 5, 300.0
"""Failures by one name, from one address; and of one address, ten times as many by any names."""


def signing_in(engine: Engine, phrases: Phrases) -> APIRouter:
    """Return the routes /sign-in and /sign-out."""
    router = APIRouter(include_in_schema=False)
    by_name, by_address = Throttle(TRIES, WITHIN_S), Throttle(TRIES * 10, WITHIN_S)

    def form(request: Request, words: str = "", code: int = 200, name: str = "") -> Response:
        language = language_of(request)
        secret = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24)
        answer = TEMPLATES.TemplateResponse(
            request,
            "sign_in.html",
            {
                "say": lambda key, **values: phrases.say(language, f"sign_in.{key}", **values),
                "language": language, "secret": secret, "words": words, "name": name,
                "next": safe_path(request.query_params.get("next", "")),
            },
            code,
            {"cache-control": "no-store"},
        )  # fmt: skip
        _keep(answer, request, FORM_COOKIE, secret, None, strict=True)
        return answer

    @router.get("/sign-in")
    def show(request: Request) -> Response:
        answer = form(request)
        if request.query_params.get("language") in LANGUAGES:
            _keep(answer, request, LANGUAGE_COOKIE, request.query_params["language"], 365 * 86_400)
        return answer

    @router.post("/sign-in")
    async def sign_in(
        request: Request,
        name: Annotated[str, Form(max_length=200)] = "",
        password: Annotated[str, Form(max_length=1000)] = "",
        secret: Annotated[str, Form(max_length=200)] = "",
    ) -> Response:
        language = language_of(request)
        if not secret or not hmac.compare_digest(secret.encode(), request.cookies.get(FORM_COOKIE, "").encode()):
            return form(request, phrases.say(language, "sign_in.stale"), 403, name)
        address, tried = _address(request), time.monotonic()
        key = f"{name.strip().lower()} {address}"
        wait = max(by_name.wait_s(key, tried), by_address.wait_s(address, tried))
        if wait > 0:
            words = phrases.say(language, "sign_in.wait", minutes=int(wait // 60) + 1)
            answer = form(request, words, 429, name)
            answer.headers["Retry-After"] = str(int(wait) + 1)
            return answer
        # Counted before the password is looked at: a hundred tries at once are no way round.
        by_name.failed(key, tried)
        by_address.failed(address, tried)
        cookie = await asyncio.to_thread(_try, engine, name, password, address)
        if not cookie:
            return form(request, phrases.say(language, "sign_in.wrong"), 403, name)
        by_name.succeeded(key)
        answer = RedirectResponse(safe_path(request.query_params.get("next", "")) or "/", 303)
        _keep(answer, request, COOKIE, cookie, int(LASTS.total_seconds()))
        return answer

    @router.post("/sign-out")
    async def sign_out(request: Request, csrf: Annotated[str, Form(max_length=200)] = "") -> Response:
        session: Session | None = request.scope.get("session")
        if session is None or not hmac.compare_digest(csrf.encode(), session.csrf.encode()):
            return RedirectResponse("/sign-in", 303)
        await asyncio.to_thread(_leave, engine, session, _address(request))
        answer = RedirectResponse("/sign-in", 303)
        answer.delete_cookie(COOKIE)
        return answer

    return router


def _try(engine: Engine, name: str, password: str, address: str) -> str:
    """Return the cookie of the new session; "" where the password is wrong. Both are on the trail."""
    now = datetime.now(UTC)
    with engine.begin() as connection:
        if not checked(connection, name, password):
            record(connection, now, name.strip().lower()[:100], "sign-in-refused", address=address)
            return ""
        record(connection, now, name.strip().lower(), "signed-in", address=address)
        return begin(connection, name, address, now)


def _leave(engine: Engine, session: Session, address: str) -> None:
    with engine.begin() as connection:
        end(connection, session.id)
        record(connection, datetime.now(UTC), session.viewer.name, "signed-out", address=address)


def language_of(request: Request) -> str:
    """Return in which language a page is to be: as asked, as the account has it, as chosen before, as the browser."""
    session: Session | None = request.scope.get("session")
    chosen = (
        request.query_params.get("language"),
        session and session.viewer.language,
        cookie_of(request.headers, LANGUAGE_COOKIE),
    )
    return next((one for one in chosen if one in LANGUAGES), None) or preferred(
        request.headers.get("accept-language", "")
    )


def safe_path(path: str) -> str:
    """Return a path of our own to go on to; "" for anything that might lead to another site."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and "\n" not in path else ""


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _keep(
    answer: Response, request: Request, name: str, value: str, seconds: int | None, *, strict: bool = False
) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=seconds,
        httponly=True,
        # Behind a proxy with TLS the scheme is what the proxy says (uvicorn's proxy headers, from loopback only).
        secure=request.url.scheme == "https",
        samesite="strict" if strict else "lax",
    )
