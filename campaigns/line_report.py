"""What is said of lines: documents for scripts, tables for people."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import Connection, func, select

from campaigns.line_book import LineBook
from campaigns.line_keeping import restore
from campaigns.line_plan import Line, mapping_of
from campaigns.line_rows import stored_lines, unknown_line
from models.database import table_of
from models.errors import CannotDo
from models.line import LineDay, NumberFigure
from models.settings import LineSettings

SUMS = ("attempts", "answers", "short", "seconds", "cost")


def line_documents(connection: Connection) -> list[dict[str, Any]]:
    """Return all lines with what was decided."""
    return [{"name": line.name, "trunk": line.way_out, **mapping_of(line)} for line in stored_lines(connection)]


def line_document(connection: Connection, name: str) -> dict[str, Any]:
    """Return every key of one line, also those that are as by default; raise `CannotDo` where there is none."""
    return {**_line(connection, name).model_dump(mode="json")}


def _line(connection: Connection, name: str) -> Line:
    lines = {line.name: line for line in stored_lines(connection)}
    if name not in lines:
        raise CannotDo(unknown_line(name, list(lines)))
    return lines[name]


def stats(connection: Connection, days: int, name: str = "", now: datetime | None = None) -> list[dict[str, Any]]:
    """Return each line's sums of the last `days`, today included, its answer rate, and its numbers."""
    lines = [_line(connection, name)] if name else stored_lines(connection)
    since = ((now or datetime.now(UTC)) - timedelta(days=days)).date().isoformat()
    table = table_of(LineDay)
    found = []
    for line in lines:
        rows = connection.execute(
            select(*(func.coalesce(func.sum(table.c[key]), 0) for key in SUMS)).where(
                table.c.line == line.name, table.c.day > since
            )
        ).one()
        sums = dict(zip(SUMS, rows, strict=True))
        attempts, answers = int(sums["attempts"]), int(sums["answers"])
        document = {
            "name": line.name, "trunk": line.way_out, "days": days, "attempts": attempts, "answers": answers,
            "answer_rate": _share(answers, attempts), "short": int(sums["short"]),
            "short_rate": _share(int(sums["short"]), answers), "minutes": round(float(sums["seconds"]) / 60, 2),
            "cost": round(float(sums["cost"]), 6), "currency": line.currency,
            "cost_per_answer": round(float(sums["cost"]) / answers, 6) if answers else None,
            "numbers": _numbers(connection, line),
        }  # fmt: skip
        found.append(document)
    return found


def _numbers(connection: Connection, line: Line) -> list[dict[str, Any]]:
    table = table_of(NumberFigure)
    caps = {number.number: line.cap_of(number) for number in line.numbers}
    rows = connection.execute(select(table).where(table.c.line == line.name).order_by(table.c.number))
    return [
        {
            "number": row.number, "day": row.day, "shown": row.shown, "per_day": caps.get(row.number, 0),
            "answer_rate": round((row.answered + 1) / (row.answered + row.unanswered + 2), 3),
        }
        for row in rows
    ]  # fmt: skip


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def trial(
    connection: Connection, weights: LineSettings, number: str, country: str, region: str, now: float
) -> dict[str, Any]:
    """Return over which line `number` would be called now, and why; by what the database knows. Calls nobody."""
    book = LineBook(stored_lines(connection), weights, now)
    restore(connection, book, now)
    choice = book.choose(number, now=now, country=country, region=region)
    if choice is None:
        none = book.no_line(number, now=now, country=country)
        lines = [{"line": name, "verdict": why} for name, why in none.lines]
        return {"number": number, "line": "", "sentence": none.sentence, "lines": lines}
    return {
        "number": number, "line": choice.line, "trunk": choice.trunk, "dialled": choice.dialled,
        "caller_number": choice.caller_number, "estimate": choice.estimate, "currency": choice.currency,
        "lines": [{"line": name, "verdict": how, **parts} for name, how, parts in choice.explanation],
    }  # fmt: skip


# -- for people --------------------------------------------------------------------------------------------------


def print_lines(lines: Sequence[Mapping[str, Any]]) -> None:
    """Print all lines, one a row."""
    table = _table("Line", "Trunk", "Channels", "/s", "Numbers", "Calls to", "A min", "A day", "Share")
    for line in lines:
        prices = line.get("prices", ())
        cheapest = min((price["per_minute"] for price in prices), default=0)
        table.add_row(*map(Text, (
            line["name"] + ("" if line.get("enabled", True) else " (off)"), line["trunk"],
            str(line.get("channels", "-")), f"{line['calls_per_second']:g}" if "calls_per_second" in line else "-",
            str(len(line.get("numbers", ()))), " ".join(line.get("prefixes", ("own country",))),
            f"{cheapest:g} {line['currency']}" if prices else "-",
            f"{line['spend_per_day']:g}" if "spend_per_day" in line else "-",
            f"{line['share']:g} %" if "share" in line else "-",
        )))  # fmt: skip
    _show(table, bool(lines), "There are no lines; add one with hotline lines add NAME --trunk TRUNK.")


def print_stats(lines: Sequence[Mapping[str, Any]]) -> None:
    """Print figures of lines, one a row, and their numbers below."""
    table = _table("Line", "Calls", "Answered", "%", "Short %", "Minutes", "Cost", "An answer")
    numbers = _table("Line", "Number", "Day", "Shown", "Of", "Answered %")
    for line in lines:
        money = f" {line['currency']}" if line["currency"] else ""
        each = line["cost_per_answer"]
        table.add_row(*map(Text, (
            line["name"], str(line["attempts"]), str(line["answers"]), _percent(line["answer_rate"]),
            _percent(line["short_rate"]), f"{line['minutes']:g}", f"{line['cost']:g}{money}",
            "-" if each is None else f"{each:.3f}{money}",
        )))  # fmt: skip
        for one in line["numbers"]:
            numbers.add_row(*map(Text, (
                line["name"], one["number"] or "the trunk's", one["day"], str(one["shown"]), str(one["per_day"] or "-"),
                _percent(one["answer_rate"]),
            )))  # fmt: skip
    _show(table, bool(lines), "There are no lines.")
    if numbers.row_count:
        Console(highlight=False).print(numbers)


def print_trial(answer: Mapping[str, Any]) -> None:
    """Print which line would be taken, and all with their verdicts."""
    out = Console(highlight=False)
    if answer["line"]:
        shown = f", seen as {answer['caller_number']}" if answer["caller_number"] else ""
        cost = f", about {answer['estimate']:g} {answer['currency']}" if answer["currency"] else ""
        out.print(Text(f"{answer['number']} goes over {answer['line']} as {answer['dialled']}{shown}{cost}."))
    else:
        out.print(Text(answer["sentence"]))
    table = _table("Line", "Verdict", "Score", "Answer", "Cost", "Delay", "Local", "Spread")
    for line in answer["lines"]:
        parts = [line.get(key) for key in ("score", "answer", "cost", "delay", "local", "spread")]
        cells = [line["line"], line["verdict"], *("" if part is None else f"{part:.3f}" for part in parts)]
        table.add_row(*map(Text, cells))
    if answer["lines"]:
        out.print(table)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}"


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading)
    return table


def _show(table: Table, any_rows: bool, otherwise: str) -> None:
    if any_rows:
        Console(highlight=False).print(table)
    else:
        Console(highlight=False, stderr=True).print(otherwise)
