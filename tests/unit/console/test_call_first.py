"""The first look at a call: it stands in the page's own HTML, and what callers say stays text in it."""

import json
import re
from html import unescape
from typing import Any

import pytest
from nicegui import ui

from console.pages import call_first
from console.pages.call_first import TURNS, show_first
from console.player import Shown
from quality.peaks import Outline

EVIL = '</script><img src=x onerror="alert(1)">'


def turn(number: int, said: str = "hello") -> dict[str, Any]:
    return {
        "n": number, "who": "caller", "name": EVIL, "t": number * 5.0, "e": number * 5.0 + 2, "lang": "en",
        "anger": 0.0, "badges": [], "words": [[said, 0.0, 1.0, 0]], "why": [],
    }  # fmt: skip


@pytest.fixture
def looked(monkeypatch):
    """Return what is put into the page."""
    put: list[str] = []
    monkeypatch.setattr(ui, "add_body_html", put.append)
    monkeypatch.setattr(call_first, "heading", lambda *_, **__: f"Call from {EVIL}")
    monkeypatch.setattr(call_first, "head_of", lambda *_: [("Queue", EVIL)])
    monkeypatch.setattr(call_first, "locale", lambda _: "en-GB")

    def look(turns, start=-1.0, outline=None) -> str:
        texts = {"legend": "", "play": "Play", "transcript": "Words"}
        drawn: dict[str, Any] = {"silences": [], "overlaps": [], "holds": [], "quiet": []}
        marks = [{"t": 3.0, "broken": True, "title": EVIL}]
        shown = Shown({"seconds": 600.0, "bucket": 0.02, "peaks": ""}, turns, marks, drawn, texts, start, "")
        show_first(None, None, shown, outline)  # type: ignore[arg-type]
        return put[-1]

    return look


def numbers(html: str) -> list[int]:
    return [int(found) for found in re.findall(r'class="said" lang="en">(\d+)<', html)]


def test_markup_in_names_and_words_is_text(looked):
    html = looked([turn(1, EVIL)])
    assert "<img" not in html
    assert html.count("</script>") == 2, "the page's own: what is drawn, and who draws it"
    assert EVIL in unescape(html)


def test_it_has_as_many_words_as_a_screen_and_all_that_is_drawn(looked):
    html = looked([turn(number, str(number)) for number in range(40)], outline=Outline(b"\x01\x02", 0.6))
    assert numbers(html) == list(range(TURNS))
    drawing = json.loads(re.findall(r"<script type=.application/json.[^>]*>(.*?)</script>", html)[0])
    assert (len(drawing["turns"]), drawing["marks"]) == (40, [{"t": 3.0, "broken": True}])
    assert (drawing["span"], drawing["bucket"], drawing["outline"]) == (600.0, 0.6, "AQI=")


def test_the_waveform_is_there_without_any_script(looked):
    html = looked([turn(1)], outline=Outline(bytes([0, 255, 3, 128, 0, 0]), 200.0))
    paths = dict(re.findall(r'<path class="(\w+)" d="([^"]*)"/>', html))
    assert paths == {"caller": "M1 22v44", "ours": "M0 85v22"}
    assert 'viewBox="0 0 3.0 152"' in html, "as wide as the call is long"
    assert "<svg" not in looked([turn(1)])


def test_it_begins_where_the_address_says(looked):
    html = looked([turn(number, str(number)) for number in range(40)], start=101.0)
    assert numbers(html)[0] == 19
    assert 20 in numbers(html)


def test_without_sound_only_turns_are_drawn(looked):
    assert "outline" not in looked([turn(1)])
