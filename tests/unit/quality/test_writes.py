"""Which thread of an inspector has which priority: what listens and judges stands back, what writes never does."""

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import event

from models.quality_settings import QualitySettings
from models.retention_settings import RetentionSettings
from quality import publishing
from quality.back_pressure import stand_back
from quality.evidence import by_words_alone
from quality.inspector import Inspector
from quality.retention import Retention
from quality.sampling_rows import Sampling
from quality.writes import WritingThread
from tests.unit.quality.conftest import NOW
from tests.unit.quality.test_inspector import CARD

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a priority for each thread")
CHANGES = ("INSERT", "UPDATE", "DELETE", "BEGIN IMMEDIATE")


def priority() -> tuple[int, int]:
    """Policy and niceness of the thread that asks."""
    thread = threading.get_native_id()
    return os.sched_getscheduler(thread), os.getpriority(os.PRIO_PROCESS, thread)


USUAL = priority()
BEHIND = os.SCHED_BATCH, USUAL[1]
"""Told apart from the usual one, and never starved by a machine full of other tests, as an idle one would be."""


@pytest.fixture
def inspecting():
    """A thread that stands back a little, and where it writes."""
    with ThreadPoolExecutor(1) as thread:
        writes = thread.submit(WritingThread).result()
        thread.submit(os.sched_setscheduler, 0, os.SCHED_BATCH, os.sched_param(0)).result()
        yield thread, writes


def test_what_writes_keeps_its_priority_when_all_else_stands_back():
    with ThreadPoolExecutor(1) as thread:
        writes = thread.submit(WritingThread).result()
        thread.submit(stand_back).result()
        assert thread.submit(priority).result() == (os.SCHED_IDLE, 19)
        assert thread.submit(writes, priority).result() == USUAL
    assert priority() == USUAL, "the process's other threads are as they were"


def test_threads_that_engines_start_stand_back_too(inspecting):
    """CTranslate2 and onnxruntime start theirs where a model is loaded, which is never where it is written."""
    thread, writes = inspecting

    def of_an_engine() -> tuple[int, int]:
        with ThreadPoolExecutor(1) as engine:
            return engine.submit(priority).result()

    assert thread.submit(of_an_engine).result() == BEHIND
    thread.submit(writes, priority).result()
    assert thread.submit(of_an_engine).result() == BEHIND, "also once something was written"


def test_a_fault_of_what_writes_comes_to_who_asked(inspecting):
    thread, writes = inspecting
    with pytest.raises(ZeroDivisionError):
        thread.submit(writes, lambda: 1 // 0).result()
    assert thread.submit(writes, priority).result() == USUAL


def test_an_inspector_judges_at_its_low_priority_and_writes_at_the_usual(records, tmp_path, inspecting):
    thread, writes = inspecting
    records.call("c1", ("agent", "You idiot."), ("agent", "Bye."))
    old = NOW - timedelta(days=40)
    records.call("old", ("caller", "Hello."), started_at=old, answered_at=old, ended_at=old)
    with records.engine.begin() as connection:
        publishing.publish(connection, CARD, "manners.yaml", "", NOW)
    wrote: list[tuple[str, tuple[int, int]]] = []
    judged: list[tuple[int, int]] = []

    @event.listens_for(records.engine, "before_cursor_execute")
    def seen(connection, cursor, statement, parameters, context, executemany):
        if statement.lstrip().startswith(CHANGES):
            wrote.append((statement, priority()))

    def ears() -> None:
        judged.append(priority())

    def inspects() -> int:
        inspector = Inspector(records.engine, tmp_path, ears, by_words_alone, now=lambda: NOW, writes=writes)
        sample = {"name": "all", "by": "random", "per": "all", "each_week": 5}
        settings = QualitySettings.model_validate({"samples": [sample]})
        inspected = inspector.run()
        judged.append(priority())
        Sampling(records.engine, settings, writes).run(NOW)
        Retention(records.engine, tmp_path, RetentionSettings(words_days=30), writes).step(NOW)
        return inspected

    assert thread.submit(inspects).result() == 2
    assert judged == [BEHIND] * 2, "where ears are loaded, and after all was written"
    written = " ".join(statement for statement, _ in wrote)
    tables = ("inspection", "call_score", "finding", "call_entry", "review", "audit")
    assert [table for table in tables if table not in written] == []
    assert [each for each in wrote if each[1] != USUAL] == []
