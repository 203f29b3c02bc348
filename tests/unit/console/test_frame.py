"""The frame of every page: where faults are told, in the page's language."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from nicegui import ui

from console import frame
from console.frame import _shown
from console.phrases import Phrases

PHRASES = Phrases.load()


@pytest.mark.parametrize(("language", "words"), [("en", "longer than it should"), ("zh", "响应时间过长")])
async def test_a_page_that_takes_too_long_says_so_in_its_language(monkeypatch, language, words):
    said: list[str] = []
    client = SimpleNamespace(status_code=200)
    monkeypatch.setattr(frame, "PATIENCE_S", 0.01)
    monkeypatch.setattr(frame, "told", said.append)
    monkeypatch.setattr(ui, "context", SimpleNamespace(client=client))
    visit: Any = SimpleNamespace(say=lambda key, **values: PHRASES.say(language, key, **values))

    async def never(_: Any) -> None:
        await asyncio.Event().wait()

    assert await _shown(visit, never) is None
    assert (client.status_code, len(said)) == (503, 1)
    assert words in said[0]
