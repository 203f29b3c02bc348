"""Shares of caps in both databases: servers that look at one moment never hold more than a cap together."""

import threading
from collections.abc import Sequence

from sqlalchemy import Engine, insert, select

from campaigns.attempt_rows import BLANK
from campaigns.line_book import LineBook
from campaigns.line_keeping import keep, restore, rows_of
from campaigns.line_state import Today
from campaigns.share_rows import Look, look, part
from campaigns.shares import Cap, Held, Kind, Pulse
from models.attempt import Attempt
from models.call import first_id
from models.cap_share import CapShare
from models.database import moment
from models.line import LineDay
from models.settings import LineSettings
from tests.unit.campaigns.test_line_keeping import LINES, NOON, NUMBER, book, call, written

__all__ = ["written"]
DAY = Today("a", "2026-11-20", NOON - 43_200, "CNY")


def asked(engine: Engine, node: str, mine: float, pulse: Pulse, now: float = 0.0, seats: float = 7) -> Look:
    caps = {"calls line a": Cap(Kind.SEATS, seats, mine)}
    return look(engine, node, caps, lambda: [DAY], pulse, now, NOON)


def held(engine: Engine) -> Sequence[Held | None]:
    with engine.connect() as connection:
        return connection.scalars(select(CapShare.held).order_by(CapShare.node)).all()


def test_a_lone_server_holds_all_and_a_newcomer_what_was_given_away(engine: Engine) -> None:
    first, second = Pulse(15.0), Pulse(15.0)
    assert asked(engine, "first", 0, first).division.usable is None
    assert held(engine) == [None]
    assert asked(engine, "second", 0, second).division.usable == {"calls line a": 0}
    given = asked(engine, "first", 7, first).division.usable
    assert given is not None
    assert asked(engine, "second", 0, second).division.usable == {"calls line a": 0}
    asked(engine, "first", given["calls line a"], first)
    assert asked(engine, "second", 0, second).division.usable == {"calls line a": 7 - given["calls line a"]}
    part(engine, "first")
    assert asked(engine, "second", 3, second).division.usable is None


def test_servers_that_look_at_one_moment_never_hold_more_than_a_cap(engine: Engine) -> None:
    wrong: list[float] = []

    def serve(node: str) -> None:
        pulse, mine = Pulse(600.0), 0.0
        for _ in range(12):
            found = asked(engine, node, mine, pulse).division.usable
            mine = 7.0 if found is None else found["calls line a"]
            together = [7.0 if one is None else one.get("calls line a", 0.0) for one in held(engine)]
            if sum(together) > 7:
                wrong.append(sum(together))

    servers = [threading.Thread(target=serve, args=(f"server {number}",)) for number in range(4)]
    for one in servers:
        one.start()
    for one in servers:
        one.join()
    assert wrong == []
    assert len(held(engine)) == 4


def test_what_a_dead_server_had_not_written_of_the_day_is_read_from_its_attempts(engine: Engine) -> None:
    row = {**BLANK, "campaign_id": "c", "lead_id": 1, "number": NUMBER, "placed_at": moment(NOON), "state": "ended"}
    with engine.begin() as connection:
        connection.execute(insert(CapShare).values(node="gone", beat=3, held={"spend line a": 5.0}))
        for number in range(3):
            values = {**row, "id": first_id(NOON + number), "node": "gone", "line": "a", "cost": 0.5}
            connection.execute(insert(Attempt).values(**values))
    pulse, caps = Pulse(15.0), {"spend line a": Cap(Kind.MONEY, 10, 0, days=(("a", "2026-11-20"),))}
    first = look(engine, "here", caps, lambda: [DAY], pulse, 0.0, NOON)
    assert first.division.usable == {"spend line a": 5.0}
    second = look(engine, "here", caps, lambda: [DAY], pulse, 15.0, NOON + 15)
    assert second.gone == ("gone",)
    with engine.connect() as connection:
        assert connection.execute(select(LineDay.node, LineDay.attempts, LineDay.cost)).all() == [("gone", 3, 1.5)]
    assert second.theirs == {("a", "2026-11-20"): [3.0, 0.0, 0.0, 0.0, 1.5]}


def test_days_of_two_servers_are_kept_apart_and_counted_together(written: Engine) -> None:
    for node, one in [(node, book(written, NOON)) for node in ("first", "second")]:
        for _ in range(3):
            call(one, NOON, None)
        with written.begin() as connection:
            keep(connection, rows_of(one, NOON, node=node))
    again = LineBook(LINES, LineSettings(seed=3), NOON)
    with written.connect() as connection:
        restore(connection, again, NOON, "first")
    assert again.documents(NOON)[0]["attempts"] == 6
    assert again.choose(NUMBER, ("a",), now=NOON, country="CN") is not None
