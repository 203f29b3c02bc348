"""Exports of the list of calls as CSV or XLSX: within scope and bounds, on the trail, nothing that a spreadsheet runs.

A cell that begins like a formula gets an apostrophe in front, as OWASP's page on CSV injection says; in XLSX cells are
written as texts and none is a formula.
"""

import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from fastapi import Response
from fastapi.responses import StreamingResponse
from sqlalchemy import Engine
from starlette.background import BackgroundTask

from console.access import Viewer
from console.call_query import filter_of, number_of
from console.visit import Visit
from quality.call_filter import CallFilter
from quality.call_search import CallRow, exported

MOST = 100_000
"""Calls of one export, the newest; who wants more narrows the time."""
COLUMNS = (
    "id", "started_at", "state", "direction", "number", "flow", "language", "queue", "campaign", "agents", "teams",
    "seconds", "cause", "score", "scorecard", "good", "fatal", "broken", "inspected", "review",
)  # fmt: skip
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Beginnings that a spreadsheet takes for a formula; the wide ones are turned into narrow ones by some."""
Cell = str | int | float
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


async def answer(visit: Visit, kind: Literal["csv", "xlsx"]) -> Response:
    """Return the file of the calls that the visit's address asks for; that it was made is on the trail before."""
    wanted = filter_of(visit.viewer, visit.query)
    await visit.audit("exported", words=f"calls.{kind}", asked=wanted.query())
    named = {"content-disposition": f'attachment; filename="calls.{kind}"'}
    if kind == "csv":
        return StreamingResponse(csv_lines(visit.engine, visit.viewer, wanted), media_type=KINDS[kind], headers=named)
    file = await visit.order(xlsx_file, visit.engine, visit.viewer, wanted)
    return StreamingResponse(
        file.open("rb"), media_type=KINDS[kind], headers=named, background=BackgroundTask(file.unlink)
    )


def csv_lines(engine: Engine, viewer: Viewer, wanted: CallFilter) -> Iterator[str]:
    """Yield the file some lines at a time, the headings first."""
    text = io.StringIO()
    writer = csv.writer(text)
    # Excel takes UTF-8 for what it is only by the mark in front.
    text.write("\ufeff")
    writer.writerow(COLUMNS)
    for number, row in enumerate(_rows(engine, viewer, wanted)):
        writer.writerow(harmless(cell) for cell in row)
        if number % 100 == 99:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


def xlsx_file(engine: Engine, viewer: Viewer, wanted: CallFilter) -> Path:
    """Return a file made for this; whoever asked deletes it. Of memory it takes a row."""
    import xlsxwriter

    with tempfile.NamedTemporaryFile(prefix="hotline-calls-", suffix=".xlsx", delete=False) as file:
        path = Path(file.name)
        try:
            options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
            with xlsxwriter.Workbook(file, options) as book:
                sheet = book.add_worksheet("calls")
                sheet.write_row(0, 0, COLUMNS)
                for place, row in enumerate(_rows(engine, viewer, wanted), 1):
                    for column, cell in enumerate(map(harmless, row)):
                        if isinstance(cell, str):
                            sheet.write_string(place, column, cell)
                        else:
                            sheet.write_number(place, column, cell)
        except BaseException:
            path.unlink()
            raise
    return path


def harmless(value: object) -> Cell:
    """Return a cell that no spreadsheet runs: numbers as they are, everything else as a text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return value
    text = str(value)
    # A number in international form is no formula, and it must be found by who looks for it.
    if text.startswith(RISKY) and not (text[0] == "+" and text[1:].isascii() and text[1:].isdecimal()):
        return f"'{text}"
    return text


def _rows(engine: Engine, viewer: Viewer, wanted: CallFilter) -> Iterator[Sequence[Any]]:
    with engine.connect() as connection:
        for row in exported(connection, wanted, scope=viewer.scope(), most=MOST, account=viewer.name):
            yield _cells(viewer, row)


def _cells(viewer: Viewer, row: CallRow) -> Sequence[Any]:
    began = row.started_at.isoformat(timespec="seconds").replace("+00:00", "Z")
    shown = {
        **vars(row), "number": number_of(viewer, row), "started_at": began,
        "agents": " ".join(row.agents), "teams": ", ".join(row.teams), "broken": " ".join(row.broken),
    }  # fmt: skip
    return [shown[column] for column in COLUMNS]
