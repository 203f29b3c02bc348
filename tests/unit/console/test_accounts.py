"""Accounts: what is refused, what is kept, and that somebody always can give rights."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select

from console import accounts, passwords
from console.accounts import By
from console.refused import Refused
from console.sessions import begin, digest, session_by_id
from models.account import Account, SignIn
from models.audit import Audit
from models.errors import CannotDo
from tests.unit.console.people import PASSWORD, put_accounts

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
BY = By("ann", "192.0.2.1")


@pytest.fixture
def connection(engine, monkeypatch):
    monkeypatch.setattr(accounts, "hashed", lambda password: f"kept {password}")
    put_accounts(engine)
    with engine.connect() as connection:
        yield connection


def trail(connection):
    return [tuple(row) for row in connection.execute(select(Audit.account, Audit.action, Audit.words, Audit.address))]


def test_who_is_added_may_sign_in_by_a_name_in_lower_case(connection):
    accounts.add(connection, " Anna.Li ", {"roles": ["qa", "agent"], "shown": "Anna Li 李安娜"}, PASSWORD, BY, NOW)
    found = accounts.account(connection, "anna.li")
    assert (found.shown, found.roles, found.enabled) == ("Anna Li 李安娜", ["agent", "qa"], True)
    assert passwords.kept_of(connection, "anna.li") == f"kept {PASSWORD}"
    assert trail(connection) == [("ann", "account.added", "anna.li", "192.0.2.1")]


@pytest.mark.parametrize(
    ("name", "values", "password", "words"),
    [
        ("an na", {"roles": ["qa"]}, PASSWORD, "'an na' can't be an account's name"),
        ("../x", {"roles": ["qa"]}, PASSWORD, "can't be an account's name"),
        ("ann", {"roles": ["qa"]}, PASSWORD, "There is the account 'ann' already"),
        ("new", {"roles": ["qa"]}, "short", "too short"),
        ("new", {"roles": ["admin"]}, PASSWORD, "no role 'admin'; did you mean 'administrator'"),
        ("new", {"roles": []}, PASSWORD, "needs a role"),
        ("new", {"roles": ["agent"], "extension": "999"}, PASSWORD, "no agent 999"),
        ("new", {"roles": ["qa"], "language": "fr"}, PASSWORD, "no language 'fr'; there are en, zh"),
    ],
)
def test_what_is_wrong_is_said_and_nobody_added(connection, name, values, password, words):
    with pytest.raises(CannotDo, match=words):
        accounts.add(connection, name, values, password, BY, NOW)
    assert len(accounts.listed(connection)) == 5
    assert trail(connection) == []


def test_an_account_belongs_to_an_agent_that_there_is(connection, put):
    put({"agents": [{"extension": "201", "name": "Anna", "password": "x"}]})
    assert accounts.change(connection, "agnes", {"extension": "201"}, BY, NOW) == ["extension"]
    assert accounts.change(connection, "agnes", {"extension": "201"}, BY, NOW) == []


def test_the_last_administrator_stays_one(connection, engine):
    for taken in ({"roles": ["qa"]}, {"enabled": False}):
        with pytest.raises(Refused, match="'ann' is the last administrator"), engine.begin() as own:
            accounts.change(own, "ann", taken, BY, NOW)
    with pytest.raises(Refused, match="'ann' is the last administrator"), engine.begin() as own:
        accounts.remove(own, "ann", BY, NOW)
    with engine.connect() as after:
        assert accounts.account(after, "ann").roles == ["administrator"]
        assert accounts.account(after, "ann").enabled
    accounts.change(connection, "quinn", {"roles": ["qa", "administrator"]}, BY, NOW)
    accounts.remove(connection, "ann", BY, NOW)
    assert "ann" not in [row.name for row in accounts.listed(connection)]


def test_disabling_removing_and_a_new_password_sign_out_everywhere(connection):
    for work in (
        lambda: accounts.change(connection, "quinn", {"enabled": False}, BY, NOW),
        lambda: accounts.set_password(connection, "quinn", "another long password", BY, NOW),
        lambda: accounts.sign_out_everywhere(connection, "quinn", BY, NOW),
        lambda: accounts.remove(connection, "quinn", BY, NOW),
    ):
        accounts_enabled = Account.name == "quinn"
        connection.execute(Account.__table__.update().where(accounts_enabled).values(enabled=True))  # type: ignore[attr-defined]
        begin(connection, "quinn", "", NOW)
        work()
        assert connection.execute(select(SignIn).where(SignIn.account == "quinn")).all() == []
    assert [row[1] for row in trail(connection)] == [
        "account.changed", "account.password", "account.signed-out", "account.removed",
    ]  # fmt: skip


def test_who_changes_the_own_password_stays_signed_in_here_and_only_here(connection):
    here, there = (digest(begin(connection, "quinn", "", NOW)) for _ in range(2))
    accounts.set_password(connection, "quinn", "another long password", BY, NOW, keep=here)
    assert session_by_id(connection, here, NOW) is not None
    assert session_by_id(connection, there, NOW) is None


def test_a_name_that_is_nearly_right_is_hinted_at(connection):
    with pytest.raises(Refused, match="There is no account 'quin'; did you mean 'quinn'"):
        accounts.account(connection, "quin")
    connection.execute(delete(Account))
    with pytest.raises(Refused, match="hotline users list"):
        accounts.account(connection, "quin")
