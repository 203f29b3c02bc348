"""`hotline users`: the first account, and all others, without a password that anybody else has chosen."""

import json

import pytest
from typer.testing import CliRunner

from console import passwords
from console.accounts_cli import app
from models.database import open_engine
from tests.unit.console.people import KEPT, PASSWORD


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("HOTLINE_DATA__DIRECTORY", str(tmp_path))
    monkeypatch.setattr("console.accounts.hashed", lambda password: KEPT if password == PASSWORD else "other")

    def run(*words, given="", code=0):
        told = CliRunner().invoke(app, list(words), input=given)
        assert told.exit_code == code, told.output
        return told

    return run


def test_the_first_account_is_made_with_a_password_that_is_shown_once(run, tmp_path):
    assert "hotline users add NAME --role administrator" in run("list").stderr
    told = run("add", "Ann", "--role", "administrator")
    made = told.stdout.strip()
    assert passwords.fault("ann", made) == ""
    assert "'ann' may sign in as administrator." in told.stderr
    assert "shown only now" in told.stderr
    engine = open_engine(f"sqlite:///{tmp_path / 'hotline.sqlite'}")
    with engine.connect() as connection:
        assert passwords.kept_of(connection, "ann") == "other"
    engine.dispose()


def test_a_password_comes_from_stdin_and_is_not_printed(run, tmp_path):
    told = run("add", "ann", "--role", "administrator", "--password-stdin", given=f"{PASSWORD}\n")
    assert told.stdout == ""
    assert PASSWORD not in told.output
    told = run("password", "ann", "--password-stdin", given="short\n", code=1)
    assert "too short" in told.stderr
    assert "another password" in run("password", "ann", "--generate").stderr


def test_accounts_are_changed_listed_and_removed(run):
    run("add", "ann", "--role", "administrator", "--generate")
    run("add", "sue", "--role", "supervisor", "--team", "day", "--shown", "苏", "--generate")
    assert run("change", "sue", "--team", "night", "--disable").stderr == "Changed: team, enabled.\n"
    assert run("change", "sue", "--team", "night").stderr == "Nothing changed.\n"
    sue = json.loads(run("list", "--json").stdout)[1]
    assert (sue["shown"], sue["team"], sue["roles"], sue["enabled"]) == ("苏", "night", ["supervisor"], False)
    assert "password" not in str(sue)
    assert "disabled" in run("list").stdout
    assert "did you mean 'supervisor'" in run("change", "sue", "--role", "supervizor", code=1).stderr
    assert "last administrator" in run("remove", "ann", code=1).stderr
    run("remove", "sue")
    assert "There is no account 'sue'" in run("remove", "sue", code=1).stderr


def test_tokens_are_made_listed_and_revoked(run):
    assert "There is no token" in run("token", "list").stderr
    token = run("token", "add", "crm", "--role", "qa").stdout.strip()
    assert token.startswith("hl_")
    listed = run("token", "list").stdout
    assert "crm" in listed
    assert "used never" in listed
    assert token not in run("token", "list", "--json").stdout
    run("token", "revoke", "crm")
    assert "revoked" in run("token", "list").stdout
