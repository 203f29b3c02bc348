"""The quality board: how calls were scored, compared by whom or what they were with, and what was found most."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from nicegui import ui
from sqlalchemy import Connection, select

from console.access import Right, Viewer
from console.data_table import DataTable, Row
from console.frame import Frame, told
from console.pages import quality_charts as charts
from console.rule_titles import titles
from console.visit import Visit
from models.agent import Agent
from models.errors import HotlineError
from models.scorecard import ScorecardVersion
from quality.boards import DIMENSIONS, Asked, Board, Tally, board, days_until
from quality.call_filter import CallFilter
from quality.call_search import unjudged
from quality.publishing import in_force

PERIODS = (7, 28, 90, 365)
"""Days."""
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


def register(frame: Frame) -> None:
    @frame.page("/quality", right=Right.QUALITY, title="quality.title", icon="insights")
    async def show(visit: Visit) -> None:
        asked = asked_of(visit.query, visit.now())
        with ui.element("h1"):
            ui.label(visit.say("quality.title"))
        _choices(visit, asked)
        found, names = await visit.ask(_read, asked, visit.viewer)
        if not found.total.calls:
            told(visit.say("quality.no_calls"), kind="empty")
            return
        _tiles(visit, found)
        if not found.total.scored:
            told(visit.say("quality.not_yet" if names.scored_by else "quality.no_scores"), kind="empty")
        _board(visit, asked, found, names)


def asked_of(query: Mapping[str, str], now: datetime) -> Asked:
    """Return what an address asks for; what can't be meant counts as not said."""
    days = int(query.get("days", "")) if query.get("days", "").isdecimal() and len(query["days"]) < 4 else 28
    by = query.get("by", "agent")
    zone = now.astimezone().utcoffset() or timedelta(0)
    since, until = days_until(now, min(max(days, 1), PERIODS[-1]), zone)
    asked = Asked(since, until, by if by in DIMENSIONS else "agent", zone)
    narrowed: dict[str, Any] = {name: query.get(name, "")[:200] for name in NARROWED}
    return replace(asked, **narrowed)


def _read(connection: Connection, asked: Asked, viewer: Viewer) -> tuple[Board, Names]:
    agents = {row.extension: row.name for row in connection.execute(select(Agent.extension, Agent.name))}
    published = bool(connection.scalar(select(ScorecardVersion.name).where(ScorecardVersion.in_force).limit(1)))
    try:
        rules = titles((rule.name, rule.called) for card in in_force(connection) for rule in card.rules)
    except HotlineError:
        # A scorecard of another version that can't be read here: its rules go by their names.
        rules = {}
    fair = replace(asked, unjudged=unjudged(connection, viewer.name))
    return board(connection, fair, viewer.scope()), Names(agents, rules, published)


# -- what is asked for -----------------------------------------------------------------------------------------------


def _address(asked: Asked, **changed: Any) -> str:
    """Return the address of this board with something else."""
    days = (asked.until - asked.since).days
    query = {"days": days, "by": asked.by, **{name: getattr(asked, name) for name in NARROWED}} | changed
    return f"/quality?{urlencode({name: value for name, value in query.items() if value})}"


def _calls(asked: Asked, **more: Any) -> str:
    """Return the address of the list of the calls that are counted."""
    given = {name: getattr(asked, name) for name in NARROWED} | {"since": asked.since, "until": asked.until} | more
    return f"/calls?{urlencode(CallFilter(**given).query())}"


def _choices(visit: Visit, asked: Asked) -> None:
    days = (asked.until - asked.since).days
    periods = {_address(asked, days=one): visit.say("quality.days", count=one) for one in PERIODS}
    _links(visit.say("quality.period"), periods, _address(asked, days=days))
    compared = {_address(asked, by=by): visit.say(BY[by]) for by in DIMENSIONS}
    _links(visit.say("quality.by"), compared, _address(asked))
    removed = {
        _address(asked, **{name: ""}): visit.say("quality.without", name=visit.say(BY[name]), value=value)
        for name in NARROWED
        if (value := getattr(asked, name))
    }
    if removed:
        _links(visit.say("quality.only"), removed, "")
    offset = (datetime(2000, 1, 1, tzinfo=UTC) + asked.zone).strftime("%H:%M") if asked.zone >= timedelta(0) else ""
    zone = f"UTC+{offset}" if offset else f"UTC{asked.zone.total_seconds() / 3600:g}"
    ui.label(visit.say("quality.zone", zone=zone)).classes("dim")


def _links(what: str, links: Mapping[str, str], here: str) -> None:
    with ui.element("nav").classes("choices") as nav:
        nav.props["aria-label"] = what
        ui.label(what).classes("what")
        for target, words in links.items():
            link = ui.link(words, target)
            if target == here:
                link.classes("here").props('aria-current="page"')


# -- what was found --------------------------------------------------------------------------------------------------


def _tiles(visit: Visit, found: Board) -> None:
    total, states = found.total, found.reviews
    done = states.get("done", 0) + states.get("decided", 0)
    words = visit.say(
        "quality.reviews_words", done=done, open=states.get("open", 0), appealed=states.get("appealed", 0)
    )  # fmt: skip
    with ui.element("div").classes("tiles"):
        _tile(visit.say("quality.calls"), f"{total.calls:,}")
        _tile(visit.say("quality.inspected"), f"{found.inspected:,}")
        _tile(visit.say("quality.mean"), mean(total))
        _tile(visit.say("quality.good"), share(total.good_share))
        _tile(visit.say("quality.fatal"), f"{total.fatal:,}")
        _tile(visit.say("quality.reviews"), f"{sum(states.values()):,}", words if states else "")


def _tile(what: str, figure: str, more: str = "") -> None:
    with ui.element("div").classes("tile"):
        ui.label(what).classes("dim")
        ui.label(figure).classes("figure")
        if more:
            ui.label(more).classes("dim")


def _board(visit: Visit, asked: Asked, found: Board, names: Names) -> None:
    by = visit.say(BY[asked.by])
    compared = visit.say("quality.compared", by=by)
    with ui.element("div").classes("charts"):
        if found.total.scored:
            _trend(visit, found)
            _distribution(visit, asked, found)
            if asked.by not in ("day", "week") and found.rows:
                shown = [(names.shown(asked.by, name), tally) for name, tally in found.rows]
                with ui.element("section").classes("card"):
                    _chart(compared, charts.compared(shown, visit.say("quality.mean")))
    with ui.element("section").classes("q-mb-md"):
        rows = [_row(asked, name, names.shown(asked.by, name), tally) for name, tally in found.rows]
        columns = {"name": by, **_columns(visit)}
        DataTable(compared, columns, rows, numbers=NUMBERS, empty=visit.say("quality.no_rows"))
    _findings(visit, asked, found, names)


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


def _row(asked: Asked, name: str, shown: str, tally: Tally) -> Row:
    links = {}
    if asked.by in NARROWED:
        by = {asked.by: name}
        links = {"name": _address(asked, **by), "calls": _calls(asked, **by)}
        if tally.fatal:
            links["fatal"] = _calls(asked, **by, fatal=True)
    return {"key": name, "cells": {"name": shown, **_cells(tally)}, "links": links}


def _trend(visit: Visit, found: Board) -> None:
    words = visit.say("quality.trend")
    with ui.element("section").classes("card"):
        _chart(words, charts.trend(found.trend, visit.say("quality.mean"), visit.say("quality.scored")))
        rows = [{"key": str(day), "cells": {"day": str(day), **_cells(tally)}} for day, tally in found.trend]
        _as_table(visit, words, {"day": visit.say("quality.day"), **_columns(visit)}, rows)


def _distribution(visit: Visit, asked: Asked, found: Board) -> None:
    words = visit.say("quality.distribution")
    with ui.element("section").classes("card"):
        _chart(words, charts.distribution(found.distribution, visit.say("quality.calls")))
        rows = [
            {
                "key": name, "cells": {"points": name, "calls": f"{count:,}"},
                "links": {"calls": _calls(asked, score_from=tenth * 10.0, score_to=charts.ENDS[tenth])},
            }
            for tenth, (name, count) in enumerate(zip(charts.TENTHS, found.distribution, strict=True))
        ]  # fmt: skip
        _as_table(visit, words, {"points": visit.say("quality.points"), "calls": visit.say("quality.calls")}, rows)


def _findings(visit: Visit, asked: Asked, found: Board, names: Names) -> None:
    words = visit.say("quality.findings")
    columns = {
        "rule": visit.say("quality.rule"), "calls": visit.say("quality.calls"), "share": visit.say("quality.share"),
        "confirmed": visit.say("quality.confirmed"), "changed": visit.say("quality.changed"),
    }  # fmt: skip
    rows = [
        {
            "key": one.rule,
            "cells": {
                "rule": names.rule(one.rule, visit.language), "calls": f"{one.calls:,}",
                "share": share(one.calls / found.total.scored if found.total.scored else None),
                "confirmed": f"{one.confirmed:,}", "changed": f"{one.changed:,}",
            },
            "links": {"rule": _calls(asked, rule=one.rule), "calls": _calls(asked, rule=one.rule)},
        }
        for one in found.findings
    ]  # fmt: skip
    with ui.element("section"):
        DataTable(words, columns, rows, numbers=NUMBERS, empty=visit.say("quality.no_findings"))


def _chart(words: str, options: dict[str, Any]) -> None:
    with ui.element("h2"):
        ui.label(words)
    # Drawn as SVG, so that the page's style gives its texts the theme's colour.
    chart = ui.echart(options, renderer="svg").classes("chart").props('role="img"')
    chart.props["aria-label"] = words


def _as_table(visit: Visit, words: str, columns: Mapping[str, str], rows: list[Row]) -> None:
    with ui.element("details").classes("as-table"):
        with ui.element("summary"):
            ui.label(visit.say("quality.as_table")).classes("inline")
        DataTable(words, columns, rows, numbers=NUMBERS, hidden_caption=True)


def mean(tally: Tally) -> str:
    """Return a mean score as it is shown."""
    return "–" if tally.mean is None else f"{tally.mean:.1f}"


def share(value: float | None) -> str:
    """Return a share as percent."""
    return "–" if value is None else f"{value:.0%}" if value in (0, 1) or value >= 0.1 else f"{value:.1%}"
