"""The first sheet of an XLSX file, row by row: read in a stream, so that a million rows need no memory of their own.

ECMA-376 part 1, 18.3.1 (worksheets). Formulas have the values that they were saved with.
"""

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from campaigns.xlsx_numbers import Numbers, read_formats
from campaigns.xlsx_parts import (
    DEEPEST,
    MOST_PART,
    MOST_TOKEN,
    Broken,
    Parts,
    bounded,
    parsed,
    parser,
    readable,
    too_deep,
)
from campaigns.xlsx_texts import Texts, read_texts, run_text, unescaped

MOST_ROWS, MOST_COLUMNS = 1 << 20, 1 << 14
"""That a sheet has: up to XFD1048576."""
MOST_CELLS = 1 << 23
"""In the rows of one block: more have nearly nothing in them."""
_LETTERS = re.compile(r"[A-Z]{1,3}")


def sheet_rows(path: Path, seen: Callable[[float], None] | None = None) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of the first sheet with their numbers, cells as they are shown; raise `OperatorFault`.

    `seen` is told how much of the sheet is read, 0 to 1.
    """
    with readable(path), zipfile.ZipFile(path) as archive:
        parts = Parts(archive)
        reader = _reader(parts)
        name = parts.book().sheet
        size = max(1, parts.size(name))
        with parts.open(name) as file:
            for read in parsed(file, reader.parser, MOST_PART):
                bounded(reader.parts)
                if seen is not None:
                    seen(min(1.0, read / size))
                yield from reader.taken()
                if reader.over:
                    return


def _reader(parts: Parts) -> "_Rows":
    """Return what reads rows, with the texts and formats that cells refer to."""
    book, texts, formats = parts.book(), Texts(), list[int]()
    if book.texts:
        with parts.open(book.texts) as file:
            texts = read_texts(file)
    if book.styles:
        with parts.open(book.styles) as file:
            formats = read_formats(file)
    return _Rows(texts, Numbers(formats, book.mac_days))


class _Rows:
    """Makes rows of what the parser finds; written for speed, as it is asked forty million times for a long list."""

    def __init__(self, texts: Texts, numbers: Numbers) -> None:
        self.rows: list[tuple[int, list[str]]] = []
        """That are complete."""
        self.over = False
        self.parts: list[str] = []
        """Characters since the last tag that matters."""
        self.parser = parser()
        self._texts, self._numbers = texts, numbers
        self._columns: dict[str, int] = {"": -1}
        self._row: list[str] = []
        self._number = self._cells = 0
        self._cell: dict[str, str] = {}
        self._text: dict[str, str] = {}
        """Attributes of the cell, and of its text."""
        self._value = ""
        self._spoken = False
        self.parser.StartElementHandler = self._root
        self.parser.CharacterDataHandler = self.parts.append

    def taken(self) -> list[tuple[int, list[str]]]:
        """Return the rows that are complete, once."""
        found, self.rows, self._cells = self.rows, [], 0
        return found

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        """Know by the first tag how the others begin."""
        prefix = name[: name.find(":") + 1]
        c, v, t, spoken, row, data = (f"{prefix}{one}" for one in ("c", "v", "t", "rPh", "row", "sheetData"))
        parts, depth = self.parts, 1

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            if name == c:
                self._cell, self._value = attributes, ""
            elif name == v:
                parts.clear()
            elif name == t:
                self._text = attributes
                parts.clear()
            elif name == row:
                # Blanks between tags are no cell's, however many rows have nothing else.
                parts.clear()
                self._begin(attributes.get("r", ""))
            elif name == spoken:
                self._spoken = True
            if depth > DEEPEST:
                too_deep(depth)

        def end(name: str) -> None:
            nonlocal depth
            depth -= 1
            if name == c:
                self._put()
            elif name == v:
                self._value = parts[0] if len(parts) == 1 else "".join(parts)
            elif name == t:
                self._add("".join(parts))
            elif name == row:
                self._end()
            elif name == spoken:
                self._spoken = False
            elif name == data:
                self.over = True
                # What comes behind, such as conditions, doesn't matter.
                self.parser.StartElementHandler = self.parser.EndElementHandler = None

        self.parser.StartElementHandler, self.parser.EndElementHandler = start, end

    def _add(self, text: str) -> None:
        if not self._spoken:
            self._value += run_text(text, self._text)
        if len(self._value) > MOST_TOKEN:
            raise Broken("it has a cell without an end")

    def _begin(self, number: str) -> None:
        self._number = int(number) if number.isdecimal() else self._number + 1
        if self._number > MOST_ROWS:
            raise Broken(f"it has a row {self._number:,}, and a sheet has {MOST_ROWS:,}")
        self._row = []

    def _end(self) -> None:
        self.rows.append((self._number, self._row))
        self._cells += len(self._row)
        if self._cells > MOST_CELLS:
            raise Broken("its rows have thousands of columns with hardly anything in them")

    def _put(self) -> None:
        row, value, get = self._row, self._value, self._cell.get
        kind, letters = get("t", "n"), get("r", "").rstrip("0123456789")
        if not value:
            text = ""
        elif kind == "n":
            text = self._numbers.shown(value, get("s", "0"))
        elif kind == "s":
            text = self._texts[int(value)]
        else:
            text = value if kind == "inlineStr" else _other(kind, value)
        at = self._columns.get(letters)
        if at is None:
            at = self._columns[letters] = column(letters)
        if at == len(row) or at < 0:
            row.append(text)
            if at < 0 and len(row) > MOST_COLUMNS:
                raise Broken(f"it has a row of more than {MOST_COLUMNS:,} cells")
        elif at < len(row):
            row[at] = text
        elif text:
            row.extend([""] * (at - len(row)))
            row.append(text)


def column(letters: str) -> int:
    """Return which column, from 0, letters such as AB mean; raise `Broken` where a sheet has none such."""
    if not _LETTERS.fullmatch(letters):
        raise Broken(f"it has a cell '{letters[:20]}'")
    found = 0
    for letter in letters:
        found = found * 26 + ord(letter) - 64
    if found > MOST_COLUMNS:
        raise Broken(f"it has a column {letters}, and a sheet has {MOST_COLUMNS:,}")
    return found - 1


def _other(kind: str, value: str) -> str:
    """Return what a cell shows that holds neither a number nor a text of the list."""
    if kind == "b":
        return str(value.strip() != "0")
    if kind == "e":
        return ""
    return unescaped(value) if kind != "d" else value.replace("T", " ")
