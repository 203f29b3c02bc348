"""Hints about intents with few examples: only where the background doesn't know them, with line and number."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dialplans.checks.few_examples import ENOUGH, few_examples
from dialplans.cli import app
from dialplans.loader import loads

ROWING = {
    "en": ["My oar snapped in two.", "Can you glue a paddle?", "my scull is cracked", "the blade fell off", "it split"],
    "zh": ["我的船桨断了", "桨能粘吗", "桨叶掉下来了", "划桨裂了", "有一支桨劈了"],
}  # fmt: skip
HOURS = {
    "en": ["When are you open?", "Are you open on Sunday?", "How late can I come?", "opening hours please", "closed?"],
    "zh": ["你们几点开门", "星期天开吗", "最晚几点能来", "营业时间是几点", "中午关门吗"],
}  # fmt: skip


def flow(language: str, more: int = 0) -> str:
    oars = [*ROWING[language], *(f"{text} {at}" for at, text in enumerate(ROWING[language] * 2))][: 5 + more]
    return (
        f"languages: [{language}]\nintents:\n"
        f"  hours: {{examples: {json.dumps(HOURS[language], ensure_ascii=False)}}}\n"
        f"  oars:\n    examples: {json.dumps(oars, ensure_ascii=False)}\n"
        "steps:\n- step: a\n  ask: hello\n  intents: {hours: b, oars: b}\n  otherwise: b\n- step: b\n  hangup:\n"
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_intent_that_the_background_doesnt_know_is_told_of_with_its_line_and_number(language: str) -> None:
    (hint,) = few_examples(loads(flow(language), "x.yaml"))
    assert str(hint).startswith("x.yaml:4:3: Hint: Hotline doesn't know intent 'oars' beforehand")
    assert f": 5 in {language}; " in hint.sentence


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_intent_with_enough_examples_needs_no_hint(language: str) -> None:
    assert len(list(few_examples(loads(flow(language, ENOUGH - 6), "x.yaml")))) == 1
    assert list(few_examples(loads(flow(language, ENOUGH - 5), "x.yaml"))) == []


def test_a_hint_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(flow("en"))
    result = CliRunner().invoke(app, ["check", str(path)])
    assert result.exit_code == 0
    first, second = result.stdout.splitlines()
    assert first == f"{path}: in order"
    assert second.startswith(f"{path}:4:3: Hint: Hotline doesn't know intent 'oars'")
    listed = CliRunner().invoke(app, ["check", "--json", str(path)])
    assert (listed.exit_code, json.loads(listed.stdout)) == (0, [])


def test_a_flow_that_cant_be_read_gets_its_complaint_and_no_hint(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(flow("en").replace("hangup:", "hang_up:"))
    result = CliRunner().invoke(app, ["check", str(path)])
    assert result.exit_code == 1
    assert "Hint" not in result.stdout
