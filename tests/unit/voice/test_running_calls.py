"""Calls under way: one limit for those we take and those we place, and one end for all."""

import asyncio
from pathlib import Path

import pytest

from models.call_log import CallLog
from models.cause import Cause
from models.errors import CannotDo
from models.settings import LimitSettings
from voice.call import Call
from voice.endings import EndNow
from voice.loopback import LoopbackDialog
from voice.running_calls import Queue, RunningCalls

pytestmark = pytest.mark.looptime


async def until_told(call: Call, queue: Queue) -> None:
    """A conversation that goes on until it is told to end."""
    event = await queue.get()
    assert isinstance(event, EndNow)
    call.end(event.cause)


class Board:
    """Running calls that are held, and how they ended."""

    def __init__(self, directory: Path, limit: int) -> None:
        self.log = CallLog("sqlite://", directory)
        self.causes: list[str] = []
        self.log.events.subscribe(
            lambda note: self.causes.append(cause) if (cause := getattr(note, "cause", "")) else None
        )
        self.running = RunningCalls(LimitSettings(max_calls=limit))
        self._directory = directory

    def take(self, conduct=until_told) -> Call:
        call = Call(LoopbackDialog(), self.log, self._directory)
        call.begin()
        self.running.take(call, conduct)
        return call


async def test_a_call_beyond_the_limit_has_no_room_until_one_ends(tmp_path: Path) -> None:
    board = Board(tmp_path, 1)
    assert board.running.refusal() == ("Draining", Cause.DRAINING)
    async with asyncio.TaskGroup() as group:
        board.running.held_by(group)
        assert board.running.refusal() is None
        call = board.take()
        assert board.running.refusal() == ("All lines are busy", Cause.CONGESTION)
        assert board.running.hang_up(call.id[:12], Cause.OPERATOR_HUNG_UP) == call.id
        await asyncio.sleep(0.1)
        assert board.running.refusal() is None
    assert board.causes == ["operator-hung-up"]


async def test_only_one_call_is_ended_by_the_beginning_of_an_id(tmp_path: Path) -> None:
    board = Board(tmp_path, 5)
    async with asyncio.TaskGroup() as group:
        board.running.held_by(group)
        calls = [board.take(), board.take()]
        for beginning, why in ((calls[0].id[:3], "2 running calls have"), ("zzz", "No running call has"), ("", "No")):
            with pytest.raises(CannotDo, match=why):
                board.running.hang_up(beginning, Cause.OPERATOR_HUNG_UP)
        assert board.running.count == 2
        await board.running.drain(0)
    assert board.causes == ["server-stopped"] * 2


async def test_a_fault_in_one_call_is_its_own(tmp_path: Path) -> None:
    board = Board(tmp_path, 5)

    async def fails(call: Call, queue: Queue) -> None:
        raise ZeroDivisionError

    async with asyncio.TaskGroup() as group:
        board.running.held_by(group)
        board.take()
        broken = board.take(fails)
        await asyncio.sleep(0.1)
        assert board.running.count == 1
        assert isinstance(broken.dialog, LoopbackDialog)
        assert broken.dialog.over is not None
        await board.running.drain(1)
    assert board.causes == ["our-error", "server-stopped"]
