import json

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from dialplans import nodes
from dialplans.cli import app
from dialplans.loader import OWN, PARTS, SHIPPED, loads
from dialplans.schema import schema
from dialplans.slot_kinds.kind import SETTINGS, TYPES
from dialplans.verbs.registry import VERBS

VALID = Draft202012Validator(schema())
FLOWS = sorted(path for path in SHIPPED.glob("*.yaml") if not path.name.endswith(".test.yaml"))


def faults(text: str) -> list[str]:
    return [error.message for error in VALID.iter_errors(nodes.parse(text, "x.yaml", []).plain())]


def test_it_is_a_schema_of_draft_2020_12():
    Draft202012Validator.check_schema(schema())
    assert schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.stem)
def test_every_shipped_flow_fits_it(path):
    assert faults(path.read_text(encoding="utf-8")) == []


def test_it_knows_every_verb_every_part_and_every_slot_setting():
    definitions = schema()["$defs"]
    assert {f"step-{verb}" for verb in VERBS} <= set(definitions)
    assert set(definitions["flow"]["properties"]) == {*OWN, *PARTS}
    kinds = [one["properties"] for one in definitions["slot"]["anyOf"] if "properties" in one]
    slots = {one["type"]["const"]: set(one) for one in kinds if "type" in one}
    for name in TYPES:
        assert slots[name] == {"type", *SETTINGS[name]}


def test_every_option_of_every_verb_is_explained():
    for verb in VERBS:
        for key, option in schema()["$defs"][f"step-{verb}"]["properties"].items():
            assert option.get("description"), f"{verb}: {key}"


GOOD = """
languages: [en, zh]
slots:
  when: {type: moment, part: both}
  city: {type: list, entries: {beijing: {en: [Beijing, Peking], zh: [北京]}}}
steps:
- step: hello
  say: {en: Hello., zh: 您好。}
- step: menu
  menu: {en: Which one?, zh: 哪一个？}
  options:
    1: {say: {en: [sales], zh: [销售]}, goto: bye}
  otherwise: bye
- step: choose
  branch:
  - {any: [{language: zh}, {not: {when: caller, starts: "+44"}}], goto: bye}
- step: bye
  hangup:
"""


def test_a_flow_that_the_loader_takes_fits_it():
    loads(GOOD)
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("say: {en: Hello., zh: 您好。}", "sey: {en: Hello., zh: 您好。}"),
        ("say: {en: Hello., zh: 您好。}", "say: {en: Hello., fr: Bonjour.}"),
        ("otherwise: bye", "otherways: bye"),
        ("otherwise: bye", "max_attempts: 11"),
        ("type: moment, part: both", "type: moment, part: week"),
        ("type: moment, part: both", "type: moment, country: CN"),
        ("entries: {beijing: {en: [Beijing, Peking], zh: [北京]}}", "least: 2"),
        ("    1: {say", "    12: {say"),
        ('starts: "+44"', 'begins: "+44"'),
        ("languages: [en, zh]", "languages: [en, fr]"),
        ("- step: bye\n  hangup:", "- hangup:"),
        ("slots:", "slot:"),
    ],
)
def test_what_the_loader_refuses_does_not_fit_it(right, wrong):
    assert right in GOOD
    assert faults(GOOD.replace(right, wrong))


def test_a_sub_flow_that_returns_nothing_fits_it():
    """As the guide writes it, for who is helped while waiting."""
    assert faults("steps:\n- step: a\n  run: b\nflows:\n  b:\n    steps:\n    - step: enough\n      return:\n") == []


def test_a_file_of_intents_to_import_fits_it_without_steps():
    assert faults("intents: {hours: {examples: {en: [When are you open?]}}}\n") == []
    assert faults("voices: {en: joe}\n")


def test_the_command_prints_it_and_writes_it(tmp_path):
    result = CliRunner().invoke(app, ["schema"])
    assert json.loads(result.stdout) == schema()
    CliRunner().invoke(app, ["schema", "-o", str(tmp_path / "flow.schema.json")])
    assert json.loads((tmp_path / "flow.schema.json").read_text(encoding="utf-8")) == schema()
