"""`hotline lines`: what it writes, what it prints, how it refuses, and that a running server hears of it."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bench.call_ends import ended
from campaigns.line_book import LineBook
from campaigns.line_keeping import keep, restore, rows_of
from campaigns.line_rows import stored_lines
from console.command import app
from models.database import open_engine
from models.settings import LineSettings
from tests.unit.campaigns.test_line_keeping import call

CONFIG = """
[[sip.trunks]]
name = "carrier"
host = "127.0.73.1"
[[sip.trunks]]
name = "second"
host = "127.0.73.2"
"""


class Command:
    def __init__(self, directory: Path, pattern: Path) -> None:
        self.directory = directory
        shutil.copy(pattern, directory / "hotline.sqlite")
        (directory / "hotline.toml").write_text(f'[data]\ndirectory = "{directory}"\n{CONFIG}', "utf-8")

    def __call__(self, line: str, code: int = 0) -> str:
        result = CliRunner().invoke(app, ["lines", *line.split(), "--config", str(self.directory / "hotline.toml")])
        assert result.exit_code == code, result.output
        return result.output

    def json(self, line: str, code: int = 0) -> Any:
        result = CliRunner().invoke(
            app, ["lines", *line.split(), "--json", "--config", str(self.directory / "hotline.toml")]
        )
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)


@pytest.fixture
def hotline(tmp_path: Path, sqlite_pattern: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("COLUMNS", "200")
    return Command(tmp_path, sqlite_pattern)


@pytest.fixture
def planned(hotline: Command) -> Command:
    hotline(
        "add a --trunk carrier --number +862161234567=CN-SH --prefix +86 --price +86=0.06/60/60 --currency CNY "
        "--channels 30 --calls-per-second 5 --spend-per-day 200 --share 20 --set number_per_day=150"
    )
    hotline("add b --trunk second --price +86=0.09 --currency CNY")
    return hotline


def test_a_line_is_added_changed_shown_and_removed(planned: Command):
    (line, _) = planned.json("list")
    assert line == {
        "name": "a", "trunk": "carrier", "numbers": [{"number": "+862161234567", "region": "CN-SH"}],
        "prefixes": ["+86"], "prices": [{"prefix": "+86", "per_minute": 0.06}], "currency": "CNY", "channels": 30,
        "calls_per_second": 5, "spend_per_day": 200, "share": 20, "number_per_day": 150,
    }  # fmt: skip
    assert "line a changed (channels: 30 -> 60)" in planned("change a --channels 60")
    assert "Nothing changed." in planned("change a --channels 60")
    shown = planned.json("show a")
    assert (shown["channels"], shown["timezone"]) == (60, "UTC")
    assert "0.06 CNY" in planned("list")
    assert "channels          60" in planned("show a")
    assert "line a removed" in planned("remove a")
    assert [one["name"] for one in planned.json("list")] == ["b"]


def test_refusals_are_sentences_with_the_way_out(planned: Command):
    assert "There is the line a already; change it with hotline lines change a." in planned("add a", 1)
    assert "There is no line 'c'; there are a, b." in planned("change c --channels 3", 1)
    assert "There is no line 'c'; there are a, b." in planned("remove c", 1)
    assert "which [[sip.trunks]] doesn't have; write one of carrier, second." in planned("add c", 1)
    assert "line c has no chanels; did you mean channels?" in planned("add c --set chanels=3", 1)
    assert "is no price; write +86=0.06" in planned("add c --price +86", 2).replace("\n", " ").replace("│ ", "")
    assert "line b has prices or a limit and no currency" in planned("change b --set currency=", 1)
    assert "name a line, or give --number" in planned("test", 2)
    assert "No Hotline runs" in planned("test a", 1)


def test_a_file_is_applied_tried_out_and_pruned(planned: Command):
    file = planned.directory / "lines.yaml"
    file.write_text("lines:\n  a: {trunk: carrier, channels: 5}\n", "utf-8")
    dry = planned(f"apply {file} --dry-run --prune")
    assert "line b removed" in dry
    assert "Nothing was written." in dry
    assert len(planned.json("list")) == 2
    changes = planned.json(f"apply {file} --prune")
    assert [(one["name"], one["what"]) for one in changes["changes"]] == [("a", "changed"), ("b", "removed")]
    assert changes["live"] is None
    assert planned.json(f"apply {file} --prune")["changes"] == []
    assert planned.json("list") == [{"name": "a", "trunk": "carrier", "channels": 5}]


def test_it_is_said_which_line_a_number_gets_and_why(planned: Command):
    answer = planned.json("test --number +8613912345678")
    assert answer["line"] in ("a", "b")
    assert answer["dialled"] == "+8613912345678"
    assert {line["line"] for line in answer["lines"]} == {"a", "b"}
    assert "goes over" in planned("test --number +8613912345678")
    none = planned.json("test --number +442071234567 --country CN", 1)
    assert "No line can call +442071234567 at all" in none["sentence"]
    assert "may not call this number" in planned("test --number +442071234567 --country CN", 1)


def test_stats_are_those_of_the_days_that_were_asked_for(planned: Command):
    now = datetime.now(UTC).timestamp()
    engine = open_engine(f"sqlite:///{planned.directory / 'hotline.sqlite'}")
    with engine.begin() as connection:
        book = LineBook(stored_lines(connection), LineSettings(seed=1), now)
        restore(connection, book, now)
        for nth in range(4):
            call(book, now + nth, ended(talk_s=90.0 if nth else 2.0), ("a",))
        keep(connection, rows_of(book, now))
    engine.dispose()
    a, b = planned.json("stats")
    assert (a["attempts"], a["answers"], a["short"], a["answer_rate"]) == (4, 4, 1, 1.0)
    assert (a["cost"], a["minutes"], a["cost_per_answer"]) == (0.42, 4.53, 0.105)
    assert a["numbers"][0] | {"day": ""} == {
        "number": "+862161234567", "day": "", "shown": 4, "per_day": 150, "answer_rate": 0.833,
    }  # fmt: skip
    assert (b["attempts"], b["answer_rate"]) == (0, None)
    assert "0.42 CNY" in planned("stats a --days 7")
