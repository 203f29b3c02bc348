"""Pages as files: Markdown, HTML and plain text, cut into sections."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from knowledge.draft_fields import Sourced
from knowledge.sections import Section, articles_of, settings_in
from knowledge.text_file import read_text

HEADING = re.compile(r"#{1,6}\s+(.*?)\s*#*")
LONGEST_TITLE = 80
"""Characters; a longer first line of a plain text is no title."""


def read_markdown(path: Path) -> Iterator[Sourced]:
    """Yield an article for each heading with text; front matter (`---`) holds for the whole page."""
    lines = _without_comments(read_text(path)).splitlines()
    defaults: dict[str, str] = {}
    start = 0
    if lines and lines[0].strip() == "---":
        end = next((at for at, line in enumerate(lines[1:], 1) if line.strip() in {"---", "..."}), 0)
        defaults, start = settings_in(lines[1:end]), end + 1 if end else 0
    title = defaults.pop("title", "") or path.stem
    sections = [Section(title, start + 1)]
    fence = ""
    for at, line in enumerate(lines[start:], start + 1):
        mark = line.lstrip()[:3]
        if mark in {"```", "~~~"} and fence in {"", mark}:
            fence = "" if fence else mark
        heading = None if fence else HEADING.fullmatch(line.strip())
        if heading:
            sections.append(Section(heading[1], at))
        else:
            sections[-1].lines.append(line)
    yield from articles_of(str(path), sections, defaults)


def read_html(path: Path) -> Iterator[Sourced]:
    """Yield an article for each heading with text; menus, scripts and forms are left out."""
    page = _Page(path.stem)
    page.feed(read_text(path))
    page.close()
    yield from articles_of(str(path), page.sections, {"language": page.language} if page.language else {})


def read_plain(path: Path) -> Iterator[Sourced]:
    """Yield one article: the first line is its title where an empty line follows, else the file's name is."""
    lines = read_text(path).splitlines()
    title, start = path.stem, 0
    first = lines[0].strip() if lines else ""
    if first and len(lines) > 1 and not lines[1].strip() and len(first) <= LONGEST_TITLE and first[-1] not in ".。":
        title, start = first, 1
    yield from articles_of(str(path), [Section(title, 1, lines[start:])], {})


def _without_comments(text: str) -> str:
    """The text without HTML comments, its lines where they were."""
    return re.sub(r"<!--.*?-->", lambda comment: "\n" * comment[0].count("\n"), text, flags=re.DOTALL)


class _Page(HTMLParser):
    """Headings and paragraphs of an HTML page."""

    HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
    BREAKS = frozenset(("p", "div", "li", "ul", "ol", "tr", "table", "section", "article", "dd", "dt", "main"))
    LEFT_OUT = frozenset(("script", "style", "nav", "header", "footer", "form", "noscript", "template", "aside"))

    def __init__(self, title: str) -> None:
        super().__init__()
        self.sections = [Section(title, 1)]
        self.language = ""
        self._inside = ""
        self._left_out = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "html":
            self.language = (dict(attributes).get("lang") or "")[:2].lower()
        if tag in self.LEFT_OUT:
            self._left_out += 1
        elif tag == "title" or (tag in self.HEADINGS and not self._left_out):
            self._inside = tag
            if tag != "title":
                self.sections.append(Section("", self.getpos()[0]))
            else:
                self.sections[0].title = ""
        elif tag == "br":
            if self.sections[-1].lines:
                self.sections[-1].lines[-1] += "\n"
        elif tag in self.BREAKS:
            self.sections[-1].lines.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.LEFT_OUT:
            self._left_out = max(0, self._left_out - 1)
        elif tag == self._inside:
            self._inside = ""
        elif tag in self.BREAKS:
            self.sections[-1].lines.append("\n")

    def handle_data(self, data: str) -> None:
        if self._left_out:
            return
        text = " ".join(data.split())
        if self._inside:
            section = self.sections[0] if self._inside == "title" else self.sections[-1]
            section.title = f"{section.title} {text}".strip()
        elif text:
            lines = self.sections[-1].lines
            # Words of one paragraph that tags part (<b>, <a>) stay on one line.
            if lines and lines[-1].strip():
                lines[-1] += ("" if data[:1].strip() else " ") + text + ("" if data[-1:].strip() else " ")
            else:
                lines.append(text + ("" if data[-1:].strip() else " "))
