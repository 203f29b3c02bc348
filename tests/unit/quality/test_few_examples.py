import json

import pytest
from typer.testing import CliRunner

from quality import cli
from quality.evidence import Compared
from quality.few_examples import warnings
from quality.reading import load, loads

HEAD = "scorecard: s\nlanguages: [en, zh]\nrules:\n"
TWO = "{says: {meaning: {en: [one, two], zh: [一, 二, 三, 四, 五]}}}"
FIVE = "{says: {meaning: {en: [a, b, c, d, e], zh: [一, 二, 三, 四, 五]}}}"
WORDS = "{says: {phrases: {en: [one], zh: [一]}}}"


def _warned(rule: str) -> list[str]:
    return [one.sentence for one in warnings(loads(f"{HEAD}  - {{rule: r, {rule}}}\n"))]


def test_two_examples_of_a_meaning_are_warned_of_in_their_language_alone():
    (sentence,) = _warned(f"must: {TWO}")
    assert "'r' has 2 examples of its meaning in 'en'; write 5" in sentence
    assert _warned(f"must: {FIVE}") == []


def test_phrases_need_no_five():
    assert _warned(f"must_not: {WORDS}") == []


@pytest.mark.parametrize(
    "rule",
    [
        f"when: {TWO}, must: {WORDS}",
        f"must: {{any: [{WORDS}, {TWO}]}}",
        f"must: {{not: {TWO}}}",
        f"must: {{in_order: [{FIVE}, {TWO}]}}",
        f"must: {{near: {{seconds: 5, all: [{FIVE}, {TWO}]}}}}",
        f"must: {{after: {{each: {TWO}, this: {WORDS}, seconds: 5}}}}",
        f"must: {{after: {{each: {WORDS}, this: {TWO}, seconds: 5}}}}",
        f"must: {{within: {{first_s: 5, this: {TWO}}}}}",
    ],
)
def test_few_examples_are_found_inside_of_other_conditions(rule):
    assert len(_warned(rule)) == 1


def test_the_scorecard_to_start_from_has_enough_everywhere():
    assert list(warnings(load(cli.SERVICE))) == []


def test_the_command_warns_and_calls_the_scorecard_good(tmp_path, monkeypatch):
    monkeypatch.setattr(cli, "Likeness", lambda: Compared(lambda said, examples, language: [0.0] * len(said)))
    (tmp_path / "s.yaml").write_text(f"{HEAD}  - {{rule: r, must_not: {TWO}}}\n", encoding="utf-8")
    (tmp_path / "s.test.yaml").write_text("calls: [{call: c, talk: [{agent: hello}]}]", encoding="utf-8")
    told = CliRunner().invoke(cli.app, ["check", str(tmp_path / "s.yaml")])
    assert (told.exit_code, "s.yaml:4:5: warning: The rule 'r' has 2 examples" in told.output) == (0, True)
    (report,) = json.loads(CliRunner().invoke(cli.app, ["check", "--json", str(tmp_path / "s.yaml")]).stdout)
    assert (report["good"], len(report["warnings"])) == (True, 1)
