"""`hotline callbacks`: what is promised is listed and shown, a message is found, and a promise is cancelled."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, update
from typer.testing import CliRunner

from console.command import app
from models.callback import Callback
from models.control_protocol import CancelCallback, Done
from queues import editing

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def hotline(engine, tmp_path, monkeypatch):
    monkeypatch.setenv("HOTLINE_DATA__DIRECTORY", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("queues.callbacks_cli.PLAYERS", ())
    (tmp_path / "message.wav").write_bytes(b"RIFF")

    def callback(name, **more):
        row = {
            "id": name, "state": "scheduled", "number": "5550142", "line": "", "queue": "billing", "agent": "",
            "language": "zh", "call_id": "call", "reason": "voicemail", "message": "", "data": {"text": "电梯坏了"},
            "made_at": AT, "due_at": AT, "waiting_since": AT, "tries": 0, "most_tries": 3, "words": "",
            "ended_at": None, **more,
        }  # fmt: skip
        with engine.begin() as connection:
            connection.execute(insert(Callback).values(**row))

    callback("aa1", message=str(tmp_path / "message.wav"))
    callback("aa2", queue="sales", reason="asked", message=str(tmp_path / "gone.wav"), data={"summary": "A lift."})
    callback("bb1", state="reached", ended_at=AT)

    def run(line, code=0):
        result = CliRunner().invoke(app, line.split())
        assert result.exit_code == code, result.output
        return result.output

    return run


def test_what_is_open_is_listed_and_with_all_what_is_over(hotline):
    table = hotline("callbacks list")
    assert "电梯坏了" in table
    assert "A lift." in table
    assert "bb1" not in table
    assert [one["id"] for one in json.loads(hotline("callbacks list --all --json"))] == ["aa1", "aa2", "bb1"]
    assert [one["id"] for one in json.loads(hotline("callbacks list --queue sales --json"))] == ["aa2"]


def test_one_is_shown_whole_by_the_beginning_of_its_id(hotline):
    shown = json.loads(hotline("callbacks show bb --json"))
    assert (shown["id"], shown["text"], shown["due_at"]) == ("bb1", "电梯坏了", "2026-11-23T09:00:00+00:00")
    assert "scheduled" in hotline("callbacks show aa2")
    assert "More than one callback's id begins with 'aa'" in hotline("callbacks show aa", 1)
    assert "There is no callback 'zz'" in hotline("callbacks show zz", 1)


def test_a_message_that_nothing_here_can_play_is_named(hotline, tmp_path):
    assert hotline("callbacks play aa1").splitlines()[-1] == str(tmp_path / "message.wav")
    assert "is gone" in hotline("callbacks play aa2", 1)
    assert "has no message" in hotline("callbacks play bb1", 1)


def test_a_message_is_found_where_the_data_directory_moved_to(hotline, engine, tmp_path):
    moved = tmp_path / "recordings" / "2026" / "11" / "23" / "call-1-message.wav"
    moved.parent.mkdir(parents=True)
    moved.write_bytes(b"RIFF")
    with engine.begin() as connection:
        connection.execute(update(Callback).values(message="/old/data/recordings/2026/11/23/call-1-message.wav"))
    assert hotline("callbacks play aa1").splitlines()[-1] == str(moved)


def test_without_a_server_it_is_cancelled_in_the_database_once(hotline):
    assert hotline("callbacks cancel aa1") == "No server runs. Nobody calls 5550142 back.\n"
    assert json.loads(hotline("callbacks show aa1 --json"))["state"] == "cancelled"
    assert "is over already: cancelled" in hotline("callbacks cancel aa1", 1)


def test_a_running_server_cancels_it_itself(hotline, monkeypatch):
    orders = []

    def ask(directory, order, seconds):
        orders.append(order)
        yield Done("Callback aa1 is cancelled.", {"id": "aa1", "state": "cancelled"})

    monkeypatch.setattr(editing, "ask", ask)
    assert json.loads(hotline("callbacks cancel aa1 --json")) == {"id": "aa1", "state": "cancelled"}
    assert orders == [CancelCallback("aa1")]
