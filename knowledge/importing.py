"""Bringing articles in: a CSV, JSON lines, Markdown, HTML or text file, or a folder of them; all or nothing."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from knowledge import articles
from knowledge.articles import Editor, Embedding, Embeddings, Written
from knowledge.csv_articles import read_csv
from knowledge.draft_fields import NAMES, Sourced, sourced
from knowledge.entry import Vectors, faces
from knowledge.pages import read_html, read_markdown, read_plain
from knowledge.text_file import read_text
from models.errors import OperatorFault

Progress = Callable[[int, int], None]
"""Told how many of how many articles are ready to be written."""


@dataclass(frozen=True)
class Imported:
    """What became of the articles in the files."""

    added: int
    changed: int
    unchanged: int


def read_json_lines(path: Path) -> Iterator[Sourced]:
    """Yield an article for each line, an object as `hotline kb export` writes it."""
    for number, line in enumerate(read_text(path).splitlines(), 1):
        if not line.strip():
            continue
        place = f"{path}, line {number}"
        try:
            document = json.loads(line)
        except ValueError as error:
            raise OperatorFault(f"{place}: this is no JSON ({error}); write one object a line.") from error
        if not isinstance(document, dict):
            raise OperatorFault(f"{place}: this is no JSON object; write one object a line.")
        yield sourced(place, _values(document))


READERS: dict[str, Callable[[Path], Iterator[Sourced]]] = {
    ".csv": read_csv, ".tsv": read_csv, ".jsonl": read_json_lines, ".md": read_markdown, ".markdown": read_markdown,
    ".html": read_html, ".htm": read_html, ".txt": read_plain,
}  # fmt: skip


def read_articles(path: Path) -> list[Sourced]:
    """Return the articles in a file, or in all files of a folder that can hold any.

    Raises `OperatorFault`, naming file and line, for the first thing that is wrong, and where there is no article.
    """
    found: dict[str, Sourced] = {}
    for file in _files(path):
        for one in READERS[file.suffix.lower()](file):
            other = found.setdefault(one.draft.article_id, one)
            if other is not one:
                raise OperatorFault(
                    f"{one.place}: the id '{one.draft.article_id}' is that of {other.place} already; "
                    "give one of them another title or an id."
                )
    if not found:
        raise OperatorFault(f"{path} holds no article; see docs/knowledge.md for how they are written.")
    return list(found.values())


def import_articles(
    engine: Engine,
    found: Sequence[Sourced],
    editor: Editor,
    embeddings: Embeddings | None = None,
    progress: Progress = lambda _done, _total: None,
) -> Imported:
    """Write all of `found` in one transaction: importing the same again changes nothing.

    Sentences are embedded before it begins, so that nobody else waits for the database meanwhile.
    """
    with engine.connect() as connection:
        new = [one for one in found if not articles.is_current(connection, one.draft)]
    ready = _Ready(embeddings or {})
    for done, one in enumerate(new, 1):
        ready.prepare(one)
        progress(done, len(new))
    counts: Counter[Written] = Counter({Written.UNCHANGED: len(found) - len(new)})
    with engine.begin() as connection:
        for one in new:
            try:
                counts[articles.write(connection, one.draft, editor, ready.embeddings)] += 1
            except OperatorFault as fault:
                raise OperatorFault(f"{one.place}: {fault}") from fault
    return Imported(counts[Written.ADDED], counts[Written.CHANGED], counts[Written.UNCHANGED])


class _Ready:
    """Vectors computed ahead, behind the embeddings that they came from."""

    def __init__(self, embeddings: Embeddings) -> None:
        self._real = embeddings
        self._vectors: dict[tuple[str, ...], Vectors] = {}
        self.embeddings = {language: Embedding(one.model, self._of) for language, one in embeddings.items()}

    def prepare(self, one: Sourced) -> None:
        texts = faces(one.draft.title, one.draft.questions, one.draft.short)
        if one.draft.language in self._real:
            self._vectors[texts] = self._real[one.draft.language].of(texts)

    def _of(self, texts: Sequence[str]) -> Vectors:
        return self._vectors[tuple(texts)]


def _files(path: Path) -> list[Path]:
    known = ", ".join(READERS)
    if path.is_dir():
        files = [
            file
            for file in sorted(path.rglob("*"))
            if file.suffix.lower() in READERS and file.is_file() and not _hidden(file.relative_to(path))
        ]
        if not files:
            raise OperatorFault(f"The folder {path} holds no file with articles; known endings are {known}.")
        return files
    if not path.exists():
        raise OperatorFault(f"There is no file {path}; check its name.")
    if path.suffix.lower() not in READERS:
        raise OperatorFault(f"{path} is of no kind that can be imported; known endings are {known}.")
    return [path]


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _values(document: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Fields of a draft; what else an export tells of an article (version, who wrote it) is not imported."""
    for name, value in document.items():
        field = NAMES.get(name)
        if field and isinstance(value, list):
            yield from ((field, str(one)) for one in value)
        elif field and value is not None:
            yield field, str(value)
