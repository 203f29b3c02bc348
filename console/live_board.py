"""The live board in a page: one element of ours that draws itself, and is told only what has changed."""

from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui
from nicegui.element import Element

from console.assets import style
from console.live_feed import LiveFeed
from console.live_snapshot import Audience, Snapshot, message

STYLE = style("boards.css")


class LiveBoard(Element, component="live_board.js"):
    """Events: `order` (call, mode), `note` (key of an alert)."""

    def __init__(
        self, feed: LiveFeed[Snapshot], audience: Audience, texts: Mapping[str, str], language: str, **options: Any
    ) -> None:
        """`texts`: all that is written on it; `options`: what the script knows as its props."""
        super().__init__()
        ui.add_head_html(STYLE)
        self._feed, self._audience = feed, audience
        self._sent = Snapshot()
        self._leave: Callable[[], None] | None = None
        self._props["texts"] = dict(texts)
        self._props["language"] = language
        for name, value in options.items():
            self._props[name] = value
        self.on("ready", self._begin)
        self.client.on_delete(self.stop)

    @property
    def shown(self) -> Snapshot:
        """What the page shows, as far as it was told."""
        return self._sent

    def show_to(self, audience: Audience) -> None:
        """Show the board from now on as this audience sees it."""
        self._audience = audience
        self._begin()

    def stop(self) -> None:
        """Watch no more."""
        if self._leave is not None:
            self._leave()
            self._leave = None

    def _begin(self) -> None:
        """Tell everything: the page is new, or has missed something."""
        self._sent = Snapshot()
        if self._leave is None:
            self._leave = self._feed.watch(self._take)
        if self._feed.newest is not None and self._feed.watchers > 1:
            self._take(self._feed.newest)

    def _take(self, snapshot: Snapshot) -> None:
        if snapshot is self._sent or self._leave is None:
            return
        told = message(self._sent, snapshot, self._audience)
        if not told:
            return
        self._sent = snapshot
        # As `run_method` says it, without encoding anew for each page what is the same for all of them.
        code = f'return runMethod({self.id}, "take", [{told}])'
        self.client.outbox.enqueue_message("run_javascript", {"code": code}, self.client.id)
