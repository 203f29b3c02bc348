"""The boards of what runs now: each looks at the database once for all who watch it."""

from nicegui import app

from console.frame import Frame
from console.live_calls import LiveCalls
from console.live_feed import LiveFeed
from console.pages import live

CALLS_S = 1.0
"""From one look at running calls to the next."""


def register(frame: Frame) -> None:
    """Add the pages."""
    calls = LiveFeed(frame.engine, LiveCalls().look, CALLS_S, "feed of running calls")
    live.register(frame, calls)
    app.on_shutdown(calls.close)
