"""An agent's own running call: its text, and hints as soon as a rule is broken in it. From the feed of the board."""

from functools import partial

from nicegui import ui

from console.access import Right
from console.frame import Frame, told
from console.live_board import LiveBoard
from console.live_feed import LiveFeed
from console.live_snapshot import Alarm, Audience, Snapshot, seen
from console.pages.live import texts
from console.visit import Visit
from quality.scope import Scope

OWN = ("my_call.no_calls", "my_call.alerts", "my_call.no_alerts")
"""What is said otherwise than on the board of all calls."""


SHOWN_MS = 8000
AGENT = "agent"
"""The role of those who are told on whatever page they have open."""


def register(frame: Frame, feed: LiveFeed[Snapshot]) -> None:
    frame.beside.append(partial(_beside, feed))

    @frame.page("/my-call", right=Right.CALLS, title="my_call.title", icon="headset_mic", phone=True)
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


class Hints:
    """What is new in an agent's own talk, look by look; what was there when the page was opened isn't."""

    def __init__(self, extension: str) -> None:
        self._extension = extension
        self._known: dict[str, int] | None = None
        """How often each rule was broken so far, by key of the alert."""

    def take(self, snapshot: Snapshot) -> list[Alarm]:
        """Return the alerts to tell of."""
        calls, alerts = seen(snapshot, Audience(Scope(agents=(self._extension,))))
        own = {key for key, call in calls.items() if call.head["agent"] == self._extension}
        known, self._known = self._known, {key: int(one.document["count"]) for key, one in alerts.items()}
        if known is None:
            return []
        new = [one for key, one in alerts.items() if self._known[key] > known.get(key, 0)]
        return [one for one in new if one.call_id in own]


def _beside(feed: LiveFeed[Snapshot], visit: Visit) -> None:
    """Tell an agent of hints on whatever page is open."""
    if not visit.viewer.extension or AGENT not in visit.viewer.roles:
        return
    client, hints = ui.context.client, Hints(visit.viewer.extension)

    def tell(snapshot: Snapshot) -> None:
        for one in hints.take(snapshot):
            titles = one.document["titles"]
            with client:
                ui.notify(titles.get(visit.language) or one.document["rule"], type="warning", timeout=SHOWN_MS)

    client.on_delete(feed.watch(tell))
