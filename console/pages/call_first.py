"""The first look at a call: its head, waveform and first words stand in the page's own HTML, before any library runs.

NiceGUI builds a page in the browser, by some hundred kilobytes of script. This is what one sees meanwhile; the player
(`player.js`) takes it away once it can be used itself. The waveform's bars are painted with the words, without any
script; `call_first.js` draws turns, silences and findings over them as soon as it runs.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nicegui import ui

from console.assets import TEMPLATES, address
from console.moments import locale
from console.pages.call_content import Content
from console.pages.call_facts import head_of, heading, length
from console.player import Shown
from console.visit import Visit
from quality.peaks import Outline

TURNS = 14
"""Of the words, so many turns: more than a screen has room for."""
MIDDLES = {"caller": 44, "ours": 96}
HALF = 22
"""Pixels, as `call_waveform.js` draws: where each side's lane has its middle, and how far the loudest goes from it."""


@dataclass(frozen=True)
class Bars:
    """The waveform as SVG: a bar for each bucket that is loud enough to be seen."""

    columns: float
    """Buckets of the whole call: the drawing's width."""
    paths: Mapping[str, str]
    """By side."""


def show_first(visit: Visit, content: Content, shown: Shown, outline: Outline | None) -> None:
    """Put it into the page; whatever callers said and are called is escaped by the template."""
    template = TEMPLATES.get_template("call_first.html")
    ui.add_body_html(
        template.render(
            heading=heading(visit, content, original=False), head=tuple(head_of(visit, content)), shown=shown,
            turns=_first(shown.turns, shown.start), drawing=_drawing(shown, outline), clock=length,
            bars=_bars(outline, shown.call["seconds"]) if outline else None,
            locale=locale(visit), script=address("call_first.js"),
        )
    )  # fmt: skip


def _first(turns: Sequence[Mapping[str, Any]], start: float) -> Sequence[Mapping[str, Any]]:
    """Return the turns that are seen first: from where the page's address says."""
    before = sum(turn["t"] <= start for turn in turns)
    return turns[max(0, before - 2) :][:TURNS]


def _bars(outline: Outline, seconds: float) -> Bars:
    count = len(outline.peaks) // 2
    sides = zip(MIDDLES.items(), (outline.peaks[:count], outline.peaks[count:]), strict=True)
    paths = {side: "".join(_bar(at, middle, peak) for at, peak in enumerate(peaks)) for (side, middle), peaks in sides}
    return Bars(round(max(seconds, outline.bucket_s) / outline.bucket_s, 2), paths)


def _bar(at: int, middle: int, peak: int) -> str:
    half = round(peak / 255 * HALF)
    return f"M{at} {middle - half}v{2 * half}" if half else ""


def _drawing(shown: Shown, outline: Outline | None) -> Mapping[str, Any]:
    """Return what `call_first.js` draws by: the whole call."""
    turns = [{name: turn[name] for name in ("t", "e", "who", "anger")} for turn in shown.turns]
    marks = [{name: mark[name] for name in ("t", "broken")} for mark in shown.marks]
    whole: dict[str, Any] = {"from": 0, "span": shown.call["seconds"]}
    if outline is not None:
        whole |= {"bucket": outline.bucket_s, "outline": b64encode(outline.peaks).decode()}
    return {**whole, "turns": turns, "marks": marks, **shown.drawn}
