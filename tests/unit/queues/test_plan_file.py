"""A plan in a file: TOML and YAML say the same, and what is wrong is said with its line."""

import pytest

from queues.plan_entry import PlanRefused
from queues.plan_file import read_plan_file

TOML = """
skills = ["billing"]

[calendars.office]
timezone = "Europe/London"
hours = {mon-fri = "09:00-18:00", sat = ["09:00-12:00", "13:00-14:00"]}

[[agents]]
extension = "0201"
name = "张安娜"
languages = ["zh", "en"]
skills = {billing = 8}

[[queues]]
name = "billing"
hours = "office"
needs = {billing = 5}

[[queues.overflow]]
when = "closed"
to = "voicemail"

[[shifts]]
agent = "0201"
days = "mon-fri"
hours = "09:00-17:00"
"""
YAML = """
skills: [billing]
calendars:
  office:
    timezone: Europe/London
    hours: {mon-fri: 09:00-18:00, sat: [09:00-12:00, 13:00-14:00]}
agents:
  - extension: 0201
    name: 张安娜
    languages: [zh, en]
    skills: {billing: 8}
queues:
  billing:
    hours: office
    needs:
      - {skill: billing, level: 5}
    overflow:
      - when: closed
        to: voicemail
shifts:
  - agent: 0201
    days: mon-fri
    hours: 09:00-17:00
"""


def write(tmp_path, text, ending):
    path = tmp_path / f"plan.{ending}"
    path.write_text(text, "utf-8")
    return path


def checked(path):
    written = read_plan_file(path)
    written.check(written.plan)


def refusal(path):
    with pytest.raises(PlanRefused) as refused:
        checked(path)
    return str(refused.value)


def test_toml_and_yaml_say_the_same(tmp_path):
    toml = read_plan_file(write(tmp_path, TOML, "toml"))
    yaml = read_plan_file(write(tmp_path, YAML, "yaml"))
    assert toml.plan == yaml.plan
    assert list(toml.plan.agents) == ["0201"]
    toml.check(toml.plan)


@pytest.mark.parametrize(
    ("text", "ending", "wrong", "line"),
    [
        (TOML, "toml", ("billing = 8", "billing = 11"), 12),
        (TOML, "toml", ('to = "voicemail"', 'to = "nowhere"'), 21),
        (TOML, "toml", ('hours = "office"', 'hours = "ofice"'), 16),
        (YAML, "yaml", ("billing: 8", "billing: 11"), 11),
        (YAML, "yaml", ("to: voicemail", "to: nowhere"), 19),
        (YAML, "yaml", ("hours: office", "hours: ofice"), 14),
        (YAML, "yaml", ("name: 张安娜", "nmae: 张安娜"), 9),
    ],
)
def test_a_complaint_names_its_line(tmp_path, text, ending, wrong, line):
    path = write(tmp_path, text.replace(*wrong, 1), ending)
    assert refusal(path).startswith(f"{path}, line {line}: ")


def test_the_second_of_a_list_in_the_second_of_a_list_is_found(tmp_path):
    queues = '[[queues]]\nname = "{}"\n[[queues.overflow]]\nwhen = "full"\nto = "return"\n'
    text = queues.format("a") + queues.format("b") + '[[queues.overflow]]\nwhen = "ful"\nto = "return"\n'
    path = write(tmp_path, text, "toml")
    assert refusal(path).startswith(f"{path}, line 12: Queue 'b', overflow 2, has 'ful' as when")


def test_the_first_of_two_alike_is_named_with_its_line(tmp_path):
    path = write(tmp_path, '[[agents]]\nextension = "201"\n[[agents]]\nextension = "201"\n', "toml")
    assert refusal(path) == f"{path}, line 4: Agent 201 is there twice (first: {path}, line 1); remove or rename one."


@pytest.mark.parametrize(
    ("ending", "text", "says"),
    [
        ("toml", "agents = [", "is no valid TOML"),
        ("yaml", "agents: [", "this is no YAML"),
        ("yaml", "agents:\n  a: {}\n  a: {}\n", "this is no YAML"),
        ("yaml", "- 1\n", "holds no plan"),
        ("ini", "", "is neither TOML nor YAML by its name"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path, ending, text, says):
    assert says in refusal(write(tmp_path, text, ending))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert "can't be read (No such file or directory); check the path." in refusal(tmp_path / "none.toml")
