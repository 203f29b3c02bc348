"""Pages as sections: a heading with the text under it becomes an article.

Right under its heading an article may have lines such as "question: …", "tags: a, b" or "valid_until: 2026-12-31". Its
first paragraph is the answer for the ear, unless there is a line "short: …"; all of it is the answer for the eye.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from knowledge.draft_fields import Sourced, field_of, meant, sourced
from models.errors import OperatorFault

SETTING = re.compile(r"([\w -]{2,20}?)\s*[:：]\s*(.*)")


@dataclass
class Section:
    """A heading and the lines under it up to the next."""

    title: str
    line: int
    """Of the heading, from 1."""
    lines: list[str] = field(default_factory=list)


def articles_of(path: str, sections: list[Section], defaults: Mapping[str, str]) -> Iterator[Sourced]:
    """Yield an article for each section that has text; a heading alone only divides."""
    for section in sections:
        settings, body = _settings(section.lines)
        _insist_on_known(path, section, body)
        paragraphs = [part.strip() for part in re.split(r"\n\s*\n", _unescaped(body)) if part.strip()]
        if not paragraphs and not any(name == "short" for name, _ in settings):
            continue
        values = [*defaults.items(), ("title", section.title)]
        if paragraphs:
            values.append(("short", spoken(paragraphs[0])))
            values.append(("long", "\n\n".join(paragraphs) if len(paragraphs) > 1 else ""))
        # What is written at an article goes before what holds for the whole page; lists are not added up.
        own = {name for name, _ in settings}
        values = [(name, value) for name, value in values if name not in own or name == "title"]
        if any(name == "short" for name, _ in settings):
            values = [(n, v) for n, v in values if n != "long"] + [("long", "\n\n".join(paragraphs))]
        yield sourced(f"{path}, line {section.line}", [*values, *settings])


def settings_in(lines: list[str]) -> dict[str, str]:
    """Return the settings in the front matter of a page."""
    return dict(found for line in lines if (found := _setting(line)))


def spoken(text: str) -> str:
    """Return Markdown as it is spoken: without marks, links by their words."""
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"^\s*(?:[-*+>]|\d+[.)])\s+", "", text, flags=re.MULTILINE)
    text = re.sub(r"(\*\*|__|`|~~)", "", text)
    text = re.sub(r"(?<!\w)[*_](\S(?:.*?\S)?)[*_](?!\w)", r"\1", text)
    return " ".join(text.split())


def _settings(lines: list[str]) -> tuple[list[tuple[str, str]], list[str]]:
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(lines) and not lines[at].strip():
        at += 1
    while at < len(lines) and (setting := _setting(lines[at])):
        found.append(setting)
        at += 1
    return found, lines[at:]


def _insist_on_known(path: str, section: Section, body: list[str]) -> None:
    """Refuse a misspelt setting, which would be read out as the answer: "questoin: What does it cost?"."""
    found = SETTING.fullmatch(body[0].strip()) if body else None
    if found and (name := meant(found[1])):
        line = section.line + 1 + len(section.lines) - len(body)
        raise OperatorFault(f"{path}, line {line}: there is no setting '{found[1]}'; write '{name}' instead.")


def _setting(line: str) -> tuple[str, str] | None:
    match = SETTING.fullmatch(line.strip())
    name = field_of(match[1]) if match else None
    return (name, match[2]) if match and name else None


def _unescaped(lines: list[str]) -> str:
    return "\n".join(re.sub(r"^(\s*)\\#", r"\1#", line) for line in lines)
