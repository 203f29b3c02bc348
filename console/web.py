"""The console as one web application: the gate, signing in, the REST API under /api/v1, and the pages."""

import logging
import os
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from sqlalchemy import Engine

from console import open_pages
from console.api import api
from console.gate import guarded
from console.phrases import Phrases
from console.signing_in import signing_in
from console.site import Site
from console.sounds import sounds
from console.visit import SignedOut
from models.settings import Settings

STATIC = Path(__file__).parent / "static"


def web(settings: Settings, engine: Engine, token: str) -> FastAPI:
    """Return the application; `engine` is of a database that is up to date. One a process: NiceGUI has only one."""
    # It would keep what pages store below the working directory; ours store nothing there.
    os.environ.setdefault("NICEGUI_STORAGE_PATH", str(settings.data.directory / "console"))
    from nicegui import ui

    from console.frame import Frame
    from console.pages import accounts, audit, boards, call, calls, home, leads, me, quality, reviews

    app = FastAPI(title="Hotline", docs_url=None, redoc_url=None, openapi_url=None)
    phrases, site = Phrases.load(), Site(settings.console.url.rstrip("/"))
    app.mount("/static", StaticFiles(directory=STATIC))
    app.mount("/api/v1", api(settings, engine, token))
    app.include_router(signing_in(engine, phrases, site))
    app.include_router(sounds(engine, settings, phrases))
    frame = Frame(engine, settings, phrases)
    for pages in (home, calls, boards, quality, reviews, call, leads, accounts, audit, me):
        pages.register(frame)
    ui.run_with(
        app,
        title="Hotline",
        favicon="☎",
        show_welcome_message=False,
        binding_refresh_interval=None,
        reconnect_timeout=10,
    )
    _tame(frame)
    guarded(app, engine, site, open_pages.owns)
    return app


def _tame(frame: Any) -> None:
    """Have NiceGUI answer and log as we want."""
    from nicegui import app, core
    from nicegui.middlewares import RedirectWithPrefixMiddleware, SetCacheControlMiddleware

    # Both raise where a browser leaves in the middle ("No response returned"); the gate does what the second is for.
    unwanted: tuple[Any, ...] = (RedirectWithPrefixMiddleware, SetCacheControlMiddleware)
    app.user_middleware[:] = [one for one in app.user_middleware if one.cls not in unwanted]
    app.add_exception_handler(404, frame.missing)
    # What browsers want written into our log would be theirs to choose.
    core.sio.on("log", lambda *_: None)
    logging.getLogger("nicegui").addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    """Tell whether a line belongs into the log: that somebody was signed out meanwhile is no mistake."""
    return not (record.exc_info and isinstance(record.exc_info[1], SignedOut))
