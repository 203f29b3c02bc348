"""Mistakes of people who don't know YAML, each with the place to change and what to write there."""

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from models.yaml_fault import Fault, fault_in

FLOW = """\
languages: [en, zh]
steps:
  - step: hello
    say: {en: "Hello.", zh: 您好。}
  - step: wish
    ask: {en: How can I help?, zh: 有什么可以帮您？}
    otherwise: bye
  - step: bye
    hangup: {en: Bye!, zh: 再见！}
"""
TOGETHER = "lines that belong together begin below each other"
OPEN = "the '{' here isn't closed; write '}' behind what it holds, and ' #' only in quotes"
COLON = "'：' isn't the sign that is meant here; write ':' and a space instead"
QUOTE = 'text with , : # \' or {{ in it goes into "quotes"'


def refused(text: str) -> Fault:
    try:
        YAML(typ="rt").load(text)
    except (YAMLError, ValueError, TypeError) as error:
        return fault_in(text, error)
    raise AssertionError("it is YAML")


@pytest.mark.parametrize(
    ("old", "new", "place", "sentence"),
    [
        ("    say:", "\tsay:", (4, 1), "a tab stands here; write spaces instead"),
        ("    say:", "　　say:", (4, 1), "a wide space stands here; write ordinary spaces instead"),
        ("say: {", "say：{", (4, 8), COLON),
        ("- step: hello", "- step：hello", (3, 9), COLON),
        ("- step: hello", "－ step: hello", (3, 3), COLON.replace("：", "－").replace(":", "-")),
        ('"Hello.",', '"Hello."，', (4, 23), "'，' isn't the sign that is meant here; write ',' instead"),
        ('{en: "Hello.", zh: 您好。}', '｛en: "Hello.", zh: 您好。｝', (4, 10),
         "'｛' isn't the sign that is meant here; write '{' instead"),
        ("say: {", "say:{", (4, 8), "a space is missing behind the colon; write 'say: '"),
        ("- step: hello", "-step: hello", (3, 3), "a space is missing behind the dash; write '- '"),
        ("    ask:", "   ask:", (6, 4),
         f"this line begins with 3 spaces, line 5 above it with 2 spaces; {TOGETHER}"),
        ("    otherwise", "      otherwise", (7, 7),
         f"this line begins with 6 spaces, line 6 above it with 4 spaces; {TOGETHER}"),
        ('"Hello."', "Note: hello.", (4, 19), f"the text before this can't end here; between {{ and }}, {QUOTE}"),
        ('"Hello."', "'It's me'", (4, 19), f"the text before this can't end here; between {{ and }}, {QUOTE}"),
        ('{en: "Hello.", zh: 您好。}', "Note: hello.", (4, 14), f"a second ': ' stands in this line; {QUOTE}"),
        ("再见！}", "再见！", (9, 13), OPEN),
        ("您好。}", "请按 #。}", (4, 10), OPEN),
        ("zh: 您好。}", "zh: 您好。}\n    say: {}", (5, 5), "'say' is written twice here; delete one of them"),
        ("{en: Bye!, zh: 再见！}", "*bye", (9, 13),
         "'*bye' stands for what is marked '&bye', and nothing is; a text that begins with * goes into quotes"),
        ("再见！}\n", "再见！}\n---\n", (10, 1),
         "a second document begins here; keep one file for each, without a line '---'"),
        ("Hello", "He\0llo", (4, 18), "the sign U+0000 can't stand in a text; delete it"),
        ("{en: Bye!, zh: 再见！}", "@bye", (9, 13), "a text can't begin with @; put it into quotes"),
    ],
)  # fmt: skip
def test_a_beginners_mistake_is_named_where_it_is_with_what_to_write(
    old: str, new: str, place: tuple[int, int], sentence: str
) -> None:
    assert old in FLOW
    found = refused(FLOW.replace(old, new, 1))
    assert (found.line, found.column, found.sentence) == (*place, sentence)


def test_a_quote_that_nothing_closes_is_named_where_it_begins() -> None:
    assert refused('a: 1\nb: "never closed\n') == Fault(
        2, 4, "the quote that begins here isn't closed; write it behind the text"
    )


def test_chinese_sentences_are_not_taken_for_the_mistake() -> None:
    """Wide signs in what is said are as they should be: the mistake is elsewhere."""
    found = refused('a: {zh: 您好，请问：“要什么”？}\nb: {zh: 好的，再见！}\nc: ["x" "y"]\n')
    assert (found.line, found.column) == (3, 9)
    assert "sign" not in found.sentence


def test_a_day_that_there_is_not_is_named() -> None:
    text = "holidays:\n  closed: [2026-02-28, 2026-02-30]\n"
    assert refused(text) == Fault(2, 24, "there is no 2026-02-30; correct the date")


def test_lines_end_as_on_any_system() -> None:
    assert refused("a: b\rc: d: e\r")[0] == 2
    assert refused("\r: : \r{")[0] >= 1


@pytest.mark.parametrize("text", ["a: !!int x\n", "a: !!float x\n"])
def test_whatever_yaml_does_not_read_is_a_sentence(text: str) -> None:
    with pytest.raises((YAMLError, ValueError, TypeError)) as refusal:
        YAML(typ="rt").load(text)
    assert isinstance(refusal.value, YAMLError | ValueError | TypeError)
    assert fault_in(text, refusal.value).sentence
