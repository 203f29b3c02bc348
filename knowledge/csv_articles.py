"""Articles in a CSV file: one a row, the columns named in the first line, in any order."""

import csv
from collections.abc import Iterator
from pathlib import Path

from knowledge.draft_fields import KNOWN, Sourced, field_of, sourced, unknown_column
from knowledge.text_file import read_text
from models.errors import OperatorFault

LONGEST = 1_000_000
"""Characters of one cell."""


def read_csv(path: Path) -> Iterator[Sourced]:
    """Yield the articles; raise `OperatorFault` with file and line for what can't be one."""
    text = read_text(path)
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    csv.field_size_limit(LONGEST)
    rows = csv.reader(text.splitlines(keepends=True), delimiter=separator, strict=True)
    fields: list[str] = []
    line = 1
    try:
        for row in rows:
            place = f"{path}, line {line}"
            line = rows.line_num + 1
            if not any(cell.strip() for cell in row):
                continue
            if not fields:
                fields = _fields(place, row)
                continue
            if len(row) != len(fields):
                raise OperatorFault(
                    f"{place}: there are {len(row)} cells, but {len(fields)} columns; put text that holds "
                    f"'{separator}' between quotes."
                )
            yield sourced(place, zip(fields, row, strict=True))
    except csv.Error as error:
        raise OperatorFault(f"{path}, line {rows.line_num}: {error}; check the quotes there.") from error


def _fields(place: str, names: list[str]) -> list[str]:
    fields = []
    for name in names:
        field = field_of(name)
        if field is None:
            raise OperatorFault(f"{place}: {unknown_column(name)}")
        fields.append(field)
    if "short" not in fields or not {"title", "questions"} & set(fields):
        raise OperatorFault(f"{place}: the columns title (or questions) and short are needed; known are {KNOWN}.")
    return fields
