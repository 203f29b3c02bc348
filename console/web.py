"""The console as one web application: the gate, signing in, the REST API under /api/v1, and the pages."""

import os
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from sqlalchemy import Engine

from console.api import api
from console.gate import guarded
from console.phrases import Phrases
from console.signing_in import signing_in
from models.settings import Settings

STATIC = Path(__file__).parent / "static"


def web(settings: Settings, engine: Engine, token: str) -> FastAPI:
    """Return the application; `engine` is of a database that is up to date. One a process: NiceGUI has only one."""
    # It would keep what pages store below the working directory; ours store nothing there.
    os.environ.setdefault("NICEGUI_STORAGE_PATH", str(settings.data.directory / "console"))
    from nicegui import ui

    from console.frame import Frame
    from console.pages import home

    app = FastAPI(title="Hotline", docs_url=None, redoc_url=None, openapi_url=None)
    phrases = Phrases.load()
    app.mount("/static", StaticFiles(directory=STATIC))
    app.mount("/api/v1", api(settings, engine, token))
    app.include_router(signing_in(engine, phrases))
    frame = Frame(engine, settings, phrases)
    for pages in (home,):
        pages.register(frame)
    ui.run_with(app, title="Hotline", show_welcome_message=False, binding_refresh_interval=None, reconnect_timeout=10)
    guarded(app, engine)
    return app
