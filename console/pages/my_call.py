"""An agent's own running call: its text, and hints as soon as a rule is broken in it. From the feed of the board."""

from nicegui import ui

from console.access import Right
from console.frame import Frame, told
from console.live_board import LiveBoard
from console.live_feed import LiveFeed
from console.live_snapshot import Audience, Snapshot
from console.pages.live import texts
from console.visit import Visit
from quality.scope import Scope

OWN = ("my_call.no_calls", "my_call.alerts", "my_call.no_alerts")
"""What is said otherwise than on the board of all calls."""


def register(frame: Frame, feed: LiveFeed[Snapshot]) -> None:
    @frame.page("/my-call", right=Right.CALLS, title="my_call.title", icon="headset_mic")
    def show(visit: Visit) -> None:
        with ui.element("h1"):
            ui.label(visit.say("my_call.title"))
        extension = visit.viewer.extension
        if not extension:
            told(visit.say("my_call.no_extension"), kind="empty")
            return
        ui.label(visit.say("my_call.help")).classes("dim")
        words = texts(visit) | {key.removeprefix("my_call."): visit.say(key) for key in OWN}
        LiveBoard(feed, Audience(Scope(agents=(extension,))), words, visit.language, hints=extension)
