"""What people read: in both languages, with the same fields, all of it used, and nothing written past it."""

import ast
import string
from collections.abc import Iterator
from functools import cache

import pytest

from campaigns.report_words import WORDS, code_in
from console.pages.campaigns import MODES
from console.phrases import FILES, LANGUAGES, Phrases, preferred

CONSOLE = FILES.parent
TEXTS = Phrases.load().texts
SOURCES = sorted([*CONSOLE.rglob("*.py"), *CONSOLE.rglob("*.html"), *CONSOLE.rglob("*.js")])
FLOORS = ("quality", "campaigns", "models", "queues", "voice", "knowledge")
RAISED = [one for floor in FLOORS for one in sorted((CONSOLE.parent / floor).glob("*.py"))]
"""Refusals there have phrases, too (`models.errors.Refused`)."""
SHOWS = {
    "label", "button", "input", "textarea", "select", "checkbox", "switch", "number", "link", "notify", "tooltip",
    "badge", "chip", "markdown", "html", "radio", "toggle", "expansion", "tab", "menu_item", "item", "told", "message",
}  # fmt: skip
"""What writes its first argument onto a page."""
PROPER = {"Hotline", "CSV", "XLSX", "中文", "English"}
"""The same in every language."""


def test_every_text_is_there_in_both_languages_with_the_same_fields() -> None:
    for key, text in TEXTS.items():
        assert set(text) == set(LANGUAGES), key
        assert _fields(text["en"]) == _fields(text["zh"]), key
        assert all(words.strip() for words in text.values()), key


def _fields(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_calls_a_campaign_what_the_pages_call_it(language: str) -> None:
    assert WORDS[language]["title"].format(name="").strip() == TEXTS["leads.campaign"][language]


@pytest.mark.parametrize("mode", MODES)
def test_a_report_calls_a_mode_what_the_pages_call_it(mode: str) -> None:
    assert code_in("zh", mode) == TEXTS[MODES[mode]]["zh"]


def test_every_text_is_used() -> None:
    assert [key for key in sorted(TEXTS) if not _used(key)] == []


def test_a_text_that_nobody_uses_would_be_found() -> None:
    assert not _used("frame.nobody_says_this")
    assert _used("frame.menu")


def _used(key: str) -> bool:
    """Whether a key stands somewhere: whole, or its beginning where the rest comes from elsewhere, or its last part."""
    file, _, name = key.partition(".")
    literals, beginnings = _written()
    return (
        key in literals
        or (name in literals and file in _files_of(name))
        or any(key.startswith(one) for one in beginnings if one.startswith(f"{file}.") and len(one) > len(file) + 1)
        or any(name.startswith(one) for one in beginnings if len(one) > 3 and "." not in one)
        or (f"{file}." in beginnings and name in literals)
    )  # fmt: skip


@cache
def _files_of(name: str) -> frozenset[str]:
    return frozenset(key.partition(".")[0] for key in TEXTS if key.partition(".")[2] == name)


@cache
def _written() -> tuple[frozenset[str], frozenset[str]]:
    """Return the literals of our code, and what f-strings begin with."""
    literals: set[str] = set()
    beginnings: set[str] = set()
    for source in [*SOURCES, *RAISED]:
        text = source.read_text(encoding="utf-8")
        if source.suffix != ".py":
            words = text.replace("'", " ").replace('"', " ").replace("`", " ").replace(".", " ")
            literals.update(words.replace("(", " ").replace(")", " ").replace(",", " ").replace("}", " ").split())
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                literals.add(node.value)
                if node.value.endswith(("_", ".")):
                    beginnings.add(node.value)
            elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                beginnings.add(str(node.values[0].value))
    return frozenset(literals), frozenset(beginnings)


def test_no_page_writes_a_text_past_the_phrases() -> None:
    found = [
        f"{source.relative_to(CONSOLE)}:{line}: {words}"
        for source in sorted(CONSOLE.rglob("*.py"))
        for line, words in _texts(ast.parse(source.read_text(encoding="utf-8")))
    ]
    assert found == []


def test_a_text_that_is_written_past_the_phrases_would_be_found() -> None:
    page = (
        'ui.label("Calls of today")\nui.button(f"Delete {name}")\ntold("Nothing")\nbutton.props(\'aria-label="Play"\')'
    )
    assert [line for line, _ in _texts(ast.parse(page))] == [1, 2, 3, 4]
    fine = """ui.label(visit.say("calls.today"))
ui.label(f"{count} · {name}")
ui.link("Hotline", "/")
ui.button(icon="edit")"""
    assert list(_texts(ast.parse(fine))) == []


def _texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield words of a language that are handed to what shows them, or to what is read aloud."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        if name in SHOWS and ((isinstance(owner, ast.Name) and owner.id == "ui") or name == "told"):
            for shown in [*node.args[:1], *(one.value for one in node.keywords if one.arg in ("text", "label"))]:
                if words := _words(shown):
                    yield node.lineno, words
        if name == "props":
            for one in node.args:
                words = _words(one)
                if any(f'{part}="' in words for part in ("aria-label", "label", "title", "placeholder", "hint")):
                    yield node.lineno, words


def _words(node: ast.expr) -> str:
    """Return the letters that stand in an expression itself."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value
    elif isinstance(node, ast.JoinedStr):
        text = " ".join(str(one.value) for one in node.values if isinstance(one, ast.Constant))
        if 'aria-label="' in text:
            # What is filled in comes from the phrases.
            text = text.replace('aria-label=" ', "")
    else:
        return ""
    return text if text.strip() not in PROPER and sum(one.isalpha() for one in text.replace("UTC", "")) > 1 else ""


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"), ("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("de,en;q=0.5,zh;q=0.7", "zh"), ("fr", "en"),
        ("zh;q=0,en", "en"), ("en-GB", "en"), ("zh;q=x", "en"),
    ],
)  # fmt: skip
def test_the_language_is_what_the_browser_wants_most_of_ours(accepted: str, language: str) -> None:
    assert preferred(accepted) == language


def test_fields_are_filled_and_a_key_that_is_not_there_is_our_mistake() -> None:
    phrases = Phrases.load()
    assert phrases.say("zh", "sign_in.wait", minutes=5) == "尝试次数过多，请 5 分钟后再试。"
    assert phrases.has("frame.menu")
    with pytest.raises(KeyError):
        phrases.say("en", "frame.nothing")
