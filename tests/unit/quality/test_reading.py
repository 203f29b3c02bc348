import textwrap
from pathlib import Path

import pytest

from quality import conditions as are
from quality.reading import ScorecardRefused, load, loads

GOOD = """
scorecard: s
languages: [en]
good_from: 70
sections: {opening: Opening}
applies: {queues: billing, talks: [agent], since: 2026-11-01}
rules:
  - rule: hello
    section: opening
    weight: 3
    must: {says: {who: agent, first_s: 20, phrases: {en: [hello]}, meaning: {en: [Good morning.]}}}
  - rule: rude
    fatal: true
    live: false
    called: {en: Rude words}
    must_not: {any: [{says: {phrases: {en: idiot}}}, {not: {anger: {who: caller, over: 0.5}}}]}
  - rule: rest
    when: {measure: {what: length, over: 30}}
    must:
      all:
        - in_order: [{happens: [a]}, {happens: b}]
        - near: {seconds: 5, all: [{happens: a}, {happens: b}]}
        - within: {last_s: 9, this: {happens: a}}
        - after: {seconds: 9, each: {silence: {over_s: 5, whose: ours}}, this: {interrupts: {by: caller}}}
        - speed: {who: agent, over: 200}
"""


def _complaints(text: str) -> list[str]:
    with pytest.raises(ScorecardRefused) as refused:
        loads(textwrap.dedent(text), "s.yaml")
    return [str(one) for one in refused.value.complaints]


def test_a_scorecard_is_read_with_everything_in_it():
    card = loads(GOOD)
    hello, rude, rest = card.rules
    assert (card.name, card.good_from, card.applies.queues, card.applies.talks) == ("s", 70, ("billing",), ("agent",))
    assert hello.must == are.Within(are.Says("agent", {"en": ("hello",)}, {"en": ("Good morning.",)}), 20, 0)
    assert (hello.weight, hello.section, hello.title("en")) == (3, "opening", "hello")
    assert (rude.fatal, rude.live, rude.title("zh")) == (True, False, "Rude words")
    assert isinstance(rest.must, are.Every)
    assert [type(part) for part in rest.must.parts] == [
        are.InOrder, are.Near, are.Within, are.After, are.Speed,
    ]  # fmt: skip


def test_the_version_is_that_of_the_text():
    assert loads(GOOD).version == loads(GOOD).version
    assert loads(GOOD).version != loads(GOOD + "\n# changed\n").version


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("rules: []", "s.yaml:1:1: The scorecard has no name; write `scorecard: NAME`."),
        ("scorecard: s", "s.yaml:1:1: The scorecard has no rules; write `rules:` with a list of them."),
        ("scorecard: s\nrule: []\nrules: []", "the scorecard has no 'rule'; write 'rules' instead."),
        ("scorecard: [", "This is no YAML"),
    ],
)
def test_a_file_that_is_no_scorecard_is_refused_with_the_way_out(text, sentence):
    assert any(sentence in one for one in _complaints(text))


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("{rule: r}", "Rule 'r' needs `must` or `must_not`, one of the two."),
        ("{rule: r, must: {happens: a}, must_not: {happens: b}}", "needs `must` or `must_not`, one of the two."),
        ("{rule: r, must: {say: x}}", "There is no condition 'say'; write 'says' instead."),
        ("{rule: r, must: {says: {}}}", "'says' has neither `phrases` nor `meaning`"),
        ("{rule: r, must: {says: {phrases: {fr: [a]}}}}", "'fr' is no language"),
        ("{rule: r, must: {says: {phrases: {zh: [a]}}}}", "'phrases' has nothing in 'en'"),
        ("{rule: r, must: {says: {who: boss, phrases: {en: [a]}}}}", "Who speaks is never 'boss'"),
        ("{rule: r, must_not: {silence: {}}}", "'silence' has no `over_s`; write a number from 0.5 to 86400."),
        ("{rule: r, must_not: {silence: {over_s: long}}}", "'over_s' is 'long'; write a number from 0.5"),
        ("{rule: r, must_not: {measure: {what: mood, over: 1}}}", "What is measured is never 'mood'"),
        ("{rule: r, must: {all: []}}", "'all' is empty; write a list of conditions."),
        ("{rule: r, must: [a]}", "'must' is a list; write a mapping with one of: says, "),
        ("{rule: r, weight: -1, must: {happens: a}}", "'weight' is '-1'; write a number from 0 to 1000 instead."),
        ("{rule: r, section: opning, must: {happens: a}}", "There is no section 'opning'; write 'opening' instead."),
        ("{rule: r, must: {happens: a}}\n  - {rule: r, must: {happens: a}}", "There are two rules 'r'"),
    ],
)
def test_a_bad_rule_is_refused_with_file_line_and_remedy(rule, sentence):
    text = f"scorecard: s\nlanguages: [en]\nsections: {{opening: Opening}}\nrules:\n  - {rule}\n"
    complaints = _complaints(text)
    assert any(sentence in one for one in complaints), complaints
    assert all(one.startswith(("s.yaml:5:", "s.yaml:6:")) for one in complaints)


def test_all_complaints_come_at_once_in_the_order_of_the_file():
    text = """
    scorecard: s
    languages: [en]
    rules:
      - {rule: a}
      - {rule: b, must: {nothing: x}}
    """
    assert [one.split(":")[1] for one in _complaints(text)] == ["5", "6"]


def test_a_file_that_is_missing_or_no_utf8_is_refused_in_one_sentence(tmp_path: Path):
    with pytest.raises(ScorecardRefused, match="can't be read"):
        load(tmp_path / "none.yaml")
    broken = tmp_path / "broken.yaml"
    broken.write_bytes("规则".encode("gb18030"))
    with pytest.raises(Exception, match="save it as UTF-8"):
        load(broken)


def test_who_is_told_live_is_the_board_or_the_agent_too():
    rule = "{rule: r, TELL must: {happens: [x]}}"
    (told,) = loads("scorecard: s\nrules:\n  - " + rule.replace("TELL", "tell: agent,")).rules
    (quiet,) = loads("scorecard: s\nrules:\n  - " + rule.replace("TELL", "")).rules
    assert (told.tells_agent, quiet.tells_agent) == (True, False)
    with pytest.raises(ScorecardRefused, match="Who is told is never 'agents'"):
        loads("scorecard: s\nrules:\n  - " + rule.replace("TELL", "tell: agents,"))


def test_a_scorecard_can_be_for_campaigns():
    card = loads("scorecard: s\napplies: {campaigns: [spring]}\nrules: [{rule: r, must: {happens: [x]}}]")
    assert card.applies.campaigns == ("spring",)
