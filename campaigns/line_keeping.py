"""What is kept of lines over restarts: today's counts and spend, what was learned, how numbers were shown, rests."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from campaigns.line_book import LineBook
from campaigns.line_figures import ROWS
from campaigns.line_state import NEVER
from models.attempt import Attempt
from models.call import first_id
from models.database import moment, table_of
from models.line import Line as LineRow
from models.line import LineDay, LineFigure, NumberFigure


def keep(connection: Connection, rows: Mapping[type, list[dict[str, Any]]]) -> None:
    """Write what `rows_of` gathered."""
    for model, values in rows.items():
        if model is LineRow:
            for row in values:
                connection.execute(
                    update(LineRow).where(LineRow.name == row["name"]).values(asked_until=row["asked_until"])
                )
            continue
        table = table_of(model)
        keys = [column.name for column in table.primary_key]
        for row in values:
            _put(connection, table, keys, row)


def _put(connection: Connection, table: Table, keys: list[str], row: Mapping[str, Any]) -> None:
    same = [table.c[key] == row[key] for key in keys]
    if not connection.execute(update(table).where(*same).values(**row)).rowcount:
        connection.execute(insert(table).values(**row))


def rows_of(book: LineBook, now: float, everything: bool = False) -> dict[type, list[dict[str, Any]]]:
    """Return what is to be kept of the book at `now`, as rows by model: what changed since the last time, or all."""
    book.begin_days(now)
    at = moment(now)
    days = []
    for index, name in enumerate(book.names):
        told = book.state.document(index, now)
        if told["attempts"]:
            counts = {key: told[key] for key in ("attempts", "answers", "short", "seconds", "cost")}
            currency = book.lines[name].currency
            days.append({"line": name, "day": book.state.day(index, now), **counts, "currency": currency})
    figures = [
        {"line": book.names[line], "destination": destination, "at": at, "sums": [round(value, 6) for value in sums]}
        for line, destination, sums in (book.figures.rows(now) if everything else book.figures.changes(now))
    ]
    numbers = [
        {
            "line": book.names[row["line"]], "number": row["number"], "day": book.state.day(row["line"], now),
            "shown": row["used"], "at": at, "answered": row["answered"], "unanswered": row["unanswered"],
        }
        for row in (book.numbers.rows(now) if everything else book.numbers.changes(now))
    ]  # fmt: skip
    return {LineRow: list(_rests(book, now)), LineDay: days, LineFigure: figures, NumberFigure: numbers}


def _rests(book: LineBook, now: float) -> Iterator[dict[str, Any]]:
    for index, name in enumerate(book.names):
        until = float(book.state.asked_to_rest[index])
        if until != NEVER and until > now - 60:
            yield {"name": name, "asked_until": moment(until)}


def restore(connection: Connection, book: LineBook, now: float) -> None:
    """Give a new book what was kept.

    A server that was killed may have spent more than it had kept: what its attempts say counts where it is more.
    """
    for name, asked_until in connection.execute(select(LineRow.name, LineRow.asked_until)):
        if (line := book.index(name)) is not None and asked_until is not None:
            book.state.asked_to_rest[line] = asked_until.timestamp()
    restore_days(connection, book, book.names, now)
    for row in connection.execute(select(table_of(LineFigure))):
        if (line := book.index(row.line)) is not None and len(row.sums) == ROWS:
            book.figures.restore(line, row.destination, tuple(row.sums), row.at.timestamp(), now)
    for row in connection.execute(select(table_of(NumberFigure))):
        if (line := book.index(row.line)) is not None:
            shown = row.shown if row.day == book.state.day(line, now) else 0
            age_s = now - row.at.timestamp()
            book.numbers.restore(line, row.number, shown, (row.answered, row.unanswered), age_s)


def restore_days(connection: Connection, book: LineBook, names: Collection[str], now: float) -> None:
    """Give a book the day, as it was kept, of lines that it knows nothing of yet: they may have been there before."""
    indices = {name: index for index, name in enumerate(book.names) if name in names}
    for name, index in indices.items():
        day = book.state.day(index, now)
        kept = connection.execute(
            select(LineDay.attempts, LineDay.answers, LineDay.short, LineDay.seconds, LineDay.cost).where(
                LineDay.line == name, LineDay.day == day
            )
        ).first()
        if kept is not None:
            book.state.restore(index, [float(value) for value in kept])
    _count_attempts(connection, book, list(indices.values()), now)


def _count_attempts(connection: Connection, book: LineBook, indices: Sequence[int], now: float) -> None:
    begins: dict[float, list[int]] = {}
    for index in indices:
        begins.setdefault(book.state.day_began(index, now), []).append(index)
    for began, lines in begins.items():
        rows = connection.execute(
            select(Attempt.line, func.count(), func.sum(Attempt.cost), func.sum(Attempt.talk_s))
            .where(Attempt.id >= first_id(began), Attempt.line.in_([book.names[line] for line in lines]))
            .group_by(Attempt.line)
        )
        for name, attempts, cost, seconds in rows:
            line = book.index(name)
            if line is not None:
                book.state.restore(line, [float(attempts), 0.0, 0.0, float(seconds or 0), float(cost or 0)])


def forget(connection: Connection, before: datetime) -> None:
    """Forget what was learned before a moment, of destinations and numbers that nobody calls any more."""
    for model in (LineFigure, NumberFigure):
        connection.execute(delete(model).where(model.at < before))
