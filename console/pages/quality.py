"""The quality board: how calls were scored, compared by whom or what they were with, and what was found most."""

import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from nicegui import ui
from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from console.access import Right, Viewer
from console.data_table import STYLE
from console.frame import Frame
from console.pages.quality_figures import BY, NARROWED, Figures, Names, address_of
from console.rule_titles import titles
from console.visit import SignedOut, Visit
from models.agent import Agent
from models.errors import HotlineError
from models.scorecard import ScorecardVersion
from quality.boards import DIMENSIONS, Asked, Board, board, days_until
from quality.call_search import unjudged
from quality.publishing import in_force

log = logging.getLogger(__name__)
LOOK_S = 10.0
"""From one look at the figures to the next, while the page is open."""
LOOK_SHARE = 0.05
"""Of the time that looks may take: counting a year of a million calls takes seconds."""
PERIODS = (7, 28, 90, 365)
"""Days."""


def register(frame: Frame) -> None:
    @frame.page("/quality", right=Right.QUALITY, title="quality.title", icon="insights")
    async def show(visit: Visit) -> None:
        ui.add_head_html(STYLE)
        asked = asked_of(visit.query, visit.now())
        with ui.element("h1"):
            ui.label(visit.say("quality.title"))
        _choices(visit, asked)
        figures = Figures(visit)
        figures.show(asked, *await visit.ask(_read, asked, visit.viewer))
        looking = ui.timer(LOOK_S, lambda: _look_again(visit, figures, looking), immediate=False)


async def _look_again(visit: Visit, figures: Figures, looking: ui.timer) -> None:
    """Show what has been inspected and judged since; a board of very many calls is counted less often."""
    began = time.monotonic()
    # Days go on: a page that was opened yesterday shows today, too.
    asked = asked_of(visit.query, visit.now())
    try:
        found, names = await visit.ask(_read, asked, visit.viewer)
    except SignedOut:
        return  # the page leads to the form by itself
    except DBAPIError as fault:
        log.warning("A board of quality can't look into the database now: %s", fault.orig)
        return
    figures.show(asked, found, names)
    looking.interval = max(LOOK_S, (time.monotonic() - began) / LOOK_SHARE)


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


def _choices(visit: Visit, asked: Asked) -> None:
    days = (asked.until - asked.since).days
    periods = {address_of(asked, days=one): visit.say("quality.days", count=one) for one in PERIODS}
    _links(visit.say("quality.period"), periods, address_of(asked, days=days))
    compared = {address_of(asked, by=by): visit.say(BY[by]) for by in DIMENSIONS}
    _links(visit.say("quality.by"), compared, address_of(asked))
    removed = {
        address_of(asked, **{name: ""}): visit.say("quality.without", name=visit.say(BY[name]), value=value)
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
