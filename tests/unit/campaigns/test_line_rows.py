"""Lines as a file has them and as the database keeps them: applied whole, again without effect, refused in words."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from campaigns.line_file import read_line_file
from campaigns.line_rows import put_lines, remove_line, stored_lines
from campaigns.written_fault import PlanRefused
from models.campaign_event import CampaignEvent
from models.errors import CannotDo

TOML = """
[[lines]]
name = "carrier-a"
prices = {"+86" = 0.06, "+8610" = {per_minute = 0.1, first_s = 6, next_s = 6}}
currency = "CNY"
numbers = ["+862161234567", {number = "+8613912345678", region = "CN-SH", per_day = 80}]
dial = {"+86" = "", "+" = "00"}

[[lines]]
name = "carrier-b"
trunk = "b"
hours = ["mon-fri 09:00-20:00"]
timezone = "Asia/Shanghai"
"""
YAML = """
lines:
  carrier-a:
    prices: {"+86": 0.06, "+8610": {per_minute: 0.1, first_s: 6, next_s: 6}}
    currency: CNY
    numbers: ["+862161234567", {number: "+8613912345678", region: CN-SH, per_day: 80}]
    dial: {"+86": "", "+": "00"}
  carrier-b:
    trunk: b
    hours: ["mon-fri 09:00-20:00"]
    timezone: Asia/Shanghai
"""
TRUNKS = ["carrier-a", "b"]


def file(tmp_path: Path, text: str, ending: str = "toml") -> Path:
    path = tmp_path / f"lines.{ending}"
    path.write_text(text, "utf-8")
    return path


def test_toml_and_yaml_say_the_same(tmp_path: Path):
    toml, yaml = read_line_file(file(tmp_path, TOML)), read_line_file(file(tmp_path, YAML, "yaml"))
    assert toml == yaml
    assert toml[0].dialled("+8613912345678") == "13912345678"
    assert toml[0].cap_of(toml[0].numbers[1]) == 80


def test_a_file_is_applied_whole_and_the_same_again_changes_nothing(tmp_path: Path, engine: Engine):
    lines = read_line_file(file(tmp_path, TOML))
    with engine.begin() as connection:
        assert [str(one) for one in put_lines(connection, lines, TRUNKS)] == [
            "line carrier-a added", "line carrier-b added",
        ]  # fmt: skip
        assert stored_lines(connection) == lines
        assert put_lines(connection, lines, TRUNKS) == []
        edited = [lines[0].model_copy(update={"channels": 20})]
        assert [str(one) for one in put_lines(connection, edited, TRUNKS, prune=True)] == [
            "line carrier-a changed (channels: default -> 20)", "line carrier-b removed",
        ]  # fmt: skip
        assert [str(one) for one in remove_line(connection, "carrier-a")] == ["line carrier-a removed"]
        events = connection.scalars(select(CampaignEvent.name).order_by(CampaignEvent.seq)).all()
        assert events == ["line.edited"] * 5
        with pytest.raises(CannotDo, match="There is no line 'carrier-a'; add one"):
            remove_line(connection, "carrier-a")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[lines]]\nname = "a"\nchanels = 3', "lines.toml:3: line a has no chanels; did you mean channels?"),
        ('[[lines]]\ntrunk = "a"', "lines.toml:1: name is missing; add it."),
        ('[[lines]]\nname = "a"\nprices = {"+86" = 1}', "lines.toml:1: line a has prices or a limit and no currency"),
        ('[[lines]]\nname = "a"\nprefixes = ["86"]', "prefixes.1 is wrong: string should match pattern"),
        ('[[lines]]\nname = "a"\nhours = ["monday 9-5"]', "lines.toml:3: hours is wrong:"),
        ('[[lines]]\nname = "a"\ntimezone = "Shanghai"', "write one like Asia/Shanghai"),
        ('[[lines]]\nname = "a"\npremium = true', "name the costly prefixes"),
        ('[[lines]]\nname = "a"\n[[lines]]\nname = "a"', "line a is there twice; rename one."),
        ('[[lines]]\nname = "a"\n[queues]\nb = 1', 'must hold "lines" and nothing else. It also has queues'),
        ("lines = 3", "lines must be a list of tables"),
        ("lines = [3]", "a line must be a table"),
        ("lines = ", "is no valid TOML"),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_the_way_out(tmp_path: Path, text: str, words: str):
    with pytest.raises(PlanRefused) as refused:
        read_line_file(file(tmp_path, text))
    assert words in str(refused.value)


def test_what_lines_cannot_mean_together_is_refused_and_nothing_is_written(tmp_path: Path, engine: Engine):
    lines = read_line_file(file(tmp_path, TOML))
    euro = lines[1].model_copy(update={"currency": "EUR", "share": 60.0})
    half = lines[0].model_copy(update={"share": 50.0})
    with engine.begin() as connection:
        with pytest.raises(PlanRefused) as refused:
            put_lines(connection, [half, euro], ["b"])
        assert stored_lines(connection) == []
    told = str(refused.value)
    assert "the trunk 'carrier-a', which [[sip.trunks]] doesn't have; write one of b." in told
    assert "CNY and EUR, which can't be compared" in told
    assert "make 110 percent" in told


def test_the_lines_of_the_guide_can_be_applied_as_they_stand(tmp_path: Path):
    guide = (Path(__file__).parents[3] / "docs" / "campaigns.md").read_text("utf-8")
    (block,) = [part.split("```")[0] for part in guide.split("```toml\n") if part.startswith("[[lines]]")]
    (line,) = read_line_file(file(tmp_path, block))
    assert line.name == "telecom-shanghai"
    assert line.dialled("+442071234567") == "00442071234567"
    assert line.share == 30
