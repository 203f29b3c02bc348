"""The server's side of the speech workers, without any worker."""

import asyncio
import os
from pathlib import Path

import numpy as np
import pytest

from asr_tts import speech_client
from asr_tts.prompt_cache import name_of
from asr_tts.speech_client import SpeechClient
from models.settings import DataSettings, Settings


async def test_a_running_server_forgets_what_was_said_to_callers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech_client, "FORGET_EVERY", 0.01)
    client = SpeechClient(Settings(data=DataSettings(directory=tmp_path)), tmp_path)
    client._workers.clear()
    old, new = (client.cache.keep(name_of(text), np.zeros(80, np.int16)) for text in ("Dear Mary", "Dear John"))
    os.utime(old, (0, 0))
    running = asyncio.create_task(client.run())
    try:
        async with asyncio.timeout(10.0):
            while old.exists():
                await asyncio.sleep(0.01)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert new.exists()
