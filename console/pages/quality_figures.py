"""The figures of a quality board on its page, told anew as they change; and where their names and numbers lead."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from nicegui import ui
from nicegui.element import Element

from console.data_table import DataTable, Row
from console.frame import told
from console.pages import quality_charts as charts
from console.visit import Visit
from quality.boards import Asked, Board, Tally
from quality.call_filter import CallFilter

NARROWED = ("agent", "team", "queue", "campaign", "flow")
BY = {
    "agent": "quality.by_agent", "team": "quality.by_team", "queue": "quality.by_queue",
    "campaign": "quality.by_campaign", "flow": "quality.by_flow", "week": "quality.by_week", "day": "quality.by_day",
}  # fmt: skip


@dataclass(frozen=True)
class Names:
    """What is read instead of extensions and names of rules."""

    agents: Mapping[str, str]
    rules: Mapping[str, Mapping[str, str]]
    scored_by: bool
    """Whether a scorecard is in force."""

    def shown(self, by: str, name: str) -> str:
        """Return a row's name as people read it."""
        known = self.agents.get(name, "") if by == "agent" else ""
        return f"{name} {known}".strip()

    def rule(self, name: str, language: str) -> str:
        """Return a rule's title."""
        return self.rules.get(name, {}).get(language) or name


# -- where things lead -------------------------------------------------------------------------------------------------


def address_of(asked: Asked, **changed: Any) -> str:
    """Return the address of this board with something else."""
    days = (asked.until - asked.since).days
    query = {"days": days, "by": asked.by, **{name: getattr(asked, name) for name in NARROWED}} | changed
    return f"/quality?{urlencode({name: value for name, value in query.items() if value})}"


def calls_of(asked: Asked, **more: Any) -> str:
    """Return the address of the list of the calls that are counted."""
    given = {name: getattr(asked, name) for name in NARROWED} | {"since": asked.since, "until": asked.until} | more
    return f"/calls?{urlencode(CallFilter(**given).query())}"


# -- the figures -------------------------------------------------------------------------------------------------------


class Figures:
    """The figures on the page: what has changed is told to what shows it; where parts come or go all is drawn anew."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._place = ui.element("div").classes("w-full")
        self._shown: _Shown | None = None
        self._drawn: tuple[bool, ...] = ()
        self._tells: list[Callable[[_Shown], object]] = []

    def show(self, asked: Asked, found: Board, names: Names) -> None:
        """Show these from now on; nothing is sent where they are the same."""
        shown = _Shown(asked, found, names)
        if shown == self._shown:
            return
        self._shown = shown
        if shown.parts != self._drawn:
            self._drawn = shown.parts
            self._tells.clear()
            self._place.clear()
            with self._place:
                self._draw(shown)
        for tell in self._tells:
            tell(shown)

    def _draw(self, shown: "_Shown") -> None:
        visit, found = self._visit, shown.found
        if not found.total.calls:
            told(visit.say("quality.no_calls"), kind="empty")
            return
        self._tiles()
        if not found.total.scored:
            told(visit.say("quality.not_yet" if shown.names.scored_by else "quality.no_scores"), kind="empty")
        by = visit.say(BY[shown.asked.by])
        compared = visit.say("quality.compared", by=by)
        with ui.element("div").classes("charts"):
            if found.total.scored:
                self._trend()
                self._distribution()
                if shown.compares:
                    with ui.element("section").classes("card"):
                        self._chart(compared, lambda shown: _compared(visit, shown))
        with ui.element("section").classes("q-mb-md"):
            columns = {"name": by, **_columns(visit)}
            self._table(compared, columns, _rows, empty=visit.say("quality.no_rows"))
        self._findings()

    def _tiles(self) -> None:
        say = self._visit.say
        with ui.element("div").classes("tiles"):
            self._tile(say("quality.calls"), lambda found: f"{found.total.calls:,}")
            self._tile(say("quality.inspected"), lambda found: f"{found.inspected:,}")
            self._tile(say("quality.mean"), lambda found: mean(found.total))
            self._tile(say("quality.good"), lambda found: share(found.total.good_share))
            self._tile(say("quality.fatal"), lambda found: f"{found.total.fatal:,}")
            reviews = self._tile(say("quality.reviews"), lambda found: f"{sum(found.reviews.values()):,}")
            with reviews:
                words = ui.label().classes("dim")
            self._tells.append(lambda shown: words.set_text(_reviews_words(self._visit, shown.found.reviews)))

    def _tile(self, what: str, figure: Callable[[Board], str]) -> Element:
        with ui.element("div").classes("tile") as tile:
            ui.label(what).classes("dim")
            label = ui.label().classes("figure")
        self._tells.append(lambda shown: label.set_text(figure(shown.found)))
        return tile

    def _trend(self) -> None:
        visit = self._visit
        words, mean_, scored = (visit.say(f"quality.{name}") for name in ("trend", "mean", "scored"))
        with ui.element("section").classes("card"):
            self._chart(words, lambda shown: charts.trend(shown.found.trend, mean_, scored))
            self._as_table(words, {"day": visit.say("quality.day"), **_columns(visit)}, _trend_rows)

    def _distribution(self) -> None:
        visit = self._visit
        words, calls = visit.say("quality.distribution"), visit.say("quality.calls")
        with ui.element("section").classes("card"):
            self._chart(words, lambda shown: charts.distribution(shown.found.distribution, calls))
            columns = {"points": visit.say("quality.points"), "calls": calls}
            self._as_table(words, columns, _distribution_rows)

    def _findings(self) -> None:
        visit = self._visit
        columns = {
            name: visit.say(f"quality.{name}") for name in ("rule", "calls", "share", "confirmed", "changed")
        }  # fmt: skip
        with ui.element("section"):
            empty = visit.say("quality.no_findings")
            rows = partial(_finding_rows, visit.language)
            self._table(visit.say("quality.findings"), columns, rows, empty=empty)

    def _chart(self, words: str, options: Callable[["_Shown"], charts.Options]) -> None:
        with ui.element("h2"):
            ui.label(words)
        # Drawn as SVG, so that the page's style gives its texts the theme's colour.
        chart = ui.echart({}, renderer="svg").classes("chart").props('role="img"')
        chart.props["aria-label"] = words

        def tell(shown: "_Shown") -> None:
            new = options(shown)
            if new != chart.props["options"]:
                chart.props["options"] = new
                chart.update()

        self._tells.append(tell)

    def _as_table(self, words: str, columns: Mapping[str, str], rows: Callable[["_Shown"], list[Row]]) -> None:
        with ui.element("details").classes("as-table"):
            with ui.element("summary"):
                ui.label(self._visit.say("quality.as_table")).classes("inline")
            self._table(words, columns, rows, hidden_caption=True)

    def _table(
        self, words: str, columns: Mapping[str, str], rows: Callable[["_Shown"], list[Row]], **more: Any
    ) -> None:
        table = DataTable(words, columns, numbers=NUMBERS, **more)
        self._tells.append(lambda shown: table.put(rows(shown)))


@dataclass(frozen=True)
class _Shown:
    asked: Asked
    found: Board
    names: Names

    @property
    def compares(self) -> bool:
        """Whether there is a chart of the rows: days have one already."""
        return self.asked.by not in ("day", "week") and bool(self.found.rows)

    @property
    def parts(self) -> tuple[bool, ...]:
        """Return by what the page is made up."""
        total = self.found.total
        return bool(total.calls), bool(total.scored), self.compares, self.names.scored_by


def _reviews_words(visit: Visit, states: Mapping[str, int]) -> str:
    done = states.get("done", 0) + states.get("decided", 0)
    open_, appealed = states.get("open", 0), states.get("appealed", 0)
    return visit.say("quality.reviews_words", done=done, open=open_, appealed=appealed) if states else ""


NUMBERS = ("calls", "scored", "mean", "good", "fatal", "confirmed", "changed", "share")


def _columns(visit: Visit) -> dict[str, str]:
    return {
        "calls": visit.say("quality.calls"), "scored": visit.say("quality.scored"), "mean": visit.say("quality.mean"),
        "good": visit.say("quality.good"), "fatal": visit.say("quality.fatal"),
    }  # fmt: skip


def _cells(tally: Tally) -> dict[str, str]:
    return {
        "calls": f"{tally.calls:,}", "scored": f"{tally.scored:,}", "mean": mean(tally),
        "good": share(tally.good_share), "fatal": f"{tally.fatal:,}",
    }  # fmt: skip


def _rows(shown: _Shown) -> list[Row]:
    by = shown.asked.by
    return [_row(shown.asked, name, shown.names.shown(by, name), tally) for name, tally in shown.found.rows]


def _row(asked: Asked, name: str, shown: str, tally: Tally) -> Row:
    links = {}
    if asked.by in NARROWED:
        by = {asked.by: name}
        links = {"name": address_of(asked, **by), "calls": calls_of(asked, **by)}
        if tally.fatal:
            links["fatal"] = calls_of(asked, **by, fatal=True)
    return {"key": name, "cells": {"name": shown, **_cells(tally)}, "links": links}


def _compared(visit: Visit, shown: _Shown) -> charts.Options:
    rows = [(shown.names.shown(shown.asked.by, name), tally) for name, tally in shown.found.rows]
    return charts.compared(rows, visit.say("quality.mean"))


def _trend_rows(shown: _Shown) -> list[Row]:
    return [{"key": str(day), "cells": {"day": str(day), **_cells(tally)}} for day, tally in shown.found.trend]


def _distribution_rows(shown: _Shown) -> list[Row]:
    return [
        {
            "key": name, "cells": {"points": name, "calls": f"{count:,}"},
            "links": {"calls": calls_of(shown.asked, score_from=tenth * 10.0, score_to=charts.ENDS[tenth])},
        }
        for tenth, (name, count) in enumerate(zip(charts.TENTHS, shown.found.distribution, strict=True))
    ]  # fmt: skip


def _finding_rows(language: str, shown: _Shown) -> list[Row]:
    scored = shown.found.total.scored
    return [
        {
            "key": one.rule,
            "cells": {
                "rule": shown.names.rule(one.rule, language), "calls": f"{one.calls:,}",
                "share": share(one.calls / scored if scored else None),
                "confirmed": f"{one.confirmed:,}", "changed": f"{one.changed:,}",
            },
            "links": dict.fromkeys(("rule", "calls"), calls_of(shown.asked, rule=one.rule)),
        }
        for one in shown.found.findings
    ]  # fmt: skip


def mean(tally: Tally) -> str:
    """Return a mean score as it is shown."""
    return "–" if tally.mean is None else f"{tally.mean:.1f}"


def share(value: float | None) -> str:
    """Return a share as percent."""
    return "–" if value is None else f"{value:.0%}" if value in (0, 1) or value >= 0.1 else f"{value:.1%}"
