"""The audit trail as it is read: who did what to which call, filtered, a page at a time, or all of it as CSV."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from console.call_export import RISKY
from console.refused import Refused
from models.audit import Audit

LIMIT = 50
MOST_EXPORTED = 100_000
"""Lines of one file, the newest; for more, give a shorter time."""
HEADINGS = ("at", "account", "address", "action", "call_id", "words", "data")
DAY = timedelta(days=1)
LAST = datetime.max.replace(tzinfo=UTC) - DAY
LARGEST = 2**63 - 1
"""Id that a database knows."""


@dataclass(frozen=True)
class TrailFilter:
    account: str = ""
    action: str = ""
    call_id: str = ""
    since: str = ""
    """YYYY-MM-DD, UTC, from its beginning."""
    until: str = ""
    """YYYY-MM-DD, UTC, to its end."""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "TrailFilter":
        """Return what an address asks for; raise `Refused` for a day that is none."""
        found = cls(*(query.get(key, "").strip() for key in ("account", "action", "call_id", "since", "until")))
        found.conditions()
        return found

    def query(self) -> dict[str, str]:
        """Return it as an address has it."""
        return {key: value for key, value in vars(self).items() if value}

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what rows have to be like."""
        wanted = [
            column == value
            for column, value in (
                (Audit.account, self.account), (Audit.action, self.action), (Audit.call_id, self.call_id)
            )
            if value
        ]  # fmt: skip
        if self.since:
            wanted.append(Audit.at >= _day(self.since))
        if self.until:
            wanted.append(Audit.at < _day(self.until) + DAY)
        return wanted


def entries(connection: Connection, wanted: TrailFilter, before: int = 0, limit: int = LIMIT) -> tuple[list[Any], int]:
    """Return entries, the newest first, of ids below `before`, and the id to go on from (0: there are no more)."""
    older = [Audit.id < before] if before else []
    rows = connection.execute(
        select(*Audit.__table__.c).where(*wanted.conditions(), *older).order_by(Audit.id.desc()).limit(limit + 1)
    ).all()
    return list(rows[:limit]), rows[limit - 1].id if len(rows) > limit else 0


def as_csv(connection: Connection, wanted: TrailFilter) -> Iterator[str]:
    """Yield a file, a line at a time; the first has the headings."""
    line = io.StringIO()
    writer = csv.writer(line)

    def taken() -> str:
        text = line.getvalue()
        line.seek(0)
        line.truncate()
        return text

    writer.writerow(HEADINGS)
    yield "\ufeff" + taken()
    rows = connection.execute(
        select(*Audit.__table__.c).where(*wanted.conditions()).order_by(Audit.id.desc()).limit(MOST_EXPORTED)
    )
    for row in rows:
        data = "; ".join(f"{key}: {value}" for key, value in row.data.items())
        writer.writerow(_plain(cell) for cell in (f"{row.at:%Y-%m-%dT%H:%M:%SZ}", *row[2:7], data))
        yield taken()


def _plain(cell: object) -> str:
    """Return a cell that no spreadsheet takes for a formula: names and words may be anybody's."""
    text = str(cell)
    return f"'{text}" if text.startswith(RISKY) else text


def _day(text: str) -> datetime:
    try:
        found = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
        return min(found, LAST)
    except ValueError as wrong:
        raise Refused(f"'{text}' is no day; write it as 2026-11-21.", "audit.no_day", day=text) from wrong
