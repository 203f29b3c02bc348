"""Results of a campaign as CSV or XLSX, a row an attempt: the lead with all its columns, and what came of it.

A cell that begins like a formula would be run by the spreadsheet of whoever opens the file, and the list's columns and
what callees said are strangers' words: such a cell gets an apostrophe in front, as OWASP's page on CSV injection says;
in XLSX, cells are written as texts and none is a formula.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, select

from campaigns.campaign_rows import StoredCampaign
from models.attempt import Attempt
from models.database import table_of
from models.errors import OperatorFault
from models.lead import Lead
from models.recording import Recording

ATTEMPT, LEAD, RECORDING = table_of(Attempt), table_of(Lead), table_of(Recording)
OF_LEAD = (
    "number", "name", "language", "timezone", "region", "priority", "state", "disposition", "grade", "attempts",
    "due_at", "appointment_at", "source",
)  # fmt: skip
OF_ATTEMPT = (
    "id", "number", "placed_at", "ringing_at", "answered_at", "ended_at", "line", "caller_number", "mode", "version",
    "disposition", "grade", "answered_by", "cause", "code", "talk_s", "cost", "currency", "agent", "queue", "abandoned",
    "call_id",
)  # fmt: skip
BATCH = 2000
MOST_ROWS = 1_048_575
"""Rows below the heading that a sheet of XLSX has; further ones go to further sheets."""
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Beginnings that a spreadsheet takes for a formula; the wide ones are turned into narrow ones by some."""


def harmless(value: object) -> str | int | float:
    """Return a cell that no spreadsheet runs: numbers as they are, everything else as a text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return value
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    # A number in international form is no formula, and it must be found by who looks for it.
    if text.startswith(RISKY) and not (text[0] == "+" and text[1:].isascii() and text[1:].isdecimal()):
        return f"'{text}"
    return text


def columns(connection: Connection, campaign: StoredCampaign) -> tuple[list[str], list[str]]:
    """Return the names of the list's own columns, and of what the flows gave, in the order of their coming."""
    variables: dict[str, None] = {}
    for (row,) in _streamed(connection, select(LEAD.c.variables).where(LEAD.c.campaign_id == campaign.id)):
        variables |= dict.fromkeys(row)
    results: dict[str, None] = {}
    for (row,) in _streamed(connection, select(ATTEMPT.c.results).where(ATTEMPT.c.campaign_id == campaign.id)):
        results |= dict.fromkeys(row)
    return list(variables), list(results)


def _streamed(connection: Connection, query: Any) -> Iterable[Any]:
    return connection.execution_options(yield_per=BATCH).execute(query)


def rows(
    connection: Connection, campaign: StoredCampaign, directory: Path, without_attempts: bool = False
) -> Iterator[dict[str, Any]]:
    """Yield the heading's names with each attempt's values, the oldest first.

    `directory`: of the data, below which recordings are; `without_attempts`: behind them also the leads that were never
    called.
    """
    variables, results = columns(connection, campaign)
    query = (
        select(
            *(LEAD.c[name].label(f"lead_{name}") for name in OF_LEAD),
            LEAD.c.variables.label("variables"),
            *(ATTEMPT.c[name].label(f"attempt_{name}") for name in OF_ATTEMPT),
            ATTEMPT.c.results.label("results"), ATTEMPT.c.lines.label("lines"), RECORDING.c.path.label("recording"),
        )
        .select_from(
            ATTEMPT.join(LEAD, LEAD.c.id == ATTEMPT.c.lead_id, isouter=True).join(
                RECORDING, RECORDING.c.call_id == ATTEMPT.c.call_id, isouter=True
            )
        )
        .where(ATTEMPT.c.campaign_id == campaign.id)
        .order_by(ATTEMPT.c.id)
    )  # fmt: skip
    for row in _streamed(connection, query):
        yield _row(row._mapping, variables, results, directory)
    if without_attempts:
        called = select(ATTEMPT.c.id).where(ATTEMPT.c.lead_id == LEAD.c.id, ATTEMPT.c.campaign_id == campaign.id)
        left = select(*(LEAD.c[name].label(f"lead_{name}") for name in OF_LEAD), LEAD.c.variables.label("variables"))
        for row in _streamed(connection, left.where(LEAD.c.campaign_id == campaign.id, ~called.exists())):
            yield _row(row._mapping, variables, results, directory)


def _row(row: Mapping[str, Any], variables: Sequence[str], results: Sequence[str], directory: Path) -> dict[str, Any]:
    recording = row.get("recording")
    own, given = row.get("variables") or {}, row.get("results") or {}
    return {
        **{f"lead_{name}": row.get(f"lead_{name}") for name in OF_LEAD},
        **{f"list_{name}": own.get(name) for name in variables},
        **{f"attempt_{name}": row.get(f"attempt_{name}") for name in OF_ATTEMPT},
        "attempt_lines": " > ".join(f"{one['line']} {one.get('code') or ''}".strip() for one in row.get("lines") or ()),
        **{f"result_{name}": given.get(name) for name in results},
        "recording": str(directory.absolute() / recording) if recording else None,
    }  # fmt: skip


class Sheet(Protocol):
    """Where rows are written."""

    def write(self, cells: Iterable[str | int | float]) -> None: ...


class _Csv:
    def __init__(self, file: Any) -> None:
        self._writer = csv.writer(file)

    def write(self, cells: Iterable[str | int | float]) -> None:
        self._writer.writerow(cells)


class _Xlsx:
    def __init__(self, book: Any) -> None:
        self._book, self._heading = book, list[str | int | float]()
        self._sheet, self._at = book.add_worksheet("results"), 0

    def write(self, cells: Iterable[str | int | float]) -> None:
        found = list(cells)
        if not self._heading:
            self._heading = found
        elif self._at > MOST_ROWS:
            self._sheet, self._at = self._book.add_worksheet(), 0
            self._put(self._heading)
        self._put(found)

    def _put(self, cells: Iterable[str | int | float]) -> None:
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                self._sheet.write_string(self._at, column, cell)
            else:
                self._sheet.write_number(self._at, column, cell)
        self._at += 1


@contextmanager
def written(path: Path) -> Iterator[Sheet]:
    """Yield where rows of the file go, CSV or XLSX by its name; raise `OperatorFault` where it can't be written."""
    try:
        if path.suffix.lower() == ".csv":
            # Excel takes UTF-8 for what it is only by the mark in front.
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                yield _Csv(file)
        elif path.suffix.lower() == ".xlsx":
            import xlsxwriter

            options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
            with path.open("wb") as raw, xlsxwriter.Workbook(raw, options) as book:
                yield _Xlsx(book)
        else:
            raise OperatorFault(f"{path} is neither CSV nor XLSX by its name; end it in .csv or .xlsx.")
    except OSError as error:
        raise OperatorFault(f"{path} can't be written ({error.strerror or error}); give another path.") from error


def export(
    connection: Connection, campaign: StoredCampaign, path: Path, directory: Path, everybody: bool = False
) -> int:
    """Write the results of a campaign; return how many rows.

    `directory` of the data; `everybody`: also leads that were never called.
    """
    count = 0
    with written(path) as sheet:
        for row in rows(connection, campaign, directory, everybody):
            if not count:
                sheet.write(harmless(name) for name in row)
            sheet.write(harmless(value) for value in row.values())
            count += 1
        if not count:
            sheet.write([f"lead_{name}" for name in OF_LEAD] + [f"attempt_{name}" for name in OF_ATTEMPT])
    return count
