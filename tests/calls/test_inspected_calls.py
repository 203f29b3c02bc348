"""A server that inspects its own calls: by a process of its own, behind them, and again when that is killed."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from models.database import open_engine
from quality.inspected import inspected
from quality.jobs import Jobs
from tests.live_server import QUICK, greeted, record_of, server_with, until, worker
from voice.server_process import ServerProcess
from voice.synthetic_caller import SyntheticCaller

pytestmark = [pytest.mark.call, pytest.mark.asyncio(loop_scope="session")]
ADDRESS, CALLER = "127.0.32.3", "127.0.32.4"
PATIENCE = 300.0
"""Seconds: its process has the lowest priority, and every core may be busy with other tests."""


async def test_a_server_inspects_its_calls_also_after_its_inspector_was_killed(tmp_path: Path) -> None:
    async with server_with(tmp_path, {**QUICK, "QUALITY__INSPECT": "true"}, ADDRESS) as server:
        first = await until(lambda: worker(server, "hotline inspector"), "the inspector", PATIENCE)
        assert os.sched_getscheduler(first) == os.SCHED_IDLE
        os.kill(first, signal.SIGKILL)
        call = await _call(server)
        engine = open_engine(f"sqlite:///{tmp_path / 'hotline.sqlite'}")
        done = Jobs(engine, "")
        await until(lambda: done.counts()["done"], "the inspection", PATIENCE)
        with engine.connect() as connection:
            found = inspected(connection, call, original=True)
        engine.dispose()
        assert found["turns"][0]["speaker"] == "robot"
        assert "no recogniser" in found["note"]
        second = worker(server, "hotline inspector")
        assert second not in (0, first)
    await until(lambda: not Path(f"/proc/{second}").exists(), "the inspector's end")


async def _call(server: ServerProcess) -> str:
    async with SyntheticCaller(server.sip, CALLER, number="703") as caller:
        await greeted(caller)
        await asyncio.sleep(0.2)
    return str((await record_of(server, "703"))["id"])
