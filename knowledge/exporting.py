"""Taking articles out: CSV, JSON lines or Markdown, each as it can be imported again."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Any

COLUMNS = ("id", "language", "title", "questions", "short", "long", "tags", "owner", "valid_from", "valid_until")


class Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"
    MARKDOWN = "md"


def exported(articles: Iterable[dict[str, Any]], to: Format) -> Iterator[str]:
    """Yield the text of the file, article by article, of `articles` as `knowledge.articles.listed` yields them."""
    return _WRITERS[to](articles)


def _csv(articles: Iterable[dict[str, Any]]) -> Iterator[str]:
    yield _row(COLUMNS)
    for article in articles:
        yield _row([_cell(name, article[name]) for name in COLUMNS])


def _row(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _cell(name: str, value: Any) -> str:
    if isinstance(value, list):
        return ("\n" if name == "questions" else ", ").join(value)
    return "" if value is None else str(value)


def _json_lines(articles: Iterable[dict[str, Any]]) -> Iterator[str]:
    for article in articles:
        yield json.dumps(article, ensure_ascii=False) + "\n"


def _markdown(articles: Iterable[dict[str, Any]]) -> Iterator[str]:
    for article in articles:
        lines = [f"## {article['title']}"]
        lines += [
            f"{name}: {_cell(name, article[name])}" for name in ("id", "language", "tags", "owner") if article[name]
        ]
        lines += [f"{name}: {article[name]}" for name in ("valid_from", "valid_until") if article[name]]
        lines += [f"question: {question}" for question in article["questions"]]
        lines += [f"short: {article['short']}", ""]
        if article["long"]:
            lines += [re.sub(r"^(\s*)#", r"\1\\#", article["long"], flags=re.MULTILINE), ""]
        yield "\n".join(lines) + "\n"


_WRITERS: dict[Format, Callable[[Iterable[dict[str, Any]]], Iterator[str]]] = {
    Format.CSV: _csv,
    Format.JSONL: _json_lines,
    Format.MARKDOWN: _markdown,
}
