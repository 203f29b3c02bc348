"""The frame of every page: who may open it, its language and theme, header, navigation, and where faults are told."""

import asyncio
import copy
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial, wraps
from typing import ParamSpec

from fastapi import Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse
from nicegui import Client, ui
from sqlalchemy import Connection, Engine, update
from sqlalchemy.exc import DBAPIError

from console import open_pages
from console.access import Right
from console.assets import address, style
from console.phrases import Phrases
from console.refused import words_of
from console.sessions import seen
from console.signing_in import language_of
from console.visit import SignedOut, Visit
from models.account import Account
from models.errors import CannotDo, HotlineError
from models.settings import Settings

log = logging.getLogger(__name__)
P = ParamSpec("P")
Show = Callable[[Visit], Awaitable[Response | None] | Response | None]
"""Builds the page's elements; may return a response (a redirection, a file) instead."""
PATIENCE_S = 15.0
"""For a page to be there; the database is slow where it isn't."""
CHECK_S = 20.0
"""How often an open page looks whether who opened it still is signed in."""
SCRIPTS = ("socket.js", "pressed.js", "moments.js")
DARK = {"dark": True, "light": False, "": None}
DARK_NOW = 'document.body.classList.add("body--dark")'
DARK_SOON = f'if (matchMedia("(prefers-color-scheme: dark)").matches) {DARK_NOW}'
"""Before Quasar is there to do it: what is painted first isn't white."""


@dataclass(frozen=True)
class Entry:
    """One entry of the navigation."""

    path: str
    title: str
    icon: str
    right: Right | None
    phone: bool = False
    """Whether it is of use only to who has an extension."""


class Frame:
    def __init__(self, engine: Engine, settings: Settings, phrases: Phrases) -> None:
        self.engine, self.settings, self.phrases = engine, settings, phrases
        self._entries: list[Entry] = []
        self.beside: list[Callable[[Visit], None]] = []
        """What every page but walls has besides its own, such as an agent's hints."""

    def page(
        self,
        path: str,
        *,
        right: Right | None = None,
        title: str,
        icon: str = "",
        wall: bool = False,
        phone: bool = False,
    ) -> Callable[[Show], Show]:
        """Register a page: `title` is a phrase; with an `icon` it is in the navigation (`phone`: of who has one);
        `wall`: without header.
        """
        if icon:
            self._entries.append(Entry(path, title, icon, right, phone))

        def register(show: Show) -> Show:
            # NiceGUI reads the signature, so it has to be a function of its own.
            async def opened(request: Request) -> Response | None:
                visit = Visit.of(request, self.engine, self.settings, self.phrases, language_of(request))
                return await self._open(visit, show, path, right, title, wall=wall)

            ui.page(path, response_timeout=2 * PATIENCE_S)(opened)
            return show

        return register

    async def _open(
        self, visit: Visit, show: Show, path: str, right: Right | None, title: str, *, wall: bool
    ) -> Response | None:
        _dress(visit, visit.say(title))
        allowed = right is None or visit.may(right)
        if not wall:
            self._header(visit, path)
        ui.context.client.on_exception(partial(_broke, visit))
        # Within the <main> that NiceGUI's layout makes.
        with ui.element("div").classes("page").props('id="main" tabindex="-1"'):
            if not allowed:
                ui.context.client.status_code = 403
                told(visit.say("frame.forbidden"))
                return None
            answer = await _shown(visit, show)
        if answer is None:
            for beside in () if wall else self.beside:
                beside(visit)
            # A wall is watched, not used: as long as it hangs there, its session isn't idle.
            ui.timer(CHECK_S, partial(_still_there, visit, watched=wall))
        return answer

    async def missing(self, request: Request, _fault: Exception) -> Response:
        """Answer what is no page: within the frame, where a page was asked for."""
        if request.scope.get("session") is None or request.method != "GET" or request.url.path.startswith("/_nicegui"):
            return PlainTextResponse("There is nothing here.", 404)
        with Client(ui.page(""), request=request) as client:
            visit = Visit.of(request, self.engine, self.settings, self.phrases, language_of(request))
            await self._open(visit, _nothing, "", None, "frame.missing_title", wall=False)
        return client.build_response(request, 404)

    def _header(self, visit: Visit, path: str) -> None:
        with ui.header().classes("bar"):
            # Within the header, which stands before all else in the page: the first that Tab comes to.
            ui.link(visit.say("frame.skip"), "#main").classes("skip")
            menu = ui.button(icon="menu").props(f'flat round dense color=white aria-label="{visit.say("frame.menu")}"')
            ui.link("Hotline", "/").classes("brand")
            ui.element("div").classes("grow")
            other = "zh" if visit.language == "en" else "en"
            ui.button("中文" if other == "zh" else "English", on_click=partial(choose, visit, language=other)).props(
                "flat dense no-caps color=white"
            )
            theme = "light" if visit.viewer.theme == "dark" else "dark"
            ui.button(icon="contrast", on_click=partial(choose, visit, theme=theme)).props(
                f'flat round dense color=white aria-label="{visit.say(f"frame.{theme}")}"'
            )
            with ui.element("form").props('method="post" action="/sign-out"').classes("leave"):
                ui.element("input").props(f'type="hidden" name="csrf" value="{visit.session.csrf}"')
                ui.link(visit.viewer.shown, "/me").classes("who")
                ui.button(icon="logout").props(
                    f'flat round dense color=white type=submit aria-label="{visit.say("frame.leave")}"'
                )
        # Left open (None), NiceGUI would ask the browser, and complain of each that left meanwhile; on wide screens
        # Quasar opens it by itself.
        drawer = ui.left_drawer(value=False).props("show-if-above :width=208 :breakpoint=900").classes("side")
        with drawer, ui.element("nav").props(f'aria-label="{visit.say("frame.menu")}"'):
            for entry in self._entries:
                if _meant_for(visit, entry):
                    _link(visit, entry, here=entry.path == path)
        menu.on_click(drawer.toggle)


async def _shown(visit: Visit, show: Show) -> Response | None:
    """Build a page; what goes wrong is said on it, and how it went wrong is for the log alone."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            shown = show(visit)
            return await shown if isinstance(shown, Awaitable) else shown
    except TimeoutError:
        log.warning("A page wasn't there after %g s", PATIENCE_S)
        ui.context.client.status_code = 503
        told(visit.say("frame.slow"))
    except SignedOut:
        return RedirectResponse("/sign-in", 303)
    except HotlineError as fault:
        ui.context.client.status_code = 404 if isinstance(fault, CannotDo) else 503
        told(words_of(fault, visit.language, visit.phrases))
    except DBAPIError as fault:
        log.warning("A page can't read the database: %s", fault.orig)
        ui.context.client.status_code = 503
        told(visit.say("frame.database"))
    except Exception:  # a page is a part like others: that it fails is said, and the console goes on
        number = secrets.token_hex(4)
        log.exception("A page went wrong (%s)", number)
        ui.context.client.status_code = 500
        told(visit.say("frame.broken", number=number))
    return None


def _nothing(visit: Visit) -> None:
    told(visit.say("frame.missing"))


def _broke(visit: Visit, fault: Exception) -> None:
    """Tell what went wrong on an open page, where its handler didn't; NiceGUI has written it into the log."""
    if isinstance(fault, SignedOut):
        ui.navigate.to("/sign-in")
    else:
        words = visit.say("frame.broke")
        if isinstance(fault, HotlineError):
            words = words_of(fault, visit.language, visit.phrases)
        ui.notify(words, type="negative", timeout=8000, close_button=visit.say("frame.close"))


def _meant_for(visit: Visit, entry: Entry) -> bool:
    return (entry.right is None or visit.may(entry.right)) and (not entry.phone or bool(visit.viewer.extension))


def _link(visit: Visit, entry: Entry, *, here: bool) -> None:
    with ui.link(target=entry.path).classes("entry here" if here else "entry") as link:
        if here:
            link.props('aria-current="page"')
        ui.icon(entry.icon).props("aria-hidden=true")
        ui.label(visit.say(entry.title))


def _dress(visit: Visit, title: str) -> None:
    """Give the page its language, theme and style; NiceGUI keeps one page object for all visits, so it is copied."""
    client = ui.context.client
    client.page = copy.copy(client.page)
    client.page.language = "zh-CN" if visit.language == "zh" else "en-US"
    client.page.dark = DARK.get(visit.viewer.theme)
    client.title = f"{title} · Hotline"
    if client.page.dark is not False:
        ui.add_body_html(f"<script>{DARK_SOON if client.page.dark is None else DARK_NOW}</script>")
    ui.add_head_html(style("console.css"))
    for script in SCRIPTS:
        ui.add_head_html(f'<script type="module" src="{address(script)}"></script>')
    ui.colors(
        primary="#0b6477", secondary="#4a5a68", accent="#8a4f00", positive="#1c7c3c", negative="#b3261e", info="#2a62b8"
    )


def told(words: str, *, kind: str = "fault") -> None:
    """Say a sentence on the page: a fault, or (`kind` "empty") that there is nothing yet and what to do first."""
    ui.label(words).classes(f"told {kind}").props('role="alert"' if kind == "fault" else 'role="status"')


async def doing(visit: Visit, work: Awaitable[object], done: str = "") -> bool:
    """Await what a press of a button began; tell `done`, or what went wrong. Return whether it went well."""
    try:
        await work
    except SignedOut:
        ui.navigate.to("/sign-in")
        return False
    except HotlineError as fault:
        words = words_of(fault, visit.language, visit.phrases)
        ui.notify(words, type="negative", timeout=8000, close_button=visit.say("frame.close"))
        return False
    if done:
        ui.notify(done, type="positive")
    return True


def once(does: Callable[P, Awaitable[object]]) -> Callable[P, Awaitable[None]]:
    """Return what a button does, so that a press while it is being done does nothing: who waits presses again."""
    under_way = False

    @wraps(does)
    async def do(*args: P.args, **named: P.kwargs) -> None:
        nonlocal under_way
        if under_way:
            return
        under_way = True
        try:
            await does(*args, **named)
        finally:
            under_way = False

    return do


async def choose(visit: Visit, **chosen: str) -> None:
    """Keep a language or theme with the account, and show the page in it."""

    def keep(connection: Connection) -> None:
        connection.execute(update(Account).where(Account.name == visit.viewer.name).values(**chosen))

    if await doing(visit, visit.write(keep)):
        # What the address asks for would win over what was chosen just now.
        ui.run_javascript("const to = new URL(location.href); to.searchParams.delete('language'); location.replace(to)")


async def _still_there(visit: Visit, *, watched: bool = False) -> None:
    try:
        await visit.ask(partial(seen, session=visit.session, now=visit.now()) if watched else lambda connection: None)
    except SignedOut:
        open_pages.close(visit.session.id)
    except Exception:  # the database is away for a moment: the page stays
        log.warning("An open page can't look whether its viewer is still signed in", exc_info=True)
