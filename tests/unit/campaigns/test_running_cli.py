"""`hotline campaigns start … simulate`: orders in the database, status and board, bad input in one sentence."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from bench.telephone_network import prepare
from campaigns.campaign_rows import campaign_named, moved
from campaigns.cli import app
from campaigns.running_board import status_table, watch
from campaigns.running_status import last_attempts, statuses
from models.campaign import CampaignMove
from models.database import open_engine
from models.writing import writing


@pytest.fixture
def data(tmp_path: Path) -> Path:
    plan = {"name": "autumn", "country": "CN", "flows": ["offer"], "holidays": ""}
    prepare(f"sqlite:///{tmp_path / 'hotline.sqlite'}", plan, ["+8613910000001", "+8613910000002"], [], start=False)
    return tmp_path


def run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"HOTLINE_DATA__DIRECTORY": str(data)})


def state(data: Path, *arguments: str) -> Any:
    told = run(data, *arguments, "--json")
    assert told.exit_code == 0, told.output
    return json.loads(told.stdout)


def test_orders_are_kept_for_the_next_start_where_no_server_runs(data: Path) -> None:
    assert state(data, "start", "autumn") == {"name": "autumn", "state": "running", "live": False}
    assert state(data, "pause", "autumn")["state"] == "paused"
    assert state(data, "start", "autumn")["state"] == "running"
    assert state(data, "stop", "autumn")["state"] == "stopped"
    assert "No server runs" in run(data, "start", "autumn").output


@pytest.mark.parametrize(
    ("file", "days"),
    [
        ("week.yaml", "schedule: [{do: start, at: 'sat 09:00'}]\nstart_on: 2099-11-23\nend_on: 2099-11-27\n"),
        ("week.toml", "schedule = [{do = 'start', at = 'sat 09:00'}]\nstart_on = 2099-11-23\nend_on = 2099-11-27\n"),
    ],
)
def test_create_check_and_start_say_that_no_start_of_the_schedule_comes_on_the_campaigns_days(
    data: Path, file: str, days: str
) -> None:
    never = "No start of its schedule (sat 09:00) comes from 2099-11-23 to 2099-11-27, so it never begins by itself; "
    is_ = ": " if file.endswith("yaml") else " = "
    plan = [f"name{is_}'week'", f"country{is_}'CN'", f"flows{is_}['offer']", f"timezone{is_}'Asia/Shanghai'", days]
    (data / file).write_text("\n".join(plan))
    assert state(data, "create", str(data / file))["warnings"][0].startswith(never)
    assert never in run(data, "create", str(data / file)).output
    found = json.loads(run(data, "check", "week", "--json").stdout)["findings"]
    assert [one["level"] for one in found if one["sentence"].startswith(never)] == ["warning"]
    begun = run(data, "start", "week").output
    assert begun.startswith("The campaign 'week' is scheduled. No server runs")
    assert never in begun
    (data / file).write_text("\n".join(plan).replace("sat 09:00", "wed 09:00"))
    assert state(data, "create", str(data / file))["warnings"] == []
    begun = run(data, "start", "autumn").output
    assert "schedule" not in begun


def test_what_cannot_be_is_one_sentence(data: Path) -> None:
    for arguments, words in (
        (("pause", "autumn"), "is draft, so it can't pause. What it can, now: hotline campaigns start autumn"),
        (("start", "winter"), "There is no campaign 'winter'"),
        (("status", "winter"), "There is no campaign 'winter'"),
    ):
        told = run(data, *arguments)
        assert told.exit_code == 1
        assert words in told.output
        assert "Traceback" not in told.output
    run(data, "start", "autumn")
    told = run(data, "start", "autumn")
    assert told.stderr == (
        "The campaign 'autumn' is running, so it can't start. "
        "What it can, now: hotline campaigns pause|stop|drain autumn\n"
    )


def test_without_a_server_the_board_says_so_and_is_shown_in_a_pipe_too(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert "does hotline serve run?" not in run(data, "status", "autumn").stdout
    run(data, "start", "autumn")
    for command in (("status",), ("watch", "--times", "1")):
        shown = " ".join(run(data, *command).stdout.split())
        assert "autumn running robot 2 0 0 0 - no call yet - not dialled by a server here" in shown


def test_status_and_board_show_leads_and_what_the_server_says(data: Path) -> None:
    run(data, "start", "autumn")
    (one,) = state(data, "status")
    assert (one["state"], one["leads"], one["live"]) == ("running", {"new": 2}, None)
    engine = open_engine(f"sqlite:///{data / 'hotline.sqlite'}")
    console = Console(width=160, record=True)
    with engine.connect() as connection:
        found = statuses(connection, "", datetime.now(UTC))
        watch(lambda: (found, last_attempts(connection, [one["id"]])), 0, 1, console)
    engine.dispose()
    assert "autumn" in console.export_text()


def test_a_board_is_watched_by_programs_as_a_line_for_each_look(data: Path) -> None:
    run(data, "start", "autumn")
    told = run(data, "watch", "--json", "--times", "2", "--seconds", "0.2")
    first, second = (json.loads(line) for line in told.output.splitlines())
    assert [one["name"] for one in first["campaigns"]] == ["autumn"]
    assert first["attempts"] == []
    assert first == second


def test_a_breaker_that_is_open_stands_on_the_board_in_red_with_its_reason(data: Path) -> None:
    run(data, "start", "autumn")
    engine = open_engine(f"sqlite:///{data / 'hotline.sqlite'}")
    with writing(engine) as connection:
        moved(connection, campaign_named(connection, "autumn").id, CampaignMove.TRIP, datetime.now(UTC))
        (one,) = statuses(connection, "", datetime.now(UTC))
    engine.dispose()
    why = "the circuit breaker is open: failures jumped"
    console = Console(width=200, record=True, force_terminal=True)
    console.print(status_table([{**one, "live": {"ringing": 0, "talking": 0, "why": why}}]))
    shown = console.export_text(styles=True)
    assert "\x1b[31mtripped" in shown
    assert why in shown


def test_a_simulation_compares_ways_of_pacing(data: Path) -> None:
    found = state(data, "simulate", "--agents", "8", "--hours", "0.5")
    assert [one["mode"] for one in found] == ["progressive", "ratio", "predictive"]
    assert all(one["placed"] > 0 for one in found)
    assert "Worst 30 min" in run(data, "simulate", "autumn", "--agents", "5", "--hours", "0.2").output
