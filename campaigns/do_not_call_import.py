"""National do-not-call files of ten million numbers, into one list: read through once, sorted, and written in order.

A file has one number a line, whole or as area code and rest in columns (201,5550123); other columns don't matter.
Numbers are checked for their length only: that nobody has a number is no reason to call it. They are kept as leads'
are: a trunk code in brackets, as in +44 (0)20 …, or a mobile's 15 in Argentina is none of the number.
"""

import codecs
import re
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import phonenumbers
from numpy.typing import NDArray
from phonenumbers import NumberParseException, PhoneNumberFormat
from phonenumbers.phonemetadata import PhoneMetadata
from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from campaigns.do_not_call import LISTS, NUMBERS, next_list_id, refuse_our_name
from campaigns.lead_writing import survey
from campaigns.phone_number import NotANumber, numbering
from models.call import new_id
from models.errors import CannotDo, OperatorFault
from models.writing import writing

BLOCK = 1 << 22
PART = 250_000
"""Numbers in one transaction: a writer in between waits no longer than this takes."""
SHORTEST, LONGEST = 7, 15
"""Digits of E.164 numbers, with the calling code."""
MOST_FAULTS = 5
"""Lines that are named in the report."""
ENOUGH = 100
"""Lines without a number, from which on a file that has fewer numbers than those is taken for another one."""
DIGITS_AT_LEAST, LOOKED_AT = 0.25, 1 << 16
"""Share of digits and ends of lines in the first signs (so many bytes) of a list: read as UTF-16, nothing else has as
many."""
SHRUNK = 0.5
"""A new edition with a smaller share of the numbers that the list has is taken for a part of it, unless it is meant."""
Progress = Callable[[float], None]


@dataclass(frozen=True)
class ListImported:
    """What came of an import."""

    lines: int
    numbers: int
    """Different ones, which is what the list has now."""
    refused: int
    faults: tuple[str, ...]
    """The first lines that hold no number: "file:7: words"."""
    before: int = 0
    """Numbers that the list had before."""


class _File:
    """Reads the numbers of a file."""

    def __init__(self, path: Path, country: str) -> None:
        self._numbering = numbering(country)
        plan = PhoneMetadata.metadata_for_region(country)
        assert plan is not None
        lengths = getattr(plan.general_desc, "possible_length", ())
        self._path = path
        self._code = str(plan.country_code)
        self._trunk = plan.national_prefix or ""
        self._lengths = frozenset(lengths)
        # Where a number at home isn't a part of the whole one, digits alone can't tell: Argentina, Brazil.
        self._rewritten = plan.national_prefix_transform_rule is not None
        self.lines = self.refused = 0
        self.faults: list[str] = []

    def read(self, progress: Progress | None) -> "array[int]":
        """Return all numbers as digits of E.164, in their order, repeated ones too."""
        found = array("q")
        size = max(1, self._path.stat().st_size)
        with self._path.open("rb") as opened:
            file, rest = self._plain(opened), b""
            while block := file.read(BLOCK):
                *lines, rest = (rest + block).split(b"\n")
                self._take(lines, found)
                if progress is not None:
                    progress(0.5 * opened.tell() / size)
            self._take([rest] if rest else [], found)
        if self.refused >= ENOUGH and self.refused > len(found):
            raise OperatorFault(
                f"{self.refused} of the {self.lines} lines of {self._path} hold no telephone number, the first is "
                f"{self.faults[0]}; it seems to be another file, or of another --country. Nothing was changed."
            )
        return found

    def _plain(self, file: BinaryIO) -> BinaryIO | codecs.StreamRecoder:
        """Return what reads the file with digits in ASCII; raise `OperatorFault` where it is no text."""
        beginning = file.read(BLOCK)
        file.seek(0)
        if encoding := _utf_16(beginning):
            return codecs.EncodedFile(file, "utf-8", encoding, "replace")
        if beginning.startswith(codecs.BOM_UTF8):
            file.seek(len(codecs.BOM_UTF8))
        if b"\0" in beginning:
            raise OperatorFault(
                f"{self._path} is no text (a sheet, an archive?); save it as text or CSV with a number on each line. "
                "Nothing was changed."
            )
        return file

    def _take(self, lines: list[bytes], into: "array[int]") -> None:
        put = into.append
        for line in lines:
            self.lines += 1
            plain = line.strip()
            text = plain if plain.isdigit() else _first(plain)
            number = self._whole(text.decode(), plain.lstrip(b'"')[:1] == b"+")
            if number:
                put(number)
            elif plain and not (self.lines == 1 and not any(48 <= one < 58 for one in plain)):
                self._refuse(plain)

    def _whole(self, digits: str, international: bool) -> int:
        """Return a number with its calling code; 0 for one that is too short or too long."""
        if international:
            return self._international(digits)
        if self._rewritten and (found := self._valid(digits)):
            return found
        if self._trunk and digits.startswith(self._trunk) and len(digits) - len(self._trunk) in self._lengths:
            digits = digits[len(self._trunk) :]
        if digits.startswith("00") and SHORTEST <= len(digits) - 2 <= LONGEST:
            return self._international(digits[2:])
        with_code = digits.startswith(self._code) and len(digits) - len(self._code) in self._lengths
        if with_code and (len(digits) not in self._lengths or len(digits) > 11):
            return self._international(digits)
        return int(self._code + digits) if len(digits) in self._lengths and len(digits) >= SHORTEST else 0

    def _international(self, digits: str) -> int:
        """Return digits behind a "+" as E.164 has them: as leads are read, so that they match; 0 where they can't."""
        if found := self._valid(f"+{digits}"):
            return found
        try:
            number = phonenumbers.parse(f"+{digits}")
        except NumberParseException:
            return 0
        if not phonenumbers.is_possible_number(number):
            return 0
        found = int(phonenumbers.format_number(number, PhoneNumberFormat.E164)[1:])
        return found if SHORTEST <= len(str(found)) <= LONGEST else 0

    def _valid(self, text: str) -> int:
        try:
            return int(self._numbering.read(text).e164[1:])
        except NotANumber:
            return 0

    def _refuse(self, line: bytes) -> None:
        self.refused += 1
        if len(self.faults) < MOST_FAULTS:
            words = line[:40].decode("utf-8", "replace")
            self.faults.append(f"{self._path}:{self.lines}: '{words}' is no telephone number")


def _utf_16(beginning: bytes) -> str:
    """Return as what UTF-16 a list is written, also without the mark that says so; "" for another encoding."""
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding in ("utf-16-le", "utf-16-be"):
        signs = beginning[:LOOKED_AT].decode(encoding, "replace")
        if sum(sign in "0123456789\r\n" for sign in signs) >= DIGITS_AT_LEAST * len(signs) > 0:
            return encoding
    return ""


_NOT_DIGITS = re.compile(rb"\D+")
_BETWEEN = re.compile(rb"[,;\t|]")
AREA_DIGITS = 4
"""A first column of no more digits is an area code, and the number goes on in the second."""


def _first(line: bytes) -> bytes:
    """Return the digits of the number at the beginning of a line."""
    head, *rest = _BETWEEN.split(line, 2)
    digits = _NOT_DIGITS.sub(b"", head)
    return digits + _NOT_DIGITS.sub(b"", rest[0]) if rest and 0 < len(digits) <= AREA_DIGITS else digits


def import_list(
    engine: Engine, path: Path, name: str, country: str, now: datetime, campaign: str = "",
    progress: Progress | None = None, *, shrinks: bool = False,
) -> ListImported:  # fmt: skip
    """Make the list `name` exactly what the file says, at once for who asks; raises `OperatorFault`.

    The new numbers are written beside the old ones and take their place in one step; a killed import changes nothing.
    `shrinks`: it is meant that the list has fewer than half as many numbers afterwards (`SHRUNK`).
    """
    refuse_our_name(name)
    file = _File(path, country)
    try:
        numbers = np.unique(np.frombuffer(file.read(progress), dtype=np.int64))
    except OSError as error:
        raise OperatorFault(f"The list {path} can't be read ({error.strerror}); check the path.") from None
    if not len(numbers):
        where = f" ({file.faults[0]})" if file.faults else ""
        raise OperatorFault(f"{path} has no telephone numbers{where}; it should have one on each line.")
    with writing(engine) as connection:
        draft = _draft(connection, name, campaign, now)
        if len(numbers) < draft.before * SHRUNK and not shrinks:
            raise OperatorFault(
                f"{path} has {len(numbers)} numbers and the list '{name}' has {draft.before}: it seems to be a part of "
                "an edition, and nothing was changed. Where it is the whole one, say --shrinks."
            )
    _put(engine, numbers, draft, path.name, campaign, progress)
    return ListImported(file.lines, len(numbers), file.refused, tuple(file.faults), draft.before)


def _put(
    engine: Engine, numbers: NDArray[np.int64], draft: "_Draft", source: str, campaign: str, progress: Progress | None
) -> None:
    for start in range(0, len(numbers), PART):
        with writing(engine) as connection:
            draft.ours(connection)
            _write(connection, draft.id, numbers[start : start + PART])
        if progress is not None:
            progress(0.5 + 0.5 * min(1.0, (start + PART) / len(numbers)))
    survey(engine, "do_not_call")
    with writing(engine) as connection:
        # First: what is there already must stay where another import has begun meanwhile.
        draft.ours(connection)
        connection.execute(delete(LISTS).where(LISTS.c.name == draft.name))
        values = {"name": draft.name, "campaign": campaign, "source": source, "count": len(numbers)}
        connection.execute(update(LISTS).where(LISTS.c.id == draft.id).values(**values))
    clear_away(engine)


UNFINISHED = "unfinished import of "
NOBODY = "-"
"""As a campaign's name: the list holds for none yet."""


@dataclass(frozen=True)
class _Draft:
    """A list that is being imported."""

    id: int
    name: str
    """Of the list that it becomes."""
    mark: str
    """In place of its source: an id may be given again, this isn't."""
    before: int
    """Numbers that the list had until now."""

    def ours(self, connection: Connection) -> None:
        """Keep others from clearing it away until the transaction is over; raise `CannotDo` where they did."""
        which = (LISTS.c.id == self.id) & (LISTS.c.source == self.mark)
        if connection.execute(update(LISTS).where(which).values(count=0)).rowcount != 1:
            raise CannotDo(
                f"Another import of the list '{self.name}' began meanwhile, so this one stopped and changed nothing; "
                "hotline dnc list shows what there is."
            )


def _draft(connection: Connection, name: str, campaign: str, now: datetime) -> _Draft:
    """Begin a list that holds for nobody yet, and clear away one whose import was killed."""
    known = connection.execute(
        select(LISTS.c.campaign, LISTS.c.source, LISTS.c.count.label("before")).where(LISTS.c.name == name)
    ).first()
    if known is not None and (known.campaign != campaign or known.source in {"own", "opt-out"}):
        raise OperatorFault(f"The list '{name}' is written by hand or for another campaign; import under another name.")
    draft_name = UNFINISHED + name
    connection.execute(delete(LISTS).where(LISTS.c.name == draft_name))
    before = 0 if known is None else known.before
    draft = _Draft(next_list_id(connection), name, f"import {new_id()}", before)
    values = {"name": draft_name, "campaign": NOBODY, "source": draft.mark, "imported_at": now, "count": 0}
    connection.execute(insert(LISTS).values(id=draft.id, **values))
    return draft


def clear_away(engine: Engine) -> None:
    """Delete the numbers of lists that are no more, in parts, so that others may write in between."""
    with engine.connect() as connection:
        # In this order: a list is written before its numbers, so what an import begins meanwhile isn't taken for lost.
        ids = list(_ids(connection))
        known = set(connection.scalars(select(LISTS.c.id)))
    for gone in (one for one in ids if one not in known):
        first: int | None = 0
        while first is not None:
            with writing(engine) as connection:
                if connection.scalar(select(LISTS.c.id).where(LISTS.c.id == gone)) is not None:
                    # Somebody else has cleared it away, and its id was given again.
                    break
                mine = NUMBERS.c.list_id == gone
                part = select(NUMBERS.c.number).where(mine, NUMBERS.c.number >= first).order_by(NUMBERS.c.number)
                last = connection.scalar(part.offset(PART).limit(1))
                upto = NUMBERS.c.number < last if last is not None else NUMBERS.c.number >= first
                connection.execute(delete(NUMBERS).where(mine, NUMBERS.c.number >= first, upto))
            first = last


def _ids(connection: Connection) -> Iterator[int]:
    """Yield the list ids that any number has, without looking at all numbers."""
    found = connection.scalar(select(func.min(NUMBERS.c.list_id)))
    while found is not None:
        yield found
        found = connection.scalar(select(func.min(NUMBERS.c.list_id)).where(NUMBERS.c.list_id > found))


def _write(connection: Connection, list_id: int, part: NDArray[np.int64]) -> None:
    cursor: Any = connection.connection.cursor()
    try:
        if connection.dialect.name == "sqlite":
            cursor.executemany(f"INSERT INTO do_not_call VALUES ({list_id}, ?)", _singles(part))
            return
        with cursor.copy("COPY do_not_call (list_id, number) FROM STDIN") as copy:
            for start in range(0, len(part), 10_000):
                copy.write("".join(f"{list_id}\t{number}\n" for number in part[start : start + 10_000].tolist()))
    finally:
        cursor.close()


def _singles(part: NDArray[np.int64]) -> Iterator[tuple[int]]:
    return zip(part.tolist(), strict=True)
