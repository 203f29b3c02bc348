"""`hotline calls` as people and scripts use it."""

import csv
import json
import sqlite3
import time
import wave
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from models.call import new_id
from models.call_log import CallLog
from models.cause import Cause
from models.database import migrate, open_engine
from voice.cli import app
from voice.media.media_protocol import StreamFigures

NOON = 1_700_000_000.0


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "hotline.toml"
    path.write_text(f'[data]\ndirectory = "{tmp_path / "data"}"\n')
    return path


@pytest.fixture
async def ids(tmp_path: Path) -> list[str]:
    """Three calls, the oldest first; the last one is recorded."""
    log = CallLog(f"sqlite:///{tmp_path / 'data' / 'hotline.sqlite'}", tmp_path / "data")
    await log.start()
    made = [new_id() for _ in range(3)]
    for order, call_id in enumerate(made):
        at = NOON + order * 3600
        log.began(call_id, "inbound", f"+49171{order}", "800", at, origin="trunk a", language="en", flow="reception")
        if order == 2:
            tell_a_conversation(log, call_id, at, tmp_path / "data" / "recordings")
        log.ended(call_id, at + 9, Cause.CANCELLED if order < 2 else Cause.CALLER_HUNG_UP)
    await log.close(5)
    return made


def tell_a_conversation(log: CallLog, call_id: str, at: float, directory: Path) -> None:
    directory.mkdir()
    with wave.open(str(directory / "a.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(64000))
    log.answered(call_id, at + 1)
    log.recording(call_id, directory / "a.wav", at + 1)
    log.turn(call_id, 0, "robot", "Hello [bold]you[/bold].", 0, 1.5, interrupted=True)
    log.turn(call_id, 1, "caller", "hours please", 2, 2.5, intent="hours", confidence=0.9)
    log.event(call_id, "digit", at + 2, digit="5", name_of_key="five")
    log.media(call_id, 1, StreamFigures(packets_in=500, packets_lost=2, jitter_ms=1.5, mos=4.4))


def run(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--config", str(config)], env={"COLUMNS": "160"})


def listed(config: Path, *arguments: str) -> list[str]:
    result = run(config, "list", "--json", *arguments)
    assert result.exit_code == 0, result.stderr
    return [call["id"] for call in json.loads(result.stdout)]


def test_the_list_shows_the_newest_first(config: Path, ids: list[str]) -> None:
    assert listed(config) == ids[::-1]
    assert listed(config, "--limit", "1") == ids[2:]


@pytest.mark.parametrize(
    ("filters", "orders"),
    [
        (["--number", "+491711"], [1]),
        (["--number", "+4917*"], [2, 1, 0]),
        (["--number", "*2"], [2]),
        (["--number", "800"], [2, 1, 0]),
        (["--number", "80%"], []),
        (["--cause", "cancelled"], [1, 0]),
        (["--direction", "outbound"], []),
        (["--since", "2023-11-14T23:13:20Z"], [2, 1]),
        (["--until", "2023-11-14T23:13:20Z"], [0]),
        (["--since", "2h"], []),
    ],
)
def test_filters_choose_by_number_time_cause_and_direction(
    filters: list[str], orders: list[int], config: Path, ids: list[str]
) -> None:
    assert listed(config, *filters) == [ids[order] for order in orders]


def test_show_as_json_has_what_scripts_rely_on(config: Path, ids: list[str], tmp_path: Path) -> None:
    result = run(config, "show", "last", "--json")
    call = json.loads(result.stdout)
    assert call["id"] == ids[2]
    assert (call["direction"], call["caller"], call["called"]) == ("inbound", "+491712", "800")
    assert (call["started_at"], call["answered_at"]) == ("2023-11-15T00:13:20.000Z", "2023-11-15T00:13:21.000Z")
    assert (call["ended_at"], call["cause"]) == ("2023-11-15T00:13:29.000Z", "caller-hung-up")
    assert (call["language"], call["flow"]) == ("en", "reception")
    assert call["recording"] == str(tmp_path / "data" / "recordings" / "a.wav")
    assert call["recording_seconds"] == 2.0
    assert {"packets_in": 500, "packets_lost": 2, "jitter_ms": 1.5, "mos": 4.4}.items() <= call["media"].items()
    assert call["events"] == [{"at": "2023-11-15T00:13:22.000Z", "name": "digit", "digit": "5", "name_of_key": "five"}]
    wanted = ("speaker", "text", "start_s", "end_s", "intent", "confidence", "interrupted")
    assert [tuple(turn[key] for key in wanted) for turn in call["turns"]] == [
        ("robot", "Hello [bold]you[/bold].", 0.0, 1.5, None, None, True),
        ("caller", "hours please", 2.0, 2.5, "hours", 0.9, False),
    ]


def test_a_call_that_was_never_answered_has_the_same_keys(config: Path, ids: list[str]) -> None:
    answered = json.loads(run(config, "show", ids[2], "--json").stdout)
    refused = json.loads(run(config, "show", ids[0], "--json").stdout)
    assert set(answered) == set(refused)
    assert (refused["answered_at"], refused["recording"], refused["media"]["packets_in"]) == (None, None, 0)


def test_people_read_the_same_without_markup_being_taken_for_markup(config: Path, ids: list[str]) -> None:
    shown = run(config, "show", ids[2]).stdout
    assert "robot   Hello [bold]you[/bold]. (interrupted)" in shown
    assert "caller  hours please  [hours]" in shown
    table = run(config, "list").stdout
    assert table.splitlines()[0].split() == ["ID", "Began", "Caller", "Called", "Talk", "Cause"]
    assert table.splitlines()[1].startswith(ids[2])


def test_the_beginning_of_an_id_is_enough_where_it_is_the_only_one(config: Path, ids: list[str]) -> None:
    assert json.loads(run(config, "show", ids[1][:-1].upper() + ids[1][-1], "--json").stdout)["id"] == ids[1]
    several = run(config, "show", ids[1][:3])
    assert (several.exit_code, several.stderr) == (
        1,
        f"Several calls have ids that begin with '{ids[1][:3]}'; write more of it.\n",
    )


def test_what_fails_is_one_sentence_and_exit_code_1(config: Path, ids: list[str]) -> None:
    result = run(config, "show", "zzz")
    assert result.exit_code == 1
    assert result.stderr == "No call on record has an id that begins with 'zzz'; hotline calls list shows them.\n"
    assert run(config, "play", ids[0]).stderr == f"Call {ids[0]} has no recording.\n"


def test_no_records_yet_is_no_traceback(config: Path) -> None:
    result = run(config, "list")
    assert result.exit_code == 1
    assert result.stderr.startswith("There are no records yet: ")


@pytest.mark.parametrize("arguments", [["--since", "soon"], ["--cause", "boredom"], ["--limit", "-1"], ["--nonsense"]])
def test_wrong_usage_is_exit_code_2(arguments: list[str], config: Path) -> None:
    assert run(config, "list", *arguments).exit_code == 2


def test_play_says_the_path_where_nothing_can_play(
    config: Path, ids: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("voice.cli.PLAYERS", ())
    result = run(config, "play", ids[2])
    assert (result.exit_code, result.stdout) == (0, f"{tmp_path / 'data' / 'recordings' / 'a.wav'}\n")


def test_play_uses_a_player_that_is_there(config: Path, ids: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voice.cli.PLAYERS", (("no-such-player",), ("true",)))
    result = run(config, "play")
    assert (result.exit_code, result.output) == (0, "")


def test_a_csv_export_is_a_line_a_call_and_safe_to_open(config: Path, ids: list[str], tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "data" / "hotline.sqlite") as database:
        database.execute("update call set caller = '=cmd()' where id = ?", [ids[0]])
    result = run(config, "export", "--output", str(tmp_path / "calls.csv"))
    assert (result.exit_code, result.stderr) == (0, f"3 calls are written to {tmp_path / 'calls.csv'}.\n")
    with (tmp_path / "calls.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["id"] for line in lines] == ids[::-1]
    assert [line["caller"] for line in lines] == ["+491712", "+491711", "'=cmd()"]


def test_an_export_of_whole_calls_takes_its_recordings_along(config: Path, ids: list[str], tmp_path: Path) -> None:
    sounds = tmp_path / "sounds"
    result = run(config, "export", "--format", "jsonl", "--output", "-", "--with-recordings", str(sounds))
    calls = [json.loads(line) for line in result.stdout.splitlines()]
    assert [call["id"] for call in calls] == ids[::-1]
    assert calls[0]["recording"] == str(sounds / f"{ids[2]}.wav")
    assert (sounds / f"{ids[2]}.wav").stat().st_size == 64044


def test_an_export_that_cannot_be_written_is_a_sentence(config: Path, ids: list[str], tmp_path: Path) -> None:
    result = run(config, "export", "--output", str(tmp_path / "none" / "calls.csv"))
    assert result.exit_code == 1
    assert result.stderr.endswith("can't be written (No such file or directory).\n")


@pytest.mark.parametrize("filters", [[], ["--number", "123"], ["--cause", "busy"], ["--number", "nobody"]])
def test_the_list_of_a_hundred_thousand_calls_takes_less_than_a_second_of_the_processor(
    filters: list[str], config: Path, many_calls: None
) -> None:
    began = time.process_time()
    assert len(listed(config, *filters)) <= 50
    assert time.process_time() - began < 1


@pytest.fixture
def many_calls(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'data' / 'hotline.sqlite'}")
    migrate(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            """
            with recursive counted(n) as (select 0 union all select n + 1 from counted where n < 99999)
            insert into call
            select printf('%016d', n), 'node', 'ended', 'inbound', n % 1000, '800', '', 'en', 'reception', '',
                   datetime(1700000000 + n, 'unixepoch') || '.000000', null,
                   datetime(1700000060 + n, 'unixepoch') || '.000000', null,
                   case n % 5000 when 0 then 'busy' else 'cancelled' end, 0, ''
            from counted
            """
        )
    engine.dispose()
