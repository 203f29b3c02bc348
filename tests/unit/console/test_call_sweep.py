import logging
import threading

import pytest
from sqlalchemy import func, select

from console.call_sweep import CallSweep
from models.call_entry import CallEntry
from models.database import migrate, open_engine
from tests.unit.quality.conftest import Records


@pytest.fixture
def records(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'hotline.sqlite'}")
    migrate(engine)
    yield Records(engine)
    engine.dispose()


def test_calls_are_in_the_list_soon_after_the_console_began_and_it_ends_when_told(records):
    records.call("c1")
    swept = threading.Event()

    class Told(CallSweep):
        def _swept(self) -> int:
            count = super()._swept()
            swept.set()
            return count

    sweep = Told(records.engine)
    sweep.start()
    assert swept.wait(20)
    sweep.close()
    assert not any(thread.name == "sweep of calls" for thread in threading.enumerate())
    with records.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(CallEntry)) == 1


def test_a_database_that_is_away_is_told_once_and_tried_again(tmp_path, caplog):
    engine = open_engine(f"sqlite:///{tmp_path / 'away' / 'hotline.sqlite'}")
    sweep = CallSweep(engine)
    with caplog.at_level(logging.WARNING):
        assert [sweep._swept() for _ in range(3)] == [0, 0, 0]
    assert len(caplog.records) == 1
    (tmp_path / "away").mkdir()
    migrate(engine)
    Records(engine).call("c1")
    assert sweep._swept() == 1
    engine.dispose()


def test_one_that_never_began_is_closed_at_once(records):
    CallSweep(records.engine).close()
