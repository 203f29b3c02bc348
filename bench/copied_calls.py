"""The calls of `listed_calls.py` in a PostgreSQL database: the same rows, loaded as PostgreSQL loads a backup."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from psycopg import Connection, Cursor
from psycopg.types.json import Json
from sqlalchemy import Engine

from bench.listed_calls import AT_ONCE, Row, rows_of
from models.database import migrate, open_engine
from quality.call_words import BREAK

SETTINGS = ("shared_buffers=1GB", "maintenance_work_mem=1GB", "max_wal_size=8GB", "work_mem=16MB", "jit=off")
"""Of the server: what a machine with a few gigabytes for its database has. Otherwise as it comes."""
FARTHEST = 16_383
"""The last place that a tsvector knows."""


def copied(url: str, count: int) -> Engine:
    """Return the database at `url` with so many calls, its inverted index made in the end."""
    engine = open_engine(url)
    migrate(engine)
    raw = engine.raw_connection()
    connection: Connection[Any] = raw.driver_connection  # type: ignore[assignment]
    with connection.cursor() as cursor:
        for statement in ("DROP INDEX call_token_by_search", "ALTER TABLE call_token DISABLE TRIGGER ALL"):
            cursor.execute(statement.encode())
        rows = rows_of(count)
        while some := list(islice(rows, AT_ONCE)):
            _write(cursor, some)
            connection.commit()
        cursor.execute("ALTER TABLE call_token ENABLE TRIGGER ALL")
        cursor.execute("CREATE INDEX call_token_by_search ON call_token USING gin (search)")
        connection.commit()
        connection.autocommit = True
        cursor.execute("VACUUM ANALYZE")
    raw.close()
    engine.dispose()
    return engine


def _write(cursor: Cursor[Any], rows: Iterable[tuple[Row, Mapping[str, str], str, Row]]) -> None:
    rows = list(rows)
    _copy(cursor, "call", (call for *_, call in rows))
    _copy(cursor, "call_entry", (entry for entry, *_ in rows))
    talks = ({"key": one["key"], "agent": agent, "team": team} for one, of, *_ in rows for agent, team in of.items())
    _copy(cursor, "call_entry_agent", talks)
    found = ({"key": one["key"], "tokens": tokens, "search": searched(tokens)} for one, _, tokens, _ in rows)
    _copy(cursor, "call_token", found)


def _copy(cursor: Cursor[Any], table: str, rows: Iterator[Row]) -> None:
    first = next(rows, None)
    if first is None:
        return
    names = list(first)
    with cursor.copy(f'COPY "{table}" ({", ".join(names)}) FROM STDIN'.encode()) as copy:
        for row in (first, *rows):
            copy.write_row([Json(one) if isinstance(one, list) else one for one in map(row.__getitem__, names)])


def searched(tokens: str) -> str:
    """Return tokens as the text of the tsvector that the database's own trigger makes of them."""
    placed = enumerate(tokens.split(" "), 1)
    return " ".join(f"'{token}':{min(place, FARTHEST)}" for place, token in placed if token not in ("", BREAK))
