"""Accounts: who may sign in, as what; added, changed, given a new password, signed out, removed."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from nicegui import ui

from console import accounts, open_pages
from console.access import ROLES, Right
from console.accounts import By
from console.frame import Frame, doing, once
from console.moments import moment
from console.passwords import made_up
from console.visit import Visit

COLUMNS = ("name", "shown", "roles", "team", "extension", "seen", "state")


def register(frame: Frame) -> None:
    @frame.page("/accounts", right=Right.ACCOUNTS, title="accounts.title", icon="group")
    async def show(visit: Visit) -> None:
        await _Accounts(visit).show()


class _Accounts:
    def __init__(self, visit: Visit) -> None:
        self._visit, self._say, self._by = visit, visit.say, By(visit.viewer.name, visit.address)

    async def show(self) -> None:
        with ui.row().classes("w-full items-center justify-between"):
            with ui.element("h1"):
                ui.label(self._say("accounts.title"))
            ui.button(self._say("accounts.add"), icon="person_add", on_click=self._adding).props("no-caps")
        self._table = ui.element("div").classes("w-full")
        self._dialogs = ui.element("div")
        """Its own place: what a dialog changes draws the table anew, and buttons in it with what they opened."""
        await self._draw()

    async def _draw(self) -> None:
        rows = await self._visit.ask(accounts.listed)
        self._table.clear()
        with self._table, ui.element("div").classes("card scroll"), ui.element("table").classes("list"):
            with ui.element("thead"), ui.element("tr"):
                for column in COLUMNS:
                    _cell(self._say(f"accounts.column_{column}"), "th")
                _cell("")
            with ui.element("tbody"):
                for row in rows:
                    self._row(row)

    def _row(self, row: Any) -> None:
        with ui.element("tr"):
            _cell(row.name)
            _cell(row.shown)
            _cell(self._say("frame.and").join(self._say(f"accounts.role_{role}") for role in row.roles))
            _cell(row.team)
            _cell(row.extension)
            with ui.element("td"):
                if row.seen_at:
                    moment(self._visit, row.seen_at)
            _cell(self._say("accounts.on" if row.enabled else "accounts.off"))
            with ui.element("td"):
                change = ui.button(icon="edit", on_click=partial(self._changing, row)).props("flat round dense")
                change.props["aria-label"] = self._say("accounts.change", name=row.name)

    def _adding(self) -> None:
        async def add() -> None:
            assert form.name is not None
            name, password = str(form.name.value).strip().lower(), made_up()
            if await self._do(dialog, accounts.add, name, form.values(), password):
                self._shown_once(name, password)

        with self._dialog(self._say("accounts.add")) as dialog:
            form = _Form(self._visit)
            self._buttons(dialog, add, "accounts.save")

    def _changing(self, row: Any) -> None:
        name, own = row.name, row.name == self._visit.viewer.name

        async def save() -> None:
            values = form.values()
            if await self._do(dialog, accounts.change, name, values, done="accounts.saved") and sees_else(row, values):
                open_pages.close(account=name)

        async def renew() -> None:
            password, keep = made_up(), self._visit.session.id if own else ""
            if await self._do(dialog, accounts.set_password, name, password, keep=keep):
                open_pages.close(account=name, but=keep)
                self._shown_once(name, password)

        async def sign_out() -> None:
            if await self._do(dialog, accounts.sign_out_everywhere, name, done="accounts.signed_out"):
                open_pages.close(account=name)

        with self._dialog(self._say("accounts.change", name=name)) as dialog:
            form = _Form(self._visit, row)
            with ui.row():
                ui.button(self._say("accounts.renew"), on_click=once(renew)).props("flat no-caps")
                ui.button(self._say("accounts.sign_out"), on_click=once(sign_out)).props("flat no-caps")
                remove = ui.button(self._say("accounts.remove"), on_click=partial(self._removing, name))
                remove.props("flat no-caps color=negative")
            self._buttons(dialog, save, "accounts.save")

    def _removing(self, name: str) -> None:
        async def remove() -> None:
            if await self._do(dialog, accounts.remove, name, done="accounts.removed"):
                open_pages.close(account=name)

        with self._dialog(self._say("accounts.remove")) as dialog:
            ui.label(self._say("accounts.sure", name=name))
            self._buttons(dialog, remove, "accounts.remove")

    def _shown_once(self, name: str, password: str) -> None:
        with self._dialog(self._say("accounts.new_password", name=name)) as dialog:
            ui.label(self._say("accounts.once"))
            ui.label(password).classes("secret")
            ui.button(self._say("frame.close"), on_click=dialog.close).props("flat no-caps")
        dialog.props("persistent")

    async def _do(
        self, dialog: ui.dialog, work: Callable[..., Any], *arguments: Any, done: str = "", **named: Any
    ) -> bool:
        """Carry out one of `accounts`' orders in a transaction; where it went well, close the dialog and draw anew."""
        written = self._visit.write(work, *arguments, by=self._by, now=self._visit.now(), **named)
        well = await doing(self._visit, written, self._say(done) if done else "")
        if well:
            dialog.close()
            await doing(self._visit, self._draw())
        return well

    @contextmanager
    def _dialog(self, title: str) -> Iterator[ui.dialog]:
        self._dialogs.clear()
        with self._dialogs, ui.dialog() as dialog, ui.card().classes("card dialog"):
            dialog.props["aria-label"] = title
            with ui.element("h2"):
                ui.label(title)
            yield dialog
        dialog.open()

    def _buttons(self, dialog: ui.dialog, go_on: Callable[[], Any], words: str) -> None:
        with ui.row().classes("w-full justify-end"):
            ui.button(self._say("accounts.cancel"), on_click=dialog.close).props("flat no-caps")
            ui.button(self._say(words), on_click=once(go_on)).props("no-caps")


def sees_else(row: Any, values: Mapping[str, Any]) -> bool:
    """Tell whether pages that somebody has open show what is no longer that account's (`row`) to see."""
    return (
        set(values["roles"]) != set(row.roles)
        or not values["enabled"]
        or any((values[key] or "").strip() != getattr(row, key) for key in ("team", "extension"))
    )


class _Form:
    """The fields of an account in a dialog."""

    def __init__(self, visit: Visit, row: Any = None) -> None:
        self._say = visit.say
        self.name = None if row else self._text("name", "")
        self._shown = self._text("shown", row.shown if row else "")
        with ui.element("fieldset").classes("roles"):
            with ui.element("legend"):
                ui.label(visit.say("accounts.column_roles"))
            self._roles = {
                role: ui.checkbox(visit.say(f"accounts.role_{role}"), value=bool(row and role in row.roles))
                for role in ROLES
            }
        self._team = self._text("team", row.team if row else "")
        self._extension = self._text("extension", row.extension if row else "")
        self._enabled = ui.switch(visit.say("accounts.enabled"), value=row.enabled) if row else None

    def _text(self, key: str, value: str) -> ui.input:
        return ui.input(self._say(f"accounts.column_{key}"), value=value).props("maxlength=80").classes("w-full")

    def values(self) -> dict[str, Any]:
        """Return what is in the fields."""
        texts = {"shown": self._shown.value, "team": self._team.value, "extension": self._extension.value}
        roles = [role for role, box in self._roles.items() if box.value]
        enabled = {} if self._enabled is None else {"enabled": self._enabled.value}
        return {"roles": roles, **texts, **enabled}


def _cell(words: str, tag: str = "td") -> None:
    with ui.element(tag):
        ui.label(words)
