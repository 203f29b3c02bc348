import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from quality import cli
from quality.evidence import Compared, by_words_alone
from quality.examples import beside, differences, load
from quality.likeness import Likeness
from quality.reading import ScorecardRefused, loads
from quality.reading import load as load_scorecard

FOLDER = Path(__file__).parents[3] / "quality" / "scorecards"
SHIPPED = sorted(path for path in FOLDER.glob("*.yaml") if not path.name.endswith(".test.yaml"))
CARD = """
scorecard: s
languages: [en, zh]
rules:
  - {rule: rude, must_not: {says: {who: agent, phrases: {en: [idiot], zh: [笨蛋]}}}}
"""


def _examples(tmp_path: Path, calls: str):
    path = tmp_path / "s.test.yaml"
    path.write_text(calls, encoding="utf-8")
    return load(path, loads(CARD))


@pytest.mark.engine
@pytest.mark.parametrize("path", SHIPPED, ids=lambda one: one.stem)
def test_a_shipped_scorecard_finds_in_its_examples_what_it_must(path):
    card = load_scorecard(path)
    assert [str(one) for one in differences(card, load(beside(path), card), Likeness())] == []


def test_turns_follow_one_another_and_are_as_long_as_people_take(tmp_path):
    (example,) = _examples(tmp_path, "calls: [{call: c, talk: [{agent: one two three}, {caller: 您好, at: 9}]}]")
    first, second = example.conversation.turns
    assert (first.start, first.end, second.start) == (0.4, pytest.approx(0.4 + 3 * 0.38), 9)
    assert second.end == pytest.approx(9 + 2 * 0.24)


def test_what_is_found_otherwise_is_said_with_its_place(tmp_path):
    calls = """
calls:
  - call: rude and not expected
    talk: [{agent: you idiot}]
  - call: expected and not rude
    talk: [{agent: hello}]
    broken: [rude]
  - call: rude as expected
    language: zh
    talk: [{agent: 笨蛋}]
    broken: [rude]
  - call: another score
    talk: [{agent: hello}]
    score: 50
"""
    found = list(differences(loads(CARD), _examples(tmp_path, calls), Compared(lambda said, *_: [0.0] * len(said))))
    assert [(one.place.line, one.call) for one in found] == [
        (3, "rude and not expected"), (7, "expected and not rude"), (12, "another score"),
    ]  # fmt: skip
    assert found[0].sentence == "Rule 'rude' is broken at 0.7 s (\"idiot\"); nobody expects it."
    assert found[1].sentence == "Rule 'rude' is kept, not broken."
    assert found[2].sentence == "The score is 100, not 50."


@pytest.mark.parametrize(
    ("calls", "sentence"),
    [
        ("talks: []", "the file has no 'talks'"),
        ("calls: [{call: c, broken: [rood]}]", "There is no rule 'rood'; write rude instead."),
        ("calls: [{call: c, talk: [{boss: hi}]}]", "Nobody speaks in this turn"),
        ("calls: [{call: c, language: fr}]", "The scorecard has no 'fr'"),
        ("calls: [{call: c, talk: [{agent: hi, at: soon}]}]", "'at' is 'soon'; write a number"),
    ],
)
def test_bad_examples_are_refused_with_the_way_out(tmp_path, calls, sentence):
    with pytest.raises(ScorecardRefused, match=sentence):
        _examples(tmp_path, calls)


def test_the_command_says_what_is_wrong_and_fails(tmp_path):
    (tmp_path / "s.yaml").write_text(CARD, encoding="utf-8")
    run = CliRunner()
    nothing = run.invoke(cli.app, ["check", str(tmp_path / "s.yaml")])
    assert nothing.exit_code == 1
    assert "write some into s.test.yaml beside it" in nothing.output
    (tmp_path / "s.test.yaml").write_text("calls: [{call: c, talk: [{agent: you idiot}]}]", encoding="utf-8")
    wrong = run.invoke(cli.app, ["check", "--json", str(tmp_path / "s.yaml")])
    assert wrong.exit_code == 1
    (report,) = json.loads(wrong.stdout)
    assert (report["good"], report["differences"][0]["call"]) == (False, "c")
    (tmp_path / "s.test.yaml").write_text("calls: [{call: c, talk: [{agent: hello}]}]", encoding="utf-8")
    good = run.invoke(cli.app, ["check", str(tmp_path / "s.yaml")])
    assert (good.exit_code, good.output.strip().endswith("1 rules, 1 example calls as expected.")) == (0, True)


def test_an_example_says_campaign_direction_and_wrap_up(tmp_path):
    card = loads(
        "scorecard: c\nlanguages: [en]\napplies: {campaigns: [spring]}\nrules:\n"
        "  - {rule: quick, must_not: {measure: {what: wrap_up, over: 60}}}\n"
    )
    file = tmp_path / "c.test.yaml"
    file.write_text(
        "calls:\n"
        "  - {call: slow, campaign: spring, direction: outbound, wrap_up_s: 90,\n"
        "     talk: [{agent: Bye.}], broken: [quick]}\n"
        "  - {call: quick, wrap_up_s: 30, talk: [{agent: Bye.}], kept: [quick]}\n"
        "  - {call: unknown, talk: [{agent: Bye.}], kept: [quick]}\n"
    )
    slow, *_ = examples = load(file, card)
    assert (slow.conversation.campaign, slow.conversation.direction) == ("spring", "outbound")
    assert list(differences(card, examples, by_words_alone)) == []
