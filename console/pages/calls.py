"""The list of calls: filters that are the page's address, saved views, a page of rows, and exports."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from fastapi import Response
from nicegui import app, ui
from nicegui.elements.mixins.text_element import TextElement
from sqlalchemy import Connection

from console import call_export
from console.access import Right
from console.assets import style
from console.call_choices import Choices, choices
from console.call_list_parts import CallFilterForm, CallTable
from console.call_query import filter_of, number_of
from console.call_sweep import CallSweep
from console.frame import Frame, doing, once, told
from console.hidden_words import named
from console.moments import moment
from console.refused import words_of
from console.visit import Visit
from models.errors import Refused
from quality import saved_views
from quality.call_filter import CallFilter
from quality.call_search import CallRow, Page, listed
from quality.saved_views import View

FIRST = ("words", "number", "since", "until", "agent", "queue")
"""Filters that are always seen; the others are behind "more"."""
OTHERS = (
    "campaign", "flow", "team", "language", "direction", "cause", "rule", "score_from", "score_to", "good", "fatal",
    "reviewed", "seconds_from", "seconds_to", "talk", "inspected", "running",
)  # fmt: skip
MOMENTS, COUNTS = ("since", "until"), ("score_from", "score_to", "seconds_from", "seconds_to")
FLAGS = ("good", "fatal", "inspected", "running")
WORDS = {
    "language": ("language_en", "language_zh"), "direction": ("direction_inbound", "direction_outbound"),
    "reviewed": ("reviewed_open", "reviewed_done", "reviewed_appealed"), "talk": ("talk_robot", "talk_agent"),
}  # fmt: skip
"""Filters with few values, by the phrases of these."""
TABLE = (
    "caption", "at", "who", "flow", "where", "agent", "length", "score", "state", "no_number", "robot", "is_running",
    "is_fatal", "is_good", "is_bad",
)  # fmt: skip
TOO_MANY = "calls.too_many_for_order"
SORTS = {"length": ("longest", "shortest"), "score": ("worst", "best")}
"""By column: the order that a press chooses, and the one that another press does."""
MOST_RULES = 3
"""Of broken ones that a row names; the call's page has all."""
STYLE = style("calls.css")


def register(frame: Frame) -> None:
    """Add the page and its exports, and keep the list up as long as the console runs."""
    sweep = CallSweep(frame.engine)
    app.on_startup(sweep.start)
    app.on_shutdown(sweep.close)

    @frame.page("/calls", right=Right.CALLS, title="calls.title", icon="list")
    async def show(visit: Visit) -> None:
        await CallList(visit).show()

    @frame.page("/calls.csv", right=Right.EXPORT, title="calls.export")
    async def csv(visit: Visit) -> Response:
        return await call_export.answer(visit, "csv")

    @frame.page("/calls.xlsx", right=Right.EXPORT, title="calls.export")
    async def xlsx(visit: Visit) -> Response:
        return await call_export.answer(visit, "xlsx")


@dataclass(frozen=True)
class Found:
    """What the page is made of."""

    choices: Choices
    views: Sequence[View]
    page: Page | None
    """None where the filter can't be meant."""
    nothing_at_all: bool = False
    """Whether there is no call that the viewer may see."""


class CallList:
    """One opening of the page."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._fault = self._notice = ""
        self._order = visit.query.get("order", "")
        try:
            self._wanted = filter_of(visit.viewer, visit.query)
        except Refused as fault:
            self._wanted, self._fault = CallFilter(), words_of(fault, visit.language, visit.phrases)
        names = (*FIRST, *OTHERS)
        self._given = {name: visit.query[name].strip() for name in names if visit.query.get(name, "").strip()}
        """As it was written: what can't be meant stays there to be mended."""

    async def show(self) -> None:
        """Build it."""
        visit = self._visit
        ui.add_head_html(STYLE)
        found = await visit.ask(self._read)
        with ui.element("h1"):
            ui.label(visit.say("calls.title"))
        texts = {name: visit.say(f"calls.{name}") for name in ("find", "more", "any")}
        fields = [self._field(name, found.choices) for name in (*FIRST, *OTHERS)]
        CallFilterForm(fields, texts, opened=any(name in self._given for name in OTHERS))
        self._views(found.views)
        self._asked(found.choices)
        if self._fault:
            told(self._fault)
        elif found.page is not None:
            self._list(found, found.page)

    def _read(self, connection: Connection) -> Found:
        visit = self._visit
        scope = visit.viewer.scope()
        known = choices(connection, scope, visit.language)
        views = saved_views.of(connection, visit.viewer.name)
        if self._fault:
            return Found(known, views, None)
        list_ = partial(listed, connection, self._wanted, scope=scope, account=visit.viewer.name)
        try:
            page = list_(after=visit.query.get("after", ""), order=self._order)
        except Refused as fault:
            words = words_of(fault, visit.language, visit.phrases)
            if fault.key != TOO_MANY:
                self._fault = words
                return Found(known, views, None)
            self._notice, self._order, page = words, "", list_()
        nothing = not page.rows and not listed(connection, CallFilter(), scope=scope, limit=1).rows
        return Found(known, views, page, nothing)

    # -- filters -----------------------------------------------------------------------------------------------

    def _field(self, name: str, known: Choices) -> Mapping[str, Any]:
        visit = self._visit
        kind = "moment" if name in MOMENTS else "count" if name in COUNTS else "text"
        options: Sequence[tuple[str, str]] = getattr(known, f"{name}s", ()) if name not in WORDS else ()
        if name in FLAGS:
            kind, options = "one", [(value, visit.say(f"calls.{value}")) for value in ("yes", "no")]
        elif name in WORDS:
            kind, options = "one", [(key.removeprefix(f"{name}_"), visit.say(f"calls.{key}")) for key in WORDS[name]]
        elif name == "cause":
            kind, options = "one", [(cause, self._cause(cause)) for cause in known.causes]
        elif name == "rule":
            kind, options = "one", list(self._rules(known))
        hint = ""
        if name == "words":
            hint = visit.say("calls.words_hint")
        elif name == "number":
            hint = visit.say("calls.number_hint" if visit.may(Right.ORIGINAL) else "calls.number_hint_masked")
        given = self._given.get(name, "")
        if kind == "one" and given and given not in dict(options):
            options = [*options, (given, given)]
        return {
            "name": name, "label": visit.say(f"calls.{name}"), "kind": kind, "value": given,
            "options": [list(one) for one in options], "hint": hint, "first": name in FIRST,
        }  # fmt: skip

    def _rules(self, known: Choices) -> Sequence[tuple[str, str]]:
        say = self._visit.say
        return [
            choice
            for name, title in known.rules
            for choice in (
                (name, say("calls.rule_broken", rule=title)),
                (f"{name}:kept", say("calls.rule_kept", rule=title)),
            )
        ]

    def _cause(self, cause: str) -> str:
        key = f"call.cause_{cause.replace('-', '_')}"
        return self._visit.say(key) if self._visit.phrases.has(key) else cause

    def _asked(self, known: Choices) -> None:
        """Show each filter that is set, with its way out."""
        if not self._given:
            return
        with ui.element("div").classes("call-asked"):
            for name, value in self._given.items():
                field = self._field(name, known)
                shown = dict(map(tuple, field["options"])).get(value, value)
                at = getattr(self._wanted, name) if name in MOMENTS else None
                words = self._visit.say("frame.pair", name=field["label"], value="" if at else shown)
                others = {key: one for key, one in self._given.items() if key != name}
                with ui.link(target=self._ordered(self._order, others)) as link:
                    TextElement(tag="span", text=words)
                    if at:
                        moment(self._visit, at)
                    TextElement(tag="span", text=" ✕")
                link.props["aria-label"] = self._visit.say("calls.without", name=field["label"] if at else words)
            ui.link(self._visit.say("calls.clear"), "/calls")

    # -- views -------------------------------------------------------------------------------------------------

    def _views(self, views: Sequence[View]) -> None:
        visit = self._visit
        with ui.element("nav").classes("call-views") as nav:
            nav.props["aria-label"] = visit.say("calls.views")
            for view in views:
                own = view.account == visit.viewer.name
                shown = view.name if own else visit.say("calls.shared_by", name=view.name, account=view.account)
                ui.link(shown, _address("/calls", view.query)).classes("name")
                if own:
                    words = visit.say("calls.drop", name=view.name)
                    _button("✕", partial(self._drop, view), words).classes("drop")
            if self._narrowed():
                _button(visit.say("calls.keep"), self._dialog().open)

    def _narrowed(self) -> Mapping[str, Any]:
        """Return what a view keeps: the filter, and the order."""
        return {**self._wanted.query(), **({"order": self._order} if self._order else {})}

    def _dialog(self) -> ui.dialog:
        visit = self._visit
        with ui.dialog() as dialog, ui.card().classes("dialog"):
            name = ui.input(visit.say("calls.keep_name")).props("autofocus maxlength=80").classes("w-full")
            shared = ui.checkbox(visit.say("calls.keep_shared"))

            async def keep() -> None:
                query = self._narrowed()
                kept = visit.order(
                    saved_views.keep, visit.engine, visit.viewer.name, name.value, query, visit.now(),
                    shared=bool(shared.value),
                )  # fmt: skip
                if await doing(visit, kept, visit.say("calls.kept")):
                    ui.navigate.to(_address("/calls", query))

            kept_once = once(keep)
            name.on("keydown.enter", kept_once)
            with ui.row():
                ui.button(visit.say("calls.keep_do"), on_click=kept_once)
                ui.button(visit.say("calls.cancel"), on_click=dialog.close).props("flat")
        return dialog

    async def _drop(self, view: View) -> None:
        visit = self._visit
        if await doing(visit, visit.order(saved_views.drop, visit.engine, visit.viewer.name, view.id, visit.now())):
            ui.navigate.to(_address("/calls", self._given))

    # -- rows --------------------------------------------------------------------------------------------------

    def _list(self, found: Found, page: Page) -> None:
        visit = self._visit
        if not page.rows:
            told(visit.say(f"calls.{self._nothing(found)}"), kind="empty")
            return
        texts = {name: visit.say(f"calls.{name}") for name in TABLE}
        agents = dict(found.choices.agents)
        rules = dict(found.choices.rules)
        if self._notice:
            told(self._notice, kind="empty")
        CallTable([self._row(row, agents, rules) for row in page.rows], texts, visit.language, self._orders())
        with ui.element("div").classes("call-foot"):
            ui.label(self._total(page)).props('role="status"')
            with ui.element("nav") as nav:
                nav.props["aria-label"] = visit.say("calls.pages")
                if visit.query.get("after"):
                    first = visit.say("calls.first" if self._order else "calls.newest")
                    ui.link(first, self._ordered(self._order))
                if page.next:
                    more = visit.say("calls.next" if self._order else "calls.older")
                    ui.link(more, self._ordered(self._order, after=page.next))
            if visit.may(Right.EXPORT):
                with ui.element("div").classes("exports"):
                    ui.label(visit.say("calls.export"))
                    ui.link("CSV", _address("/calls.csv", self._given))
                    ui.link("XLSX", _address("/calls.xlsx", self._given))

    def _orders(self) -> Mapping[str, Mapping[str, str]]:
        found = {"at": {"to": self._ordered(""), "sorted": "none" if self._order else "descending"}}
        for column, (first, other) in SORTS.items():
            chosen = other if self._order == first else first
            way = "descending" if self._order in ("longest", "best") else "ascending"
            found[column] = {"to": self._ordered(chosen), "sorted": way if self._order in (first, other) else "none"}
        return found

    def _ordered(self, order: str, given: Mapping[str, str] | None = None, **more: str) -> str:
        """Return where the list is in an order, narrowed as it is, or by what is `given`."""
        narrowed = self._given if given is None else given
        return _address("/calls", {**narrowed, **({"order": order} if order else {}), **more})

    def _nothing(self, found: Found) -> str:
        if found.nothing_at_all:
            return "none_yet" if self._visit.viewer.scope().everything else "none_seen"
        return "none_words" if self._wanted.words else "none_found"

    def _total(self, page: Page) -> str:
        if page.total == 1 and not page.total_is_least:
            return self._visit.say("calls.total_one")
        return self._visit.say("calls.total_least" if page.total_is_least else "calls.total", count=f"{page.total:,}")

    def _row(self, row: CallRow, agents: Mapping[str, str], rules: Mapping[str, str]) -> Mapping[str, Any]:
        visit = self._visit
        direction, language = f"calls.direction_{row.direction}", f"calls.language_{row.language}"
        return {
            "id": row.id, "at": row.started_at.isoformat(), "running": row.state != "ended",
            "outbound": row.direction == "outbound",
            "direction": visit.say(direction) if visit.phrases.has(direction) else row.direction,
            "number": number_of(visit.viewer, row), "flow": row.flow,
            "language": visit.say(language) if visit.phrases.has(language) else row.language,
            "where": " · ".join(part for part in (row.queue, row.campaign) if part),
            "agents": visit.say("frame.and").join(f"{one} {agents.get(one, '')}".strip() for one in row.agents),
            "seconds": row.seconds, "score": None if row.score is None else f"{row.score:g}", "good": bool(row.good),
            "fatal": bool(row.fatal), "broken": _few([rules.get(rule, rule) for rule in row.broken]),
            "review": visit.say(f"calls.reviewed_{row.review}") if row.review else "", "inspected": row.inspected,
            "cause": self._cause(row.cause) if row.seconds is None else visit.say("calls.not_inspected"),
            "said": self._said(row),
        }  # fmt: skip

    def _said(self, row: CallRow) -> Mapping[str, Any] | None:
        found = row.snippet
        if found is None:
            return None
        parts, at = [], 0
        for begin, end in found.hits:
            parts += [(found.text[at:begin], False), (found.text[begin:end], True)]
            at = end
        parts.append((found.text[at:], False))
        second = f"{int(found.second) // 60}:{int(found.second) % 60:02}"
        to = _address(f"/calls/{row.id}", {"t": f"{found.second:.1f}", "words": self._wanted.words})
        parts = [(named(text, self._visit.phrases, self._visit.language), hit) for text, hit in parts]
        return {
            "to": to, "title": self._visit.say("calls.play_from", time=second), "second": found.second,
            "by": self._visit.say(f"calls.said_by_{found.speaker}"), "parts": [list(part) for part in parts if part[0]],
        }  # fmt: skip


def _few(names: Sequence[str]) -> Sequence[str]:
    return names if len(names) <= MOST_RULES + 1 else [*names[:MOST_RULES], f"+{len(names) - MOST_RULES}"]


def _button(text: str, does: Callable[[], Any], words: str = "") -> ui.element:
    button = TextElement(tag="button", text=text)
    button.props["type"] = "button"
    if words:
        button.props["aria-label"] = words
    button.on("click", does)
    return button


def _address(path: str, query: Mapping[str, Any]) -> str:
    return f"{path}?{urlencode(query)}" if query else path
