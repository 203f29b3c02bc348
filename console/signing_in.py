"""Signing in and out: plain forms, which need no script, with a secret that only our own page knows."""

import asyncio
import hmac
import secrets
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Engine, select

from console import open_pages
from console.assets import TEMPLATES, address
from console.gate import COOKIE, cookie_of
from console.phrases import LANGUAGES, Phrases, preferred
from console.sessions import LASTS, Session, end
from console.sign_in_desk import SignInDesk
from console.site import Site, asked_from
from models.account import Account
from models.audit import record

FORM_COOKIE = "hotline_form"
LANGUAGE_COOKIE = "hotline_language"


def signing_in(engine: Engine, phrases: Phrases, site: Site) -> APIRouter:
    """Return the routes /sign-in, /sign-out, and /signed-in, which a page that lost its socket asks."""
    router = APIRouter(include_in_schema=False)
    desk = SignInDesk(engine)

    def form(request: Request, words: str = "", code: int = 200, name: str = "") -> Response:
        language = language_of(request)
        secret = cookie_of(request.headers, site.cookie(request.scope, FORM_COOKIE)) or secrets.token_urlsafe(24)
        answer = TEMPLATES.TemplateResponse(
            request,
            "sign_in.html",
            {
                "say": lambda key, **values: phrases.say(language, f"sign_in.{key}", **values),
                "language": language, "secret": secret, "words": words, "name": name, "style": address("console.css"),
                "first": not _anybody(engine), "next": safe_path(request.query_params.get("next", "")),
            },
            code,
        )  # fmt: skip
        _keep(answer, request, site, FORM_COOKIE, secret, None, strict=True)
        return answer

    @router.get("/sign-in")
    def show(request: Request) -> Response:
        if request.scope["session"] is not None and "language" not in request.query_params:
            return RedirectResponse(safe_path(request.query_params.get("next", "")) or "/", 303)
        answer = form(request)
        if request.query_params.get("language") in LANGUAGES:
            language = request.query_params["language"]
            answer.set_cookie(LANGUAGE_COOKIE, language, 365 * 86_400, httponly=True, samesite="lax")
        return answer

    @router.post("/sign-in")
    async def sign_in(
        request: Request,
        name: Annotated[str, Form(max_length=200)] = "",
        password: Annotated[str, Form(max_length=1000)] = "",
        secret: Annotated[str, Form(max_length=200)] = "",
    ) -> Response:
        language, session = language_of(request), request.scope["session"]
        known = cookie_of(request.headers, site.cookie(request.scope, FORM_COOKIE))
        if not known or not hmac.compare_digest(secret.encode(), known.encode()):
            return await asyncio.to_thread(form, request, phrases.say(language, "sign_in.stale"), 403, name)
        told = await desk.ask(name, password, asked_from(request.scope), session.id if session else "")
        if told.wait_s > 0:
            words = phrases.say(language, "sign_in.wait", minutes=int(told.wait_s // 60) + 1)
            answer = await asyncio.to_thread(form, request, words, 429, name)
            answer.headers["Retry-After"] = str(int(told.wait_s) + 1)
            return answer
        if not told.cookie:
            return await asyncio.to_thread(form, request, phrases.say(language, "sign_in.wrong"), 403, name)
        if session:
            open_pages.close(session.id)
        answer = RedirectResponse(safe_path(request.query_params.get("next", "")) or "/", 303)
        _keep(answer, request, site, COOKIE, told.cookie, int(LASTS.total_seconds()))
        answer.delete_cookie(site.cookie(request.scope, FORM_COOKIE), secure=site.secure(request.scope))
        return answer

    @router.post("/sign-out")
    async def sign_out(request: Request, csrf: Annotated[str, Form(max_length=200)] = "") -> Response:
        session: Session | None = request.scope["session"]
        if session is None or not hmac.compare_digest(csrf.encode(), session.csrf.encode()):
            return RedirectResponse("/sign-in", 303)
        await asyncio.to_thread(_leave, engine, session, asked_from(request.scope))
        open_pages.close(session.id)
        answer = RedirectResponse("/sign-in", 303)
        answer.delete_cookie(site.cookie(request.scope, COOKIE), secure=site.secure(request.scope), httponly=True)
        return answer

    @router.get("/signed-in")
    def signed_in() -> Response:
        return Response(status_code=204)

    return router


def _anybody(engine: Engine) -> bool:
    with engine.connect() as connection:
        return connection.execute(select(Account.name).limit(1)).first() is not None


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
    """Return a path of our own to go on to; "" for anything that might lead to another site.

    Browsers take a backslash for a slash, and leave tabs and line ends out (WHATWG URL, section 4.4).
    """
    if not path.startswith("/") or path.startswith("//") or "\\" in path or not path.isprintable():
        return ""
    return path


def _keep(
    answer: Response, request: Request, site: Site, name: str, value: str, seconds: int | None, *, strict: bool = False
) -> None:
    answer.set_cookie(
        site.cookie(request.scope, name),
        value,
        max_age=seconds,
        httponly=True,
        secure=site.secure(request.scope),
        samesite="strict" if strict else "lax",
    )
