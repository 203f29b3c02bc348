import json
import shutil
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from console.command import app
from models.database import open_engine
from quality import reviews
from quality.call_entries import note_call
from tests.unit.quality.reviewing import NOW, SETTINGS, Desk, peopled, said

SAMPLES = """
[[quality.samples]]
name = "each agent"
by = "random"
each_week = 7
[[quality.samples]]
name = "fatal"
by = "fatal"
each_week = 3
per = "all"
"""


class Command:
    def __init__(self, directory, sqlite_pattern) -> None:
        self.directory = directory
        shutil.copy(sqlite_pattern, directory / "hotline.sqlite")
        self.write(SAMPLES)
        self.desk = peopled(Desk(open_engine(f"sqlite:///{directory / 'hotline.sqlite'}")))

    def write(self, text: str) -> None:
        (self.directory / "hotline.toml").write_text(f'[data]\ndirectory = "{self.directory}"\n{text}', "utf-8")

    def __call__(self, line: str, code: int = 0) -> str:
        words = ["quality", *line.split(), "--config", str(self.directory / "hotline.toml")]
        result = CliRunner().invoke(app, words)
        assert result.exit_code == code, result.output
        return result.output

    def json(self, line: str) -> Any:
        return json.loads(self(f"{line} --json"))


@pytest.fixture
def hotline(tmp_path, sqlite_pattern) -> Command:
    return Command(tmp_path, sqlite_pattern)


def _calls(desk: Desk, *names: str) -> None:
    for name in names:
        # These commands go by the clock.
        desk.call(name, agent="201", hours_ago=(NOW - datetime.now(UTC)) / timedelta(hours=1) + 5)
        with desk.engine.begin() as connection:
            note_call(connection, name, datetime.now(UTC))


def test_a_dry_run_says_what_would_be_chosen_and_chooses_nothing(hotline):
    _calls(hotline.desk, "c2")
    assert "c2  quinn" in hotline("sample --dry-run")
    assert hotline.json("reviews --reviewer quinn") == []
    assert "each agent 201: 1 of 7 this week; 1 calls fit." in hotline("sample")
    assert [one["call_id"] for one in hotline.json("reviews --reviewer quinn")] == ["c2"]
    assert hotline.json("sample")["chosen"] == []


def test_samples_that_nobody_may_review_are_told_with_the_way_out(hotline):
    with hotline.desk.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE account SET roles = '[]' WHERE name IN ('qi', 'quinn')")
    _calls(hotline.desk, "c2")
    assert "can be given to nobody: give an account of another team the role 'qa'" in hotline("sample")


def test_without_samples_the_command_says_where_they_are_written(hotline):
    hotline.write("")
    assert "[[quality.samples]] in hotline.toml" in hotline("sample", 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[quality.samples]]\nname = "a"\nby = "loud"\neach_week = 1', "line 5: [quality.samples] 1 by is wrong"),
        ('[[quality.samples]]\nname = "a"\nby = "random"', "key [quality.samples] 1 each_week is missing"),
        ('[[quality.samples]]\nname = "a"\nby = "random"\neach_week = 1\nlimit = 3', 'by = "random" has no limit'),
        ("[quality]\nreview_day = 3", "did you mean review_days?"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(hotline, text, words):
    hotline.write(text)
    assert words in " ".join(hotline("sample", 1).split())


def test_a_review_is_shown_rule_by_rule(hotline):
    changed = said(hello="broken")
    reviews.done(hotline.desk.engine, "r-c1-qi", "qi", 1, changed, "再听一遍", NOW, settings=SETTINGS)
    shown = hotline("review show r-c1-qi")
    assert "machine 60, review 40" in shown
    assert "  +- hello\n       broken at 3.5 s: heard so" in shown
    assert "review: 再听一遍" in shown
    document = hotline.json("review show r-c1-qi")
    assert (document["valid"]["points"], document["state"], document["edition"]) == (40.0, "done", 2)
    assert [one["valid"] for one in document["rules"]] == ["broken", "kept", "kept"]
    assert "There is no review nope" in hotline("review show nope", 1)


def test_reviews_are_listed_by_state_and_the_late_ones_marked(hotline):
    assert "r-c1-qi  c1  open       qi" in hotline("reviews --state open")
    hotline.desk.call("c2", agent="201")
    hotline.desk.review("c2", "qi", due_at=NOW - timedelta(days=400))
    assert [one["call_id"] for one in hotline.json("reviews --state open --limit 1")] == ["c2"]
    assert hotline("reviews --limit 1").rstrip().endswith("overdue")
    assert hotline.json("reviews --state done") == []


def test_agreement_is_told_with_its_counts(hotline):
    reviews.done(hotline.desk.engine, "r-c1-qi", "qi", 1, said(), "", NOW, settings=SETTINGS)
    since = f"--since {NOW:%Y-%m-%d}"
    assert "manners/bye:     1 judged  0 right, 1 false, 0 missed  precision 0.00 (0.00-0.79)  recall –" in hotline(
        f"agreement {since}"
    )
    assert {one["rule"]: one["fp"] for one in hotline.json(f"agreement {since}")["rules"]} == {
        "bye": 1, "hello": 0, "rude": 0
    }  # fmt: skip
    assert "No review was done in that time." in hotline(f"agreement {since} --random")
