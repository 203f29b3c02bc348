"""What the console's process does once it listens."""

import gc
from typing import Any

import pytest
import uvicorn

from console.serving import READY, _Server


async def test_what_stands_once_the_console_listens_is_not_collected_again_with_every_page(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def listens(server: Any, sockets: object = None) -> None:
        server.started = True

    monkeypatch.setattr(uvicorn.Server, "startup", listens)
    before = gc.get_freeze_count()
    try:
        await _Server(uvicorn.Config("none:app", "127.0.0.1", 9465)).startup()
        assert gc.get_freeze_count() > before + 1000
    finally:
        gc.unfreeze()
    assert capsys.readouterr().out == f"{READY}: http://127.0.0.1:9465\n"
