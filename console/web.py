"""The console as one web application: the gate, signing in, the REST API under /api/v1, and the pages."""

import logging
import os
from functools import partial
from typing import Any

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.staticfiles import StaticFiles
from sqlalchemy import Engine

from console import open_pages
from console.api import api
from console.assets import ADDRESS, MODULES, STATIC
from console.gate import guarded
from console.phrases import Phrases
from console.signing_in import signing_in
from console.site import Site
from console.sounds import sounds
from console.visit import SignedOut
from models.settings import Settings

log = logging.getLogger(__name__)


def web(settings: Settings, engine: Engine, token: str) -> FastAPI:
    """Return the application; `engine` is of a database that is up to date. One a process: NiceGUI has only one."""
    # It would keep what pages store below the working directory; ours store nothing there.
    os.environ.setdefault("NICEGUI_STORAGE_PATH", str(settings.data.directory / "console"))
    from nicegui import ui

    from console.frame import Frame
    from console.pages import accounts, audit, boards, call, calls, home, knowledge, leads, me, quality, reviews

    app = FastAPI(title="Hotline", docs_url=None, redoc_url=None, openapi_url=None)
    phrases, site = Phrases.load(), Site(settings.console.url.rstrip("/"))
    app.mount(ADDRESS, StaticFiles(directory=STATIC))
    app.mount("/api/v1", api(settings, engine, token))
    app.include_router(signing_in(engine, phrases, site))
    app.include_router(sounds(engine, settings, phrases))
    frame = Frame(engine, settings, phrases)
    for pages in (home, calls, boards, quality, reviews, call, knowledge, leads, accounts, audit, me):
        pages.register(frame)
    ui.run_with(
        app,
        title="Hotline",
        favicon="☎",
        show_welcome_message=False,
        binding_refresh_interval=None,
        reconnect_timeout=10,
        # A quarter of a megabyte of script that would make styles in every browser; ours are a file.
        tailwind=False,
        # Where it is asked for while somebody waits, the last percent costs more than it brings.
        gzip_middleware_factory=partial(GZipMiddleware, compresslevel=4),
    )
    _tame(frame)
    guarded(app, engine, site, open_pages.owns)
    return app


def _tame(frame: Any) -> None:
    """Have NiceGUI answer and log as we want."""
    from nicegui import app, core
    from nicegui.dependencies import register_importmap_override
    from nicegui.middlewares import RedirectWithPrefixMiddleware, SetCacheControlMiddleware

    # Both raise where a browser leaves in the middle ("No response returned"); the gate does what the second is for.
    unwanted: tuple[Any, ...] = (RedirectWithPrefixMiddleware, SetCacheControlMiddleware)
    app.user_middleware[:] = [one for one in app.user_middleware if one.cls not in unwanted]
    register_importmap_override(MODULES, f"{ADDRESS}/")
    app.add_exception_handler(404, frame.missing)
    app.config.socket_io_js_transports = ["websocket"]
    core.sio.on("event", _acted)
    # What browsers want written into our log would be theirs to choose.
    core.sio.on("log", lambda *_: None)
    logging.getLogger("nicegui").addFilter(_is_news)


def _acted(_: str, message: dict[str, Any]) -> None:
    """Tell a page what somebody did on it; `page_frames` has read the message."""
    from nicegui import Client

    client = Client.instances.get(message["client_id"])
    if client is None or not client.has_socket_connection:
        return
    try:
        client.handle_event(message)
    except KeyError:
        log.warning("On a page something was done that nothing on it listens to; nothing came of it.")


def _is_news(record: logging.LogRecord) -> bool:
    """Tell whether a line belongs into the log: that somebody was signed out meanwhile is no mistake."""
    return not (record.exc_info and isinstance(record.exc_info[1], SignedOut))
