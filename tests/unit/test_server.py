"""What the server does around its parts."""

import asyncio
import gc
import logging
import shutil
import socket
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest

from dialplans.flow import Flow
from models.settings import Settings
from server import Server, _leave_alone_what_stays

LIVE = 2_000
"""As many objects as running calls hold at once."""


class Knot:
    """As what an ended call leaves behind: only the collector finds that nobody holds it."""

    alive = 0

    def __init__(self) -> None:
        self.itself = self
        Knot.alive += 1

    def __del__(self) -> None:
        Knot.alive -= 1


@pytest.fixture
def _eager_collector() -> Iterator[None]:
    """It looks at everything old after some thousand new objects, unless it finds these too few to be worth it."""
    usual = gc.get_threshold()
    gc.set_threshold(100, 5, 5)
    yield
    gc.unfreeze()
    gc.set_threshold(*usual)


@pytest.mark.usefixtures("_eager_collector")
def test_what_a_start_loaded_keeps_no_ended_calls_waiting_for_the_collector() -> None:
    loaded: list[list[int]] = [[] for _ in range(300_000)]
    _leave_alone_what_stays()
    running: deque[Knot] = deque(maxlen=LIVE)
    for _ in range(40_000):
        running.append(Knot())
    assert Knot.alive < 5 * LIVE
    assert len(loaded) == 300_000


def server(directory: Path, **sections: object) -> Server:
    """Return a deaf and dumb server of which nothing is started."""
    given = {
        "data": {"directory": str(directory)},
        "sip": {"listen": "127.0.9.1:5990"},
        "speech": {"recogniser": "none", "synthesiser": "none"},
        "metrics": {"listen": ""},
    }
    made = Server(Settings.model_validate(given | sections))
    shutil.rmtree(made.run_directory)
    return made


async def test_no_call_is_taken_while_a_silent_registrar_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = server(tmp_path)
    asked, answered = asyncio.Event(), asyncio.Event()

    async def slow_stop() -> None:
        await asyncio.sleep(0)
        asked.set()
        await answered.wait()

    monkeypatch.setattr(made.edge, "stop", slow_stop)
    async with asyncio.TaskGroup() as group:
        made.reception.running.held_by(group)
        assert made.reception.health() == 200
        assert made.reception.running.refusal() is None
        draining = group.create_task(made._drain())
        await asyncio.wait_for(asked.wait(), 30)
        assert made.reception.health() == 503
        refusal = made.reception.running.refusal()
        assert refusal is not None
        assert refusal[0] == "Draining"
        assert not draining.done(), "the stack must not be stopped before the edge has unregistered"
        answered.set()
        await asyncio.wait_for(draining, 30)


async def test_metrics_are_tried_before_any_prompt_and_a_taken_port_keeps_nobody_from_calling(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.9.1", 0)) as other:
        listen = f"127.0.9.1:{other.getsockname()[1]}"
        made = server(tmp_path, metrics={"listen": listen})
        heard: list[str] = []

        async def workers_ready() -> None:
            heard.extend(caplog.messages)
            raise InterruptedError

        monkeypatch.setattr(made.media, "ready", workers_ready)
        await made.call_log.start()
        with caplog.at_level(logging.WARNING):
            async with asyncio.TaskGroup() as group:
                with pytest.raises(InterruptedError):
                    await made._open_the_line(group)
        await made.call_log.close()
    assert [listen in message for message in heard] == [True]


async def test_what_callers_mean_is_learned_beside_the_prompts_and_before_the_first_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = server(tmp_path)
    made._hears = True
    rendering, order = threading.Event(), list[str]()

    def learn(flow: Flow) -> None:
        assert rendering.wait(30)
        order.append("learned")

    async def at_once(*_: object) -> None:
        pass

    async def render(progress: object) -> list[str]:
        rendering.set()
        return []

    async def take_calls() -> None:
        order.append("calls")
        raise InterruptedError

    for part, name, does in (
        (made.media, "ready", at_once), (made.speech, "ready", at_once), (made.office, "open", at_once),
        (made.reception, "prepare", render), (made.stack, "start", take_calls),
    ):  # fmt: skip
        monkeypatch.setattr(part, name, does)
    monkeypatch.setattr("server.warm", learn)
    monkeypatch.setattr("server._leave_alone_what_stays", lambda: None)
    async with asyncio.TaskGroup() as group:
        with pytest.raises(InterruptedError):
            await made._open_the_line(group)
    assert order == ["learned", "calls"]
