"""The wall screen: big figures for a whole room. Nobody's name, number or words are on it."""

from functools import partial

from nicegui import ui

from console.access import Right
from console.board_figures import minutes, percent
from console.data_table import STYLE
from console.frame import Frame
from console.live_feed import LiveFeed
from console.live_snapshot import Audience, Snapshot, seen
from console.pages.queues import watched
from console.queue_look import QueueLook, agent_states, totals
from console.visit import Visit

FIGURES = {
    "running": "wall.running", "waiting": "wall.waiting", "longest": "wall.longest", "level": "wall.level",
    "answered": "wall.answered", "lost": "wall.lost", "ready": "wall.ready", "talking": "wall.talking",
    "paused": "wall.paused", "alerts": "wall.alerts",
}  # fmt: skip
LONG_S = 60.0
"""A wait that is told in another colour, and by a sign."""

LONG = 5
"""Characters of a figure that fit in large."""


def register(frame: Frame, calls: LiveFeed[Snapshot], queues: LiveFeed[QueueLook]) -> None:
    @frame.page("/wall", right=Right.LIVE, title="wall.title", wall=True)
    def show(visit: Visit) -> None:
        ui.add_head_html(STYLE)
        ui.query("body").classes("wall")
        with ui.element("h1").classes("sr-only"):
            ui.label(visit.say("wall.title"))
        with ui.element("div").classes("wall-grid"):
            figures = {name: _figure(visit, key) for name, key in FIGURES.items()}
        watched(calls, partial(_put_calls, visit, figures))
        watched(queues, partial(_put_queues, figures))


def _figure(visit: Visit, key: str) -> ui.label:
    with ui.element("div").classes("wall-tile"):
        figure = ui.label("–").classes("wall-figure")
        ui.label(visit.say(key)).classes("wall-what")
    return figure


def _put_calls(visit: Visit, figures: dict[str, ui.label], found: Snapshot) -> None:
    calls, alerts = seen(found, Audience(visit.viewer.scope()))
    noted = sum(not one.document["noted"] for one in alerts.values())
    _set(figures["running"], str(len(calls)))
    _set(figures["alerts"], str(noted), loud=noted > 0)


def _put_queues(figures: dict[str, ui.label], found: QueueLook) -> None:
    together, states = totals(found.queues), agent_states(found.agents)
    longest = together["longest"] or 0.0
    _set(figures["waiting"], str(together["waiting"]), loud=bool(together["waiting"]) and not states.get("ready"))
    _set(figures["longest"], minutes(longest), loud=longest > LONG_S)
    _set(figures["level"], percent(together["service_level"]))
    _set(figures["answered"], str(together["answered"]))
    _set(figures["lost"], str(together["abandoned"]))
    for state in ("ready", "talking", "paused"):
        _set(figures[state], str(states.get(state, 0)))


def _set(figure: ui.label, words: str, *, loud: bool = False) -> None:
    shown = f"! {words}" if loud else words
    if figure.text != shown:
        figure.set_text(shown)
        wanted = {"loud": loud, "long": len(shown) > LONG}
        add, remove = (" ".join(name for name, one in wanted.items() if one is way) for way in (True, False))
        figure.classes(add=add, remove=remove)
