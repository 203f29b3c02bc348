"""The live board: who waits, who is there, and for how long, one screen."""

from datetime import UTC, datetime, timedelta
from io import StringIO

from rich.console import Console
from sqlalchemy import insert

from models.queue_caller import QueueCaller
from queues.board import MOST_CALLERS, seen, watch

PLAN = {
    "agents": [{"extension": "201", "name": "安娜", "password": "x", "skills": {"billing": 5}, "team": "day"}],
    "queues": [{"name": "billing", "needs": [{"skill": "billing"}]}, {"name": "sales"}],
}


def wait(engine, count, queue="billing"):
    with engine.begin() as connection:
        for number in range(count):
            connection.execute(
                insert(QueueCaller).values(
                    id=f"{queue}{number:03}",
                    call_id=f"c{number}",
                    node="n",
                    queue=queue,
                    state="queued",
                    caller=f"55501{number:02}",
                    language="en",
                    tags=["vip"],
                    answered_at=None,
                    ended_at=None,
                    agent="",
                    joined_at=datetime.now(UTC) - timedelta(seconds=75),
                    credit_s=10.0,
                    data={},
                )
            )


def shown(engine, name=""):
    console = Console(record=True, width=120, force_terminal=False, file=StringIO())

    def look():
        with engine.connect() as connection:
            return seen(connection, name)

    watch(look, 0, 2, console)
    return console.export_text()


def test_callers_wait_with_their_credit_and_agents_stand_as_they_do(engine, put):
    put(PLAN)
    wait(engine, 1)
    text = shown(engine)
    assert "安娜" in text
    assert "offline" in text
    assert "5550100" in text
    assert "1:25" in text
    assert "vip" in text


def test_a_crowd_is_counted_and_one_queue_is_shown_alone(engine, put):
    put(PLAN)
    wait(engine, MOST_CALLERS + 3)
    wait(engine, 1, "sales")
    assert "and 4 more" in shown(engine)
    assert "and" not in shown(engine, "sales")


def test_an_empty_house_says_so(engine, put):
    put(PLAN)
    assert "Nobody waits." in shown(engine)
