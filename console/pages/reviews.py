"""Reviews: what one has to do, all of them, and what was done about one's own calls."""

from collections.abc import Mapping, Sequence
from functools import partial

from nicegui import ui
from nicegui.events import GenericEventArguments
from sqlalchemy import Connection, select

from console.access import Right, Viewer
from console.data_table import DataTable, Row
from console.frame import Frame, doing, told
from console.moments import cell
from console.pages import reviews_agreement, reviews_sampling
from console.pages.reviews_tabs import choices, tabs
from console.visit import Visit
from models.agent import Agent
from models.review import ReviewState
from quality import reviews
from quality.review import Figures, Person, may_take
from quality.review_view import PENDING, ReviewView
from quality.sampling_rows import made_at
from quality.scope import Scope

PAGE = 50


def register(frame: Frame) -> None:
    """Add the pages."""

    @frame.page("/reviews", right=Right.REVIEW, title="reviews.title", icon="rate_review")
    async def show_mine(visit: Visit) -> None:
        tabs(visit, "/reviews")
        views, names = await visit.ask(_mine, visit.viewer.name)
        _list(visit, "mine", views, names, {"due": "due", "kind": "kind", **COLUMNS})

    @frame.page("/reviews/all", right=Right.REVIEW, title="reviews.all")
    async def show_all(visit: Visit) -> None:
        tabs(visit, "/reviews/all")
        wanted = visit.query.get("state", "")
        states = [state for state in ReviewState if state == wanted]
        _states(visit, states)
        after = visit.query.get("after", "")[:40]
        views, names = await visit.ask(_all, visit.viewer.scope(), states, after, visit.viewer.name)
        columns = {"state": "state", "reviewer": "reviewer", **COLUMNS, "due": "due"}
        _list(visit, "all", views, names, columns, actions=True)
        _older(visit, views)

    @frame.page("/reviews/about", right=Right.APPEAL, title="reviews.about", icon="reviews")
    async def show_about(visit: Visit) -> None:
        tabs(visit, "/reviews/about")
        scope = own(visit.viewer)
        views, names = await visit.ask(_all, scope, [], visit.query.get("after", "")[:40], visit.viewer.name)
        columns = {"state": "state", "until": "appeal_until", "agent": "agent", **COLUMNS}
        columns.pop("reason")
        _list(visit, "about", views, names, columns)
        _older(visit, views)

    reviews_sampling.register(frame)
    reviews_agreement.register(frame)


def own(viewer: Viewer) -> Scope:
    """Return whose reviews are about the viewer: the own, and those of a team that it leads."""
    scope = viewer.scope()
    if not scope.everything:
        return scope
    return Scope(teams=(viewer.team,) if viewer.team else (), agents=(viewer.extension,) if viewer.extension else ())


COLUMNS = {
    "call": "call", "agent": "agent", "scorecard": "scorecard", "machine": "machine", "people": "people",
    "reason": "reason",
}  # fmt: skip
"""Phrase of each heading, by column."""
Names = Mapping[str, str]
ONE_LINE = "whitespace-nowrap"


def _mine(connection: Connection, account: str) -> tuple[list[ReviewView], Names]:
    return reviews.mine(connection, account), _names(connection)


def _all(
    connection: Connection, scope: Scope, states: Sequence[ReviewState], after: str, account: str
) -> tuple[list[ReviewView], Names]:
    found = reviews.listed(connection, scope, states=states, after=after, limit=PAGE, account=account)
    return found, _names(connection)


def _names(connection: Connection) -> Names:
    return {row.extension: row.name for row in connection.execute(select(Agent.extension, Agent.name))}


def _list(
    visit: Visit, which: str, views: Sequence[ReviewView], names: Names, columns: Mapping[str, str], *,
    actions: bool = False,
) -> None:  # fmt: skip
    if not views:
        told(visit.say({"mine": "reviews.no_mine", "all": "reviews.no_all", "about": "reviews.no_about"}[which]),
             kind="empty")  # fmt: skip
        return
    headings = {name: visit.say(f"reviews.{phrase}") for name, phrase in columns.items()}
    by_id = {view.id: view for view in views}
    rows = [_row(visit, view, names, actions=actions) for view in views]
    caption = visit.say({"mine": "reviews.mine", "all": "reviews.all", "about": "reviews.about"}[which])
    moves = {"take": visit.say("reviews.take")} if actions else None
    table = DataTable(caption, headings, rows, numbers=("machine", "people"), actions=moves, hidden_caption=True)

    async def act(event: GenericEventArguments) -> None:
        view = by_id.get(str(event.args.get("key")))
        if view is not None:
            mine = visit.viewer.name
            work = partial(reviews.hand_over, visit.engine, view.id, mine, mine, visit.now(), address=visit.address)
            if await doing(visit, visit.order(work), visit.say("reviews.taken")):
                at = next(at for at, row in enumerate(rows) if row["key"] == view.id)
                rows[at] = {**rows[at], "cells": {**rows[at]["cells"], "reviewer": mine}, "actions": []}
                table.put(list(rows))

    table.on("act", act)


def _row(visit: Visit, view: ReviewView, names: Names, *, actions: bool) -> Row:
    late = view.overdue(visit.now())
    known = f"reviews.reason_{view.reason.replace('-', '_')}"
    reason = visit.say(known) if visit.phrases.has(known) else view.reason or "–"
    agent = f"{view.agent} {names.get(view.agent, '')}".strip() or visit.say("reviews.robot")
    deciding = view.state == ReviewState.APPEALED
    who = view.decider if deciding else view.reviewer
    cells = {
        "due": cell(visit, view.due_at, visit.say("reviews.overdue") if late else "") if view.state in PENDING else "",
        "until": cell(visit, view.appeal_until) if view.state == ReviewState.DONE else "",
        "kind": visit.say("reviews.do_decide" if deciding else "reviews.do_review"),
        "state": visit.say(f"reviews.state_{view.state}"),
        "call": cell(visit, made_at(view.call_id)) or view.call_id,
        "agent": agent,
        "scorecard": view.scorecard,
        "machine": points(visit, view.machine),
        "people": points(visit, view.decided or view.reviewed),
        "reason": visit.say("reviews.blind", reason=reason) if view.blind else reason,
        "reviewer": who or "–",
    }
    viewer = visit.viewer
    own, person = who == viewer.name, Person(viewer.name, frozenset(viewer.roles), viewer.team, viewer.extension)
    return {
        "key": view.id,
        "named": visit.say("frame.and").join((view.scorecard, agent, who or "–")),
        "cells": cells,
        "links": {"call": f"/calls/{view.call_id}"},
        "classes": {"due": "bad" if late else "", "state": ONE_LINE},
        "actions": ["take"] if actions and not own and may_take(person, view.case, visit.now()) else [],
    }


def points(visit: Visit, figures: Figures | None) -> str:
    """Return a score as people read it; a dash where there is none."""
    if figures is None or figures.points is None:
        return "–"
    return visit.say("reviews.fatal", points=f"{figures.points:g}") if figures.fatal else f"{figures.points:g}"


def _states(visit: Visit, states: Sequence[ReviewState]) -> None:
    links = {"/reviews/all": visit.say("reviews.any_state")}
    links |= {f"/reviews/all?state={state}": visit.say(f"reviews.state_{state}") for state in ReviewState}
    choices(visit.say("reviews.by_state"), links, f"/reviews/all?state={states[0]}" if states else "/reviews/all")


def _older(visit: Visit, views: Sequence[ReviewView]) -> None:
    if len(views) == PAGE:
        state = visit.query.get("state", "")
        known = f"&state={state}" if state in list(ReviewState) else ""
        ui.link(visit.say("reviews.more"), f"?after={views[-1].id}{known}")
