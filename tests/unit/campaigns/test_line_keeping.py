"""What a restart must not forget of lines: what was spent today, what was learned, how numbers were shown, rests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert, select

from bench.call_ends import ended, unanswered
from campaigns.line_book import LineBook
from campaigns.line_keeping import forget, keep, restore, rows_of
from campaigns.line_plan import Line
from campaigns.line_rows import put_lines
from models.attempt import Attempt
from models.call import first_id, new_id
from models.cause import Cause
from models.database import moment
from models.line import LineDay, LineFigure
from models.settings import LineSettings
from voice.call_outcome import Outcome

NUMBER = "+8613912345678"
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC).timestamp()
LINES = [
    Line.model_validate({
        "name": name, "currency": "CNY", "prices": {"+86": 0.06}, "spend_per_day": 0.5, "timezone": "Asia/Shanghai",
        "numbers": ["+862161234567"], "number_per_day": 30,
    })
    for name in ("a", "b")
]  # fmt: skip


def book(engine: Engine, now: float) -> LineBook:
    made = LineBook(LINES, LineSettings(seed=3), now)
    with engine.connect() as connection:
        restore(connection, made, now)
    return made


def kept(engine: Engine, one: LineBook, now: float) -> None:
    with engine.begin() as connection:
        keep(connection, rows_of(one, now))


def call(one: LineBook, now: float, end: Outcome | None, lines: tuple[str, ...] = ("a",)) -> None:
    choice = one.choose(NUMBER, lines, now=now, country="CN")
    assert choice is not None
    one.placed(choice)
    if end is not None:
        one.ended(choice, end, now)


@pytest.fixture
def written(engine: Engine) -> Engine:
    with engine.begin() as connection:
        put_lines(connection, LINES, ["a", "b"])
    return engine


def test_a_restart_goes_on_with_the_day_and_with_what_was_learned(written: Engine):
    before = book(written, NOON)
    for _ in range(4):
        call(before, NOON, ended())
    call(before, NOON, replace(ended(), answered_s=None, cause=Cause.BUSY, code=486))
    kept(written, before, NOON)
    after = book(written, NOON + 60)
    assert after.documents(NOON + 60)[0] == before.documents(NOON + 60)[0] | {"calls": 0}
    (kept_sums,), (sums,) = (list(one.figures.rows(NOON + 60)) for one in (after, before))
    assert kept_sums[:2] == sums[:2] == (0, "+86139")
    assert kept_sums[2] == pytest.approx(sums[2], abs=1e-4)
    assert after.numbers.rows(NOON)[0]["used"] == 5


def test_what_running_calls_were_going_to_cost_counts_after_a_kill(written: Engine):
    before = book(written, NOON)
    for _ in range(8):
        call(before, NOON, None)
    kept(written, before, NOON)
    after = book(written, NOON + 5)
    assert after.choose(NUMBER, ("a",), now=NOON + 5, country="CN") is None
    assert after.choose(NUMBER, ("b",), now=NOON + 5, country="CN") is not None


def test_attempts_that_were_never_kept_count_all_the_same(written: Engine):
    now = datetime.now(UTC)
    attempt = {
        "id": new_id(), "campaign_id": "c", "lead_id": 1, "node": "n", "number": NUMBER, "line": "a",
        "caller_number": "", "mode": "robot", "version": "", "state": "ended", "placed_at": now, "cause": "",
        "code": 0, "answered_by": "", "disposition": "", "grade": "", "call_id": "", "lines": [], "agent": "",
        "queue": "", "talk_s": 400.0, "cost": 0.48, "currency": "CNY", "results": {}, "abandoned": False,
    }  # fmt: skip
    yesterday = {**attempt, "id": first_id((now - timedelta(days=2)).timestamp()), "cost": 9.0}
    with written.begin() as connection:
        connection.execute(insert(Attempt), [attempt, yesterday])
    after = book(written, now.timestamp())
    assert after.documents(now.timestamp())[0]["cost"] == 0.48
    assert after.choose(NUMBER, ("a",), now=now.timestamp(), country="CN") is None


def test_a_rest_that_a_line_asked_for_outlives_a_restart(written: Engine):
    before = book(written, NOON)
    call(before, NOON, unanswered(Cause.CONGESTION, 503, None, retry_after=120))
    kept(written, before, NOON)
    assert book(written, NOON + 60).choose(NUMBER, ("a",), now=NOON + 60, country="CN") is None
    assert book(written, NOON + 130).choose(NUMBER, ("a",), now=NOON + 130, country="CN") is not None


def test_only_what_changed_is_written_again(written: Engine):
    before = book(written, NOON)
    call(before, NOON, ended())
    call(before, NOON, ended(), ("b",))
    assert len(rows_of(before, NOON)[LineFigure]) == 2
    call(before, NOON, ended(), ("b",))
    assert [row["line"] for row in rows_of(before, NOON)[LineFigure]] == ["b"]
    assert rows_of(before, NOON)[LineFigure] == []
    assert len(rows_of(before, NOON, everything=True)[LineFigure]) == 2


def test_a_new_day_is_a_new_row_and_what_is_long_unused_is_forgotten(written: Engine):
    one = book(written, NOON)
    call(one, NOON, ended())
    kept(written, one, NOON)
    call(one, NOON + 86_400, ended())
    kept(written, one, NOON + 86_400)
    with written.begin() as connection:
        days = connection.execute(select(LineDay.day, LineDay.attempts).order_by(LineDay.day)).all()
        assert [tuple(row) for row in days] == [("2026-11-20", 1), ("2026-11-21", 1)]
        forget(connection, moment(NOON + 2 * 86_400))
        assert connection.scalars(select(LineFigure.line)).all() == []


def test_a_day_without_a_call_has_no_counts_of_the_day_before(written: Engine):
    one = book(written, NOON)
    call(one, NOON, ended())
    kept(written, one, NOON)
    kept(written, one, NOON + 86_400)
    assert one.room(0, NOON + 86_400) == pytest.approx(0.5)
    with written.connect() as connection:
        assert connection.execute(select(LineDay.day, LineDay.attempts)).all() == [("2026-11-20", 1)]
