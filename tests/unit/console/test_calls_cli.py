"""`hotline calls delete`: asks, deletes, and says what is gone."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from bench import long_call
from console.calls_cli import app
from models.call import Call
from models.recording import Recording


@pytest.fixture
def call(engine, tmp_path):
    (tmp_path / "hotline.toml").write_text(f'[data]\ndirectory = "{tmp_path}"\n')
    with engine.begin() as connection:
        long_call.put_agent(connection)
        return long_call.put(connection, tmp_path, "zh", 0.4)


def run(tmp_path, *words, answer=""):
    return CliRunner().invoke(app, ["delete", *words, "--config", str(tmp_path / "hotline.toml")], input=answer)


def test_who_says_no_keeps_it_and_who_says_yes_is_told_what_is_gone(call, tmp_path):
    recording = tmp_path / "recordings" / f"{call}.wav"
    assert run(tmp_path, call, answer="n\n").exit_code == 1
    assert recording.exists()
    told = run(tmp_path, call[:-1], answer="y\n")
    assert (told.exit_code, recording.exists()) == (0, False)
    assert f"{call}.wav" in told.output


def test_scripts_ask_for_all_of_it_without_being_asked(call, tmp_path):
    told = run(tmp_path, call, "--words", "--yes", "--json")
    document = json.loads(told.stdout)
    assert (document["call"], document["words"], f"{call}.wav" in document["files"]) == (call, True, True)
    again = run(tmp_path, call, "--words", "--yes")
    assert (again.exit_code, "nothing left to delete" in again.output) == (1, True)


def test_of_a_file_that_is_not_here_it_is_said_that_it_is_not_deleted(call, tmp_path, engine):
    elsewhere = run(tmp_path, call, "--yes")
    assert elsewhere.exit_code == 0, "any server may delete what it has"
    with engine.begin() as connection:
        connection.execute(update(Recording).values(path=f"recordings/{call}.wav", note=""))
    refused = run(tmp_path, call, "--yes")
    assert (refused.exit_code, "nothing is deleted" in refused.output, "node bench" in refused.output) == (
        1,
        True,
        True,
    )
    words = run(tmp_path, call, "--words", "--yes")
    assert words.exit_code == 1
    assert "are deleted: all that was said" in words.output
    assert f"so not deleted: {call}.wav; run this on the server with node bench" in words.output
    (tmp_path / "node").write_text("bench\n")
    ours = run(tmp_path, call, "--yes")
    assert (ours.exit_code, f"so not deleted: {call}.wav; where a copy" in ours.output) == (1, True)
    document = json.loads(run(tmp_path, call, "--yes", "--json").stdout)
    assert document == {"call": call, "files": [], "words": False, "missing": [f"{call}.wav"], "elsewhere": ""}


def _by_age(tmp_path, *words, days=1):
    (tmp_path / "hotline.toml").write_text(f'[data]\ndirectory = "{tmp_path}"\n[retention]\nrecordings_days = {days}\n')
    return CliRunner().invoke(app, [*words, "--config", str(tmp_path / "hotline.toml")])


def test_what_is_too_old_is_deleted_unless_it_is_kept(call, tmp_path, engine):
    with engine.begin() as connection:
        connection.execute(update(Call).values(started_at=datetime(2025, 1, 1, tzinfo=UTC)))
    recording = tmp_path / "recordings" / f"{call}.wav"
    assert "until" in _by_age(tmp_path, "keep", call, "--why", "complaint 17").output
    assert json.loads(_by_age(tmp_path, "expire", "--json").stdout) == {"due": 0, "deleted": 0, "kept": 1}
    assert recording.exists()
    assert _by_age(tmp_path, "release", call).exit_code == 0
    assert "isn't marked" in _by_age(tmp_path, "release", call).output
    assert "Of 1 calls something is due" in _by_age(tmp_path, "expire", "--dry-run").output
    assert recording.exists()
    assert "Of 1 calls something was deleted" in _by_age(tmp_path, "expire").output
    assert not recording.exists()
    assert "Nothing is ever deleted" in _by_age(tmp_path, "expire", days=0).output


def test_the_other_commands_are_there_too():
    told = CliRunner().invoke(app, ["--help"]).output
    assert all(name in told for name in ("list", "show", "export", "delete", "supervise"))


def test_an_heir_is_asked_and_then_has_the_calls_of_a_server_that_is_gone(call, tmp_path, engine):
    (tmp_path / "node").write_text("heir\n")
    config = ["--config", str(tmp_path / "hotline.toml")]
    with engine.begin() as connection:
        connection.execute(update(Call).values(node="gone", started_at=datetime(2026, 1, 5, tzinfo=UTC)))
    (listed,) = json.loads(CliRunner().invoke(app, ["servers", "--json", *config]).stdout)
    assert (listed["node"], listed["calls"], listed["ours"]) == ("gone", 1, False)
    assert CliRunner().invoke(app, ["inherit", "gone", *config], input="n\n").exit_code == 1
    told = CliRunner().invoke(app, ["inherit", "gone", *config], input="y\n")
    assert (told.exit_code, "1 calls are this server's now" in told.output) == (0, True)
    assert "heir: 1 calls" in CliRunner().invoke(app, ["servers", *config]).output
    assert CliRunner().invoke(app, ["inherit", "gone", "--yes", *config]).exit_code == 1


@pytest.mark.parametrize("terminal", [True, False])
def test_deleting_by_age_shows_on_a_terminal_how_far_it_is(call, engine, tmp_path, terminal):
    with (tmp_path / "hotline.toml").open("a") as file:
        file.write("[retention]\nrecordings_days = 30\n")
    with engine.begin() as connection:
        connection.execute(update(Call).values(started_at=datetime(2026, 1, 1, tzinfo=UTC)))
    config = ["--config", str(tmp_path / "hotline.toml")]
    shown = {"FORCE_COLOR": "1" if terminal else "", "COLUMNS": "100"}
    told = CliRunner().invoke(app, ["expire", "--json", *config], env=shown)
    assert json.loads(told.stdout) == {"due": 1, "deleted": 1, "kept": 0}
    assert [word in told.stderr for word in ("Looking", "Deleting", "100%")] == [terminal] * 3
