"""An XLSX file as a ZIP archive of XML parts: which of them its first sheet needs; read block by block, and bounded.

ECMA-376 part 2 (packages) and part 1, 18.2 (workbooks). A damaged or a malicious file may say anything of itself: what
is held of it, and what is read of it at all, has a limit.
"""

import struct
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import IO
from xml.parsers import expat

from models.errors import OperatorFault

BLOCK = 1 << 16
"""Bytes that are parsed at a time."""
MOST_TOKEN = 1 << 22
"""Bytes of one tag, or of one cell, which are held as a whole."""
MOST_PART, MOST_SMALL = 4 << 30, 64 << 20
"""Bytes of a sheet or of the texts of a workbook, and of its other parts."""
DEEPEST = 64
"""Tags in tags; a sheet has 8 or so."""
Start = Callable[[str, dict[str, str]], None]
"""Told where a tag begins: its local name, its attributes."""
End = Callable[[str], None]


class Broken(Exception):
    """The file is no sheet that we can read; says why."""


DAMAGE = (zlib.error, struct.error, EOFError, RuntimeError, LookupError, ValueError, Broken)
"""What reading a damaged or foreign file raises; `zipfile` RuntimeError for a password or an unknown compression."""


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Raise what is wrong with a file as `OperatorFault`, whatever part of it that is found in."""
    why = ""
    try:
        yield
    except zipfile.BadZipFile as error:
        why = f"it is damaged, has a password or is no XLSX file: {error}"
    except OSError as error:
        why = error.strerror or str(error)
    except DAMAGE as error:
        why = str(error) or type(error).__name__
    if why:
        raise OperatorFault(f"The sheet {path} can't be read ({why}); save it anew, or as CSV.")


def local(name: str) -> str:
    """Return a name without its prefix."""
    return name[name.find(":") + 1 :]


def parser() -> expat.XMLParserType:
    """Return a parser that takes no document type: entities that grow are in none of ours."""
    made = expat.ParserCreate()
    made.buffer_text = True

    def refuse(*_: object) -> None:
        raise Broken("it has a document type, which no sheet has")

    made.StartDoctypeDeclHandler = refuse
    return made


def parser_of(start: Start, end: End = lambda name: None) -> expat.XMLParserType:
    """Return a parser that tells of tags, of whatever prefix, and refuses those that are in each other for ever."""
    made, depth = parser(), 0

    def starts(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        too_deep(depth)
        start(local(name), attributes)

    def ends(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(local(name))

    made.StartElementHandler, made.EndElementHandler = starts, ends
    return made


def too_deep(depth: int) -> None:
    """Raise `Broken` for tags that are in each other deeper than any sheet's."""
    if depth > DEEPEST:
        raise Broken("its tags are in each other without an end")


def parsed(file: IO[bytes], made: expat.XMLParserType, most: int) -> Iterator[int]:
    """Parse a part block by block; yield after each how many bytes are read. Raises `Broken`."""
    read = 0
    try:
        for block in blocks(file, most):
            read += len(block)
            made.Parse(block)
            if read - made.CurrentByteIndex > MOST_TOKEN:
                raise Broken("it has a tag without an end")
            yield read
        made.Parse(b"", True)
    except expat.ExpatError as error:
        raise Broken(f"its XML is damaged: {error}") from None


def blocks(file: IO[bytes], most: int) -> Iterator[bytes]:
    """Yield a part's bytes in blocks; raises `Broken` for more than `most`, and at the end where they are damaged."""
    left = most
    while block := file.read(BLOCK):
        left -= len(block)
        if left < 0:
            raise Broken(f"it has a part of more than {most >> 20:,} MiB")
        yield block


def bounded(parts: list[str]) -> None:
    """Raise `Broken` where the characters of one cell are too many to be held."""
    if len(parts) > 1 and sum(map(len, parts)) > MOST_TOKEN:
        raise Broken("it has a cell without an end")


@dataclass(frozen=True)
class Book:
    """Where what is needed of a workbook is."""

    sheet: str
    """The part of its first sheet."""
    texts: str
    """"": it has none."""
    styles: str
    mac_days: bool
    """Whether days are counted from 1904."""

    @property
    def parts(self) -> list[str]:
        """The parts that are there."""
        return [one for one in (self.sheet, self.texts, self.styles) if one]


class Parts:
    """The parts of an archive, by names in whatever case and with whatever slashes."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._infos = {one.filename.replace("\\", "/").strip("/").lower(): one for one in archive.infolist()}

    @property
    def names(self) -> Collection[str]:
        """All of them."""
        return self._infos.keys()

    def size(self, name: str) -> int:
        """Return how many bytes a part says that it has."""
        return self._info(name).file_size

    def open(self, name: str) -> IO[bytes]:
        """Open a part; raises `Broken` where there is none."""
        return self._archive.open(self._info(name))

    def _info(self, name: str) -> zipfile.ZipInfo:
        info = self._infos.get(name.lower())
        if info is None:
            raise Broken(f"its part {name} is missing")
        return info

    def book(self) -> Book:
        """Return where what the first sheet needs is; raises `Broken` where there is no sheet."""
        workbook = next((target for kind, _, target in self._related("") if kind == "officeDocument"), "")
        ids: list[str] = []
        mac_days = [False]

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "sheet":
                ids.extend(value for key, value in attributes.items() if key != "id" and local(key) == "id")
            elif tag == "workbookPr":
                mac_days.append(attributes.get("date1904", "") in ("1", "true", "on"))

        self._each(workbook or "xl/workbook.xml", start)
        related = self._related(workbook or "xl/workbook.xml")
        sheets = {one: target for kind, one, target in related if kind == "worksheet"}
        first = next((sheets[one] for one in ids if one in sheets), "")
        if not first:
            raise Broken("it has no sheet")
        others = {kind: target for kind, _, target in related}
        return Book(first, others.get("sharedStrings", ""), others.get("styles", ""), mac_days[-1])

    def _related(self, name: str) -> list[tuple[str, str, str]]:
        """Return what a part ("": the whole) refers to: kind, id, and the name of the part that is meant."""
        here = PurePosixPath(name)
        found: list[tuple[str, str, str]] = []

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "Relationship":
                target = attributes.get("Target", "").replace("\\", "/")
                where = target[1:] if target.startswith("/") else normpath(here.parent / target)
                found.append((attributes.get("Type", "").rpartition("/")[2], attributes.get("Id", ""), where))

        self._each(str(here.parent / "_rels" / f"{here.name}.rels"), start)
        return found

    def _each(self, name: str, start: Start) -> None:
        """Call `start` with each tag of a small part."""
        with self.open(name) as file:
            for _ in parsed(file, parser_of(start), MOST_SMALL):
                pass


def check_book(path: Path) -> None:
    """Raise `OperatorFault` for an XLSX file that is damaged or cut off, before any of its rows is used."""
    with readable(path), zipfile.ZipFile(path) as archive:
        parts = Parts(archive)
        _check(parts, parts.book().parts, MOST_PART)


def check_archive(path: Path, most: int) -> None:
    """Raise `OperatorFault` for a file, of whatever kind, that is an archive of more than `most` bytes in a part."""
    if zipfile.is_zipfile(path):
        with readable(path), zipfile.ZipFile(path) as archive:
            parts = Parts(archive)
            _check(parts, parts.names, most)


def _check(parts: Parts, names: Collection[str], most: int) -> None:
    for name in names:
        with parts.open(name) as file:
            for _ in blocks(file, most):
                pass
