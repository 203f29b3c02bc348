"""What is told to the journal is in the database, in order, once, before anybody goes on."""

import asyncio

import pytest
from sqlalchemy import insert, select

from models.errors import OurFault
from models.queue_caller import QueueCaller
from models.queue_event import QueueEvent
from models.staffing import Skill
from queues.journal import Journal, record


@pytest.fixture
def journal(engine):
    journal = Journal(engine, clock=lambda: 1_800_000_000.5)
    journal.open("here")
    yield journal
    journal.close()


def rows(engine):
    with engine.connect() as connection:
        return connection.execute(select(QueueEvent.__table__).order_by(QueueEvent.id)).all()


async def test_an_event_is_in_the_database_when_it_is_told_to_be(engine, journal):
    await journal.tell("queue.joined", queue="billing", call_id="c1", position=3, tags=("vip",))
    (row,) = rows(engine)
    assert (row.node, row.number, row.name, row.queue, row.call_id) == ("here", 1, "queue.joined", "billing", "c1")
    assert row.data == {"position": 3, "tags": ["vip"]}
    assert row.at.timestamp() == 1_800_000_000.5


async def test_many_at_once_keep_their_order_and_numbers(engine, journal):
    await asyncio.gather(*(journal.tell("queue.offered", agent=str(turn)) for turn in range(2000)))
    found = rows(engine)
    assert [row.number for row in found] == list(range(1, 2001))
    assert [row.agent for row in found] == [str(turn) for turn in range(2000)]


async def test_rows_are_written_with_their_event_or_not_at_all(engine, journal):
    await journal.tell("queue.edited", insert(Skill).values(name="billing"))
    other = journal.tell("queue.joined")
    with pytest.raises(OurFault):
        await journal.tell("queue.edited", insert(Skill).values(name="billing"))
    await other
    assert [(row.number, row.name) for row in rows(engine)] == [(1, "queue.edited"), (2, "queue.joined")]


async def test_rows_that_can_not_even_be_sent_fail_alone_and_the_journal_goes_on(engine, journal):
    wrong = journal.tell("queue.joined", insert(QueueCaller).values(data={1j: object()}))
    right = journal.tell("queue.offered")
    with pytest.raises(OurFault):
        await wrong
    await right
    await journal.tell("queue.answered")
    assert [(row.number, row.name) for row in rows(engine)] == [(2, "queue.offered"), (3, "queue.answered")]


async def test_a_locked_database_costs_time_and_no_event(engine, journal):
    with engine.connect() as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")
        written = [journal.tell("queue.joined", call_id=str(turn)) for turn in range(20)]
        done, _ = await asyncio.wait(written, timeout=0.4)
        assert not done
    await asyncio.gather(*written)
    assert [(row.number, row.call_id) for row in rows(engine)] == [(turn + 1, str(turn)) for turn in range(20)]


async def test_the_count_goes_on_where_it_stopped(engine, journal):
    await journal.tell("queue.joined")
    again = Journal(engine)
    again.open("here")
    await again.tell("queue.joined")
    again.close()
    with engine.begin() as connection:
        record(connection, "command", "queue.edited", queue="billing")
        record(connection, "command", "queue.edited", data={"what": "added"})
    assert [(row.node, row.number) for row in rows(engine)] == [
        ("here", 1),
        ("here", 2),
        ("command", 1),
        ("command", 2),
    ]


async def test_closing_writes_what_is_left(engine):
    journal = Journal(engine)
    journal.open("here")
    for _ in range(50):
        journal.tell("queue.joined")
    await asyncio.to_thread(journal.close)
    assert len(rows(engine)) == 50
