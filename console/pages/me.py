"""One's own page: password, language, theme, and where one is signed in."""

import asyncio
from functools import partial

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement
from sqlalchemy import Connection

from console import accounts, open_pages, passwords
from console.accounts import By
from console.frame import Frame, choose, doing, once
from console.moments import moment
from console.refused import Refused
from console.sessions import signed_in
from console.throttle import Throttle
from console.visit import Visit

GUESSES = Throttle(most=5, within_s=300.0)
"""Of old passwords, by account: who finds an open page isn't to find the password, too."""


def register(frame: Frame) -> None:
    @frame.page("/me", title="me.title", icon="person")
    async def show(visit: Visit) -> None:
        with ui.element("h1"):
            ui.label(visit.viewer.shown)
        roles = ", ".join(visit.say(f"accounts.role_{role}") for role in visit.viewer.roles)
        where = (roles, visit.viewer.team, visit.viewer.extension)
        ui.label(" · ".join(part for part in where if part)).classes("dim")
        with ui.element("div").classes("cards"):
            with _card(visit.say("me.looks")):
                _looks(visit)
            with _card(visit.say("me.password")):
                _password(visit)
            with _card(visit.say("me.signed_in")):
                await _sign_ins(visit)


def _card(title: str) -> ui.element:
    card = ui.element("section").classes("card")
    with card, ui.element("h2"):
        ui.label(title)
    return card


def _looks(visit: Visit) -> None:
    languages = {"en": "English", "zh": "中文", "": visit.say("me.as_browser")}
    themes = {"light": visit.say("me.light"), "dark": visit.say("me.dark"), "": visit.say("me.as_browser")}
    for key, options, chosen in (
        ("language", languages, visit.viewer.language), ("theme", themes, visit.viewer.theme),
    ):  # fmt: skip
        select = ui.select(options, value=chosen, label=visit.say(f"me.{key}")).classes("w-full")
        select.on_value_change(lambda event, key=key: choose(visit, **{key: event.value}))


def _password(visit: Visit) -> None:
    fields = [
        ui.input(visit.say(f"me.{key}"), password=True).props(f"autocomplete={kind}").classes("w-full")
        for key, kind in (("old", "current-password"), ("new", "new-password"), ("again", "new-password"))
    ]

    async def change() -> None:
        old, new, again = (str(field.value or "") for field in fields)
        if await doing(visit, _changed(visit, old, new, again), visit.say("me.changed")):
            for field in fields:
                field.value = ""
            open_pages.close(account=visit.viewer.name, but=visit.session.id)

    ui.button(visit.say("me.change"), on_click=once(change)).props("no-caps")


async def _changed(visit: Visit, old: str, new: str, again: str) -> None:
    """Change one's own password; raise `Refused` for what is wrong with it."""
    name, now = visit.viewer.name, asyncio.get_running_loop().time()
    if new != again:
        raise Refused("The two new passwords are different.", "me.different")
    passwords.insist(name, new)
    if GUESSES.wait_s(name, now):
        raise Refused("Too many attempts; try again in some minutes.", "me.wait")
    GUESSES.failed(name, now)
    kept = await visit.ask(passwords.kept_of, name)
    if not await asyncio.to_thread(passwords.right, kept, old):
        raise Refused("The old password is wrong.", "me.wrong")
    GUESSES.succeeded(name)
    await visit.write(accounts.set_password, name, new, _by(visit), visit.now(), visit.session.id)


async def _sign_ins(visit: Visit) -> None:
    rows = await visit.ask(signed_in, visit.viewer.name, visit.now())
    with ui.element("ul"):
        for row in rows:
            with ui.element("li"):
                here = visit.say("me.here") if row.id == visit.session.id else ""
                moment(visit, row.begun_at)
                TextElement(tag="span", text=f" · {row.address} {here}".rstrip())
    if len(rows) > 1:
        ui.button(visit.say("me.sign_out_others"), on_click=partial(_end_others, visit)).props("flat no-caps")


async def _end_others(visit: Visit) -> None:
    def end(connection: Connection) -> None:
        accounts.sign_out_everywhere(connection, visit.viewer.name, _by(visit), visit.now(), visit.session.id)

    if await doing(visit, visit.write(end)):
        open_pages.close(account=visit.viewer.name, but=visit.session.id)
        ui.navigate.reload()


def _by(visit: Visit) -> By:
    return By(visit.viewer.name, visit.address)
