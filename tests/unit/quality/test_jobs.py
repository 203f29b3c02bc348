"""Calls that wait for inspection, shared by inspectors: the same on both databases."""

import multiprocessing
import os
import socket
import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine, insert, select

from models.call import Call
from models.inspection import Inspection
from quality.evidence import by_words_alone
from quality.inspector import EVERY, Inspector, Leaving
from quality.jobs import LEASE, NEW, Jobs, me
from tests.unit.quality.conftest import BLANK, NOW

WAITING, EACH = 10_000, 150


def _blank(table) -> dict[str, object]:
    columns = [column for column in table.__table__.columns if not column.nullable]
    return {column.name: BLANK[type(column.type).__name__] for column in columns}


def _calls(engine: Engine, count: int, **more) -> list[str]:
    ids = [f"c{number:05}" for number in range(count)]
    began = {name: NOW - timedelta(seconds=60 + count - at) for at, name in enumerate(ids)}
    over = {"state": "ended", "answered_at": NOW - timedelta(hours=9), "ended_at": NOW - timedelta(seconds=50)}
    blank = _blank(Call)
    with engine.begin() as connection:
        connection.execute(insert(Call), [{**blank, "id": name, "started_at": began[name], **over} for name in ids])
    return ids


def _wait(engine: Engine, ids: list[str]) -> None:
    blank = _blank(Inspection) | {"state": "waiting", "transcript": [], "personal": [], "facts": {}}
    with engine.begin() as connection:
        connection.execute(insert(Inspection), [{**blank, "call_id": name} for name in ids])


def test_two_inspectors_share_ten_thousand_waiting_calls_newest_first_and_none_twice(either):
    ids = _calls(either, WAITING)
    _wait(either, ids)
    taken: dict[str, list[str]] = {"a/1": [], "b/2": []}

    def inspect(who: str) -> None:
        jobs = Jobs(either, who)
        for _ in range(EACH):
            call = jobs.take(NOW)
            assert call is not None
            with either.begin() as connection:
                assert jobs.finish(connection, call, NOW, {"facts": {"by": who}})
            taken[who].append(call)

    inspectors = [threading.Thread(target=inspect, args=(who,)) for who in taken]
    for one in inspectors:
        one.start()
    for one in inspectors:
        one.join(60)
    both = taken["a/1"] + taken["b/2"]
    assert len(both) == len(set(both)) == 2 * EACH
    assert set(both) == set(ids[-2 * EACH :])
    assert all(calls == sorted(calls, reverse=True) for calls in taken.values())
    assert Jobs(either, "").counts() == {"waiting": WAITING - 2 * EACH, "taken": 0, "done": 2 * EACH, "given-up": 0}


def _dies_over(url: str, number: int) -> None:
    from models.database import open_engine

    engine = open_engine(url)
    jobs = Jobs(engine, me())
    for _ in range(number):
        call = jobs.take(NOW)
        with engine.begin() as connection:
            jobs.finish(connection, str(call), NOW, {})
    jobs.take(NOW)
    engine.connect()
    os._exit(9)


def test_one_that_is_killed_in_the_middle_loses_nothing_and_its_call_is_taken_up_again(either):
    ids = _calls(either, 20)
    _wait(either, ids)
    url = either.url.render_as_string(hide_password=False)
    dying = multiprocessing.get_context("spawn").Process(target=_dies_over, args=(url, 3))
    dying.start()
    dying.join(60)
    assert dying.exitcode == 9
    other = Jobs(either, f"{socket.gethostname()}/{os.getpid()}")
    assert other.counts() == {"waiting": 16, "taken": 1, "done": 3, "given-up": 0}
    other.take_from_the_dead(NOW)
    assert other.counts() == {"waiting": 17, "taken": 0, "done": 3, "given-up": 0}
    taken = [other.take(NOW) for _ in range(18)]
    assert [one for one in taken if one] == sorted(ids[:17], reverse=True)


def test_what_living_inspectors_and_those_of_other_hosts_have_stays_theirs_until_the_lease_ends(records):
    for name in ("c1", "c2"):
        records.call(name)
    mine, far = Jobs(records.engine, me()), Jobs(records.engine, "elsewhere/1")
    mine.take_up(NOW, NOW)
    assert (mine.take(NOW), far.take(NOW)) == ("c2", "c1")
    Jobs(records.engine, "x/1").take_from_the_dead(NOW)
    assert mine.counts()["taken"] == 2
    assert mine.take(NOW + LEASE + timedelta(seconds=1)) == "c2"


def test_an_inspector_that_must_leave_puts_its_call_back_untouched(records, tmp_path):
    records.call("c1", ("agent", "Bye."))

    def leave(said, examples, language):
        raise Leaving

    for _ in range(5):  # however often the server is started anew
        inspector = Inspector(records.engine, tmp_path, _leaving, by_words_alone, now=lambda: NOW)
        with pytest.raises(Leaving):
            inspector.run()
    assert inspector.jobs.counts()["waiting"] == 1
    with records.engine.connect() as connection:
        assert connection.scalar(select(Inspection.tries)) == 0


def _leaving():
    raise Leaving


def test_more_calls_than_are_taken_up_at_once_are_all_taken_up_and_then_only_recent_ones_are_looked_for(records):
    _calls(records.engine, NEW + 20)
    now = [NOW]
    inspector = Inspector(records.engine, records.engine.url.database, None, by_words_alone, now=lambda: now[0])
    inspector._take_up()
    assert inspector.jobs.counts()["waiting"] == NEW
    inspector._take_up()
    assert inspector.jobs.counts()["waiting"] == NEW + 20
    records.call("old", seconds_ago=9 * 86400)
    records.call("new", seconds_ago=3600)
    inspector._take_up()
    assert _known(records) == {"new"}
    now[0] = NOW + EVERY
    inspector._take_up()
    assert _known(records) == {"new", "old"}


def _known(records) -> set[str]:
    with records.engine.connect() as connection:
        return set(connection.scalars(select(Inspection.call_id).where(Inspection.call_id.in_(["new", "old"]))))
