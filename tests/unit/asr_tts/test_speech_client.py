"""The server's side of the speech workers, without any worker."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from asr_tts import speech_client
from asr_tts.prompt_cache import PromptCache, cache_below, name_of
from asr_tts.speech_client import SpeechClient, Worker
from asr_tts.speech_protocol import Clause, Ready, Synthesise, SynthesisFailed, Unwanted, Wanted
from models.settings import DataSettings, Settings

Asked = tuple[SpeechClient, Worker, list[object]]


@asynccontextmanager
async def served(directory: Path) -> AsyncIterator[PromptCache]:
    """A server without workers; its cache."""
    client = SpeechClient(Settings(data=DataSettings(directory=directory)), directory)
    client._workers.clear()
    running = asyncio.create_task(client.run())
    try:
        yield client.cache
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def said(cache: PromptCache, text: str, at: float) -> Path:
    sound = cache.keep(name_of(text), np.zeros(80, np.int16))
    os.utime(sound, (at, at))
    return sound


async def gone(sound: Path) -> None:
    async with asyncio.timeout(10.0):
        while await asyncio.to_thread(sound.exists):
            await asyncio.sleep(0.01)


async def test_a_server_forgets_at_its_start_what_was_said_to_callers(tmp_path: Path) -> None:
    cache = cache_below(tmp_path)
    old, new = said(cache, "Dear Mary", 0), said(cache, "Dear John", time.time())
    async with served(tmp_path):
        await gone(old)
        assert new.exists()


async def test_a_running_server_forgets_what_was_said_to_callers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech_client, "FORGET_EVERY", 0.01)
    async with served(tmp_path) as cache:
        for _ in range(2):
            await gone(said(cache, "Dear Mary", 0))


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """A client with a worker that can speak, and what that is told."""
    client = SpeechClient(Settings(data=DataSettings(directory=tmp_path)), tmp_path)
    worker, told = client._workers[0], list[object]()
    monkeypatch.setattr(worker.process, "tell", told.append)
    client.receive(worker, Ready(1, 1, "", "hum", []))
    return client, worker, told


async def listen(client: SpeechClient, wanted: Wanted) -> None:
    async for _ in client.synthesise("Thank you. Goodbye.", "en", wanted=wanted):
        pass


@pytest.mark.parametrize("heard", [0, 1])  # 1: a clause comes just when nobody wants more
async def test_the_worker_is_told_of_what_nobody_waits_for_any_more(asked: Asked, heard: int) -> None:
    client, worker, told = asked
    listening = asyncio.create_task(listen(client, "later"))
    await asyncio.sleep(0)
    (order,) = told
    assert isinstance(order, Synthesise)
    assert order.wanted == "later"
    for index in range(heard):
        client.receive(worker, Clause(order.request, index, "/a.wav", 800, False))
        await asyncio.sleep(0)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    assert told == [order, Unwanted(order.request)]


@pytest.mark.parametrize("end", [Clause(1, 0, "/a.wav", 800, True), SynthesisFailed(1, "It has lost its voice.")])
async def test_the_worker_is_told_nothing_of_what_it_is_through_with(
    asked: Asked, end: Clause | SynthesisFailed
) -> None:
    client, worker, told = asked
    listening = asyncio.create_task(listen(client, "now"))
    await asyncio.sleep(0)
    client.receive(worker, end)
    await asyncio.gather(listening, return_exceptions=True)
    assert told == [Synthesise(1, "Thank you. Goodbye.", "en")]
