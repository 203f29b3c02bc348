"""The live board of campaigns on a terminal: how each is doing, and its last attempts."""

import json
import time
from collections.abc import Callable
from typing import Any

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

COLOURS = {
    "running": "green", "tripped": "red", "paused": "yellow", "draining": "magenta", "scheduled": "cyan",
    "dialling": "yellow", "ringing": "yellow", "answered": "green", "lost": "red",
}  # fmt: skip
DIALLED = ("running", "tripped", "draining")
"""States in which some server dials, or has calls that go on."""
Board = tuple[list[dict[str, Any]], list[dict[str, Any]]]


def status_table(found: list[dict[str, Any]]) -> Table:
    """Return one row a campaign; `live` in it is what the running server says, None where it dials nothing of it."""
    table = _table("Campaign", "State", "Mode", "Left", "Done", "Refused", "Rings", "Talks", "Day", "Abandoned", "Why")
    for one in found:
        leads, live = one["leads"], one.get("live") or {}
        left = sum(leads.get(state, 0) for state in ("new", "waiting", "leased", "calling"))
        rings, talks = (live["ringing"], live["talking"]) if live else (one["running"], "-")
        cells = (
            one["name"], Text(one["state"], COLOURS.get(one["state"], "dim")), one["mode"], left, leads.get("done", 0),
            leads.get("refused", 0), rings, talks, _day(one["day"]),
            f"{one['abandoned_percent']:g}% of {one['cap_percent']:g}%" if one["mode"] != "robot" else "-",
            _why(one, live),
        )  # fmt: skip
        table.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in cells))
    return table


def _why(one: dict[str, Any], live: dict[str, Any]) -> str:
    """Return why nothing is dialled; where something is, how it is paced for agents."""
    if not live:
        return "not dialled by a server here: does hotline serve run?" if one["state"] in DIALLED else ""
    return str(live.get("why", "") or ("" if one["mode"] == "robot" else live.get("pacing", "")))


def _day(dispositions: dict[str, int]) -> str:
    most = list(dispositions.items())[:4]
    return ", ".join(f"{count} {name}" for name, count in most) or "no call yet"


def board(what: Board) -> Group:
    """Return the board."""
    found, attempts = what
    last = _table("Placed", "Number", "Line", "State", "Disposition", "By", "Grade", "Talk", "Agent")
    for one in attempts:
        state = Text(one["state"], COLOURS.get(one["state"], "dim"))
        placed = one["placed_at"].astimezone().strftime("%H:%M:%S")
        cells = (
            placed, one["number"], one["line"], state, one["disposition"], one["answered_by"], one["grade"],
            f"{one['talk_s']:.0f} s" if one["talk_s"] else "", one["agent"],
        )  # fmt: skip
        last.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in cells))
    return Group(status_table(found) if found else Text("No campaign runs or waits.", "dim"), Text(), last)


def watch(look: Callable[[], Board], seconds: float, times: int, console: Console | None = None) -> None:
    """Show the board, a new one every `seconds`, until interrupted; `times` limits how often, 0 doesn't.

    On what is no terminal, such as a file or a pipe, one stands below the other.
    """
    shown, console = 0, console or Console()
    with Live(console=console, auto_refresh=False, screen=console.is_terminal) as live:
        while True:
            if console.is_terminal:
                live.update(board(look()), refresh=True)
            else:
                console.print(board(look()))
            shown += 1
            if shown == times:
                return
            time.sleep(seconds)


def watch_lines(look: Callable[[], Board], seconds: float, times: int) -> None:
    """Print what the board shows as a line of JSON for each look, as `watch`."""
    shown = 0
    while True:
        found, attempts = look()
        typer.echo(json.dumps({"campaigns": found, "attempts": attempts}, ensure_ascii=False, default=str))
        shown += 1
        if shown == times:
            return
        time.sleep(seconds)


def simulated_table(found: list[dict[str, Any]]) -> Table:
    """Return how simulated days went, one row a way of pacing."""
    table = _table("Mode", "Calls", "Answered", "Talk min/agent hour", "Abandoned", "Worst 30 min")
    for one in found:
        cells = (
            one["mode"], one["placed"], one["answered"], f"{one['talk_minutes']:.1f}",
            f"{one['abandoned_percent']:.2f}%", f"{one['worst_window_percent']:.2f}%",
        )  # fmt: skip
        table.add_row(*map(str, cells))
    return table


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
