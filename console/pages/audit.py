"""The audit trail: who listened to what, signed in, changed whom; filtered by its address, in pages, exported."""

from typing import Any
from urllib.parse import urlencode

from fastapi import Response
from fastapi.responses import StreamingResponse
from nicegui import ui

from console.access import Right
from console.frame import Frame, told
from console.trail import LARGEST, TrailFilter, as_csv, entries
from console.visit import Visit

COLUMNS = ("at", "account", "action", "call_id", "words", "address")
FIELDS = (("account", "text"), ("action", "action"), ("call_id", "text"), ("since", "date"), ("until", "date"))
"""Of the form, which is a plain one: its answer is an address that can be passed on."""


LONGEST = 20
"""Digits of a number that are looked at."""
DO = "audit.do_"
"""Begins the phrases of actions."""


def register(frame: Frame) -> None:
    @frame.page("/audit", right=Right.AUDIT, title="audit.title", icon="fact_check")
    async def show(visit: Visit) -> None:
        with ui.element("h1"):
            ui.label(visit.say("audit.title"))
        wanted = TrailFilter.of(visit.query)
        _form(visit, wanted)
        before = visit.query.get("before", "")
        number = min(int(before[:LONGEST]), LARGEST) if before.isdecimal() else 0
        rows, further = await visit.ask(entries, wanted, number)
        if not rows:
            told(visit.say("audit.none"), kind="empty")
            return
        _table(visit, rows)
        with ui.row().classes("w-full justify-between"):
            ui.link(visit.say("audit.export"), f"/audit/export?{urlencode(wanted.query())}")
            if further:
                ui.link(visit.say("audit.older"), f"/audit?{urlencode({**wanted.query(), 'before': further})}")

    @frame.page("/audit/export", right=Right.AUDIT, title="audit.title")
    async def export(visit: Visit) -> Response:
        wanted = TrailFilter.of(visit.query)
        lines = await visit.ask(lambda connection: list(as_csv(connection, wanted)))
        await visit.audit("exported", words="audit", asked=wanted.query())
        named = {"content-disposition": 'attachment; filename="audit.csv"'}
        return StreamingResponse(iter(lines), media_type="text/csv; charset=utf-8", headers=named)


def _form(visit: Visit, wanted: TrailFilter) -> None:
    with ui.element("form").props('method="get" action="/audit"').classes("card filter"):
        for name, kind in FIELDS:
            with ui.element("label"):
                ui.label(visit.say(f"audit.{name}"))
                if kind == "action":
                    _actions(visit, wanted.action)
                    continue
                field = ui.element("input").props(f'type="{kind}" name="{name}"')
                field.props["value"] = getattr(wanted, name)
        with ui.element("button").props('type="submit"'):
            ui.label(visit.say("audit.find"))


def _actions(visit: Visit, chosen: str) -> None:
    names = {key.removeprefix(DO): visit.say(key) for key in visit.phrases.texts if key.startswith(DO)}
    with ui.element("select").props('name="action"'):
        for value, words in {"": visit.say("audit.any"), **names}.items():
            option = ui.element("option")
            option.props["value"] = value
            option.props["selected"] = value == chosen
            with option:
                ui.label(words)


def _table(visit: Visit, rows: list[Any]) -> None:
    with ui.element("div").classes("card scroll"), ui.element("table").classes("list"):
        with ui.element("thead"), ui.element("tr"):
            for column in COLUMNS:
                with ui.element("th"):
                    ui.label(visit.say(f"audit.{column}"))
        with ui.element("tbody"):
            for row in rows:
                _row(visit, row)


def _row(visit: Visit, row: Any) -> None:
    with ui.element("tr"):
        _cell(f"{row.at:%Y-%m-%d %H:%M:%S} UTC")
        _cell(row.account or visit.say("audit.nobody"))
        _cell(action_of(visit, row.action))
        with ui.element("td"):
            if row.call_id:
                ui.link(row.call_id, f"/calls/{row.call_id}")
        _cell(" · ".join(part for part in (row.words, _more(row)) if part))
        _cell(row.address)


def _more(row: Any) -> str:
    """Return what else is known of an action, but for what is empty or said already."""
    said = {key: ", ".join(map(str, value)) if isinstance(value, list) else value for key, value in row.data.items()}
    return "; ".join(f"{key}: {value}" for key, value in said.items() if value not in ("", None, row.words))


def action_of(visit: Visit, action: str) -> str:
    """Return what an action is called; what has no name in any language is told as it is kept."""
    key = DO + action
    return visit.say(key) if visit.phrases.has(key) else action


def _cell(words: str) -> None:
    with ui.element("td"):
        ui.label(words)
