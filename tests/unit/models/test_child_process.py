"""A worker is started, watched, and started again; with a real process."""

import asyncio
import errno
import os
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from models import child_process
from models.child_process import ChildProcess
from tests.unit.models.echo_worker import FromWorker, Misbehave, Ping


class Watched:
    """A child with everything it reported."""

    def __init__(self, patience: float) -> None:
        self.messages: list[object] = []
        self.losses: list[str] = []
        self.child: ChildProcess[FromWorker] = ChildProcess(
            "echo 1",
            "tests.unit.models.echo_worker",
            [],
            FromWorker,
            on_message=self.messages.append,
            on_lost=self.losses.append,
            ping=Ping,
            ping_seconds=0.05,
            patience=patience,
        )

    async def back_after(self, misbehaviour: str) -> int:
        """Make it fail; return the new worker's pid once it is ready again."""
        await self.child.ready.wait()
        old = self.child.pid
        self.child.tell(Misbehave(misbehaviour))
        while not self.losses:
            await asyncio.sleep(0.01)
        await self.child.ready.wait()
        assert self.child.pid != old
        return old


@asynccontextmanager
async def watched(monkeypatch: pytest.MonkeyPatch, patience: float = 3.0) -> AsyncIterator[Watched]:
    monkeypatch.setattr(child_process, "BACK_OFF", (0.01,))
    it = Watched(patience)
    running = asyncio.ensure_future(it.child.run())
    try:
        async with asyncio.timeout(90):
            yield it
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize("misbehaviour", ["die", "hang", "babble"])
async def test_a_worker_that_fails_is_reported_buried_and_replaced(monkeypatch, misbehaviour):
    async with watched(monkeypatch) as it:
        old = await it.back_after(misbehaviour)
        assert len(it.losses) == 1
        assert it.child.restarts == 1
        with pytest.raises(ProcessLookupError):
            os.kill(old, 0)


async def test_a_signal_to_the_whole_group_leaves_the_worker_to_its_server(monkeypatch):
    async with watched(monkeypatch) as it:
        await it.child.ready.wait()
        for sign in (signal.SIGTERM, signal.SIGINT):
            os.kill(it.child.pid, sign)
        answered = len(it.messages)
        while len(it.messages) < answered + 3:
            await asyncio.sleep(0.01)
        assert not it.losses


async def test_cancelling_ends_the_process(monkeypatch):
    async with watched(monkeypatch) as it:
        await it.child.ready.wait()
        pid = it.child.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert not it.losses


async def test_what_is_told_to_a_lost_worker_is_dropped_and_not_kept_for_the_next(monkeypatch):
    async with watched(monkeypatch) as it:
        it.child.tell(Misbehave("die"))
        await it.child.ready.wait()
        while len(it.messages) < 3:
            await asyncio.sleep(0.01)
        assert not it.losses


async def test_a_worker_that_can_not_be_started_for_want_of_files_is_tried_again(monkeypatch):
    real, attempts = socket.socketpair, []

    def short_of_files():
        attempts.append(1)
        if len(attempts) < 3:
            raise OSError(errno.EMFILE, "Too many open files")
        return real()

    monkeypatch.setattr(socket, "socketpair", short_of_files)
    async with watched(monkeypatch) as it:
        await it.child.ready.wait()
        assert it.losses == ["it can't be started: Too many open files"] * 2


async def test_a_process_that_can_not_be_forked_leaves_no_socket_behind(monkeypatch):
    real, attempts = subprocess.Popen, []

    def short_of_memory(*arguments, **options):
        attempts.append(len(os.listdir("/proc/self/fd")))
        if len(attempts) < 4:
            raise OSError(errno.ENOMEM, "Cannot allocate memory")
        return real(*arguments, **options)

    monkeypatch.setattr(subprocess, "Popen", short_of_memory)
    async with watched(monkeypatch) as it:
        await it.child.ready.wait()
        assert it.losses == ["it can't be started: Cannot allocate memory"] * 3
        # What earlier tests left to the garbage collector may go meanwhile; nothing may come.
        assert max(attempts) == attempts[0]


async def test_a_fault_of_ours_on_its_message_starts_it_again_and_is_logged_with_its_traceback(monkeypatch, caplog):
    async with watched(monkeypatch) as it:

        def faulty(message):
            if not it.losses:
                raise KeyError("nobody thought of that")
            it.messages.append(message)

        it.child._on_message = faulty
        while not it.messages:
            await asyncio.sleep(0.01)
        assert it.losses == ["we failed on its message: KeyError"]
    assert [record.getMessage() for record in caplog.records if record.exc_info] == ["echo 1: we failed on its Ready"]


async def test_somebody_who_can_not_be_told_of_a_loss_does_not_keep_the_worker_down(monkeypatch):
    async with watched(monkeypatch) as it:

        def faulty(reason):
            it.losses.append(reason)
            raise KeyError("nobody thought of that")

        it.child._on_lost = faulty
        await it.back_after("die")


async def test_a_server_that_stood_still_itself_does_not_take_its_worker_for_hung(monkeypatch):
    async with watched(monkeypatch, patience=1.0) as it:
        await it.child.ready.wait()
        pid = it.child.pid
        for _ in range(3):
            time.sleep(1.5)  # noqa: ASYNC251 - what is tested is a loop that doesn't turn
            await asyncio.sleep(0.06)
        assert (it.losses, it.child.pid) == ([], pid)
