"""Sessions: good for twelve hours, two without anybody there, and over at once when something is taken away."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from console.sessions import IDLE, LASTS, begin, digest, end, end_all, seen, session_by_id, session_of, signed_in
from models.account import Account, SignIn
from models.database import open_engine
from tests.unit.console.people import put_accounts

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def connection(engine):
    put_accounts(engine)
    with engine.connect() as connection:
        yield connection


def test_a_cookie_is_kept_as_its_digest_only(connection):
    cookie = begin(connection, "ann", "192.0.2.1", NOW)
    row = connection.execute(select(SignIn)).one()
    assert row.id == digest(cookie)
    assert cookie not in map(str, row)
    session = session_of(connection, cookie, NOW)
    assert session is not None
    assert session.viewer.name == "ann"
    assert session_of(connection, row.id, NOW) is None, "who reads the database has no cookie"
    assert session_of(connection, "", NOW) is None


def test_a_session_is_over_after_two_hours_without_anybody_and_after_twelve_anyway(connection):
    cookie = begin(connection, "ann", "", NOW)
    session = session_of(connection, cookie, NOW + IDLE)
    assert session is not None
    assert session_of(connection, cookie, NOW + IDLE + MINUTE) is None
    now = NOW
    while now < NOW + LASTS - IDLE:
        now += IDLE - MINUTE
        session = session_of(connection, cookie, now)
        assert session is not None, "looking isn't being there"
        seen(connection, session, now)
    assert session_of(connection, cookie, NOW + LASTS - MINUTE) is not None
    assert session_of(connection, cookie, NOW + LASTS) is None


def test_who_is_there_may_go_on_while_others_keep_the_database_from_being_written(connection, engine, caplog):
    cookie = begin(connection, "ann", "", NOW)
    connection.commit()
    impatient = open_engine(engine.url.render_as_string(hide_password=False), busy_seconds=0.05)
    with engine.connect() as busy, impatient.connect() as asked:
        busy.execute(update(Account).values(theme="dark"))
        session = session_of(asked, cookie, NOW + MINUTE * 2)
        assert session is not None
        seen(asked, session, NOW + MINUTE * 2)
        assert "That ann is there can't be noted now: database is locked" in caplog.text
        busy.rollback()
        seen(asked, session, NOW + MINUTE * 2)
        kept = session_of(asked, cookie, NOW + MINUTE * 2)
    assert kept is not None
    assert kept.seen_at == NOW + MINUTE * 2
    impatient.dispose()


@pytest.mark.parametrize("taken", [{"enabled": False}, {"password_at": NOW + MINUTE}])
def test_disabling_and_a_new_password_end_sessions_at_once(connection, taken):
    cookie = begin(connection, "ann", "", NOW)
    connection.execute(update(Account).values(**taken))
    assert session_of(connection, cookie, NOW + MINUTE) is None


def test_signing_out_ends_one_or_all_and_keeps_the_one_that_is_to_stay(connection):
    first, second, third = (begin(connection, "ann", str(number), NOW) for number in range(3))
    other = begin(connection, "quinn", "", NOW)
    end(connection, digest(first))
    assert session_by_id(connection, digest(first), NOW) is None
    end_all(connection, "ann", but=digest(third))
    assert [session_of(connection, one, NOW) is None for one in (second, third, other)] == [True, False, False]
    assert [row.address for row in signed_in(connection, "ann", NOW)] == ["2"]


def test_sessions_that_are_over_do_not_pile_up(connection):
    begin(connection, "ann", "", NOW)
    begin(connection, "ann", "", NOW + LASTS + MINUTE)
    assert len(connection.execute(select(SignIn.id)).all()) == 1
