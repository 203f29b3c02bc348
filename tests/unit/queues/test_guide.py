"""The administrator's guide is true: its file applies, and it has every key that there is."""

import re
from pathlib import Path

from queues import queue_reading
from queues.plan import STRATEGIES
from queues.plan_file import read_plan_file
from queues.plan_reading import AGENT_KEYS, SECTIONS

GUIDE = Path(__file__).parents[3] / "docs" / "queues.md"
TEXT = GUIDE.read_text("utf-8")


def blocks(kind):
    return re.findall(rf"```{kind}\n(.*?)```", TEXT, re.DOTALL)


def test_the_file_of_the_guide_is_a_plan_without_a_fault(tmp_path):
    (toml,) = blocks("toml")
    path = tmp_path / "plan.toml"
    path.write_text(toml, "utf-8")
    written = read_plan_file(path)
    written.check(written.plan)
    assert list(written.plan.agents) == ["201", "202", "203"]
    assert written.plan.queues["billing"].priority.tags == {"vip": 30, "new": 5}
    assert [way.to for way in written.plan.queues["billing"].overflow] == ["queue:general", "callback"]


def test_the_file_of_the_guide_has_every_key():
    (toml,) = blocks("toml")
    written = set(re.findall(r"^\[*(?:queues\.)?(\w+)|^(\w+) =", toml, re.MULTILINE))
    names = {name for pair in written for name in pair if name} | {"calendars"}
    assert {*AGENT_KEYS, *queue_reading.KEYS, *SECTIONS} <= names


def test_the_guide_names_every_strategy():
    assert all(name in TEXT for name in STRATEGIES)
