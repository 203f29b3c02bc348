"""What is kept of lines over restarts: today's counts and spend, what was learned, how numbers were shown, rests."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from campaigns.line_book import LineBook
from campaigns.line_figures import ROWS
from campaigns.line_state import NEVER, Today
from models.attempt import Attempt
from models.call import first_id
from models.database import moment, table_of
from models.line import Line as LineRow
from models.line import LineDay, LineFigure, NumberFigure

COUNTS = "attempts", "answers", "short", "seconds", "cost"
"""Of a day, in the order of `line_state.py`."""


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


def rows_of(book: LineBook, now: float, everything: bool = False, node: str = "") -> dict[type, list[dict[str, Any]]]:
    """Return what is to be kept of the book at `now`, as rows by model: what changed since the last time, or all.

    `node`: whose the book is.
    """
    book.begin_days(now)
    at = moment(now)
    days = []
    for index, one in enumerate(book.state.todays(now)):
        counts = dict(zip(COUNTS, book.state.own(index), strict=True))
        if counts["attempts"]:
            days.append({"line": one.line, "day": one.day, "node": node, **counts, "currency": one.currency})
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


def restore(connection: Connection, book: LineBook, now: float, node: str = "") -> None:
    """Give a new book what was kept. `node`: whose it is; "": nobody's, all days are taken for its own.

    A server that was killed may have spent more than it had kept: what its attempts say counts where it is more.
    """
    for name, asked_until in connection.execute(select(LineRow.name, LineRow.asked_until)):
        if (line := book.index(name)) is not None and asked_until is not None:
            book.state.asked_to_rest[line] = asked_until.timestamp()
    restore_days(connection, book, book.names, now, node)
    for row in connection.execute(select(table_of(LineFigure))):
        if (line := book.index(row.line)) is not None and len(row.sums) == ROWS:
            book.figures.restore(line, row.destination, tuple(row.sums), row.at.timestamp(), now)
    for row in connection.execute(select(table_of(NumberFigure))):
        if (line := book.index(row.line)) is not None:
            shown = row.shown if row.day == book.state.day(line, now) else 0
            age_s = now - row.at.timestamp()
            book.numbers.restore(line, row.number, shown, (row.answered, row.unanswered), age_s)


def restore_days(connection: Connection, book: LineBook, names: Collection[str], now: float, node: str = "") -> None:
    """Give a book the day, as it was kept, of lines that it knows nothing of yet: they may have been there before."""
    todays = [one for one in book.state.todays(now) if one.line in names]
    found = on_record(connection, todays)
    own = summed(counts for whose, counts in found.items() if whose == node or not node)
    book.heard(summed(counts for whose, counts in found.items() if node and whose != node), now)
    for (name, _), counts in [*own.items(), *by_attempts(connection, todays, node).items()]:
        line = book.index(name)
        assert line is not None, "asked for by the book's own names"
        book.state.restore(line, counts)


def on_record(connection: Connection, todays: Collection[Today]) -> dict[str, dict[tuple[str, str], list[float]]]:
    """Return what each server has on record of these days, by line and day."""
    asked = {(one.line, one.day) for one in todays}
    table = table_of(LineDay)
    rows = connection.execute(select(table).where(table.c.day.in_({day for _, day in asked})))
    found: dict[str, dict[tuple[str, str], list[float]]] = {}
    for row in rows:
        if (row.line, row.day) in asked:
            found.setdefault(row.node, {})[row.line, row.day] = [float(getattr(row, name)) for name in COUNTS]
    return found


def summed(records: Iterable[Mapping[tuple[str, str], Sequence[float]]]) -> dict[tuple[str, str], list[float]]:
    """Return what several servers counted together."""
    sums: dict[tuple[str, str], list[float]] = {}
    for record in records:
        for day, counts in record.items():
            sums[day] = [sum(both) for both in zip(sums.get(day, [0.0] * len(COUNTS)), counts, strict=True)]
    return sums


def by_attempts(connection: Connection, todays: Iterable[Today], node: str = "") -> dict[tuple[str, str], list[float]]:
    """Return what the attempts on record say of these days, where they say anything; "": those of all servers."""
    begins: dict[float, dict[str, str]] = {}
    for one in todays:
        begins.setdefault(one.began, {})[one.line] = one.day
    found: dict[tuple[str, str], list[float]] = {}
    for began, days in begins.items():
        rows = connection.execute(
            select(Attempt.line, func.count(), func.sum(Attempt.cost), func.sum(Attempt.talk_s))
            .where(Attempt.id >= first_id(began), Attempt.line.in_(days), *([Attempt.node == node] if node else []))
            .group_by(Attempt.line)
        )
        for name, attempts, cost, seconds in rows:
            found[name, days[name]] = [float(attempts), 0.0, 0.0, float(seconds or 0), float(cost or 0)]
    return found


def complete(connection: Connection, node: str, todays: Collection[Today]) -> None:
    """Write what a server that is gone hadn't kept of these days, by its attempts on record."""
    kept, currencies = on_record(connection, todays).get(node, {}), {one.line: one.currency for one in todays}
    for (line, day), counts in by_attempts(connection, todays, node).items():
        known = kept.get((line, day), [0.0] * len(COUNTS))
        values = dict(zip(COUNTS, map(max, known, counts), strict=True))
        key = {"line": line, "day": day, "node": node}
        _put(connection, table_of(LineDay), list(key), {**key, **values, "currency": currencies[line]})


def forget(connection: Connection, before: datetime) -> None:
    """Forget what was learned before a moment, of destinations and numbers that nobody calls any more."""
    for model in (LineFigure, NumberFigure):
        connection.execute(delete(model).where(model.at < before))
