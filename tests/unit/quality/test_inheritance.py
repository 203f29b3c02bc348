"""A server that is gone for good leaves calls; another inherits them, and what is found of their files."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bench import long_call
from models.audit import Audit
from models.call import Call, CallState
from models.errors import CannotDo
from models.recording import Recording
from models.retention_settings import RetentionSettings
from quality.inheritance import inherit, servers
from quality.retention import Retention

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def calls(either, tmp_path):
    """Two old calls of the server "gone", one of which never ended, and one of "heir"; both knew this directory."""
    (tmp_path / "node").write_text("heir\n")
    found = []
    with either.begin() as connection:
        long_call.put_agent(connection)
        long_call.put_scorecard(connection)
        for node, state in (("gone", CallState.ENDED), ("gone", CallState.ANSWERED), ("heir", CallState.ENDED)):
            call_id = long_call.put(connection, tmp_path, "en", 0.7)
            values = {"node": node, "state": state, "started_at": NOW - timedelta(days=40)}
            connection.execute(update(Call).where(Call.id == call_id).values(**values))
            found.append(call_id)
    return found


def test_the_list_says_whose_calls_there_are_and_which_never_ended(either, tmp_path, calls):
    with either.connect() as connection:
        found = {one.node: one for one in servers(connection, tmp_path)}
    assert (found["gone"].calls, found["gone"].open, found["gone"].ours) == (2, 1, False)
    assert (found["heir"].calls, found["heir"].open, found["heir"].ours) == (1, 0, True)
    assert found["gone"].last_at == NOW - timedelta(days=40)


def test_the_heir_deletes_what_it_was_given_and_says_of_the_rest_that_it_was_not_found(either, tmp_path, calls):
    given, open_, own = calls
    files = {one: tmp_path / "recordings" / f"{one}.wav" for one in calls}
    files[open_].unlink()
    with either.begin() as connection:
        assert inherit(connection, "gone", tmp_path, NOW, by="command") == 2
    with either.connect() as connection:
        assert set(connection.execute(select(Call.node, Call.state).distinct()).all()) == {("heir", CallState.ENDED)}
        (entry,) = connection.execute(select(Audit).where(Audit.action == "inherited")).all()
        assert entry.data == {"from": "gone", "to": "heir", "calls": 2}
    sweep = Retention(either, tmp_path, RetentionSettings(recordings_days=30))
    while not sweep.through:
        sweep.step(NOW)
    with either.connect() as connection:
        notes = {row.call_id: row.note for row in connection.execute(select(Recording))}
    assert not files[given].exists()
    assert not files[own].exists()
    assert "not found" in notes[open_]
    assert notes[given] == notes[own] == "deleted by age on 2026-11-22"


def test_before_nobody_deletes_what_is_missing_and_the_gone_servers(either, tmp_path, calls):
    given, open_, _ = calls
    for one in (given, open_):
        (tmp_path / "recordings" / f"{one}.wav").unlink()
    sweep = Retention(either, tmp_path, RetentionSettings(recordings_days=30))
    assert sweep.step(NOW) == 1
    with either.connect() as connection:
        notes = {row.call_id: row.note for row in connection.execute(select(Recording))}
    assert notes[given] == notes[open_]


@pytest.mark.parametrize(
    ("gone", "why"),
    [("heir", "is this one"), ("nobody", "No server 'nobody' had calls"), ("lively", "may be alive")],
)
def test_who_is_not_gone_is_not_inherited(either, tmp_path, calls, gone, why):
    with either.begin() as connection:
        values = {"node": "lively", "started_at": NOW - timedelta(hours=3)}
        connection.execute(update(Call).where(Call.id == calls[0]).values(**values))
        with pytest.raises(CannotDo, match=why):
            inherit(connection, gone, tmp_path, NOW, by="command")
    with either.connect() as connection:
        assert sorted(connection.scalars(select(Call.node))) == ["gone", "heir", "lively"]


def test_a_directory_that_no_server_ever_had_inherits_nothing(either, tmp_path, calls):
    (tmp_path / "node").unlink()
    with either.begin() as connection, pytest.raises(CannotDo, match="No server ever had the data directory"):
        inherit(connection, "gone", tmp_path, NOW, by="command")
