"""Registrations come back from the database as they were, by the clock of the process that reads them."""

import pytest
from sqlalchemy import select

from models.database import migrate, open_engine
from models.phone import Phone
from voice.sip.bindings import Binding, Contact
from voice.sip.phone_rows import binding_rows, kept_bindings

AHEAD = 1_790_000_000.0
NOW = 1000.0
"""By the first process's clock."""


@pytest.fixture
def engine(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'hotline.sqlite'}")
    migrate(engine)
    return engine


def binding(host="192.0.2.7", expires_at=1600.0, cseq=7):
    contact = Contact(f"sip:201@{host}:5070", None, 0.5)
    return Binding("201", contact, (host, 5062), expires_at, 990.0, "call", cseq, "phone 1")


def write(engine, *changes):
    with engine.begin() as connection:
        for one, present in changes:
            for row in binding_rows("here", one, present, AHEAD):
                connection.execute(row)


def kept(engine, node="here", now=NOW, ahead=AHEAD):
    with engine.connect() as connection:
        return kept_bindings(connection, node, now, ahead)


def test_a_binding_comes_back_by_another_clock(engine):
    write(engine, (binding(), True))
    (back,) = kept(engine, now=10.0, ahead=AHEAD + 990)
    assert back.expires_at == pytest.approx(610, abs=1e-3)
    assert back.refreshed_at == pytest.approx(0, abs=1e-3)
    assert (back.user, back.contact, back.source) == ("201", binding().contact, ("192.0.2.7", 5062))
    assert (back.call_id, back.cseq, back.user_agent) == ("call", 7, "phone 1")


def test_a_refresh_replaces_and_an_end_removes(engine):
    write(engine, (binding(), True), (binding(cseq=2**31 + 5), True), (binding("192.0.2.8"), True))
    assert sorted(one.cseq for one in kept(engine)) == [7, 2**31 + 5]
    write(engine, (binding(), False))
    assert [one.source[0] for one in kept(engine)] == ["192.0.2.8"]


def test_what_has_run_out_or_is_another_nodes_does_not_come_back(engine):
    write(engine, (binding(expires_at=999.0), True), (binding("192.0.2.8"), True))
    assert [one.source[0] for one in kept(engine)] == ["192.0.2.8"]
    assert kept(engine, node="elsewhere") == []
    with engine.connect() as connection:
        assert connection.scalars(select(Phone.host)).all() == ["192.0.2.8"], "what ran out meanwhile isn't kept"
