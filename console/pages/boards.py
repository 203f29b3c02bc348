"""The boards of what runs now: each looks at the database once for all who watch it."""

from functools import partial

from nicegui import app

from console.campaign_look import looking
from console.frame import Frame
from console.live_calls import LiveCalls
from console.live_feed import LiveFeed
from console.pages import campaigns, live, my_call, queues, wall
from console.queue_look import look

CALLS_S, QUEUES_S, CAMPAIGNS_S = 1.0, 2.0, 3.0
"""From one look to the next."""


def register(frame: Frame) -> None:
    """Add the pages."""
    calls = LiveFeed(frame.engine, LiveCalls().look, CALLS_S, "feed of running calls")
    lines = LiveFeed(frame.engine, look, QUEUES_S, "feed of queues")
    lists = LiveFeed(frame.engine, looking(frame.settings), CAMPAIGNS_S, "feed of campaigns")
    live.register(frame, calls)
    my_call.register(frame, calls)
    queues.register(frame, lines)
    wall.register(frame, calls, lines)
    campaigns.register(frame, lists)
    for feed in (calls, lines, lists):
        app.on_shutdown(partial(feed.close, 5.0))
