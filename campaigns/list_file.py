"""A list as operators have it: CSV in whatever encoding and with whatever delimiter, or an Excel sheet; row by row."""

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from campaigns.xlsx_parts import check_archive, check_book
from campaigns.xlsx_sheet import sheet_rows
from models.errors import OperatorFault

EXCEL = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
STREAMED = (".xlsx", ".xlsm")
MOST_HELD = 256 << 20
"""Bytes in a part of the other sheets, which their reader holds as a whole."""
BLOCK = 1 << 20
DELIMITERS = ",;\t|，；"
MOST_CHARACTERS = 1 << 20
"""In one cell; more means that a quotation mark is never closed."""
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip

Row = tuple[int, list[str]]
"""The line at which a row ends (from 1), and its cells."""
Progress = Callable[[float], None]
"""Is told how much of the file is read, 0 to 1."""


@dataclass(frozen=True)
class Form:
    """How a list is written."""

    encoding: str
    """As Python names it; "excel" for a sheet."""
    delimiter: str


def form_of(path: Path, encoding: str = "") -> Form:
    """Return how the list in `path` is written, by looking at all of it; raise `OperatorFault` where nothing fits."""
    if path.suffix.lower() in STREAMED:
        check_book(path)
        return Form("excel", "")
    if path.suffix.lower() in EXCEL:
        check_archive(path, MOST_HELD)
        return Form("excel", "")
    try:
        with path.open("rb") as file:
            known = encoding or _encoding(file, path)
        codecs.lookup(known)
        with path.open(encoding=known, newline="") as text:
            return Form(known, _delimiter([text.readline(BLOCK) for _ in range(5)]))
    except LookupError:
        raise OperatorFault(f"There is no encoding '{encoding}'; write utf-8, gb18030 or utf-16.") from None
    except UnicodeError:
        raise OperatorFault(
            f"{path} is not written in {encoding}; leave --encoding out, or save it as UTF-8."
        ) from None
    except OSError as error:
        raise OperatorFault(f"The list {path} can't be read ({error.strerror}); check the path.") from None


def _encoding(file: BinaryIO, path: Path) -> str:
    head = file.read(4096)
    for mark, name in BOMS:
        if head.startswith(mark):
            return name
    if b"\0" in head:
        # Every other byte of plain letters and digits is zero, and it tells which half of a character comes first.
        return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
    for name in ("utf-8", "gb18030"):
        if _decodes(file, name):
            return name
    from charset_normalizer import from_bytes

    file.seek(0)
    best = from_bytes(file.read(BLOCK)).best()
    if best is None or not _decodes(file, best.encoding):
        raise OperatorFault(f"{path} is in no encoding that fits all of it; save it as UTF-8 and import it again.")
    return best.encoding


def _decodes(file: BinaryIO, name: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(name)()
    try:
        while block := file.read(BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _delimiter(lines: list[str]) -> str:
    """Return what parts the cells of the first lines; "," where each has one cell only."""
    heading = next((line for line in lines if line.strip()), "")
    plain = "".join(part for at, part in enumerate(heading.split('"')) if at % 2 == 0)
    return max(DELIMITERS, key=lambda one: (plain.count(one), one == ","))


def read_rows(path: Path, form: Form, progress: Progress | None = None) -> Iterator[Row]:
    """Yield the rows that aren't empty; raise `OperatorFault` with the line where one can't be read."""
    rows = _sheet(path, progress) if form.encoding == "excel" else _text(path, form, progress)
    return ((line, cells) for line, cells in rows if any(cells))


def _text(path: Path, form: Form, progress: Progress | None) -> Iterator[Row]:
    size = max(1, path.stat().st_size)
    csv.field_size_limit(MOST_CHARACTERS)
    with path.open("rb") as raw:
        text: TextIO = io.TextIOWrapper(raw, form.encoding, newline="")
        # What no database takes in a text: it would stop the whole import.
        reader = csv.reader((line.replace("\0", "") for line in text), delimiter=form.delimiter)
        try:
            for number, cells in enumerate(reader):
                if progress is not None and number % 1000 == 0:
                    progress(raw.tell() / size)
                yield reader.line_num, cells
        except csv.Error as error:
            raise OperatorFault(
                f"{path}:{reader.line_num}: the row can't be read ({error}); correct it there."
            ) from None
        except UnicodeError:
            raise OperatorFault(
                f"{path}:{reader.line_num}: there is a character that is no {form.encoding}; save it as UTF-8."
            ) from None


def _sheet(path: Path, progress: Progress | None) -> Iterator[Row]:
    return sheet_rows(path, progress) if path.suffix.lower() in STREAMED else _held_sheet(path, progress)


def _held_sheet(path: Path, progress: Progress | None) -> Iterator[Row]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    except (CalamineError, OSError, ValueError) as error:
        raise OperatorFault(f"The sheet {path} can't be read ({error}); save it anew, or as CSV.") from None
    height = max(1, sheet.total_height)
    for number, cells in enumerate(sheet.iter_rows(), 1):
        if progress is not None and number % 1000 == 0:
            progress(number / height)
        yield number, [_words(cell) for cell in cells]


def _words(cell: Any) -> str:
    """Return what a sheet's cell shows."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return (
        cell.isoformat(" ") if isinstance(cell, datetime) else cell.isoformat() if isinstance(cell, date) else str(cell)
    )
