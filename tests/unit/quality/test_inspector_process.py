import asyncio
import os

import pytest

from models.settings import Settings
from quality import inspector_process
from quality.inspection_metrics import families
from quality.inspector_process import InspectorProcess


class Jobs:
    asked = 0

    def counts(self):
        self.asked += 1
        return {"waiting": 7, "taken": 1, "done": 5, "given-up": 0}


def _process(tmp_path, jobs: Jobs | None = None, **more) -> InspectorProcess:
    settings = Settings.model_validate({"data": {"directory": tmp_path}})
    return InspectorProcess(settings, jobs or Jobs(), module="tests.unit.quality.inspectors", **more)


async def _until(condition):
    async with asyncio.timeout(120):
        while not condition():
            await asyncio.sleep(0.02)


def _starts(tmp_path) -> int:
    return len((tmp_path / "starts").read_text().splitlines()) if (tmp_path / "starts").exists() else 0


async def test_it_runs_with_the_server_s_settings_and_leaves_with_the_server(tmp_path):
    process = _process(tmp_path)
    running = asyncio.ensure_future(process.run())
    await _until(lambda: _starts(tmp_path))
    pid = process.pid
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (tmp_path / "left").exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_one_that_dies_is_started_again_after_a_pause(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(inspector_process, "BACK_OFF", (0.0, 0.0))
    (tmp_path / "dies").touch()
    process = _process(tmp_path)
    running = asyncio.ensure_future(process.run())
    await _until(lambda: _starts(tmp_path) >= 3)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert process.restarts >= 2
    assert "the inspector is lost (it ended with 3); it starts again in 0 s" in caplog.text


async def test_one_that_does_not_leave_keeps_the_server_for_moments_only(tmp_path, monkeypatch):
    monkeypatch.setattr(inspector_process, "LEAVING_S", 0.2)
    (tmp_path / "deaf").touch()
    process = _process(tmp_path)
    running = asyncio.ensure_future(process.run())
    await _until(lambda: _starts(tmp_path))
    running.cancel()
    async with asyncio.timeout(40):
        with pytest.raises(asyncio.CancelledError):
            await running
    assert process.pid == 0


def test_its_metrics_cost_a_look_into_the_database_every_quarter_of_a_minute_at_most(tmp_path):
    now, jobs = [0.0], Jobs()
    process = _process(tmp_path, jobs, clock=lambda: now[0])
    shown = {family.name: family.read for family in families(process)}
    assert shown["hotline_inspections"]() == {"waiting": 7, "taken": 1, "done": 5, "given-up": 0}
    now[0] = 10.0
    shown["hotline_inspections"]()
    assert jobs.asked == 1
    now[0] = 16.0
    shown["hotline_inspections"]()
    assert jobs.asked == 2
    assert (shown["hotline_inspector_up"](), shown["hotline_inspector_restarts"]()) == ({"": 0.0}, {"": 0.0})
